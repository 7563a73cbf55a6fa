"""Every version of every mask: written once, never again; its name says case, number, step, reader and time."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from OPRadiomicsLib import __version__
from OPRadiomicsLib.json_files import read_json

from .exclusive import create_exclusively, parse_initials, parse_stamp, stamp, utc_now
from .folder import Project, ProjectError

if TYPE_CHECKING:
    from OPRadiomicsLib.types import Mask


class Step(StrEnum):
    """How a version came about. AGAIN and ALONE are readings for agreement and leave the case's state as it is."""

    PROPOSED = "proposed"
    DRAWN = "drawn"
    REVIEWED = "reviewed"
    DISPUTED = "disputed"
    ARBITRATED = "arbitrated"
    AGAIN = "again"
    ALONE = "alone"


READING_STEPS: Final = (Step.AGAIN, Step.ALONE)
NETWORK: Final = "NETWORK"
"""Stands for a reader where the network drew."""

SUFFIX: Final = ".nii.gz"
_NAME: Final = re.compile(
    rf"(?P<case>sub-\d{{4,}})_v(?P<number>\d{{3,}})_(?P<step>{'|'.join(Step)})_(?P<reader>[A-Z0-9]{{1,8}})_(?P<time>\d{{8}}T\d{{6}}Z)"
    rf"{re.escape(SUFFIX)}"
)


@dataclass(frozen=True)
class Version:
    """One version, as its name says.

    Parameters
    ----------
    time
        When it was saved, UTC.
    path
        Label map in VerSe's coding on the T1WI's grid.
    """

    case: str
    number: int
    step: Step
    reader: str
    time: datetime
    path: Path

    @property
    def record_path(self) -> Path:
        """JSON with parent, tool, software and SHA-256."""
        return self.path.with_name(f"{self.case}_v{self.number:03d}.json")

    def record(self) -> dict[str, Any]:
        """What is known of it beyond its name; raises `ProjectError` where the file is lost."""
        try:
            return read_json(self.record_path, dict)
        except (OSError, ValueError):
            raise ProjectError(
                f"{self.record_path.name} is absent or damaged", "the record of each mask", "take it back from a backup"
            ) from None


def parse_name(path: Path) -> Version | None:
    """The version that a file is, None for any other file."""
    found = _NAME.fullmatch(path.name)
    if found is None:
        return None
    try:
        time = parse_stamp(found["time"])
    except ValueError:
        return None
    return Version(found["case"], int(found["number"]), Step(found["step"]), found["reader"], time, path)


def list_versions(project: Project) -> Mapping[str, tuple[Version, ...]]:
    """All versions by case, in the order of their numbers: one look into one folder."""
    found: defaultdict[str, list[Version]] = defaultdict(list)
    for entry in os.scandir(project.masks):
        version = parse_name(Path(entry.path))
        if version is not None:
            found[version.case].append(version)
    return {case: tuple(sorted(versions, key=lambda one: one.number)) for case, versions in found.items()}


def versions_of(project: Project, case: str) -> tuple[Version, ...]:
    """One case's versions, in the order of their numbers."""
    found = (parse_name(path) for path in project.masks.glob(f"{case}_v*{SUFFIX}"))
    return tuple(sorted((one for one in found if one is not None and one.case == case), key=lambda one: one.number))


def save_version(
    project: Project,
    case: str,
    step: Step,
    reader: str,
    mask: Mask,
    *,
    parent: Version | None = None,
    tool: str = "",
    note: str = "",
    require: Callable[[], None] = lambda: None,
    now: datetime | None = None,
) -> Version:
    """Write a mask as the case's next version; two people at once get two numbers.

    The number is taken by making its record, which only one can; the mask follows, and the version exists from then on.

    Parameters
    ----------
    mask
        On the T1WI's grid, with all its levels.
    parent
        The version that it was drawn upon.
    tool
        What it was drawn with.
    require
        Called last before writing: raises where the right to save has been lost.

    Raises
    ------
    OutputError, MaskError
        If it can't be written, or is empty; then no version is made.
    ProjectError
        If the reader's initials are none, or from ``require``.
    """
    from OPRadiomicsLib.io.masks import write_mask

    initials = parse_initials(reader)
    when = now or utc_now()
    require()
    digest = hashlib.sha256(mask.labels.tobytes()).hexdigest()
    record = {
        "case": case,
        "step": step.value,
        "reader": initials,
        "time": stamp(when),
        "parent": None if parent is None else parent.number,
        "tool": tool,
        "note": note,
        "levels": list(mask.levels),
        "software": __version__,
        "labels_sha256": digest,
    }
    number = _reserve(project, case, record)
    path = project.masks / f"{case}_v{number:03d}_{step.value}_{initials}_{stamp(when)}{SUFFIX}"
    try:
        write_mask(mask, path, all_levels=True)
    except BaseException:
        (project.masks / f"{case}_v{number:03d}.json").unlink(missing_ok=True)
        raise
    return Version(case, number, step, initials, when, path)


def _reserve(project: Project, case: str, record: Mapping[str, Any]) -> int:
    taken = [
        int(match[1]) for path in project.masks.glob(f"{case}_v*.json") if (match := re.search(r"_v(\d+)\.json$", path.name))
    ]
    number = max(taken, default=0) + 1
    while not create_exclusively(
        project.masks / f"{case}_v{number:03d}.json", json.dumps({**record, "version": number}, indent=2) + "\n"
    ):
        number += 1
    return number
