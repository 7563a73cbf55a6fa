"""The study's chain for one sequence: bias field, 0-1, one isotropic grid (study.md 3.2), image and region in step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..errors import MaskError
from ..geometry import require_same_frame
from ..profile import Profile
from ..types import Affine, Mask, Progress, Volume, no_progress
from .bias_field import correct_bias_field
from .body import BoolArray, body_mask
from .normalisation import normalise, within_limits
from .resampling import AnalysisGrid, resample_mask, resample_volume


@dataclass(frozen=True, eq=False)
class PreparedSequence:
    """One sequence ready for features.

    ``volume`` and ``region`` lie on the study's analysis grid; grey levels are still continuous (the feature engine
    discretises). ``log_field`` and ``body`` lie on the acquired image's grid, (k, j, i): for review and quality control.
    """

    volume: Volume
    region: Mask
    log_field: npt.NDArray[np.float32]
    body: BoolArray


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
        If the image is constant.
    """
    require_same_frame(volume, mask)
    region = _region_on(mask, grid, transform)
    progress("Finding the body", 0.0)
    body = body_mask(volume)
    corrected, log_field = correct_bias_field(
        volume,
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
        Volume(array, resampled.affine, volume.frame_of_reference_uid, volume.source), region, log_field, body
    )


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
