"""N4 bias-field correction, fitted on a coarse grid inside the patient and applied at full resolution."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..errors import StudyError
from ..profile import BiasField
from ..regions import Bools
from ..types import FloatArray, Progress, Volume, no_progress
from .body import cell_counts, cell_means, cell_voxels, require_body_of
from .n4 import fit_log_field


def correct_bias_field(
    volume: Volume, settings: BiasField, *, body: Bools, progress: Progress = no_progress
) -> tuple[Volume, npt.NDArray[np.float32]]:
    """Divide the coil's smooth shading out of an image.

    The field is smooth over centimetres, so N4 is fitted to the means of cells of about ``settings.grid_mm``: that averages
    noise away and leaves some thousand samples instead of a million. The log field is a cubic B-spline and is evaluated at
    every voxel's centre.

    Parameters
    ----------
    volume
        The image as acquired.
    settings
        Of the profile.
    body
        Voxels of the patient, bool, (k, j, i); see `body_mask`.
    progress
        Told after each iteration; raising `Cancelled` in it ends the fit.

    Returns
    -------
    tuple
        The corrected image (float32) and the natural logarithm of the field it was divided by, float32, (k, j, i). The field's
        mean inside the body is zero: correction keeps the image's brightness.

    Raises
    ------
    GeometryError
        If ``body`` has another shape than the image.
    StudyError
        If the body holds no signal.
    """
    require_body_of(volume, body)
    factors = (1, 1, 1) if settings.grid_mm is None else cell_voxels(volume, settings.grid_mm)
    log_cells, inside = _log_cells(volume.array, body, factors)
    fitted = fit_log_field(log_cells, inside, settings, progress)
    # A cell's centre lies (factor - 1) / 2 voxels after its first voxel.
    voxels_in_cells = [
        (np.arange(size, dtype=np.float64) - (factor - 1) / 2) / factor
        for size, factor in zip(volume.shape, factors, strict=True)
    ]
    field = fitted.at(voxels_in_cells)
    field -= field[body].mean()
    log_field = np.ascontiguousarray(field, dtype=np.float32)
    corrected = volume.array.astype(np.float32) / np.exp(log_field)
    return Volume(corrected, volume.affine, volume.frame_of_reference_uid, volume.source), log_field


def _log_cells(array: FloatArray, body: Bools, factors_kji: tuple[int, int, int]) -> tuple[npt.NDArray[np.float64], Bools]:
    """Log of the mean over each cell's body voxels, and which cells are mostly body with signal; zero elsewhere."""
    share = cell_means(body.astype(np.float32), factors_kji)
    means = cell_means(np.where(body, array, 0), factors_kji) / np.maximum(share, 1 / cell_counts(array.shape, factors_kji))
    inside = (share >= 0.5) & (means > 0)
    if not inside.any():
        raise StudyError("No signal inside the body", "an MR image of a patient", "check the series")
    return np.log(means, out=np.zeros_like(means), where=inside), inside
