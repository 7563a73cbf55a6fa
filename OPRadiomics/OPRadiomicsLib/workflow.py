"""The only chain of stages. Slicer, the command line and a cohort differ in the reviewer and `Progress` alone.

The reviewer makes of the network's draft the mask that counts: in Slicer the radiologist, elsewhere a policy.

::

    study    = open_study(folder)
    bodies   = reviewer(segment(study.volumes[study.reference], model), study.volumes[study.reference])
    analysis = analyse(study, bodies, profile)
    result   = conclude(study, analysis, signature=signature, clinical=clinical, profile=profile)
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .errors import GeometryError, StudyError
from .levels import STUDY_LEVELS
from .progress import part, side_by_side
from .types import (
    Affine,
    Clinical,
    FeatureVector,
    LevelQuality,
    Mask,
    Progress,
    Role,
    SeriesRef,
    Volume,
    no_progress,
)

if TYPE_CHECKING:
    from .models.signature import Signature
    from .preprocessing.resampling import AnalysisGrid
    from .profile import Profile
    from .reports.case import CaseResult

PUBLISHED = "published-clinical"
"""The paper's formula: its answer stands beside every fitted signature's, apart from the models compared."""


@dataclass(frozen=True, eq=False)
class Study:
    """One examination: up to three sequences, how each was chosen, and what DICOM says of patient and scanner."""

    volumes: Mapping[Role, Volume]
    series: Mapping[Role, SeriesRef] = field(default_factory=dict)
    age: float | None = None
    male: bool | None = None
    scanner: str = ""

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
        from .io.roles import judge, other_kind

        missing = [role for role in Role if role not in self.volumes]
        found = []
        if missing:
            found.append(f"Missing: {', '.join(missing)}. No radiomics and no combined model without them.")
        if Role.T1WI in missing:
            found.append(f"No T1WI: the vertebrae were segmented on {self.reference}.")
        doubtful = [(role, series) for role, series in self.series.items() if judge(series).role is not role]
        found += [f"{role} is series '{series.description}', {series.reason}." for role, series in doubtful]
        found += [sentence for role, series in self.series.items() if (sentence := other_kind(role, series))]
        if lossy := [role for role, series in self.series.items() if series.acquisition.get("lossy")]:
            found.append(f"Compressed with loss: {', '.join(lossy)}. Texture features may not be those of the original images.")
        return tuple(found)


@dataclass(frozen=True, eq=False)
class Analysis:
    """Masks and features of one study: bodies and marrow region on each sequence's own grid, for looking at."""

    bodies: Mapping[Role, Mask]
    marrow: Mapping[Role, Mask]
    features: FeatureVector
    by_level: Mapping[str, FeatureVector] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


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

    series = io.select_series(
        io.index_dicom(folder, progress, study_uid=study_uid), choices=choices, allow_missing=allow_missing
    )
    volumes = {role: io.read_volume(one) for role, one in series.items()}
    _require_different_images(volumes)
    io.require_one_examination(volumes)
    first = next(iter(series.values()))
    age, male = io.read_demographics(first)
    return Study(volumes, series, age, male, scanner_of(first.acquisition))


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


