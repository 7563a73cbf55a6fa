"""N4 bias-field correction, fitted on a coarse grid inside the patient and applied at full resolution."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..errors import Cancelled, GeometryError, StudyError
from ..profile import BiasField
from ..types import FloatArray, Progress, Volume, no_progress
from .body import BoolArray, cell_counts, cell_means, cell_voxels

if TYPE_CHECKING:
    import SimpleITK as sitk

SPLINE_ORDER = 3
"""ITK's default: cubic."""


def correct_bias_field(
    volume: Volume,
    settings: BiasField,
    *,
    body: BoolArray,
    threads: int = 1,
    progress: Progress = no_progress,
) -> tuple[Volume, npt.NDArray[np.float32]]:
    """Divide the coil's smooth shading out of an image.

    N4 (Tustison et al., IEEE TMI 2010) needs a field that is smooth over centimetres, so it is fitted to the means of cells of
    about ``settings.grid_mm``: that averages noise away and leaves some thousand points instead of a million. The log field
    it returns is a cubic B-spline; its control points are recovered from the cells and evaluated at every voxel.

    Parameters
    ----------
    volume
        The image as acquired.
    settings
        Of the profile.
    body
        Voxels of the patient, bool, (k, j, i); see `body_mask`.
    threads
        Of this filter alone; results are bit-identical for equal counts.
    progress
        Told after each iteration; raising `Cancelled` in it stops the fit.

    Returns
    -------
    tuple
        The corrected image (float32) and the natural logarithm of the field it was divided by, float32, (k, j, i); its mean
        inside the body is zero, so that correction keeps the image's brightness.

    Raises
    ------
    GeometryError
        If ``body`` has another shape than the image.
    StudyError
        If the body holds no signal.
    """
    if body.shape != volume.shape:
        raise GeometryError(
            f"Body mask {body.shape} for an image {volume.shape} (slices, rows, columns)", "one shape", "use body_mask(volume)"
        )
    factors = (1, 1, 1) if settings.grid_mm is None else cell_voxels(volume, settings.grid_mm)
    cells, inside = _body_cells(volume.array, body, factors)
    field = _field_at_voxels(_fit(cells, inside, volume, factors, settings, threads, progress), factors, volume.shape, settings)
    field -= field[body].mean()
    corrected = volume.array.astype(np.float32) / np.exp(field)
    return Volume(corrected, volume.affine, volume.frame_of_reference_uid, volume.source), field


def _body_cells(
    array: FloatArray, body: BoolArray, factors_kji: tuple[int, int, int]
) -> tuple[npt.NDArray[np.float32], BoolArray]:
    """Mean over each cell's body voxels, and the cells that are mostly body with signal (N4 takes logarithms)."""
    share = cell_means(body.astype(np.float32), factors_kji)
    means = cell_means(np.where(body, array, 0), factors_kji) / np.maximum(share, 1 / cell_counts(array.shape, factors_kji))
    inside = (share >= 0.5) & (means > 0)
    if not inside.any():
        raise StudyError("No signal inside the body", "an MR image of a patient", "check the series")
    return means.astype(np.float32), inside


def _fit(
    cells: npt.NDArray[np.float32],
    inside: BoolArray,
    volume: Volume,
    factors_kji: tuple[int, int, int],
    settings: BiasField,
    threads: int,
    progress: Progress,
) -> npt.NDArray[np.float64]:
    """Log field at the cells, (k, j, i)."""
    import SimpleITK as sitk

    image, mask = sitk.GetImageFromArray(cells), sitk.GetImageFromArray(inside.astype(np.uint8))
    for grid in (image, mask):  # N4 looks at sizes only; the spacing matters to nothing but its messages
        grid.SetSpacing([s * f for s, f in zip(volume.spacing_mm, factors_kji[::-1], strict=True)])
    n4 = sitk.N4BiasFieldCorrectionImageFilter()
    n4.SetNumberOfThreads(threads)
    n4.SetSplineOrder(SPLINE_ORDER)
    n4.SetNumberOfControlPoints(settings.control_points)
    n4.SetMaximumNumberOfIterations(settings.iterations)
    n4.SetConvergenceThreshold(settings.convergence)
    n4.SetWienerFilterNoise(settings.noise)
    n4.SetBiasFieldFullWidthAtHalfMaximum(settings.fwhm)
    n4.SetNumberOfHistogramBins(settings.bins)
    _execute(n4, image, mask, settings, progress)
    log_field: npt.NDArray[np.float64] = sitk.GetArrayFromImage(n4.GetLogBiasFieldAsImage(image)).astype(np.float64)
    return log_field


def _execute(
    n4: sitk.N4BiasFieldCorrectionImageFilter, image: sitk.Image, mask: sitk.Image, settings: BiasField, progress: Progress
) -> None:
    """Run, and turn a `Cancelled` raised by ``progress`` into ITK's abort and back: it may not cross ITK's C++ frames."""
    import SimpleITK as sitk

    stopped: list[Cancelled] = []

    def report() -> None:
        level = int(n4.GetCurrentLevel())
        done = (level + n4.GetElapsedIterations() / settings.iterations[level]) / len(settings.iterations)
        try:
            progress("Correcting the bias field", min(done, 1.0))
        except Cancelled as cancelled:
            stopped.append(cancelled)
            n4.Abort()

    n4.AddCommand(sitk.sitkIterationEvent, report)
    n4.Execute(image, mask)
    if stopped:
        raise stopped[0]


def _field_at_voxels(
    at_cells: npt.NDArray[np.float64], factors_kji: tuple[int, int, int], shape: tuple[int, int, int], settings: BiasField
) -> npt.NDArray[np.float32]:
    """The spline through the cells' values, evaluated at voxel centres.

    ITK's own evaluation on another image maps the corner samples of both onto each other, though the outermost cells' centres
    lie half a cell inside the outermost voxels: hence this one. Axis by axis it is two small matrix products.
    """
    field = at_cells
    for axis, (factor, size) in enumerate(zip(factors_kji, shape, strict=True)):
        spans = (settings.control_points[2 - axis] - SPLINE_ORDER) * 2 ** (len(settings.iterations) - 1)
        cells = at_cells.shape[axis]
        voxels_in_cells = (np.arange(size, dtype=np.float64) - (factor - 1) / 2) / factor
        to_controls = np.linalg.pinv(_basis(np.arange(cells, dtype=np.float64), cells, spans))
        to_voxels = np.matmul(_basis(voxels_in_cells, cells, spans), to_controls)
        field = np.moveaxis(np.tensordot(to_voxels, field, axes=(1, axis)), 0, axis)
    return np.ascontiguousarray(field, dtype=np.float32)


def _basis(position: npt.NDArray[np.float64], samples: int, spans: int) -> npt.NDArray[np.float64]:
    """Uniform cubic B-splines (rows: positions; columns: control points) on a domain of ``samples`` points in ``spans`` spans.

    The end spans' polynomials go on beyond the domain.
    """
    u = position * spans / max(samples - 1, 1)
    span = np.clip(np.floor(u), 0, spans - 1).astype(np.intp)
    t = u - span
    weights = np.stack([(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3], axis=1) / 6
    basis = np.zeros((len(u), spans + SPLINE_ORDER))
    np.put_along_axis(basis, span[:, None] + np.arange(4), weights, axis=1)
    return basis
