"""Who works on a case: a claim file that only one person can make; a forgotten one can be seen, and broken with a reason."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from OPRadiomicsLib.files import patiently, visible, write_text
from OPRadiomicsLib.json_files import read_json

from .exclusive import create_exclusively, parse_initials, silent_s, stamp, utc_now
from .folder import Project, ProjectError

STALE_AFTER_S: Final = 30 * 60.0
"""A claim is renewed with every autosave; after half an hour without one its Slicer is gone."""

OWN_AGAIN_AFTER_S: Final = 120.0
"""A reader's own claim that missed two autosaves is of a Slicer that was killed: its reader takes the case up again."""


@dataclass(frozen=True)
class Claim:
    """A reader's claim on a case: ``task`` is the step that they work on, ``token`` proves whose it is.

    ``silent_s``: seconds since it was last renewed, as of when it was read (see `exclusive.silent_s`).
    """

    case: str
    reader: str
    task: str
    since: str
    token: str
    silent_s: float = 0.0

    def is_stale(self, *, after_s: float = STALE_AFTER_S) -> bool:
        """Whether nobody has renewed it for so long."""
        return self.silent_s > after_s


class ClaimedError(ProjectError):
    """Somebody else works on the case, or one's own claim was broken."""


def claim_case(project: Project, case: str, reader: str, task: str) -> Claim:
    """Claim a case, or take up one's own claim that a killed Slicer left.

    Raises
    ------
    ClaimedError
        If somebody has it; says who and since when.
    """
    claim = Claim(case, parse_initials(reader), task, stamp(utc_now()), secrets.token_hex(8))
    if create_exclusively(_path(project, case), _text(claim)):
        return claim
    holder = claim_of(project, case)
    if holder is None:  # released in between
        return claim_case(project, case, reader, task)
    own = holder.reader == claim.reader
    if own and holder.is_stale(after_s=OWN_AGAIN_AFTER_S):
        break_claim(project, holder, reader, "its own reader takes it up again: it was not given back")
        return claim_case(project, case, reader, task)
    age = "; not renewed for half an hour, so it may be forgotten" if holder.is_stale() else ""
    raise ClaimedError(
        f"{case} is in work by {holder.reader} since {holder.since} ({holder.task}){age}",
        "a case that nobody works on",
        "close it in your other Slicer; if that one was killed, try again two minutes after its last autosave"
        if own
        else "take the next case, or break the claim and say why, after asking the reader",
    )


def claim_of(project: Project, case: str) -> Claim | None:
    """The claim on a case, None where nobody has it."""
    return _read(_path(project, case))


def list_claims(project: Project) -> Mapping[str, Claim]:
    """All claims by case: one look into one folder, which is nearly empty."""
    found = (_read(path) for path in visible(project.claims, "*.json"))
    return {claim.case: claim for claim in found if claim is not None}


def renew(project: Project, claim: Claim) -> None:
    """Show that the reader is still at it; raises `ClaimedError` where the claim was broken."""
    require_held(project, claim)
    with suppress(FileNotFoundError):
        os.utime(_path(project, claim.case))


def require_held(project: Project, claim: Claim) -> None:
    """Raise `ClaimedError` unless the claim still stands."""
    found = claim_of(project, claim.case)
    if found is None or found.token != claim.token:
        who = "" if found is None else f"; it is in work by {found.reader} now"
        raise ClaimedError(
            f"The claim of {claim.reader} on {claim.case} was broken{who}",
            "a claim that stands",
            "your drawing is kept in the recovery folder: claim the case again, or speak with the other reader",
        )


def release(project: Project, claim: Claim) -> None:
    """Give the case back; a claim that was broken is left alone."""
    found = claim_of(project, claim.case)
    if found is not None and found.token == claim.token:
        patiently(partial(_path(project, claim.case).unlink, missing_ok=True))  # a panel may look at it


def break_claim(project: Project, seen: Claim, by: str, reason: str) -> Path:
    """Take a claim away from its reader; who broke it and why stays in claims/broken.

    Parameters
    ----------
    seen
        The claim as it was shown to the one who breaks it; another that took its place meanwhile stays.

    Raises
    ------
    ProjectError
        If no reason is given.
    ClaimedError
        If the claim is gone, or not the one that was seen.
    """
    if not reason.strip():
        raise ProjectError("No reason given", "why the claim is broken", "write a few words; they are kept with the claim")
    initials = parse_initials(by)
    broken = project.claims / "broken"
    broken.mkdir(exist_ok=True)
    target = broken / f"{seen.case}_{stamp(utc_now())}_{seen.token}.json"
    path = _path(project, seen.case)
    try:
        patiently(partial(path.rename, target))  # of two who break it, one finds nothing to rename
    except OSError:
        raise _changed(seen.case) from None
    taken = _read(target)
    if taken is None or taken.token != seen.token:
        create_exclusively(path, target.read_text(encoding="utf-8"))
        patiently(target.unlink)
        raise _changed(seen.case)
    write_text(target, _text(taken, broken_by=initials, reason=reason.strip()))
    return target


def _changed(case: str) -> ClaimedError:
    return ClaimedError(f"The claim on {case} has changed meanwhile", "the claim that was shown", "look at the work list again")


def _path(project: Project, case: str) -> Path:
    return project.claims / f"{case}.json"


def _text(claim: Claim, **more: str) -> str:
    content = {**asdict(claim), **more}
    del content["silent_s"]
    return json.dumps(content, indent=2) + "\n"


def _read(path: Path) -> Claim | None:
    """The claim; of "?" where the file cannot be read or is only being written; None where there is none."""
    silent = 0.0
    try:
        silent = silent_s(path.stat().st_mtime, path.parent, OWN_AGAIN_AFTER_S)
        return patiently(partial(read_json, path, partial(_claim, silent)))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return Claim(path.stem, "?", "?", "?", "", silent)


def _claim(silent: float, content: dict[str, Any]) -> Claim:
    names = {name: str(content[name]) for name in ("case", "reader", "task", "since", "token")}
    return Claim(**names, silent_s=silent)
