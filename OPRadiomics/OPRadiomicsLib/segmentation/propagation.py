"""The mask drawn on T1WI, carried to another sequence of the same examination through physical space."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..errors import GeometryError, MaskError
from ..geometry import reoriented, require_same_frame, require_same_grid, to_sitk
from ..levels import LABEL_OF_LEVEL, STUDY_LEVELS
from ..preprocessing.resampling import IDENTITY, AnalysisGrid, resample_mask
from ..types import Affine, Mask, Volume
from .alignment import LevelOffset, level_offsets

if TYPE_CHECKING:
    import SimpleITK as sitk

MISALIGNED_MM = 2.0
"""Offset at one vertebra from which the reader is warned: twice the inset of the marrow region from the cortex."""

MAX_SHIFT_MM = 10.0
MAX_ANGLE_DEG = 10.0
LARGEST_SHARE_OUTSIDE = 0.1
SEED = 20260411
EDGE_SIGMA_MM = 1.0
SURROUND_MM = (8.0, 8.0, 3.3)
"""How far around the bodies the registration looks: to posterior, down and across the slices."""

LEAST_GAIN = 0.005
"""Mean similarity that a registration has to add: below it, interpolation alone may explain the difference."""


@dataclass(frozen=True)
class LevelAlignment:
    """One level's alignment as the scanner's coordinates have it, and with the transform that was accepted."""

    level: str
    before: LevelOffset
    after: LevelOffset


@dataclass(frozen=True, eq=False)
class Propagation:
    """A mask on another sequence.

    ``mask`` lies on the other sequence's grid, for review; features take the source's mask and ``transform`` instead, so that
    it is resampled once. ``transform``: what lies at ``p`` in the source lies at ``transform @ p`` in the other sequence
    (rigid, 4 x 4, LPS mm); the identity unless a registration was asked for and ``accepted``.
    """

    mask: Mask
    alignment: tuple[LevelAlignment, ...]
    transform: Affine
    accepted: bool
    warnings: tuple[str, ...]


def propagate(mask: Mask, source: Volume, onto: Volume, *, register: bool = False) -> Propagation:
    """Carry a mask to another sequence, and measure at each vertebra whether the patient lay still.

    Parameters
    ----------
    mask
        Vertebral bodies on ``source``'s grid.
    source
        The sequence on which the mask was drawn (T1WI).
    onto
        The other sequence.
    register
        Look for a rigid motion (Mattes mutual information of the edges around L1 to L3, at most 10 mm and 10 degrees). It is
        taken only if the alignment gets better; nothing is ever deformed. Where none can be found (fewer than four slices, no
        edges) a warning says so.

    Raises
    ------
    GeometryError
        If both name different frames of reference, the mask isn't on ``source``'s grid, or a tenth or more of L1, L2 or L3
        lies outside the other sequence's field of view.
    MaskError
        If the mask is empty.
    """
    require_same_grid(source, mask)
    require_same_frame(source, onto)
    require_same_frame(mask, onto)
    if not mask.levels:
        raise MaskError("Empty mask", "at least one vertebral body", "segment or draw the vertebrae first")
    before = level_offsets(mask, source, onto, IDENTITY)
    transform, after, notes = IDENTITY, before, list[str]()
    if register:
        transform, after, notes = _registered(mask, source, onto, before)
    warnings = (*notes, *_outside_warnings(mask, onto, transform), *_offset_warnings(after, register))
    carried = resample_mask(mask, AnalysisGrid(onto.affine, onto.shape), transform)
    origin = f"propagated, {mask.origin}" if mask.origin else "propagated"
    return Propagation(
        Mask(carried.labels, onto.affine, onto.frame_of_reference_uid, origin),
        tuple(LevelAlignment(one.level, one, two) for one, two in zip(before, after, strict=True)),
        transform,
        transform is not IDENTITY,
        warnings,
    )


def describe_propagation(found: Propagation) -> dict[str, Any]:
    """What stands beside a propagated mask as JSON: how far each level lies off, before and with the accepted transform."""
    return {
        "origin": found.mask.origin,
        "registered": found.accepted,
        "transform_lps_mm": found.transform.tolist(),
        "levels": [
            {
                "level": one.level,
                "offset_mm": round(one.after.offset_mm, 2),
                "offset_unregistered_mm": round(one.before.offset_mm, 2),
                "similarity": round(one.after.similarity, 3),
                "similarity_unregistered": round(one.before.similarity, 3),
                "misaligned": one.after.offset_mm >= MISALIGNED_MM,
            }
            for one in found.alignment
        ],
        "warnings": list(found.warnings),
    }


def _registered(
    mask: Mask, source: Volume, onto: Volume, before: tuple[LevelOffset, ...]
) -> tuple[Affine, tuple[LevelOffset, ...], list[str]]:
    """The transform if it is within bounds and better, else the identity; and what to tell the reader."""
    studied = _studied(reoriented(mask))
    centre = _centre_lps(studied)
    try:
        images = _around_bodies(studied, reoriented(source), reoriented(onto))
        found = _rigid_registration(images, centre, _typical_offset(before, studied))
    except RuntimeError:  # ITK: too few slices for its filters, or too little that both images show
        note = "Registration not possible: too few slices, or the images share too little; check the outlines"
        return IDENTITY, before, [note]
    shift_mm = float(np.linalg.norm(found[:3, :3] @ centre + found[:3, 3] - centre))
    angle_deg = float(np.degrees(np.arccos(np.clip((np.trace(found[:3, :3]) - 1) / 2, -1, 1))))
    if shift_mm > MAX_SHIFT_MM or angle_deg > MAX_ANGLE_DEG:
        return IDENTITY, before, [f"Registration refused: it moved the spine by {shift_mm:.1f} mm and {angle_deg:.1f} degrees"]
    after = level_offsets(mask, source, onto, found)
    gains = [two.similarity - one.similarity for one, two in zip(before, after, strict=True) if one.level in studied.levels]
    if np.mean(gains) < LEAST_GAIN:
        return IDENTITY, before, ["Registration not used: it brought no better alignment"]
    return found, after, [f"Registered: moved by {shift_mm:.1f} mm and {angle_deg:.1f} degrees; check the outlines"]


def _studied(mask: Mask) -> Mask:
    """L1 to L3 where any is there: a spine that has bent is rigid over few levels only."""
    kept = [LABEL_OF_LEVEL[level] for level in STUDY_LEVELS if level in mask.levels]
    if not kept:
        return mask
    return Mask(np.where(np.isin(mask.labels, kept), mask.labels, 0), mask.affine, mask.frame_of_reference_uid, mask.origin)


def _typical_offset(offsets: tuple[LevelOffset, ...], studied: Mask) -> npt.NDArray[np.float64]:
    """Median over the levels, LPS mm: the registration's start."""
    median: npt.NDArray[np.float64] = np.median([o.offset_lps_mm for o in offsets if o.level in studied.levels], axis=0)
    return median


