"""Shape features against independent answers."""

import itertools

import numpy as np
import pytest
from OPRadiomicsLib.features.native.shape import shape_features

RADIUS = 12


def _ball():
    k, j, i = np.ogrid[-RADIUS - 1 : RADIUS + 2, -RADIUS - 1 : RADIUS + 2, -RADIUS - 1 : RADIUS + 2]
    return k * k + j * j + i * i <= RADIUS * RADIUS


def test_a_ball_has_its_volume_and_diameter_and_is_round():
    found = shape_features(_ball(), (1.0, 1.0, 1.0))
    assert found["MeshVolume"] == pytest.approx(4 / 3 * np.pi * RADIUS**3, rel=0.02)
    assert found["Maximum3DDiameter"] == pytest.approx(2 * RADIUS + 1, abs=0.1)
    assert found["Elongation"] == pytest.approx(1, abs=1e-12)
    assert found["Flatness"] == pytest.approx(1, abs=1e-12)


def test_shape_does_not_depend_on_where_the_region_lies():
    ball = _ball()
    shifted = np.zeros((40, 50, 60), dtype=bool)
    shifted[5 : 5 + 27, 20 : 20 + 27, 30 : 30 + 27] = ball
    assert shape_features(shifted, (1.0, 1.0, 1.0)) == shape_features(ball, (1.0, 1.0, 1.0))


def _mesh_points(region, spacing_kji):
    """Half-way points between voxels inside and outside, voxel by voxel."""
    framed = np.pad(region, 1)
    points = []
    for here in np.argwhere(framed):
        for axis, side in itertools.product(range(3), (-1, 1)):
            there = here.copy()
            there[axis] += side
            if not framed[tuple(there)]:
                points.append((here + there) / 2 * spacing_kji)
    return np.array(points)


@pytest.mark.parametrize("seed", range(4))
def test_diameters_are_the_largest_of_all_pairs_of_mesh_points(seed):
    rng = np.random.default_rng(seed)
    region = rng.random((7, 8, 9)) < rng.choice([0.03, 0.2, 0.8])
    region[3, 2:6, 4] = True
    spacing_mm = (0.6, 1.7, 1.1)
    points = _mesh_points(region, np.array(spacing_mm[::-1]))
    distances = np.linalg.norm(points[:, None] - points[None], axis=2)
    found = shape_features(region, spacing_mm)
    assert found["Maximum3DDiameter"] == pytest.approx(distances.max(), rel=1e-14)
    for axis, name in enumerate(("Slice", "Column", "Row")):
        in_one_plane = np.isclose(points[:, None, axis], points[None, :, axis], rtol=0, atol=1e-9)
        assert found[f"Maximum2DDiameter{name}"] == pytest.approx(distances[in_one_plane].max(), rel=1e-14)
