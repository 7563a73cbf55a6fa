"""Regions of voxels as boolean arrays: the box around one, and how far two agree."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Bools = npt.NDArray[np.bool_]
Box = tuple[slice, slice, slice]


def bounding_box(region: Bools, margin: tuple[int, int, int] = (0, 0, 0)) -> Box:
    """Smallest box of the array that holds the region, which has a voxel, as slices (k, j, i).

    ``margin`` is what it grows by on both sides of each axis, in voxels, as far as the array reaches.
    """
    occupied = (np.flatnonzero(region.any(axis=axes)) for axes in ((1, 2), (0, 2), (0, 1)))
    k, j, i = (
        slice(max(0, int(found[0]) - more), min(size, int(found[-1]) + 1 + more))
        for found, more, size in zip(occupied, margin, region.shape, strict=True)
    )
    return k, j, i


def dice(first: Bools, second: Bools) -> float:
    """Overlap 2 |A and B| / (|A| + |B|) of two regions of one shape (Dice, Ecology 1945;26:297); NaN where both are empty."""
    total = np.count_nonzero(first) + np.count_nonzero(second)
    return float(2 * np.count_nonzero(first & second) / total) if total else float("nan")
