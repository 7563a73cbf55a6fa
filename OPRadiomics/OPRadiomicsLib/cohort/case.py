"""One case of a cohort, what is done to all of them, and the proof that it was done."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from .. import __version__
from ..errors import OPRadiomicsError, StudyError
from ..files import sha256_of
from ..io.index import files_below
from ..io.output import IMAGE_SUFFIXES
from ..io.selection import OPTION_OF_ROLE
from ..json_files import read_json
from ..models.signature import Signature
from ..profile import Profile
from ..segmentation.bundle import SegmentationModel
from ..types import Role

FINISHED: Final = "finished.json"
"""Written last into a case's folder: it says what with the case was computed, and so proves the rest."""

COMPARED: Final = ("age", "sex")
"""Clinical values that are compared with the images' header, and so count in runs without a signature too."""

SERIES_COLUMNS: Final[Mapping[Role, str]] = {Role.T1WI: "t1_series", Role.T2WI: "t2_series", Role.FST2WI: "fst2_series"}
"""Columns that say which series of a DICOM study is meant, as the options of `OPTION_OF_ROLE` do."""


@dataclass(frozen=True)
class Case:
    """One case: a pseudonym, where its images lie, and what else is given of it.

    Parameters
    ----------
    name
        Names the case's result folder and its row of every table; never a patient's name.
    study
        DICOM folder, or a folder with T1WI, T2WI and FS-T2WI as image files of these names.
    masks
        Reviewed masks by sequence; that of T1WI replaces the network's.
    clinical
        Values as typed, by name (age, sex, bmi, ...); age and sex that are not given come from DICOM.
    series
        Series of a DICOM folder that are named, by sequence, as `io.select_series` takes them.
    """

    name: str
    study: Path
    masks: Mapping[Role, Path] = field(default_factory=dict)
    clinical: Mapping[str, Any] = field(default_factory=dict)
    series: Mapping[Role, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class CohortSettings:
    """What is done to every case; without a ``signature``, features and masks alone. ``language``: of the reports."""

    profile: Profile
    model: SegmentationModel
    signature: Signature | None = None
    register: bool = False
    allow_missing: bool = False
    per_level: bool = False
    engine: str = "auto"
    language: str = "en"

    @property
    def key(self) -> dict[str, Any]:
        """Two runs with equal keys compute the same: profile, software, models, options."""
        return {
            "software": __version__,
            "profile_hash": self.profile.hash,
            "network": self.model.identity,
            "signature": None if self.signature is None else self.signature.sha256,
            "register": self.register,
            "allow_missing": self.allow_missing,
            "per_level": self.per_level,
            "engine": self.engine,
            "language": None if self.signature is None else self.language,
        }


def settings_of(profile: Profile, signature: Signature | None = None, **options: Any) -> CohortSettings:
    """Settings with the shipped network; ``options`` are fields of `CohortSettings`."""
    from ..segmentation.bundle import load_segmentation_model

    return CohortSettings(profile, load_segmentation_model(), signature, **options)


@dataclass(frozen=True)
class Failure:
    """Why a case has no result: where it stopped, what was found and expected, and what to do; no patient data."""

    case: str
    stage: str
    kind: str
    found: str
    expected: str
    remedy: str


def failure_of(name: str, stage: str, error: OPRadiomicsError, study: Path) -> Failure:
    """A refusal as a record, in which DICOM files are numbered as they sort: exports name them after patients.

    Where one examination's command would have an option to name a series, a cohort's table has a column.
    """
    remedy = error.remedy
    for role, option in OPTION_OF_ROLE.items():
        remedy = remedy.replace(option, f"the table's column {SERIES_COLUMNS[role]}")
    said = (_without_file_names(text, study) for text in (error.found, error.expected, remedy))
    return Failure(name, stage, type(error).__name__, *said)


def _without_file_names(text: str, folder: Path) -> str:
    files = _files_of(folder)
    own_names = {f"{role}{ending}" for role in Role for ending in IMAGE_SUFFIXES}
    for number, path in enumerate(files, start=1):
        if path.name not in own_names:  # in quotes alone: "1" and "T1" are names of files too
            text = text.replace(f"'{path.name}'", f"{number} of {len(files)} by name")
    return text


def key_of(case: Case, settings: CohortSettings) -> dict[str, Any]:
    """The settings, and what of the case's input could change without them: files, masks, clinical values."""
    return {
        **settings.key,
        "images": _digest_of_folder(case.study),
        **({"series": {role.value: name for role, name in sorted(case.series.items())}} if case.series else {}),
        "masks": {role.value: _digest(path) for role, path in sorted(case.masks.items())},
        "clinical": {
            name: str(value) for name, value in sorted(case.clinical.items()) if settings.signature or name in COMPARED
        },
    }


def _digest_of_folder(folder: Path) -> str:
    """SHA-256 of every file's place and content: sequences that swap their names are other input."""
    files = [path for path in _files_of(folder) if not path.name.startswith(".")]
    listed = [(path.relative_to(folder).as_posix(), _digest(path)) for path in files]
    return hashlib.sha256(json.dumps(listed).encode()).hexdigest()


def _files_of(folder: Path) -> list[Path]:
    """The files that `open_case` reads, in linked folders too; none where it will refuse the folder."""
    try:
        return files_below(folder)
    except StudyError:
        return []


def _digest(path: Path) -> str | None:
    try:
        return sha256_of(path)
    except OSError:
        return None


def read_finished(folder: Path) -> dict[str, Any]:
    """What finished.json says; empty where the case is not finished."""
    try:
        return read_json(folder / FINISHED, dict)
    except (OSError, ValueError):
        return {}
