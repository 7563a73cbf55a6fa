"""The triangle table: equal to PyRadiomics' cube by cube, and right by itself."""

import numpy as np
import pytest
from OPRadiomicsLib.features.native.mesh import CORNERS, surface_of_kinds, triangle_table, volume_of_kinds


def _cube(kind):
    inside = np.zeros((2, 2, 2), dtype=bool)
    for bit, corner in enumerate(CORNERS):
        inside[corner] = bool(kind >> bit & 1)
    return inside


@pytest.mark.parametrize("spacing_kji", [(1.0, 1.0, 1.0), (1.0, 1.3, 1.77), (3.0, 0.4, 1.0)])
def test_area_and_volume_of_all_256_cubes_equal_pyradiomics_within_1e_13(spacing_kji):
    radiomics = pytest.importorskip("radiomics", reason="PyRadiomics is not installed")
    measured = np.array(
        [radiomics.cShape.calculate_coefficients(_cube(kind), np.array(spacing_kji))[:2] for kind in range(256)]
    )
    at_origin, _ = volume_of_kinds()
    np.testing.assert_allclose(surface_of_kinds(np.array(spacing_kji)), measured[:, 0], rtol=0, atol=1e-13)
    np.testing.assert_allclose(at_origin / 48 * np.prod(spacing_kji), measured[:, 1], rtol=0, atol=1e-13)


def test_a_lone_corner_is_cut_off_by_one_triangle_that_faces_away_from_it():
    kinds, vertices = triangle_table()
    for bit, corner in enumerate(CORNERS):
        (triangle,) = vertices[kinds == 1 << bit]
        a, b, c = triangle
        assert np.cross(b - a, c - a) @ (0.5 - np.array(corner)) > 0


def test_empty_and_full_cubes_have_no_surface():
    kinds, _ = triangle_table()
    assert not np.isin([0, 255], kinds).any()