def _rigid_registration(images: tuple[sitk.Image, sitk.Image, sitk.Image], centre_lps: Affine, start_lps_mm: Affine) -> Affine:
    """Source -> other sequence, 4 x 4, LPS mm; `RuntimeError` where ITK finds nothing to compare.

    Samples are taken at every fourth voxel near the bodies: no chance in it. ITK adds its threads' shares in the order in which
    they come in, whatever number is set here, so the last digits (1e-15) vary; rounding to 1e-6 mm and rad takes them off.
    """
    import SimpleITK as sitk

    fixed, moving, near = images
    transform = sitk.Euler3DTransform()
    transform.SetCenter(centre_lps.tolist())
    transform.SetTranslation(start_lps_mm.tolist())
    method = sitk.ImageRegistrationMethod()
    method.SetNumberOfThreads(1)
    method.SetMetricAsMattesMutualInformation(numberOfHistogramBins=32)
    method.SetMetricSamplingStrategy(method.REGULAR)
    method.SetMetricSamplingPercentage(0.25, SEED)
    method.SetMetricFixedMask(near)
    method.SetInterpolator(sitk.sitkLinear)
    method.SetOptimizerAsRegularStepGradientDescent(
        learningRate=1.0, minStep=0.01, numberOfIterations=100, gradientMagnitudeTolerance=1e-6
    )
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetShrinkFactorsPerLevel([1])
    method.SetSmoothingSigmasPerLevel([0.0])
    method.SetInitialTransform(transform, inPlace=True)
    method.Execute(fixed, moving)
    transform.SetParameters([round(parameter, 6) for parameter in transform.GetParameters()])
    return _matrix_of(transform)


