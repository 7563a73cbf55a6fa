"""Tests of hypotheses against independent implementations."""

import numpy as np
from OPRadiomicsTrainingLib.statistics.hypotheses import welch_p
from scipy.stats import ttest_ind


def test_welch_p_equals_scipy_to_1e_12():
    rng = np.random.default_rng(1)
    features, ill = rng.normal(size=(60, 40)) * rng.uniform(0.1, 50, 40), rng.random(60) < 0.4
    expected = ttest_ind(features[ill], features[~ill], equal_var=False).pvalue
    np.testing.assert_allclose(welch_p(features, ill), expected, rtol=1e-12)


def test_a_constant_column_never_passes_the_t_test():
    assert welch_p(np.ones((20, 1)), np.arange(20) < 8).tolist() == [1.0]
