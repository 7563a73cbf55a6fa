"""Shape features of the region: mesh surface and volume, exact diameters, principal axes."""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from ...regions import bounding_box
from ..engine import RegionArray, SpacingIjk
from .mesh import surface_of_kinds, volume_of_kinds

Vector = npt.NDArray[np.float64]

ROUNDING_EIGENVALUE: Final = 1e-10
"""PyRadiomics takes a covariance eigenvalue above minus this for zero (flat regions)."""

_once = threading.Lock()


def shape_features(region: RegionArray, spacing_mm: SpacingIjk) -> dict[str, float]:
    """14 features of a region, (k, j, i); computed once for sequences that share a region.

    Only the region's extent matters, not where it lies in the grid.
    """
    inside = np.ascontiguousarray(region[bounding_box(region)])
    with _once:  # three sequences in three threads ask at the same time
        return dict(_shape_of_bits(np.packbits(inside).tobytes(), inside.shape, spacing_mm))


def forget_shapes() -> None:
    """Empty the memory of regions seen."""
    _shape_of_bits.cache_clear()


@lru_cache(maxsize=16)
def _shape_of_bits(bits: bytes, shape: tuple[int, ...], spacing_mm: SpacingIjk) -> dict[str, float]:
    count = int(np.prod(shape))
    inside = np.unpackbits(np.frombuffer(bits, dtype=np.uint8), count=count).reshape(shape)
    framed = np.pad(inside, 1)
    spacing_kji = np.array(spacing_mm[::-1], dtype=np.float64)
    surface, volume = _surface_and_volume(framed, spacing_kji)
    voxel_volume = int(inside.sum()) * float(np.prod(spacing_kji))
    return {
        "MeshVolume": volume,
        "VoxelVolume": voxel_volume,
        "SurfaceArea": surface,
        "SurfaceVolumeRatio": surface / volume if volume else float("nan"),
        "Sphericity": float((36 * np.pi * volume**2) ** (1 / 3) / surface),
        **_diameters(framed, spacing_kji),
        **_axes(framed, spacing_kji),
    }


def _surface_and_volume(framed: npt.NDArray[np.uint8], spacing_kji: Vector) -> tuple[float, float]:
    from .shape_kernels import count_kinds

    cubes, positions = np.zeros(256, dtype=np.int64), np.zeros((256, 3), dtype=np.int64)
    count_kinds(framed, cubes, positions)
    at_origin, per_voxel = volume_of_kinds()
    volume = ((cubes * at_origin).sum() + (positions * per_voxel).sum()) / 48 * np.prod(spacing_kji)
    return float((cubes * surface_of_kinds(spacing_kji)).sum()), float(volume)


def _diameters(framed: npt.NDArray[np.uint8], spacing_kji: Vector) -> dict[str, float]:
    """Largest distances between mesh vertices: of all, and of two in one plane across k (slice), j (column), i (row).

    Two points that are farthest apart are corners of the convex hull, in space as in a plane.
    """
    from .shape_kernels import farthest_pair, row_extremes, widest_plane

    vertices = _mesh_vertices(framed)
    half_mm = spacing_kji / 2
    extent = 2 * np.array(framed.shape)
    squared = []
    for plane, row, along in ((0, 1, 2), (1, 0, 2), (2, 0, 1)):
        lowest = np.full((extent[plane], extent[row]), np.iinfo(np.int64).max)
        highest = np.full((extent[plane], extent[row]), -1)
        row_extremes(vertices, plane, row, along, lowest, highest)
        corners, count = np.empty((2 * lowest.size, 3), dtype=np.int64), np.zeros(1, dtype=np.int64)
        squared.append(widest_plane(lowest, highest, half_mm[row], half_mm[along], corners, count))
        if plane == 0:
            hull_mm = _far_apart(corners[: count[0]] * half_mm)
    slice_, column, row_, all_ = np.sqrt([*squared, farthest_pair(hull_mm)]).tolist()
    return {
        "Maximum2DDiameterSlice": slice_,
        "Maximum2DDiameterColumn": column,
        "Maximum2DDiameterRow": row_,
        "Maximum3DDiameter": all_,
    }


def _mesh_vertices(framed: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    """Half-way points of all edges between a voxel inside and one outside, in half voxels, (vertices, 3)."""
    found = []
    for axis in range(3):
        crossed = np.argwhere(np.diff(framed.astype(np.int8), axis=axis)) * 2
        crossed[:, axis] += 1
        found.append(crossed)
    return np.ascontiguousarray(np.concatenate(found))


def _far_apart(points_mm: Vector) -> Vector:
    """The points that can belong to the farthest pair: those whose farthest corner of the bounding box is far enough."""
    low, high = points_mm.min(axis=0), points_mm.max(axis=0)
    reach = (np.maximum(points_mm - low, high - points_mm) ** 2).sum(axis=1)
    start = points_mm[np.argmax(((points_mm - points_mm[0]) ** 2).sum(axis=1))]
    at_least = ((points_mm - start) ** 2).sum(axis=1).max()
    return np.ascontiguousarray(points_mm[reach >= at_least * (1 - 1e-12)])


def _axes(framed: npt.NDArray[np.uint8], spacing_kji: Vector) -> dict[str, float]:
    """Principal axes of the voxel centres; an ellipsoid's full axis is 4 square roots of the covariance's eigenvalue."""
    points = np.array(np.nonzero(framed)) * spacing_kji[:, None]
    points -= points.mean(axis=1, keepdims=True)
    points /= np.sqrt(points.shape[1])
    # A copy, so that numpy multiplies two matrices as PyRadiomics does, and not one by its own transpose.
    eigenvalues = np.linalg.eigvals(np.dot(points.copy(), points.T))
    eigenvalues[(eigenvalues < 0) & (eigenvalues > -ROUNDING_EIGENVALUE)] = 0
    eigenvalues.sort()
    with np.errstate(invalid="ignore", divide="ignore"):
        least, minor, major = np.sqrt(eigenvalues) * 4
        elongation, flatness = np.sqrt(eigenvalues[1] / eigenvalues[2]), np.sqrt(eigenvalues[0] / eigenvalues[2])
    return {
        "LeastAxisLength": float(least),
        "MinorAxisLength": float(minor),
        "MajorAxisLength": float(major),
        "Elongation": float(elongation),
        "Flatness": float(flatness),
    }