def _around_bodies(mask: Mask, source: Volume, onto: Volume) -> tuple[sitk.Image, sitk.Image, sitk.Image]:
    """Fixed image, moving image, and mask; the first and last are cut to the bodies' surroundings. Axes are canonical."""
    import SimpleITK as sitk

    radii = [max(1, round(reach / step)) for reach, step in zip(SURROUND_MM, mask.spacing_mm, strict=True)]
    near = sitk.BinaryDilate(to_sitk(mask) > 0, radii)
    statistics = sitk.LabelShapeStatisticsImageFilter()
    statistics.Execute(near)
    box = statistics.GetBoundingBox(1)
    fixed = sitk.RegionOfInterest(_edges(source), box[3:], box[:3])
    return fixed, _edges(onto), sitk.RegionOfInterest(near, box[3:], box[:3])


def _edges(volume: Volume) -> sitk.Image:
    """Gradient magnitude of the log image: strength of edges, whatever their sign and the units of intensity.

    Two sequences share the coil, so their intensities tell more of each other unmoved than aligned, and fat is bright in one
    and dark in the other: on simulated FS-T2WI mutual information of intensities ran away by 17 mm. Its edges find the way.
    """
    import SimpleITK as sitk

    lowest = float(volume.array.min())
    air = float(np.percentile(volume.array, 20)) - lowest + 1e-6  # its logarithm is noise
    image = sitk.Cast(to_sitk(volume), sitk.sitkFloat32) - lowest
    return sitk.GradientMagnitudeRecursiveGaussian(sitk.Log(sitk.Maximum(image, air)), EDGE_SIGMA_MM)


def _matrix_of(transform: sitk.Euler3DTransform) -> Affine:
    matrix = np.eye(4)
    matrix[:3, :3] = np.asarray(transform.GetMatrix()).reshape(3, 3)
    centre = np.asarray(transform.GetCenter())
    matrix[:3, 3] = np.asarray(transform.GetTranslation()) + centre - matrix[:3, :3] @ centre
    return matrix


def _centre_lps(mask: Mask) -> Affine:
    centre: Affine = mask.affine[:3, :3] @ np.argwhere(mask.labels).mean(axis=0)[::-1] + mask.affine[:3, 3]
    return centre


def _outside_warnings(mask: Mask, onto: Volume, transform: Affine) -> list[str]:
    """Levels that the other sequence's field of view cuts.

    Raises
    ------
    GeometryError
        If it cuts a tenth or more off a level of the study.
    """
    to_onto = np.linalg.inv(onto.affine) @ transform @ mask.affine
    size = np.asarray(onto.shape[::-1])
    warnings = []
    for level in mask.levels:
        ijk = np.argwhere(mask.of(level))[:, ::-1] @ to_onto[:3, :3].T + to_onto[:3, 3]
        share = float(((ijk < -0.5) | (ijk > size - 0.5)).any(axis=1).mean())
        if share >= LARGEST_SHARE_OUTSIDE and level in STUDY_LEVELS:
            raise GeometryError(
                f"{share:.0%} of {level} lies outside the field of view of the other sequence",
                f"{', '.join(STUDY_LEVELS)} in view on every sequence",
                "choose a series that covers these levels",
            )
        if share > 0:
            warnings.append(f"{share:.0%} of {level} lies outside the field of view of the other sequence")
    return warnings


def _offset_warnings(levels: tuple[LevelOffset, ...], registered: bool) -> list[str]:
    """Registration is no remedy where it was tried."""
    remedy = "check its outline or" if registered else "check its outline, register the sequence or"
    return [
        f"{one.level} seems to lie {one.offset_mm:.1f} mm off: {remedy} correct the mask"
        for one in levels
        if one.offset_mm >= MISALIGNED_MM
    ]
