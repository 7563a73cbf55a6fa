"""Agreement studies: cases drawn at random, who reads them in which ways, what is still open, and the table for `icc`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import numpy as np
from OPRadiomicsLib.files import FOLDER_SIGNS, names_a_folder, visible
from OPRadiomicsLib.json_files import read_json
from OPRadiomicsLib.types import Role

from ..agreement.readings import write_reading_table
from .cases import Case, case_named, list_cases
from .exclusive import create_exclusively, parse_initials, utc_now
from .flow import due_from, last
from .folder import Project, ProjectError
from .versions import Step, Version, list_versions

_SCHEMA: Final = 1
READER_OF: Final[Mapping[str, str]] = {"A": "A", "B": "B", "A2": "A", "B_alone": "B"}
"""Reading to the reader's part in the study; names as `opradiomics icc` knows them."""
_SHOWN: Final = 10
"""Cases that a message names."""


class Progress(StrEnum):
    """Of one reading of one case."""

    DONE = "done"
    OPEN = "open"
    WAITS = "waits"


@dataclass(frozen=True)
class Design:
    """An agreement study.

    Parameters
    ----------
    cases
        By name, in order.
    readers
        Part ("A", "B") to initials.
    readings
        Of `READER_OF`.
    interval_days
        Least time between A's first and second reading.
    seed
        That drew the cases, None where they were chosen.
    """

    name: str
    cases: tuple[str, ...]
    readers: Mapping[str, str]
    readings: tuple[str, ...]
    interval_days: int
    seed: int | None = None


@dataclass(frozen=True)
class Due:
    """One reading of one case: by whom, how far it is, and where it waits for how long or for what."""

    case: str
    reading: str
    reader: str
    progress: Progress
    version: Version | None = None
    waits_for: str = ""


def draw_cases(names: Sequence[str], count: int, seed: int) -> tuple[str, ...]:
    """Draw cases at random; the same names, count and seed draw the same ones, in the names' order.

    Raises
    ------
    ProjectError
        If there are fewer, or fewer than two are asked for.
    """
    if not 2 <= count <= len(names):
        raise ProjectError(
            f"{count} cases to draw from {len(names)} with T1WI, T2WI and FS-T2WI",
            "at least two, and as many such cases in the project",
            "draw fewer, or add cases with all three sequences",
        )
    ordered = sorted(names)
    return tuple(
        ordered[int(place)] for place in np.sort(np.random.default_rng(seed).choice(len(ordered), count, replace=False))
    )


def readable(cases: Iterable[Case]) -> list[str]:
    """Names of the cases that an agreement study can take: its features are those of all three sequences."""
    return [case.name for case in cases if len(case.sequences) == len(Role)]


def create_design(
    project: Project,
    name: str,
    cases: Sequence[str],
    readers: Mapping[str, str],
    readings: Sequence[str] = ("A", "B", "A2"),
    *,
    seed: int | None = None,
) -> Design:
    """Keep an agreement study in the project; it is never changed afterwards.

    Raises
    ------
    ProjectError
        If the name is taken or can't name a file, a case is not in the project, a case lacks a sequence, or a
        reading has no reader of its own.
    """
    if not names_a_folder(name):
        raise ProjectError(f"'{name[:40]}' names no study", f"a name of {FOLDER_SIGNS}", "choose a name such as icc-2026")
    known = list_cases(project)
    unknown = sorted(set(cases) - set(known))
    strange = [one for one in readings if one not in READER_OF]
    if unknown or strange or len(set(cases)) < 2:
        raise ProjectError(
            f"{len(set(cases))} cases, of them {len(unknown)} not in the project; readings {', '.join(readings)}",
            f"at least two cases of the project, and readings of {', '.join(READER_OF)}",
            "choose others",
        )
    lacking = sorted(set(cases) - set(readable(known[case] for case in cases)))
    if lacking:
        raise ProjectError(
            f"Without T2WI or FS-T2WI: {', '.join(lacking[:_SHOWN])}{' ...' if len(lacking) > _SHOWN else ''}",
            "cases with T1WI, T2WI and FS-T2WI, whose features are compared",
            "leave them out, or add these studies again with all sequences",
        )
    parts = {part: parse_initials(readers.get(part, "")) for part in sorted({READER_OF[one] for one in readings})}
    if len(set(parts.values())) < len(parts):
        raise ProjectError(f"{parts['A']} as reader A and B", "two readers", "give B's own initials")
    design = Design(name, tuple(sorted(set(cases))), parts, tuple(readings), project.interval_days, seed)
    content = {
        "schema": _SCHEMA,
        **{key: list(value) if isinstance(value, tuple) else value for key, value in vars(design).items()},
    }
    if not create_exclusively(project.designs / f"{name}.json", json.dumps(content, indent=2) + "\n"):
        raise ProjectError(f"A design '{name}' exists already", "a new name", "choose another name")
    return design


