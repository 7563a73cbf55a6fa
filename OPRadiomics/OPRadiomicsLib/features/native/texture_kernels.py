"""Counting kernels of the texture matrices. Imports numba: import at the point of use.

Every kernel takes the discretised region as an int32 array (k, j, i) framed by one layer of zeros: 0 is outside, n > 0 is the
n-th grey level that occurs in the region. The frame spares every bounds check.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .jit import compiled

Framed = npt.NDArray[np.int32]
Counts = npt.NDArray[np.int32]
Positions = npt.NDArray[np.int64]


@compiled("void(int32[::1], int64[::1], float64[::1], int64[::1], int32[:,:,::1], int32[:,:,::1], int32[:,::1], float64[::1])")
def count_neighbours(  # noqa: PLR0917 (a compiled kernel)
    region: Framed,
    voxels: Positions,
    grey_values: npt.NDArray[np.float64],
    offsets: Positions,
    cooccurrence: Counts,
    runs: Counts,
    dependence: Counts,
    tone_difference: npt.NDArray[np.float64],
) -> None:
    """GLCM, GLRLM, GLDM and NGTDM in one pass over the voxels and their 26 neighbours.

    Parameters
    ----------
    region
        The framed array, flattened.
    voxels
        Positions of the region's voxels in it, ascending.
    grey_values
        Grey level of each index, float64, (n,).
    offsets
        Steps to the 13 neighbours of one half space, (13,).
    cooccurrence
        Filled: ordered pairs (level here, level at the offset) for each offset, (13, n, n).
    runs
        Filled: runs along each offset by level and length - 1, (13, n, longest).
    dependence
        Filled: voxels by level and number of neighbours of the same level, (n, 27).
    tone_difference
        Filled: sum over voxels of |grey value - mean grey value of the neighbours in the region|, (n,).
    """
    for p in voxels:
        here = region[p] - 1
        same = 0
        neighbours = 0
        total = 0.0
        for a in range(offsets.size):
            step = offsets[a]
            there = region[p + step] - 1
            behind = region[p - step] - 1
            if there >= 0:
                cooccurrence[a, here, there] += 1
                neighbours += 1
                total += grey_values[there]
                same += there == here
            if behind >= 0:
                neighbours += 1
                total += grey_values[behind]
                same += behind == here
            if behind != here:  # a run begins
                q = p + step
                length = 0
                while region[q] - 1 == here:
                    length += 1
                    q += step
                runs[a, here, length] += 1
        dependence[here, same] += 1
        if neighbours > 0:
            tone_difference[here] += abs(grey_values[here] - total / neighbours)


@compiled("int64(int32[::1], int64[::1], int64[::1], int32[::1], int32[::1])")
def find_zones(region: Framed, voxels: Positions, offsets: Positions, levels: Counts, sizes: Counts) -> int:
    """GLSZM: 26-connected zones of one level, by flood fill.

    Parameters
    ----------
    region
        Flattened; it is emptied on the way.
    voxels, offsets
        As for `count_neighbours`.
    levels, sizes
        Filled for each zone: its level's index from 0, its number of voxels; as long as the region has voxels.

    Returns
    -------
    int
        Number of zones.
    """
    stack = np.empty(voxels.size, dtype=np.int64)
    zones = 0
    for p in voxels:
        level = region[p]
        if level == 0:
            continue
        region[p] = 0
        stack[0] = p
        waiting = 1
        size = 0
        while waiting > 0:
            waiting -= 1
            q = stack[waiting]
            size += 1
            for a in range(offsets.size):
                for r in (q + offsets[a], q - offsets[a]):
                    if region[r] == level:
                        region[r] = 0
                        stack[waiting] = r
                        waiting += 1
        levels[zones] = level - 1
        sizes[zones] = size
        zones += 1
    return zones


@compiled("int64[::1](float64[::1], float64[::1])")
def bin_of(values: npt.NDArray[np.float64], edges: npt.NDArray[np.float64]) -> Positions:
    """Number of edges at or below each value, as numpy.digitize counts them, for nearly equidistant ascending edges."""
    bins = np.empty(values.size, dtype=np.int64)
    last = edges.size - 1
    per_unit = last / (edges[last] - edges[0])
    for v in range(values.size):
        guess = min(max(int((values[v] - edges[0]) * per_unit), 0), last)
        while guess < last and edges[guess + 1] <= values[v]:
            guess += 1
        while guess >= 0 and edges[guess] > values[v]:
            guess -= 1
        bins[v] = guess + 1
    return bins
