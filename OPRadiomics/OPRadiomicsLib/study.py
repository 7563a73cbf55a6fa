"""One examination, read from a DICOM folder or from image files: its sequences, and what DICOM says of patient and scanner."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

import numpy as np

from .errors import StudyError
from .types import Progress, Role, SeriesRef, Volume, no_progress


@dataclass(frozen=True, eq=False)
class Study:
    """One examination: up to three sequences, how each was chosen, and what DICOM says of patient and scanner."""

    volumes: Mapping[Role, Volume]
    series: Mapping[Role, SeriesRef] = field(default_factory=dict)
    age: float | None = None
    male: bool | None = None
    scanner: str = ""
    kinds: tuple[str, ...] = ()
    """As `io.roles.kind_of` writes them, one for each sequence whose kind is known."""

    @property
    def sex(self) -> str | None:
        """``male`` as people type it: "M", "F", or None where it is not known."""
        return {True: "M", False: "F", None: None}[self.male]

    @property
    def reference(self) -> Role:
        """The sequence that is segmented: T1WI; where it is missing, the first of T2WI and FS-T2WI."""
        return next(role for role in Role if role in self.volumes)

    @property
    def digest(self) -> str:
        """SHA-256 of the reference image's voxels: the same for one examination under two names."""
        return hashlib.sha256(self.volumes[self.reference].array.tobytes()).hexdigest()

    @property
    def slice_mm(self) -> float:
        """Distance of neighbouring sagittal slices, of the sequence in which it is largest."""
        from .geometry import sagittal_axis

        return max(one.spacing_mm[sagittal_axis(one.affine)] for one in self.volumes.values())

    def doubts_about_patient(self, age: float | None, male: bool | None) -> tuple[str, ...]:
        """A sentence where DICOM says another age or sex than were entered: another patient's images, or row of a table."""
        from .io import contradicted

        found = contradicted(age, male, self.age, self.male)
        return (f"Are these the patient's images? {found[0].upper()}{found[1:]}.",) if found else ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is missing, and what in the series that were taken speaks against them."""
        from .io.roles import judge

        missing = [role for role in Role if role not in self.volumes]
        found = []
        if missing:
            found.append(f"Missing: {', '.join(missing)}. No radiomics and no combined model without them.")
        if Role.T1WI in missing:
            found.append(f"No T1WI: the vertebrae were segmented on {self.reference}.")
        doubtful = [(role, series) for role, series in self.series.items() if judge(series).role is not role]
        found += [f"{role} is series '{series.description}', {series.reason}." for role, series in doubtful]
        if lossy := [role for role, series in self.series.items() if series.acquisition.get("lossy")]:
            found.append(f"Compressed with loss: {', '.join(lossy)}. Texture features may not be those of the original images.")
        return tuple(found)


def open_study(
    folder: Path,
    *,
    choices: Mapping[Role, str] | None = None,
    study_uid: str | None = None,
    allow_missing: bool = False,
    progress: Progress = no_progress,
) -> Study:
    """Read a DICOM folder: index, choose a series for each role, load.

    Raises
    ------
    StudyError, GeometryError
        As `io.index_dicom`, `io.select_series`, `io.read_volume` and `io.require_one_examination`.
    """
    from . import io
    from .io.headers import scanner_of
    from .io.roles import kind_of

    series = io.select_series(
        io.index_dicom(folder, progress, study_uid=study_uid), choices=choices, allow_missing=allow_missing
    )
    volumes = {role: io.read_volume(one) for role, one in series.items()}
    _require_different_images(volumes)
    io.require_one_examination(volumes)
    first = next(iter(series.values()))
    age, male = io.read_demographics(first)
    kinds = tuple(kind_of(role, one) for role, one in series.items())
    return Study(volumes, series, age, male, scanner_of(first.acquisition), kinds)


def open_files(files: Mapping[Role, Path], *, allow_missing: bool = False) -> Study:
    """Read one NIfTI, NRRD or MHA file a sequence.

    Raises
    ------
    StudyError, GeometryError
        If a role has no file and ``allow_missing`` is off, or as `io.read_volume` and `io.require_one_examination`.
    """
    from . import io

    missing = [role for role in Role if role not in files]
    if not files or (missing and not allow_missing):
        options = {Role.T1WI: "--t1", Role.T2WI: "--t2", Role.FST2WI: "--fst2"}
        raise StudyError(
            f"Missing: {', '.join(missing)}",
            "one file for each of T1WI, T2WI and FS-T2WI",
            f"give {' and '.join(options[role] for role in missing)}, or go without with --allow-missing",
        )
    volumes = {role: io.read_volume(files[role]) for role in Role if role in files}
    for role, volume in volumes.items():
        io.require_sagittal(volume, str(role))
    _require_different_images(volumes)
    io.require_one_examination(volumes)
    return Study(volumes)


def _require_different_images(volumes: Mapping[Role, Volume]) -> None:
    for (one, first), (two, second) in combinations(volumes.items(), 2):
        if np.array_equal(first.array, second.array):
            raise StudyError(
                f"{one} and {two} are the same image, voxel by voxel",
                "a different image for each sequence",
                "check which file or series was given for each",
            )
