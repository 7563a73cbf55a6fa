"""Grey levels as PyRadiomics counts them."""

import numpy as np
import pytest
from OPRadiomicsLib.features.discretise import bin_edges, count_grey_levels, discretise


def test_edges_are_multiples_of_the_width_and_a_value_on_an_edge_opens_the_next_bin():
    values = np.array([54.0, 75.0, 99.9, 100.0, 166.0])
    np.testing.assert_array_equal(bin_edges(values, 25.0)[:6], [50, 75, 100, 125, 150, 175])
    np.testing.assert_array_equal(discretise(values, 25.0), [1, 2, 2, 3, 5])


def test_negative_values_share_no_bin_with_positive_ones():
    np.testing.assert_array_equal(discretise(np.array([-0.1, 0.0, 0.1]), 25.0), [1, 2, 2])


def test_a_constant_has_one_grey_level():
    assert count_grey_levels(np.full(5, 25.0), 25.0) == 1


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("bin_width", [0.7, 5.0, 25.0])
def test_bins_equal_pyradiomics_bins_exactly(dtype, bin_width):
    operations = pytest.importorskip("radiomics.imageoperations", reason="PyRadiomics is not installed")
    rng = np.random.default_rng(3)
    values = np.concatenate([rng.normal(0, 60, 500), np.arange(-20, 20) * bin_width]).astype(dtype)
    expected, _ = operations.binImage(values, np.ones(values.shape, dtype=bool), binWidth=bin_width)
    np.testing.assert_array_equal(discretise(values, bin_width), expected)
