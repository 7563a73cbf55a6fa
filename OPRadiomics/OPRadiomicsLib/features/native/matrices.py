"""The texture matrices of one discretised region, all from one framed copy of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.float64]

DIRECTIONS: Final = tuple(
    (dk, dj, di) for dk in (1, 0, -1) for dj in (1, 0, -1) for di in (1, 0, -1) if (dk, dj, di) > (0, 0, 0)
)
"""The 13 directions of one half space at distance 1, in PyRadiomics' order, (k, j, i)."""


@dataclass(frozen=True, eq=False)
class TextureMatrices:
    """Counts over the grey levels that occur; directions in which no two voxels of the region meet are left out.

    Attributes
    ----------
    levels
        Grey levels that occur, ascending, (n,).
    voxels
        Voxels of each level, (n,).
    cooccurrence
        Symmetric GLCM, (n, n, directions).
    runs, run_lengths
        GLRLM over the run lengths that occur, (directions, n, lengths), and those lengths.
    zones, zone_sizes
        GLSZM over the zone sizes that occur, (n, sizes), and those sizes.
    dependence, dependence_sizes
        GLDM over the dependence sizes that occur (1 + number of equal neighbours), (n, sizes), and those sizes.
    tone_difference
        NGTDM's s, (n,).
    """

    levels: npt.NDArray[np.float64]
    voxels: npt.NDArray[np.float64]
    cooccurrence: Counts
    runs: Counts
    run_lengths: npt.NDArray[np.float64]
    zones: Counts
    zone_sizes: npt.NDArray[np.float64]
    dependence: Counts
    dependence_sizes: npt.NDArray[np.float64]
    tone_difference: npt.NDArray[np.float64]


def texture_matrices(levels: npt.NDArray[np.int64], region: npt.NDArray[np.bool_]) -> TextureMatrices:
    """Count all matrices.

    Parameters
    ----------
    levels
        Grey level of each voxel of the region, in the order of ``region``'s true voxels, (voxels,).
    region
        The region in its bounding box, bool, (k, j, i).
    """
    from .texture_kernels import count_neighbours, find_zones

    voxels = np.bincount(levels)
    present = np.flatnonzero(voxels)
    index = np.zeros(voxels.size, dtype=np.int32)
    index[present] = np.arange(1, present.size + 1)
    framed = np.zeros(tuple(size + 2 for size in region.shape), dtype=np.int32)
    framed[1:-1, 1:-1, 1:-1][region] = index[levels]
    flat = framed.ravel()
    where = np.flatnonzero(flat)
    offsets = np.array(DIRECTIONS) @ (np.array(framed.strides) // framed.itemsize)
    n = present.size
    grey = present.astype(np.float64)

    pairs = np.zeros((len(DIRECTIONS), n, n), dtype=np.int32)
    runs = np.zeros((len(DIRECTIONS), n, max(region.shape)), dtype=np.int32)
    dependence = np.zeros((n, 2 * len(DIRECTIONS) + 1), dtype=np.int32)
    tone_difference = np.zeros(n)
    count_neighbours(flat, where, grey, offsets, pairs, runs, dependence, tone_difference)
    met = np.array([pairs[a].any() or _meet(region, direction) for a, direction in enumerate(DIRECTIONS)])

    zone_levels, zone_voxels = np.empty(levels.size, dtype=np.int32), np.empty(levels.size, dtype=np.int32)
    found = find_zones(flat, where, offsets, zone_levels, zone_voxels)

    kept_runs, run_lengths = _occurring(runs[met], first=1)
    kept_dependence, dependence_sizes = _occurring(dependence, first=1)
    zones, zone_sizes = _zone_matrix(zone_levels[:found], zone_voxels[:found], n)
    return TextureMatrices(
        levels=grey,
        voxels=voxels[present].astype(np.float64),
        cooccurrence=_symmetric(pairs),
        runs=kept_runs,
        run_lengths=run_lengths,
        zones=zones,
        zone_sizes=zone_sizes,
        dependence=kept_dependence,
        dependence_sizes=dependence_sizes,
        tone_difference=tone_difference,
    )


def _symmetric(pairs: npt.NDArray[np.int32]) -> Counts:
    """(n, n, directions) in C order: PyRadiomics' own layout, so that sums over it round alike."""
    both = pairs + pairs.transpose(0, 2, 1)
    return np.ascontiguousarray(both[both.any(axis=(1, 2))].transpose(1, 2, 0), dtype=np.float64)


def _meet(region: npt.NDArray[np.bool_], direction: tuple[int, int, int]) -> bool:
    """Whether any line along the direction holds two voxels of the region, next to each other or not."""
    points = np.argwhere(region)
    axis = int(np.flatnonzero(direction)[0])
    along = points[:, axis] * direction[axis]
    lines = points - along[:, None] * np.array(direction)
    return len(np.unique(lines, axis=0)) < len(lines)


def _occurring(counts: npt.NDArray[Any], first: int) -> tuple[Counts, npt.NDArray[np.float64]]:
    """Columns of the last axis that hold a count, as float64, and what each stands for (``first`` for column 0)."""
    columns = np.flatnonzero(counts.any(axis=tuple(range(counts.ndim - 1))))
    return counts[..., columns].astype(np.float64), (columns + first).astype(np.float64)


def _zone_matrix(levels: npt.NDArray[np.int32], sizes: npt.NDArray[np.int32], n: int) -> tuple[Counts, npt.NDArray[np.float64]]:
    present, column = np.unique(sizes, return_inverse=True)
    counts = np.bincount(levels * np.int64(present.size) + column, minlength=n * present.size)
    return counts.reshape(n, present.size).astype(np.float64), present.astype(np.float64)
