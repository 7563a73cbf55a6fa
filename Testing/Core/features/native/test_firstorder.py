"""Quantiles without a full percentile call, to the bit."""

import numpy as np
import pytest
from OPRadiomicsLib.features.native.firstorder import firstorder_features


@pytest.mark.parametrize("size", [2, 3, 10, 11, 997, 1000])
def test_quantiles_equal_numpy_s_linear_percentiles_exactly(size):
    x = np.random.default_rng(size).normal(size=size)
    found = firstorder_features(x, np.array([float(size)]), (1.0, 1.0, 1.0))
    p10, p25, p50, p75, p90 = np.percentile(x, (10, 25, 50, 75, 90))
    assert (found["10Percentile"], found["Median"], found["90Percentile"]) == (p10, p50, p90)
    assert found["InterquartileRange"] == p75 - p25


def test_a_flat_region_has_no_skewness_kurtosis_or_entropy():
    found = firstorder_features(np.full(8, 7.0), np.array([8.0]), (1.0, 1.0, 2.0))
    assert found["Skewness"] == found["Kurtosis"] == found["Variance"] == 0
    assert found["Entropy"] == pytest.approx(0, abs=1e-15)
    assert found["TotalEnergy"] == 8 * 49 * 2
