"""Sagittal slices as a reader expects them: head up, face to the left, whatever order the file stores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from ..geometry import GRID_TOLERANCE_MM, axis_codes, corner_distance_mm
from ..levels import LABEL_OF_LEVEL, STUDY_LEVELS
from ..types import Affine, FloatArray, LabelArray, Mask, Volume

Voxel = TypeVar("Voxel", bound=np.generic)


@dataclass(frozen=True, eq=False)
class SagittalStack:
    """One sequence, turned for display.

    ``image``, ``bodies`` and ``marrow`` share the order (slice, row, column): slices towards the patient's left, rows towards
    inferior, columns towards posterior. ``pixel_mm`` is the size of a pixel along rows and columns.
    """

    image: FloatArray
    bodies: LabelArray
    marrow: LabelArray
    pixel_mm: tuple[float, float]


def sagittal_stack(volume: Volume, bodies: Mask, marrow: Mask | None) -> SagittalStack:
    """Image and masks of one sequence in display order; masks on another grid are looked up through millimetres."""
    inside = labels_on(marrow, volume) if marrow is not None else np.zeros(volume.shape, dtype=np.uint8)
    order, flips = _display_order(volume.affine)
    spacing_kji = tuple(reversed(volume.spacing_mm))
    _, row_mm, column_mm = (spacing_kji[axis] for axis in order)
    shown = _turned(labels_on(bodies, volume), order, flips)
    return SagittalStack(_turned(volume.array, order, flips), shown, _turned(inside, order, flips), (row_mm, column_mm))


def labels_on(mask: Mask, volume: Volume) -> LabelArray:
    """Labels at the volume's voxel centres, (k, j, i), by nearest neighbour; for pictures, not for measurements."""
    if mask.shape == volume.shape and corner_distance_mm(volume.shape, volume.affine, mask.affine) < GRID_TOLERANCE_MM:
        return mask.labels
    to_mask = np.linalg.inv(mask.affine) @ volume.affine
    k, j, i = np.indices(volume.shape, dtype=np.float64)
    nearest = [np.rint(row[0] * i + row[1] * j + row[2] * k + row[3]).astype(np.intp) for row in to_mask[:3]]
    sizes_ijk = tuple(reversed(mask.shape))
    inside = np.logical_and.reduce([(index >= 0) & (index < size) for index, size in zip(nearest, sizes_ijk, strict=True)])
    labels = np.zeros(volume.shape, dtype=np.uint8)
    x, y, z = (index[inside] for index in nearest)
    labels[inside] = mask.labels[z, y, x]
    return labels


def middle_slice(stack: SagittalStack) -> int:
    """Index of the slice through the centre of L1, L2 and L3 (of any level where the three are absent).

    Not the slice of the largest area: where the spine is curved sideways that lies off the canal.
    """
    area = _study_area(stack)
    return round(float(np.average(np.arange(len(area)), weights=area))) if area.any() else len(area) // 2


def spread_slices(stack: SagittalStack, count: int) -> tuple[int, ...]:
    """Up to ``count`` slices spread evenly over those that cut L1, L2 or L3."""
    cut = np.flatnonzero(_study_area(stack))
    if not cut.size:
        return (stack.image.shape[0] // 2,)
    chosen = np.unique(np.rint(np.linspace(cut[0], cut[-1], min(count, cut[-1] - cut[0] + 1))).astype(int))
    return tuple(chosen.tolist())


def crop(stack: SagittalStack, margin_mm: float) -> SagittalStack:
    """The stack cut to the box of L1-L3 plus a margin in rows and columns; unchanged where there is no label."""
    seen = _study_region(stack).max(axis=0)
    if not seen.any():
        return stack
    rows = _window(seen.max(axis=1), margin_mm / stack.pixel_mm[0])
    columns = _window(seen.max(axis=0), margin_mm / stack.pixel_mm[1])
    box = (slice(None), rows, columns)
    return SagittalStack(stack.image[box], stack.bodies[box], stack.marrow[box], stack.pixel_mm)


def near_the_spine(stack: SagittalStack, margin_mm: float) -> SagittalStack:
    """All rows, and the columns within a margin of any body; unchanged where there is none."""
    seen = stack.bodies.max(axis=(0, 1)) > 0
    if not seen.any():
        return stack
    box = (slice(None), slice(None), _window(seen, margin_mm / stack.pixel_mm[1]))
    return SagittalStack(stack.image[box], stack.bodies[box], stack.marrow[box], stack.pixel_mm)


def _window(seen: npt.NDArray[np.bool_], margin: float) -> slice:
    where = np.flatnonzero(seen)
    return slice(max(int(where[0] - margin), 0), int(where[-1] + margin) + 1)


def _study_region(stack: SagittalStack) -> npt.NDArray[np.bool_]:
    """Voxels of L1-L3; of any level where the three are absent."""
    study: npt.NDArray[np.bool_] = np.isin(stack.bodies, [LABEL_OF_LEVEL[level] for level in STUDY_LEVELS])
    return study if study.any() else stack.bodies > 0


def _study_area(stack: SagittalStack) -> npt.NDArray[np.intp]:
    area: npt.NDArray[np.intp] = np.count_nonzero(_study_region(stack), axis=(1, 2))
    return area


def _display_order(affine: Affine) -> tuple[tuple[int, int, int], tuple[int, ...]]:
    """Array axes (of k, j, i) that run left-right, superior-inferior, anterior-posterior; and which results to flip."""
    codes_kji = tuple(reversed(axis_codes(affine)))
    axes = [next(axis for axis, code in enumerate(codes_kji) if code in pair) for pair in ("LR", "SI", "PA")]
    flips = tuple(place for place, (axis, wanted) in enumerate(zip(axes, "LIP", strict=True)) if codes_kji[axis] != wanted)
    return (axes[0], axes[1], axes[2]), flips


def _turned(array: npt.NDArray[Voxel], order: tuple[int, int, int], flips: tuple[int, ...]) -> npt.NDArray[Voxel]:
    turned: npt.NDArray[Voxel] = np.flip(array.transpose(order), axis=flips)
    return turned
