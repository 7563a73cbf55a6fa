"""The patient against the air around, found in spite of a surface coil's brightness."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from ..errors import GeometryError, StudyError
from ..geometry import sagittal_axis
from ..regions import Bools, largest_piece
from ..types import FloatArray, Volume

CELL_MM = 4.0
"""Cells that the image is averaged over: noise falls by the root of their voxel count, anatomy of this size stays."""

CLOSING_MM = 16.0
"""Dark gaps up to this width inside the body (bowel gas, cortical bone, flow voids) belong to it."""


def body_mask(volume: Volume) -> Bools:
    """Voxels of the patient, bool, (k, j, i).

    The threshold is Otsu's (IEEE Trans SMC 1979) for three classes on the *logarithm* of cell averages: air, tissue far from
    the coil, tissue near it. In the logarithm a coil's sensitivity adds instead of stretching the bright end; with two classes
    the dim front of deep vertebrae went with the air. Of what lies above the lower threshold, the largest connected piece is
    kept, closed and filled in every sagittal plane.

    Raises
    ------
    StudyError
        If the image is constant.
    """
    factors = cell_voxels(volume, CELL_MM)
    tissue = largest_piece(_log_contrast(cell_means(volume.array, factors), _padding_cells(volume.array, factors)) > 0)
    return spread_cells(_closed_and_filled(tissue, 2 - sagittal_axis(volume.affine)), factors, volume.shape)


def require_body_of(volume: Volume, body: Bools) -> None:
    """Raise `GeometryError` unless the body has the image's shape."""
    if body.shape != volume.shape:
        raise GeometryError(
            f"Body mask {body.shape} for an image {volume.shape} (slices, rows, columns)", "one shape", "use body_mask(volume)"
        )


def cell_voxels(volume: Volume, cell_mm: float) -> tuple[int, int, int]:
    """How many voxels along (k, j, i) come nearest to ``cell_mm``, at least one."""
    i, j, k = (max(1, round(cell_mm / s)) for s in volume.spacing_mm)
    return k, j, i


def cell_means(array: FloatArray, factors_kji: tuple[int, int, int]) -> npt.NDArray[np.float64]:
    """Means over blocks of ``factors_kji`` voxels; blocks that the border cuts average what they hold."""
    sums: npt.NDArray[np.float64] = np.asarray(array)
    for axis in (2, 1, 0):  # the contiguous axis first: each pass leaves less for the next
        starts = np.arange(0, array.shape[axis], factors_kji[axis])
        sums = np.add.reduceat(sums, starts, axis=axis, dtype=np.float64)
    return sums / cell_counts(array.shape, factors_kji)


def cell_counts(shape: tuple[int, ...], factors_kji: tuple[int, int, int]) -> npt.NDArray[np.float64]:
    """How many voxels each block holds; fewer at the far border."""
    per_axis = [
        np.diff(np.append(np.arange(0, n, factor), n)).astype(np.float64) for n, factor in zip(shape, factors_kji, strict=True)
    ]
    return per_axis[0][:, None, None] * per_axis[1][:, None] * per_axis[2]


def spread_cells(cells: Bools, factors_kji: tuple[int, int, int], shape: tuple[int, int, int]) -> Bools:
    """Give every voxel the value of its block."""
    index = np.ix_(*(np.arange(n) // factor for n, factor in zip(shape, factors_kji, strict=True)))
    spread: Bools = np.ascontiguousarray(cells[index])
    return spread


def without_padding(array: FloatArray) -> tuple[slice, ...]:
    """The box, (k, j, i), that is left without border planes in which every voxel equals the image's minimum.

    Scanners and resampling fill a field of view up with a constant; noise never makes a whole plane of one value.
    A constant image is left whole.
    """
    held = array > array.min()
    ends = [np.flatnonzero(held.any(axis=axes)) for axes in ((1, 2), (0, 2), (0, 1))]
    return tuple(slice(int(e[0]), int(e[-1]) + 1) if len(e) else slice(None) for e in ends)


def _padding_cells(array: FloatArray, factors_kji: tuple[int, int, int]) -> Bools:
    """Cells in which every voxel equals the image's minimum."""
    padding: Bools = cell_means((array > array.min()).astype(np.float32), factors_kji) == 0
    return padding


def _log_contrast(cells: npt.NDArray[np.float64], padding: Bools) -> npt.NDArray[np.float64]:
    """Log of the signal above the darkest cells, minus its threshold.

    The darkest cells are air, whose level need not be zero (Rician noise; files rescaled after interpolation). The offset of
    1 % of the range keeps the spread of air in the logarithm below that of tissue. Padding, darker than any air, must not set
    the floor: noise would rise to a class of its own. Below the floor it counts as the darkest air, and where a scanner has
    blanked the air it is all the air there is.
    """
    floor, top = np.percentile(cells if padding.all() else cells[~padding], (1, 99))
    if not top > floor:
        raise StudyError("Constant image: the patient cannot be told from air", "an MR image with contrast", "check the series")
    logs = np.log(np.maximum(cells - floor, 0) + 0.01 * (top - floor))
    contrast: npt.NDArray[np.float64] = logs - _lower_otsu(logs)
    return contrast


def _lower_otsu(values: npt.NDArray[np.float64]) -> float:
    """Lower of the two thresholds that maximise the variance between three classes, over all pairs of 128 bin edges."""
    counts, edges = np.histogram(values, bins=128)
    centres = (edges[:-1] + edges[1:]) / 2
    number = np.concatenate([[0.0], np.cumsum(counts)])
    total = np.concatenate([[0.0], np.cumsum(counts * centres)])
    first, second = np.triu_indices(len(counts) - 1, k=1)
    lower, upper, end = first + 1, second + 1, np.full(len(first), len(counts))

    def between(start: npt.NDArray[np.intp], stop: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
        share: npt.NDArray[np.float64] = (total[stop] - total[start]) ** 2 / np.maximum(number[stop] - number[start], 1)
        return share

    variance = between(np.zeros_like(lower), lower) + between(lower, upper) + between(upper, end)
    return float(edges[lower[np.argmax(variance)]])


def _closed_and_filled(tissue: Bools, slice_axis: int) -> Bools:
    """Plane by plane; repeating the border keeps the closing from eating into a body that the field of view cuts."""
    from scipy import ndimage

    radius = math.ceil(CLOSING_MM / 2 / CELL_MM)
    disc = np.hypot(*np.ogrid[-radius : radius + 1, -radius : radius + 1]) <= radius + 0.5
    planes = [
        ndimage.binary_fill_holes(ndimage.binary_closing(np.pad(plane, radius, mode="edge"), disc))
        for plane in np.moveaxis(tissue, slice_axis, 0)
    ]
    inner = slice(radius, -radius)
    closed: Bools = np.moveaxis(np.stack([plane[inner, inner] for plane in planes]), 0, slice_axis)
    return closed
