"""Any sagittal acquisition as slices with rows from cranial to caudal and columns from anterior to posterior, and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import StudyError
from ..geometry import axis_codes, sagittal_axis
from ..types import Affine, FloatArray, Volume

Floats = npt.NDArray[np.float32]

_MAX_TILT_DEGREES = 40.0

_FEWEST_VALUES = 32
"""A label map of all that VerSe names in a lumbar view has 12, one of the simulator's tissues 18; an MR image hundreds."""


@dataclass(frozen=True)
class SagittalOrder:
    """How a volume's (k, j, i) array becomes (slice, row, column).

    ``axes``: array axes that become slice, row, column. ``flips``: whether each is then reversed.
    ``spacing_mm``: of slice, row, column.
    """

    axes: tuple[int, int, int]
    flips: tuple[bool, bool, bool]
    spacing_mm: tuple[float, float, float]

    def apply(self, array: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """(k, j, i) -> (slice, row, column)."""
        return np.ascontiguousarray(array.transpose(self.axes)[self._reversal()])

    def undo(self, array: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """(slice, row, column) -> (k, j, i)."""
        inverse = tuple(int(axis) for axis in np.argsort(self.axes))
        return np.ascontiguousarray(array[self._reversal()].transpose(inverse))

    def _reversal(self) -> tuple[slice, ...]:
        return tuple(slice(None, None, -1) if flip else slice(None) for flip in self.flips)


def sagittal_order(volume: Volume) -> SagittalOrder:
    """Find the order from the header.

    Raises
    ------
    StudyError
        If the slices are not sagittal: the thick axis, or where voxels are about cubic none at all, runs left-right.
    """
    _require_sagittal(volume)
    codes = axis_codes(volume.affine)
    axis_of = {frozenset(pair): next(n for n, code in enumerate(codes) if code in pair) for pair in ("LR", "SI", "AP")}
    voxel_axes = [axis_of[frozenset(pair)] for pair in ("LR", "SI", "AP")]
    flips = (codes[voxel_axes[0]] == "L", codes[voxel_axes[1]] == "S", codes[voxel_axes[2]] == "A")
    slice_mm, row_mm, column_mm = (volume.spacing_mm[axis] for axis in voxel_axes)
    first, second, third = (2 - axis for axis in voxel_axes)
    return SagittalOrder((first, second, third), flips, (slice_mm, row_mm, column_mm))


def _require_sagittal(volume: Volume) -> None:
    spacing = np.asarray(volume.spacing_mm)
    axis = sagittal_axis(volume.affine)
    direction = volume.affine[:3, axis] / spacing[axis]
    tilt = float(np.degrees(np.arccos(min(1.0, abs(float(direction[0]))))))
    thickest = int(np.argmax(spacing))
    if spacing[thickest] > 1.5 * spacing.min() and thickest != axis:
        plane = ("sagittal", "coronal", "axial")[_patient_axis(volume.affine, thickest)]
        raise StudyError(f"A {plane} series", "sagittal slices", "choose the sagittal T1, T2 or fat-suppressed series")
    if tilt > _MAX_TILT_DEGREES:
        raise StudyError(
            f"Slices tilted by {tilt:.0f} degrees against the sagittal plane",
            f"at most {_MAX_TILT_DEGREES:.0f} degrees",
            "choose a sagittal series",
        )


def _patient_axis(affine: Affine, axis: int) -> int:
    return int(np.argmax(np.abs(affine[:3, axis])))


def held_slices(slices: npt.NDArray[Any]) -> slice:
    """From the first to the last slice of (slice, row, column) that is not blank: noise never makes a plane of one value."""
    held = np.flatnonzero(slices.min(axis=(1, 2)) < slices.max(axis=(1, 2)))
    return slice(int(held[0]), int(held[-1]) + 1) if held.size else slice(0, 0)


def require_image(volume: Volume) -> None:
    """Raise `StudyError` for what no network should see: NaN, a label map, or fewer than three slices or 64 mm.

    Blank slices at the ends don't count.
    """
    array: FloatArray = volume.array
    if not np.isfinite(array).all():
        raise StudyError("An image with NaN or infinite values", "finite intensities", "export the series again")
    if array.size == 0 or array.min() == array.max():
        raise StudyError("An image whose voxels are all alike", "an image with contrast", "export the series again")
    if (values := len(np.unique(array[:, ::2, ::2]))) < _FEWEST_VALUES:
        raise StudyError(f"An image of {values} different values", "an MR image", "choose the image, not a label map of it")
    order = sagittal_order(volume)
    _, rows, columns = (volume.array.shape[axis] for axis in order.axes)
    held = held_slices(order.apply(array))
    slices = held.stop - held.start
    height_mm, width_mm = rows * order.spacing_mm[1], columns * order.spacing_mm[2]
    if slices < 3 or min(height_mm, width_mm) < 64:
        raise StudyError(
            f"{slices} sagittal slices of {height_mm:.0f} x {width_mm:.0f} mm",
            "at least three slices of 64 x 64 mm",
            "choose the full sagittal series, not a localiser or a cut-out",
        )


def _weights(count: int, spacing_mm: float, new_count: int, new_spacing_mm: float) -> Floats:
    """Rows that interpolate linearly, or average where the new grid is coarser, between grids with one first centre."""
    position = np.arange(new_count)[:, None] * (new_spacing_mm / spacing_mm)
    reach = max(1.0, new_spacing_mm / spacing_mm)
    inside = np.clip(position, 0, count - 1)
    weights = np.clip(1 - np.abs(inside - np.arange(count)[None, :]) / reach, 0, None)
    normalised: Floats = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
    return normalised


def resample_in_plane(
    slices: Floats, spacing_mm: tuple[float, float], shape: tuple[int, int], new_spacing_mm: tuple[float, float]
) -> Floats:
    """Slices (n, rows, columns) on another in-plane grid whose first voxel centre is the same.

    Each new row mixes two or three old ones, so the matrices are sparse: a quarter of the time of dense ones.
    """
    from scipy import sparse

    down, across = (
        sparse.csr_array(_weights(count, mm, new_count, new_mm))
        for count, mm, new_count, new_mm in zip(slices.shape[1:], spacing_mm, shape, new_spacing_mm, strict=True)
    )
    resampled = np.empty((len(slices), *shape), np.float32)
    for new, old in zip(resampled, slices, strict=True):
        new[:] = (across @ (down @ old).T).T
    return resampled
