"""The only chain of stages. Slicer, the command line and a cohort differ in the reviewer and `Progress` alone.

The reviewer makes of the network's draft the mask that counts: in Slicer the radiologist, elsewhere a policy.

::

    study    = open_study(folder)
    reviewed = reviewer(segment(study.volumes[study.reference], model))
    analysis = analyse(study, reviewed.mask, profile)
    result   = conclude(study, analysis, reviewed, signature=signature, clinical=clinical, profile=profile)
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .errors import GeometryError
from .levels import STUDY_LEVELS
from .progress import part, side_by_side
from .study import Study
from .types import (
    Affine,
    Clinical,
    FeatureVector,
    Mask,
    Progress,
    Role,
    Volume,
    no_progress,
)

if TYPE_CHECKING:
    from .models.signature import Signature
    from .preprocessing.resampling import AnalysisGrid
    from .profile import Profile
    from .reports.case import CaseResult
    from .segmentation.review import Reviewed

PUBLISHED = "published-clinical"
"""The paper's formula: its answer stands beside every fitted signature's, apart from the models compared."""


@dataclass(frozen=True, eq=False)
class Analysis:
    """Masks and features of one study: bodies and marrow region on each sequence's own grid, for looking at."""

    bodies: Mapping[Role, Mask]
    marrow: Mapping[Role, Mask]
    features: FeatureVector
    by_level: Mapping[str, FeatureVector] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


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
    reviewed: Reviewed,
    *,
    signature: Signature,
    clinical: Clinical,
    profile: Profile,
    warnings: tuple[str, ...] = (),
    timings_s: Mapping[str, float] | None = None,
) -> CaseResult:
    """Predict with the signature's models and with the published formula, and gather what a report tells.

    Parameters
    ----------
    reviewed
        What is known of the bodies that ``analysis`` was made with.
    warnings
        Of the patient, beside those of study, bodies and analysis.

    Raises
    ------
    ModelError, FeatureError, ClinicalDataError
        As `models.prediction.predict`.
    """
    from .models.extrapolation import other_kinds, other_network, other_scanner, other_slices
    from .models.prediction import predict
    from .models.signature_file import load_signature
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
        quality=reviewed.quality,
        warnings=(
            *study.warnings,
            *other_scanner(trained.scanners, study.scanner),
            *other_kinds(trained.kinds, study.kinds),
            *other_slices(trained.slice_mm, study.slice_mm),
            *other_network([network_of(origin) for origin in trained.masks], network_of(reviewed.origin)),
            *warnings,
            *reviewed.warnings,
            *analysis.warnings,
        ),
        timings_s=timings_s or {},
        series_notes={role: series.reason for role, series in study.series.items()},
        segmentation_model=reviewed.origin,
    )
