"""The work list: each case with its state, who is at it and who did what; filters; the next case of a reader."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from .cases import Case, list_cases
from .claims import Claim, list_claims
from .flow import State, state_of, why_not
from .folder import Project
from .versions import Step, Version, list_versions


@dataclass(frozen=True)
class WorkItem:
    """A case as the work list shows it."""

    case: Case
    state: State
    claim: Claim | None
    versions: tuple[Version, ...]

    @property
    def name(self) -> str:
        return self.case.name

    @property
    def readers(self) -> tuple[str, ...]:
        """Who has saved a version, in order, each once."""
        return tuple(dict.fromkeys(one.reader for one in self.versions))


def list_work(project: Project) -> tuple[WorkItem, ...]:
    """All cases, in the order of their names: three looks into three folders and the index."""
    versions, claims = list_versions(project), list_claims(project)
    return tuple(
        WorkItem(case, state_of(versions.get(name, ())), claims.get(name), versions.get(name, ()))
        for name, case in list_cases(project).items()
    )


def filter_work(
    items: Iterable[WorkItem],
    *,
    states: Sequence[State] = (),
    text: str = "",
    reader: str = "",
    centre: str = "",
    in_work: bool | None = None,
) -> tuple[WorkItem, ...]:
    """Items that satisfy every condition given.

    Parameters
    ----------
    text
        Part of the name, the scanner or the centre, in either case of letters; one of several with commas between.
    reader
        Who has saved a version or works on it now.
    in_work
        True: claimed ones; False: the others.
    """
    wanted = [word.strip().casefold() for word in text.replace("\N{FULLWIDTH COMMA}", ",").split(",") if word.strip()]
    return tuple(
        one
        for one in items
        if (not states or one.state in states)
        and (not wanted or _mentions(one, wanted))
        and (not reader or reader in one.readers or (one.claim is not None and one.claim.reader == reader))
        and (not centre or one.case.centre == centre)
        and (in_work is None or in_work == (one.claim is not None))
    )


def _mentions(item: WorkItem, words: Sequence[str]) -> bool:
    text = f"{item.name} {item.case.scanner} {item.case.centre}".casefold()
    return any(word in text for word in words)


_TAKEN_UP: Final[Mapping[Step, tuple[State, ...]]] = {
    Step.DRAWN: (State.NEW, State.PRESEGMENTED),
    Step.REVIEWED: (State.DONE,),
    Step.ARBITRATED: (State.DISPUTED,),
}


def next_case(items: Sequence[WorkItem], step: Step, reader: str) -> WorkItem | None:
    """The first free case for a reader and step; None where all is done."""
    free = (
        one
        for one in items
        if one.claim is None and one.state in _TAKEN_UP.get(step, ()) and why_not(one.versions, step, reader) is None
    )
    return next(free, None)


def count_states(items: Iterable[WorkItem]) -> Mapping[State, int]:
    """How many cases are in each state, in the order of the work."""
    found = Counter(one.state for one in items)
    return {state: found[state] for state in State}