def analyse(
    study: Study,
    bodies: Mask,
    profile: Profile,
    *,
    corrected: Mapping[Role, Mask] | None = None,
    register: bool = False,
    per_level: bool = False,
    engine: str = "auto",
    progress: Progress = no_progress,
) -> Analysis:
    """Carry the bodies to every sequence, preprocess each and extract its features, the sequences side by side.

    All of it happens in one order and direction of the axes (`geometry.CANONICAL_AXES`): how a file stores them changes
    no feature. The masks come back in the order in which each sequence is stored.

    Parameters
    ----------
    bodies
        Vertebral bodies on the grid of ``study.reference``.
    corrected
        Bodies that a reader drew or corrected on another sequence's own grid; that sequence then isn't propagated to.
    register
        Try a bounded rigid registration before propagating (see `segmentation.propagation.propagate`).
    per_level
        Also extract L1, L2 and L3 each on its own.

    Raises
    ------
    OPRadiomicsError
        As the stages do.
    """
    from . import io
    from .features import join_sequences
    from .geometry import reoriented
    from .preprocessing.prepare import as_acquired
    from .preprocessing.resampling import analysis_grid
    from .segmentation.blemishes import blemishes
    from .segmentation.odd_levels import odd_levels
    from .segmentation.quality import size_doubts
    from .segmentation.weighting import weighting_doubts

    io.require_levels(bodies, STUDY_LEVELS)
    volumes = {role: reoriented(volume) for role, volume in study.volumes.items()}
    drawn = {role: reoriented(mask) for role, mask in (corrected or {}).items()}
    carried = _carry(Study(volumes), reoriented(bodies), drawn, profile, register=register, progress=part(progress, 0.0, 0.2))
    moves = [one.transform for one in carried.values() if one.transform is not None]
    anchor_lps = as_acquired(volumes[study.reference])[0].affine[:3, 3]
    grid = analysis_grid(carried[study.reference].marrow_to_resample, profile.resampling, moves, anchor_lps=anchor_lps)

    def of_one_sequence(role: Role, own_progress: Progress) -> _SequenceFeatures:
        return _analyse_sequence(
            volumes[role], carried[role], grid, profile, per_level=per_level, engine=engine, progress=own_progress
        )

    found = side_by_side(of_one_sequence, tuple(study.volumes), part(progress, 0.2, 1.0))
    levels = STUDY_LEVELS if per_level else ()
    weighting = weighting_doubts(volumes, {role: one.bodies for role, one in carried.items()})
    return Analysis(
        bodies={role: _as_stored(one.bodies, study.volumes[role]) for role, one in carried.items()},
        marrow={role: _as_stored(one.marrow, study.volumes[role]) for role, one in carried.items()},
        features=join_sequences({role: one.union for role, one in found.items()}),
        by_level={level: join_sequences({role: one.by_level[level] for role, one in found.items()}) for level in levels},
        warnings=(
            *weighting,
            *(
                f"{role}: {text}"
                for role, one in carried.items()
                for text in (
                    *blemishes(volumes[role]),
                    *(size_doubts(one.bodies) if role is study.reference or role in drawn else ()),
                    *odd_levels(volumes[role], one.marrow, role),
                    *one.warnings,
                )
            ),
        ),
    )


def marrow_as_stored(bodies: Mask, profile: Profile) -> Mask:
    """The region that the features describe, as `analyse` takes it, in the order in which the bodies are stored.

    Raises
    ------
    MaskError
        As `segmentation.marrow.marrow_region`.
    """
    from .geometry import reoriented
    from .segmentation.marrow import marrow_region

    return _as_stored(marrow_region(reoriented(bodies), profile.region), bodies)


def _as_stored(mask: Mask, grid: Volume | Mask) -> Mask:
    """The mask in the grid's order of axes, with the grid's own affine: going there and back leaves rounding."""
    from .geometry import axis_codes, reoriented

    stored = reoriented(mask, axis_codes(grid.affine))
    return stored if stored is mask else dataclasses.replace(stored, affine=grid.affine)


@dataclass(frozen=True, eq=False)
class _Carried:
    """The masks of one sequence. ``marrow_to_resample`` lies on the grid where it was last edited, and goes through
    ``transform`` (reference -> this sequence, LPS mm) in the one resampling to the analysis grid.
    """

    bodies: Mask
    marrow: Mask
    marrow_to_resample: Mask
    transform: Affine | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class _SequenceFeatures:
    union: FeatureVector
    by_level: Mapping[str, FeatureVector]


