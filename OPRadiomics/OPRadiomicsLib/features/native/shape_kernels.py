"""Kernels of the shape features. Imports numba: import at the point of use."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .jit import compiled

Indices = npt.NDArray[np.int64]
Mask = npt.NDArray[np.uint8]


@compiled("void(uint8[:,:,::1], int64[::1], int64[:,::1])")
def count_kinds(framed: Mask, cubes: Indices, positions: Indices) -> None:
    """Histogram of the 2 x 2 x 2 cubes by kind, and the sum of their positions.

    Parameters
    ----------
    framed
        Region framed by one layer of zeros, (k, j, i).
    cubes
        Filled: number of cubes of each kind (`mesh.CORNERS` gives the bits), (256,).
    positions
        Filled: sum of (k, j, i) of corner 0 over the cubes of each kind, (256, 3).
    """
    for k in range(framed.shape[0] - 1):
        for j in range(framed.shape[1] - 1):
            for i in range(framed.shape[2] - 1):
                kind = (
                    framed[k, j, i]
                    | framed[k, j, i + 1] << 1
                    | framed[k, j + 1, i + 1] << 2
                    | framed[k, j + 1, i] << 3
                    | framed[k + 1, j, i] << 4
                    | framed[k + 1, j, i + 1] << 5
                    | framed[k + 1, j + 1, i + 1] << 6
                    | framed[k + 1, j + 1, i] << 7
                )
                cubes[kind] += 1
                positions[kind, 0] += k
                positions[kind, 1] += j
                positions[kind, 2] += i


@compiled("void(int64[:,::1], int64, int64, int64, int64[:,::1], int64[:,::1])")
def row_extremes(  # noqa: PLR0917 (a compiled kernel)
    vertices: Indices, plane: int, row: int, along: int, lowest: Indices, highest: Indices
) -> None:
    """Smallest and largest coordinate along one axis for each row of each plane; only these can span a diameter.

    Parameters
    ----------
    vertices
        Coordinates in half voxels, (vertices, 3).
    plane, row, along
        Which axis numbers the planes, which the rows in them, and which runs along a row.
    lowest, highest
        Updated, (planes, rows); lowest starts large, highest starts negative, and a row without vertex stays so.
    """
    for v in range(vertices.shape[0]):
        p, r, x = vertices[v, plane], vertices[v, row], vertices[v, along]
        lowest[p, r] = min(lowest[p, r], x)
        highest[p, r] = max(highest[p, r], x)


@compiled("int64(int64[::1], int64[::1], int64, int64, int64[:,::1])")
def _chain(lowest: Indices, highest: Indices, sign: int, start: int, hull: Indices) -> int:
    """Append one side of a plane's convex hull (monotone chain, Andrew 1979): the lower for sign 1, the upper for -1."""
    end = start
    for r in range(lowest.size):
        if highest[r] < 0:
            continue
        x = sign * (lowest[r] if sign > 0 else highest[r])
        while end - start >= 2:
            r1, x1 = hull[end - 1, 0], sign * hull[end - 1, 1]
            r2, x2 = hull[end - 2, 0], sign * hull[end - 2, 1]
            if (r1 - r2) * (x - x2) - (r - r2) * (x1 - x2) > 0:
                break
            end -= 1
        hull[end, 0] = r
        hull[end, 1] = sign * x
        end += 1
    return end


@compiled("float64(float64[:,::1])")
def farthest_pair(points: npt.NDArray[np.float64]) -> float:
    """Largest squared distance between any two of the points, (n, 3), in mm."""
    farthest = 0.0
    for a in range(points.shape[0]):
        for b in range(a):
            d0 = points[a, 0] - points[b, 0]
            d1 = points[a, 1] - points[b, 1]
            d2 = points[a, 2] - points[b, 2]
            farthest = max(farthest, d0 * d0 + d1 * d1 + d2 * d2)
    return farthest


@compiled("float64(int64[:,::1], int64[:,::1], float64, float64, int64[:,::1], int64[::1])")
def widest_plane(  # noqa: PLR0917 (a compiled kernel)
    lowest: Indices, highest: Indices, row_mm: float, along_mm: float, hulls: Indices, count: Indices
) -> float:
    """Largest squared distance in mm2 between two vertices of one plane, by way of each plane's convex hull.

    Parameters
    ----------
    lowest, highest
        From `row_extremes`.
    row_mm, along_mm
        Length in mm of one half-voxel step.
    hulls
        Filled: the hulls' corners (plane, row, along), (2 x planes x rows, 3).
    count
        Filled: how many, (1,).
    """
    hull = np.empty((2 * lowest.shape[1], 2), dtype=np.int64)
    widest = 0.0
    for p in range(lowest.shape[0]):
        middle = _chain(lowest[p], highest[p], 1, 0, hull)
        end = _chain(lowest[p], highest[p], -1, middle, hull)
        for a in range(end):
            hulls[count[0], 0], hulls[count[0], 1], hulls[count[0], 2] = p, hull[a, 0], hull[a, 1]
            count[0] += 1
            for b in range(a):
                dr = (hull[a, 0] - hull[b, 0]) * row_mm
                dx = (hull[a, 1] - hull[b, 1]) * along_mm
                widest = max(widest, dr * dr + dx * dx)
    return widest
