"""Drawings that are not saved yet: kept every `AUTOSAVE_S` seconds, so that a crash loses those at most."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from OPRadiomicsLib.files import patiently, write_bytes
from OPRadiomicsLib.geometry import to_sitk
from OPRadiomicsLib.io.volumes import save_image
from OPRadiomicsLib.json_files import read_json

from .claims import Claim, renew
from .exclusive import parse_initials, stamp, utc_now
from .folder import Project
from .versions import SUFFIX, Version

if TYPE_CHECKING:
    from OPRadiomicsLib.types import Mask

AUTOSAVE_S: Final = 45
"""Seconds between two autosaves: with the time that one takes, less than a minute is lost."""

_NAME: Final = re.compile(r"(sub-\d{4,})_([A-Z0-9]{1,8})_([a-z]+)\.json")


@dataclass(frozen=True)
class Recovery:
    """A drawing that was not saved: whose, on which case, for which step, upon which version, when."""

    case: str
    reader: str
    task: str
    time: str
    parent: int | None
    path: Path


def keep(project: Project, claim: Claim, mask: Mask, parent: Version | None) -> Recovery:
    """Keep a drawing, in place of the one kept before, and show that the reader is still at it.

    A mask without a voxel is kept as well.

    Raises
    ------
    OutputError
        If it can't be written; what was kept before stays.
    ClaimedError
        If the claim was broken; the drawing is kept all the same.
    """
    path = _path(project, claim.case, claim.reader, claim.task)
    content = Recovery(claim.case, claim.reader, claim.task, stamp(utc_now()), None if parent is None else parent.number, path)
    save_image(to_sitk(mask), path)  # `io.write_mask` refuses an empty one, which is a state of drawing like any other
    write_bytes(
        path.with_name(path.name.removesuffix(SUFFIX) + ".json"), json.dumps({**asdict(content), "path": path.name}).encode()
    )
    renew(project, claim)
    return content


def kept(project: Project, reader: str, case: str = "") -> tuple[Recovery, ...]:
    """A reader's drawings that were not saved, of one case or of all."""
    initials = parse_initials(reader)
    found = []
    for path in sorted(project.recovery.glob(f"{case or 'sub-*'}_{initials}_*.json")):
        image = path.with_name(path.name.removesuffix(".json") + SUFFIX)
        if not _NAME.fullmatch(path.name) or not image.is_file():
            continue
        with suppress(OSError, ValueError):
            found.append(read_json(path, partial(_recovery, image)))
    return tuple(found)


def _recovery(image: Path, content: dict[str, Any]) -> Recovery:
    return Recovery(**{**content, "path": image})


def discard(project: Project, case: str, reader: str, task: str) -> None:
    """Remove a drawing: it was saved, or its reader does not want it."""
    path = _path(project, case, parse_initials(reader), task)
    for one in (path, path.with_name(path.name.removesuffix(SUFFIX) + ".json")):
        patiently(partial(one.unlink, missing_ok=True))


def _path(project: Project, case: str, reader: str, task: str) -> Path:
    return project.recovery / f"{case}_{reader}_{task}{SUFFIX}"