def _carry(
    study: Study, bodies: Mask, corrected: Mapping[Role, Mask], profile: Profile, *, register: bool, progress: Progress
) -> dict[Role, _Carried]:
    """Bodies and marrow of every sequence: the reader's own where there is one, else propagated from the reference."""
    from .segmentation.marrow import marrow_region

    marrow = marrow_region(bodies, profile.region)

    def of_one_sequence(role: Role, own_progress: Progress) -> _Carried:
        if role is study.reference:
            return _Carried(bodies, marrow, marrow)
        if role in corrected:
            own = marrow_region(corrected[role], profile.region)
            return _Carried(corrected[role], own, own)
        own_progress(f"Carrying the masks to {role}", 0.0)
        return _propagated(study, bodies, marrow, role, register)

    return side_by_side(of_one_sequence, tuple(study.volumes), progress)


def _propagated(study: Study, bodies: Mask, marrow: Mask, role: Role, register: bool) -> _Carried:
    from .preprocessing.resampling import AnalysisGrid, resample_mask
    from .segmentation.propagation import propagate

    onto = study.volumes[role]
    try:
        found = propagate(bodies, study.volumes[study.reference], onto, register=register)
    except GeometryError as error:
        raise GeometryError(f"{role}: {error.found}", error.expected, error.remedy) from None
    shown = resample_mask(marrow, AnalysisGrid(onto.affine, onto.shape), found.transform)
    return _Carried(found.mask, shown, marrow, found.transform, found.warnings)


def _analyse_sequence(
    volume: Volume,
    carried: _Carried,
    grid: AnalysisGrid,
    profile: Profile,
    *,
    per_level: bool,
    engine: str,
    progress: Progress,
) -> _SequenceFeatures:
    from .features import extract, extract_levels
    from .preprocessing.prepare import prepare_sequence

    prepared = prepare_sequence(
        volume,
        carried.marrow_to_resample,
        grid,
        profile,
        transform=carried.transform,
        progress=part(progress, 0.0, 0.6),
    )
    union = extract(prepared.volume, prepared.region, profile, engine=engine, progress=part(progress, 0.6, 1.0))
    if not per_level:
        return _SequenceFeatures(union, {})
    return _SequenceFeatures(union, extract_levels(prepared.volume, prepared.region, profile, engine=engine))


def conclude(
    study: Study,
    analysis: Analysis,
    *,
    signature: Signature,
    clinical: Clinical,
    profile: Profile,
    quality: tuple[LevelQuality, ...] = (),
    warnings: tuple[str, ...] = (),
    segmentation_model: str = "",
    timings_s: Mapping[str, float] | None = None,
) -> CaseResult:
    """Predict with the signature's models and with the published formula, and gather what a report tells.

    Raises
    ------
    ModelError, FeatureError, ClinicalDataError
        As `models.prediction.predict`.
    """
    from .models.extrapolation import other_network, other_scanner, other_slices
    from .models.prediction import predict
    from .models.signature import load_signature
    from .reports.case import CaseResult
    from .segmentation.bundle import network_of

    trained = signature.provenance
    complete = set(study.volumes) == set(Role)
    return CaseResult(
        volumes=study.volumes,
        bodies=analysis.bodies,
        marrow=analysis.marrow,
        clinical=clinical,
        profile=profile,
        signature=signature,
        predictions=predict(signature, analysis.features if complete else None, clinical),
        published=None if signature.kind == "published formula" else predict(load_signature(PUBLISHED), None, clinical)[0],
        features=analysis.features,
        quality=quality,
        warnings=(
            *study.warnings,
            *other_scanner(trained.scanners, study.scanner),
            *other_slices(trained.slice_mm, study.slice_mm),
            *other_network([network_of(origin) for origin in trained.masks], network_of(segmentation_model)),
            *warnings,
            *analysis.warnings,
        ),
        timings_s=timings_s or {},
        series_notes={role: series.reason for role, series in study.series.items()},
        segmentation_model=segmentation_model,
    )
