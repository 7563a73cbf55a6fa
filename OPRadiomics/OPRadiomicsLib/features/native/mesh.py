"""Surface mesh of a binary region by marching cubes (Lorensen & Cline, SIGGRAPH 1987), as PyRadiomics 3.0.1 builds it.

The table of triangles is generated here, not copied. Vertices lie half-way along the edges that cross the surface. What a
cube's corners leave open follows three rules, found by measuring PyRadiomics cube by cube (`Testing/Core/features/native`
repeats the comparison for all 256 cubes):

1. A cube that holds its last corner (k, j, i) = (1, 1, 0) is treated as its complement, turned inside out.
2. On a face whose corners alternate, each inside corner is cut off by itself.
3. A polygon becomes a fan of triangles none of which lies in a face of the cube; of the possible fans, the one of largest
   area at unit spacing, and for a heptagon the smallest, which is the one about the vertex on its mirror plane.

Area and volume are then sums over the kinds of cube, so one histogram of the 256 kinds yields both.
"""

from __future__ import annotations

import math
from functools import cache
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

Edge = frozenset[int]
Point = tuple[float, float, float]
Triangle = tuple[Point, Point, Point]
Fan = list[Triangle]

CORNERS: Final[tuple[Point, ...]] = (
    (0, 0, 0),
    (0, 0, 1),
    (0, 1, 1),
    (0, 1, 0),
    (1, 0, 0),
    (1, 0, 1),
    (1, 1, 1),
    (1, 1, 0),
)
"""Corner of each bit of a cube's kind, (k, j, i)."""
_LAST: Final = 1 << 7


@cache
def triangle_table() -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """The triangles of all 256 kinds of cube, oriented outwards.

    Returns
    -------
    kinds
        Kind of each triangle's cube, (triangles,). Bit b of a kind is set where corner b lies in the region.
    vertices
        (triangles, 3 vertices, 3 coordinates k, j, i in voxels from corner 0).
    """
    fans = {kind: _triangles_of(kind) for kind in range(_LAST)}
    fans |= {kind ^ 0xFF: [(c, b, a) for a, b, c in fan] for kind, fan in fans.items()}
    kinds = [kind for kind in range(256) for _ in fans[kind]]
    return np.array(kinds), np.array([triangle for kind in range(256) for triangle in fans[kind]], dtype=np.float64)


def surface_of_kinds(spacing_kji: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Surface area in mm2 of each kind of cube, (256,)."""
    kinds, vertices = triangle_table()
    a, b, c = (vertices * spacing_kji).swapaxes(0, 1)
    return _sums(kinds, np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2)


@cache
def volume_of_kinds() -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Signed volume under each kind of cube, in 48ths of a voxel: its value with corner 0 at the origin, (256,), and its
    change per voxel that the cube lies further along k, j, i, (256, 3).

    The volume of the tetrahedra from the origin to the triangles; a closed mesh's does not depend on the origin. Whole
    numbers, because vertices lie on half voxels: a mesh of volume zero has exactly zero.
    """
    kinds, vertices = triangle_table()
    a, b, c = vertices.swapaxes(0, 1)
    at_origin = _sums(kinds, 8 * (np.cross(a, b) * c).sum(axis=1))
    per_voxel = 8 * (np.cross(a, b) + np.cross(b, c) + np.cross(c, a))
    along = np.stack([_sums(kinds, column) for column in per_voxel.T], axis=1)
    return np.rint(at_origin).astype(np.int64), np.rint(along).astype(np.int64)


def _sums(kinds: npt.NDArray[np.int64], weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.bincount(kinds, weights, minlength=256).astype(np.float64)


def _triangles_of(kind: int) -> Fan:
    return [triangle for loop in _polygons(kind) for triangle in _fan(_outwards(loop, kind))]


def _polygons(kind: int) -> list[list[Edge]]:
    """Closed loops of crossed edges, from the segments that the surface draws on the six faces."""
    neighbours: dict[Edge, list[Edge]] = {}
    for face in _faces():
        for one, other in _segments(face, kind):
            neighbours.setdefault(one, []).append(other)
            neighbours.setdefault(other, []).append(one)
    loops: list[list[Edge]] = []
    while neighbours:
        first = next(iter(neighbours))
        loop, edge = [first], neighbours.pop(first)[0]
        while edge != first:
            following = next(e for e in neighbours.pop(edge) if e != loop[-1])
            loop.append(edge)
            edge = following
        loops.append(loop)
    return loops


@cache
def _faces() -> tuple[tuple[int, ...], ...]:
    """Corners of the six faces, each in cyclic order."""
    around = ((0, 0), (0, 1), (1, 1), (1, 0))
    number = {corner: bit for bit, corner in enumerate(CORNERS)}
    return tuple(
        tuple(number[(*cell[:axis], side, *cell[axis:])] for cell in around)  # type: ignore[index]
        for axis in range(3)
        for side in (0, 1)
    )


def _segments(face: tuple[int, ...], kind: int) -> list[tuple[Edge, Edge]]:
    inside = [bool(kind >> corner & 1) for corner in face]
    edges = [frozenset(pair) for pair in pairwise((*face, face[0]))]
    crossed = [n for n in range(4) if inside[n] != inside[(n + 1) % 4]]
    if len(crossed) == 4:
        return [(edges[n - 1], edges[n]) for n in range(4) if inside[n]]
    return [(edges[crossed[0]], edges[crossed[1]])] if crossed else []


def _outwards(loop: list[Edge], kind: int) -> list[Edge]:
    """The loop in the sense that turns its normal away from the inside corners."""
    points = [_midpoint(edge) for edge in loop]
    outward = 0.0
    for a, b in pairwise((*points, points[0])):
        normal = _cross(a, b)
        for edge in loop:
            one, other = sorted(edge)
            sign = 1 if kind >> one & 1 else -1
            outward += sign * _dot(normal, _minus(CORNERS[other], CORNERS[one]))
    return loop if outward > 0 else loop[::-1]


def _fan(loop: list[Edge]) -> Fan:
    """The fan that rule 3 chooses."""
    fans: list[Fan] = []
    for apex in range(len(loop)):
        turned = loop[apex:] + loop[:apex]
        edges = [(turned[0], one, other) for one, other in pairwise(turned[1:])]
        if not any(_in_one_face(triangle) for triangle in edges):
            fans.append([(_midpoint(a), _midpoint(b), _midpoint(c)) for a, b, c in edges])
    choose = min if len(loop) == 7 else max
    return choose(fans, key=lambda fan: round(sum(_area(triangle) for triangle in fan), 9))


def _in_one_face(triangle: tuple[Edge, Edge, Edge]) -> bool:
    corners = [CORNERS[corner] for edge in triangle for corner in edge]
    return any(len({corner[axis] for corner in corners}) == 1 for axis in range(3))


def _midpoint(edge: Edge) -> Point:
    one, other = edge
    (a, b, c), (d, e, f) = CORNERS[one], CORNERS[other]
    return (a + d) / 2, (b + e) / 2, (c + f) / 2


def _minus(a: Point, b: Point) -> Point:
    return a[0] - b[0], a[1] - b[1], a[2] - b[2]


def _cross(a: Point, b: Point) -> Point:
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


def _dot(a: Point, b: Point) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _area(triangle: Triangle) -> float:
    a, b, c = triangle
    normal = _cross(_minus(b, a), _minus(c, a))
    return math.sqrt(_dot(normal, normal)) / 2
