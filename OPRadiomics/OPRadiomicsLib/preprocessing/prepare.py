"""The study's chain for one sequence: bias field, 0-1, one isotropic grid (study.md 3.2), image and region in step."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from ..errors import MaskError, StudyError
from ..geometry import require_same_frame
from ..profile import Profile
from ..regions import Bools
from ..types import Affine, Mask, Progress, Volume, no_progress
from .bias_field import correct_bias_field
from .body import body_mask, without_padding
from .normalisation import normalise, within_limits
from .resampling import AnalysisGrid, resample_mask, resample_volume

Scalar = TypeVar("Scalar", bound=np.generic)

NEGATIVE_SHARE = 0.002
"""Most that negative values may make up of the sum of absolute values: ten times the ringing of a cubic or quintic
interpolation (0.02 % of simulated studies turned by 10 degrees or enlarged), a thirtieth of what an offset of -50 makes.
A share of voxels would count the noise of the air."""


@dataclass(frozen=True, eq=False)
class PreparedSequence:
    """One sequence ready for features.

    ``volume`` and ``region`` lie on the study's analysis grid; grey levels are still continuous (the feature engine
    discretises). ``log_field`` and ``body`` lie on the acquired image's grid, (k, j, i): for review and quality control; in
    padding the field is zero.
    """

    volume: Volume
    region: Mask
    log_field: npt.NDArray[np.float32]
    body: Bools


def prepare_sequence(
    volume: Volume,
    mask: Mask,
    grid: AnalysisGrid,
    profile: Profile,
    *,
    transform: Affine | None = None,
    progress: Progress = no_progress,
) -> PreparedSequence:
    """Bias field, normalisation, resampling; the order is the study's.

    Parameters
    ----------
    volume
        One sequence as acquired.
    mask
        The marrow region (`segmentation.marrow_region`) on the grid where it was last edited: on T1WI, or, corrected by the
        reader for this sequence, on this one.
    grid
        Of the study, from `analysis_grid`.
    profile
        Every setting.
    transform
        Rigid motion from the mask's image to this sequence (`Propagation.transform`), 4 x 4, LPS mm; None where the patient
        lay still. The mask moves, the image is never interpolated twice.

    Raises
    ------
    GeometryError
        If image and mask name different frames of reference, or the image's axes are sheared.
    MaskError
        If a level of the mask falls outside the grid.
    StudyError
        If the image is constant, or no magnitude image: more than a trace of it is negative.
    """
    require_same_frame(volume, mask)
    region = _region_on(mask, grid, transform)
    progress("Finding the body", 0.0)
    acquired, box = as_acquired(volume)
    body = body_mask(acquired)
    corrected, log_field = correct_bias_field(
        acquired,
        profile.bias_field,
        body=body,
        progress=lambda message, fraction: progress(message, 0.1 + 0.7 * fraction),
    )
    progress("Resampling", 0.8)
    scaled = normalise(corrected, profile.normalisation, body)
    resampled = resample_volume(scaled, grid, profile.resampling.interpolator, threads=profile.itk_threads)
    array = within_limits(resampled.array, profile.normalisation)
    progress("Prepared", 1.0)
    return PreparedSequence(
        Volume(array, resampled.affine, volume.frame_of_reference_uid, volume.source),
        region,
        _filled_up(log_field, box, volume.shape),
        _filled_up(body, box, volume.shape),
    )


def _magnitude(volume: Volume) -> Volume:
    """The image itself; with the undershoots of an interpolation cut off at zero where it has some."""
    negative = volume.array < 0
    if not negative.any():
        return volume
    share = -volume.array[negative].sum(dtype=np.float64) / np.abs(volume.array).sum(dtype=np.float64)
    if share > NEGATIVE_SHARE:
        raise StudyError(
            f"Image with {100 * negative.mean():.2g} % of its voxels negative",
            "a magnitude image, without negative values",
            "export the magnitude image; undo a rescaling or subtraction",
        )
    return dataclasses.replace(volume, array=np.maximum(volume.array, 0))


def as_acquired(volume: Volume) -> tuple[Volume, tuple[slice, ...]]:
    """The magnitude image without padding, and where it lies in the array (k, j, i).

    So padding moves neither the body's threshold, nor the bias field's lattice, nor that of the analysis grid.

    Raises
    ------
    StudyError
        If more than a trace of the image is negative.
    """
    volume = _magnitude(volume)
    box = without_padding(volume.array)
    first_kji = [cut.indices(size)[0] for cut, size in zip(box, volume.shape, strict=True)]
    affine = volume.affine.copy()
    affine[:3, 3] += affine[:3, :3] @ first_kji[::-1]
    return dataclasses.replace(volume, array=volume.array[box], affine=affine), box


def _filled_up(array: npt.NDArray[Scalar], box: tuple[slice, ...], shape: tuple[int, int, int]) -> npt.NDArray[Scalar]:
    whole = np.zeros(shape, dtype=array.dtype)
    whole[box] = array
    return whole


def _region_on(mask: Mask, grid: AnalysisGrid, transform: Affine | None) -> Mask:
    region = resample_mask(mask, grid, transform)
    lost = sorted(set(mask.levels) - set(region.levels))
    if lost or not mask.levels:
        raise MaskError(
            f"Region without {', '.join(lost) or 'any voxel'} on the analysis grid",
            "every level of the region",
            "redraw it, or check the alignment of this sequence with T1WI",
        )
    return region