def list_designs(project: Project) -> tuple[Design, ...]:
    """All agreement studies of a project, by name."""
    return tuple(read_design(project, path.stem) for path in visible(project.designs, "*.json"))


def read_design(project: Project, name: str) -> Design:
    """One agreement study; raises `ProjectError` where it is absent or damaged."""
    try:
        return read_json(project.designs / f"{name}.json", _design)
    except ValueError as error:
        raise ProjectError(
            f"Design '{name[:40]}' is damaged ({error})", "the file as it was made", "take it back from a backup"
        ) from None
    except OSError:
        known = ", ".join(path.stem for path in visible(project.designs, "*.json")) or "none"
        raise ProjectError(f"No design '{name[:40]}'", f"one of the project's: {known}", "create it first") from None


def _design(content: dict[str, Any]) -> Design:
    readings = tuple(content["readings"])
    return Design(
        str(content["name"]),
        tuple(content["cases"]),
        {READER_OF[one]: str(content["readers"][READER_OF[one]]) for one in readings},
        readings,
        int(content["interval_days"]),
        content["seed"],
    )


def readings_of(project: Project, design: Design, *, now: datetime | None = None) -> tuple[Due, ...]:
    """Every reading of every case: done, open, or waiting for what."""
    versions = list_versions(project)
    when = now or utc_now()
    return tuple(
        _due(design, case, reading, versions.get(case, ()), when) for case in design.cases for reading in design.readings
    )


def _due(design: Design, case: str, reading: str, versions: tuple[Version, ...], now: datetime) -> Due:
    reader = design.readers[READER_OF[reading]]
    version = _version_of(reading, reader, design.readers.get("A", ""), versions)
    if version is not None:
        return Due(case, reading, reader, Progress.DONE, version)
    if reading == "B" and last(versions, Step.DRAWN) is None:
        return Due(case, reading, reader, Progress.WAITS, waits_for="A")
    if reading == "A2":
        due = due_from(versions, reader, design.interval_days)
        if due is None or now < due:
            return Due(case, reading, reader, Progress.WAITS, waits_for="A" if due is None else due.date().isoformat())
    return Due(case, reading, reader, Progress.OPEN)


def _version_of(reading: str, reader: str, first: str, versions: tuple[Version, ...]) -> Version | None:
    """A: the last drawing before the first review; B: the last review before arbitration; the others: the only one there is."""
    if reading in ("A2", "B_alone"):
        return last([one for one in versions if one.reader == reader], Step.AGAIN if reading == "A2" else Step.ALONE)
    drawn = [one for one in versions if one.step is Step.DRAWN and one.reader == first]
    reviews = [one for one in versions if one.step in (Step.REVIEWED, Step.DISPUTED)]
    if reading == "A":
        return last([one for one in drawn if not reviews or one.number < reviews[0].number], Step.DRAWN)
    return last([one for one in reviews if one.reader == reader and drawn], Step.REVIEWED, Step.DISPUTED)


def export_design(project: Project, design: Design, out: Path) -> Path:
    """Write the table that `opradiomics icc` reads: case, study and the mask of each reading.

    Raises
    ------
    ProjectError
        If readings are open; they are counted by reader.
    OutputError
        If it can't be written.
    """
    readings = readings_of(project, design)
    open_ = [one for one in readings if one.progress is not Progress.DONE]
    if open_:
        by_reader = {
            reader: sum(one.reader == reader for one in open_) for reader in dict.fromkeys(one.reader for one in open_)
        }
        raise ProjectError(
            f"{len(open_)} of {len(readings)} readings are open ({', '.join(f'{who} {n}' for who, n in by_reader.items())})",
            "every reading of every case",
            f"read them first; the first is {open_[0].case}, reading {open_[0].reading}",
        )
    masks: dict[str, dict[str, Path]] = {case: {} for case in design.cases}
    for one in readings:
        if one.version is not None:
            masks[one.case][one.reading] = one.version.path
    simulated = any(case_named(project, case).simulated for case in design.cases)
    return write_reading_table([(case, project.images / case, masks[case]) for case in design.cases], out, simulated=simulated)
