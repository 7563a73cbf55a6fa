"""The cases of a project: what case.json says of each, read at once through an index that is only a cache."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from OPRadiomicsLib.errors import OutputError
from OPRadiomicsLib.files import write_text
from OPRadiomicsLib.json_files import read_json
from OPRadiomicsLib.types import Role

from .folder import Project, ProjectError

CASE_FILE: Final = "case.json"
ACQUISITION_FILE: Final = "acquisition.json"
THUMBNAIL: Final = ".thumbnail.png"
INDEX: Final = ".index.json"
CLINICAL: Final = ("age", "sex", "bmi", "diabetes", "smoking", "drinking", "label", "bmd", "centre")
"""Columns of a table that go along with its studies."""

_INDEX_SCHEMA: Final = 1
_NAME: Final = re.compile(r"sub-\d{4,}")


@dataclass(frozen=True)
class Case:
    """One case, by its pseudonym.

    Parameters
    ----------
    age
        Years, None where not known.
    sex
        "M", "F", or "" where not known.
    centre
        As it was given when the case was added.
    sequences
        Those that it has.
    digest
        SHA-256 of the reference image's voxels: the same examination is not added twice.
    simulated
        Whether the images are a simulator's.
    clinical
        Cells of a cohort's table that came with the images, such as label and bmd.
    kinds
        Of the sequences, where DICOM told them: a cell of a cohort's table.
    """

    name: str
    folder: Path
    age: float | None = None
    sex: str = ""
    centre: str = ""
    scanner: str = ""
    sequences: tuple[str, ...] = ()
    digest: str = ""
    added: str = ""
    simulated: bool = False
    clinical: Mapping[str, str] = field(default_factory=dict)
    kinds: str = ""

    def image(self, role: Role) -> Path | None:
        """The image of a sequence, or None."""
        path = self.folder / f"{role}.nii.gz"
        return path if role in self.sequences else None

    @property
    def reference(self) -> Path:
        """The image that masks are drawn on: T1WI, or what there is."""
        role = next(role for role in Role if role in self.sequences)
        return self.folder / f"{role}.nii.gz"

    @property
    def thumbnail(self) -> Path:
        return self.folder / THUMBNAIL


def list_cases(project: Project) -> Mapping[str, Case]:
    """Every case, by name, in order.

    A folder's time stamp tells whether the index knows it; only new or changed ones are read. A folder without case.json (an
    addition that was cut off) is no case.
    """
    known = _read_index(project)
    found: dict[str, tuple[int, dict[str, Any]]] = {}
    changed = False
    for entry in sorted(os.scandir(project.images), key=lambda one: one.name):
        if not _NAME.fullmatch(entry.name):
            continue
        age = entry.stat().st_mtime_ns
        if entry.name in known and known[entry.name][0] == age:
            found[entry.name] = known[entry.name]
        elif (content := _read_case(Path(entry.path))) is not None:
            found[entry.name] = (age, content)
            changed = True
    if changed or len(found) != len(known):
        _write_index(project, found)
    return {name: _case(project.images / name, content) for name, (_, content) in found.items()}


def case_named(project: Project, name: str) -> Case:
    """One case; raises `ProjectError` where there is none of that name."""
    content = _read_case(project.images / name) if _NAME.fullmatch(name) else None
    if content is None:
        raise ProjectError(f"No case '{name[:40]}'", "a case of this project, such as sub-0001", "look at the work list")
    return _case(project.images / name, content)


def _case(folder: Path, content: Mapping[str, Any]) -> Case:
    return Case(
        folder.name,
        folder,
        content.get("age"),
        str(content.get("sex", "")),
        str(content.get("centre", "")),
        str(content.get("scanner", "")),
        tuple(content.get("sequences", ())),
        str(content.get("digest", "")),
        str(content.get("added", "")),
        bool(content.get("simulated", False)),
        dict(content.get("clinical", {})),
        str(content.get("kinds", "")),
    )


def _read_case(folder: Path) -> dict[str, Any] | None:
    def of_a_case(content: dict[str, Any]) -> dict[str, Any]:
        _case(folder, content)
        return content

    try:
        return read_json(folder / CASE_FILE, of_a_case)
    except (OSError, ValueError):
        return None


def _read_index(project: Project) -> dict[str, tuple[int, dict[str, Any]]]:
    def known(content: dict[str, Any]) -> dict[str, tuple[int, dict[str, Any]]]:
        current = content["schema"] == _INDEX_SCHEMA
        return {name: (int(age), dict(case)) for name, (age, case) in content["cases"].items()} if current else {}

    try:
        return read_json(project.folder / INDEX, known)
    except (OSError, ValueError):
        return {}


def _write_index(project: Project, found: Mapping[str, tuple[int, dict[str, Any]]]) -> None:
    """A cache: where it can't be written, as in a read-only folder, the next opening reads all files again."""
    try:
        write_text(project.folder / INDEX, json.dumps({"schema": _INDEX_SCHEMA, "cases": found}))
    except OutputError:
        return
