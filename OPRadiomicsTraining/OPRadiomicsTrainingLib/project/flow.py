"""The paper's three readers: A draws, B reviews, C arbitrates. A case's state, who may do what next, and what they see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from .exclusive import utc_now
from .folder import ProjectError
from .versions import NETWORK, READING_STEPS, Step, Version


class State(StrEnum):
    """Of a case, from its last version; whether somebody is at it now is told by its claim."""

    NEW = "new"
    PRESEGMENTED = "pre-segmented"
    DONE = "done"
    REVIEWED = "reviewed"
    DISPUTED = "disputed"
    ARBITRATED = "arbitrated"


_STATE_AFTER: Final = {
    Step.PROPOSED: State.PRESEGMENTED,
    Step.DRAWN: State.DONE,
    Step.REVIEWED: State.REVIEWED,
    Step.DISPUTED: State.DISPUTED,
    Step.ARBITRATED: State.ARBITRATED,
}
FINAL_STATES: Final = (State.REVIEWED, State.ARBITRATED)
"""States whose mask two readers agree on."""

_REVIEWS: Final = (Step.REVIEWED, Step.DISPUTED)


def main_line(versions: Sequence[Version]) -> tuple[Version, ...]:
    """Versions that make the state; readings for agreement are none of them."""
    return tuple(one for one in versions if one.step not in READING_STEPS)


def state_of(versions: Sequence[Version]) -> State:
    """State of a case.

    Parameters
    ----------
    versions
        All of the case's, in the order of their numbers.
    """
    line = main_line(versions)
    return _STATE_AFTER[line[-1].step] if line else State.NEW


def current(versions: Sequence[Version]) -> Version | None:
    """The mask that counts, None where nobody has drawn one."""
    line = [one for one in main_line(versions) if one.step is not Step.PROPOSED]
    return line[-1] if line else None


def last(versions: Sequence[Version], *steps: Step) -> Version | None:
    """The last version of these steps, or None."""
    found = [one for one in versions if one.step in steps]
    return found[-1] if found else None


def why_not(
    versions: Sequence[Version], step: Step, reader: str, *, interval_days: int = 0, now: datetime | None = None
) -> ProjectError | None:
    """Why a reader may not take this step now; None where they may.

    Parameters
    ----------
    interval_days
        Least time between a reader's first and second reading.
    """
    state = state_of(versions)
    if step in READING_STEPS:
        return _why_no_reading(versions, step, reader, interval_days, now or utc_now())
    if step is Step.PROPOSED:
        return None if reader == NETWORK and state in (State.NEW, State.PRESEGMENTED) else _refused(step, state, "a new case")
    if step is Step.DRAWN:
        own = state is State.DONE and _made(versions, Step.DRAWN) == reader
        return None if own or state in (State.NEW, State.PRESEGMENTED) else _refused(step, state, "a case that nobody drew")
    if step in _REVIEWS:
        return _why_no_review(versions, step, reader, state)
    return _why_no_arbitration(versions, reader, state)


def require_allowed(
    versions: Sequence[Version], step: Step, reader: str, *, interval_days: int = 0, now: datetime | None = None
) -> None:
    """Raise `ProjectError` where a reader may not take this step now."""
    fault = why_not(versions, step, reader, interval_days=interval_days, now=now)
    if fault is not None:
        raise fault


def start_of(versions: Sequence[Version], step: Step) -> Version | None:
    """The version to draw upon; None where one starts from the bare image.

    A second reading, and one alone, start from what the first drawing started from: the network's proposal, or nothing.
    """
    if step in READING_STEPS:
        drawn = next((one for one in versions if one.step is Step.DRAWN), None)
        earlier = versions if drawn is None else [one for one in versions if one.number < drawn.number]
        return last(earlier, Step.PROPOSED)
    if step is Step.DRAWN and state_of(versions) is not State.DONE:
        return last(versions, Step.PROPOSED)
    line = main_line(versions)
    return line[-1] if line else None


def visible(versions: Sequence[Version], step: Step, reader: str) -> tuple[Version, ...]:
    """Versions that a reader may look at while they take a step.

    Whoever draws sees the proposal and their own; a second reading and one alone are blind to every drawing, also their own.
    """
    if step in READING_STEPS:
        start = start_of(versions, step)
        return () if start is None else (start,)
    if step is Step.DRAWN:
        return tuple(one for one in main_line(versions) if one.reader in (reader, NETWORK))
    return main_line(versions)


def due_from(versions: Sequence[Version], reader: str, interval_days: int) -> datetime | None:
    """When a reader may read a case for the second time; None where they have not drawn it."""
    own = [one for one in versions if one.step is Step.DRAWN and one.reader == reader]
    return own[-1].time + timedelta(days=interval_days) if own else None


def _why_no_reading(
    versions: Sequence[Version], step: Step, reader: str, interval_days: int, now: datetime
) -> ProjectError | None:
    own = [one for one in versions if one.reader == reader]
    if any(one.step is step for one in own):
        return ProjectError(f"{reader} has read this case so already", "one such reading a reader", "take the next case")
    if step is Step.ALONE:
        seen = [one for one in own if one.step is not Step.ALONE]
        expected = "a reader who has seen nobody's mask of it"
        return ProjectError(f"{reader} knows this case's masks", expected, "let another reader do it") if seen else None
    due = due_from(versions, reader, interval_days)
    if due is None:
        return ProjectError(f"{reader} has not drawn this case", "a first reading", "draw it first")
    if now < due:
        day = due.astimezone(UTC).date().isoformat()
        return ProjectError(f"{reader} drew this case too lately", f"{interval_days} days in between", f"read it from {day} on")
    return None


def _why_no_review(versions: Sequence[Version], step: Step, reader: str, state: State) -> ProjectError | None:
    again = state in (State.REVIEWED, State.DISPUTED) and _made(versions, *_REVIEWS) == reader
    if state is not State.DONE and not again:
        return _refused(step, state, "a case that was drawn")
    if _made(versions, Step.DRAWN) == reader:
        return ProjectError(f"{reader} drew this case", "a review by another reader", "let reader B review it")
    return None


def _why_no_arbitration(versions: Sequence[Version], reader: str, state: State) -> ProjectError | None:
    if state is State.ARBITRATED and _made(versions, Step.ARBITRATED) == reader:
        return None
    if state not in (State.REVIEWED, State.DISPUTED):
        return _refused(Step.ARBITRATED, state, "a case that was reviewed")
    if reader in (_made(versions, Step.DRAWN), _made(versions, *_REVIEWS)):
        return ProjectError(f"{reader} drew or reviewed this case", "arbitration by a third reader", "let reader C decide")
    return None


def _made(versions: Sequence[Version], *steps: Step) -> str:
    found = last(versions, *steps)
    return "" if found is None else found.reader


def _refused(step: Step, state: State, expected: str) -> ProjectError:
    return ProjectError(
        f"A case that is {state} cannot become {step}", expected, "look at the work list, and take another case"
    )
