"""Regions of voxels as boolean arrays: the box around one, its largest piece, its edge, and how far two agree."""

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


def edge_of(labels: npt.NDArray[np.uint8]) -> Bools:
    """Labelled pixels of a plane with a neighbour of another label, or of none, on one of four sides."""
    around = np.pad(labels, 1)
    sides = (around[:-2, 1:-1], around[2:, 1:-1], around[1:-1, :-2], around[1:-1, 2:])
    differs: Bools = np.logical_or.reduce([side != labels for side in sides])
    return differs & (labels > 0)


def largest_piece(region: Bools) -> Bools:
    """The connected piece of most voxels, faces touching; of several as large the first. An empty region stays empty."""
    from scipy import ndimage

    pieces, count = ndimage.label(region)
    largest: Bools = pieces == 1 + int(np.argmax(np.bincount(pieces.ravel())[1:])) if count else region
    return largest


def dice(first: Bools, second: Bools) -> float:
    """Overlap 2 |A and B| / (|A| + |B|) of two regions of one shape (Dice, Ecology 1945;26:297); NaN where both are empty."""
    total = np.count_nonzero(first) + np.count_nonzero(second)
    return float(2 * np.count_nonzero(first & second) / total) if total else float("nan")
