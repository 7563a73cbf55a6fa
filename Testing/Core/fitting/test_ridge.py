"""Ridge logistic regression against scikit-learn, its limits, and what happens to separated classes."""

import numpy as np
import pytest
from OPRadiomicsTrainingLib.fitting.ridge import FALLBACK_L2, fit_or_ridge
from OPRadiomicsTrainingLib.statistics.logistic import fit_logistic
from sklearn.linear_model import LogisticRegression


@pytest.fixture(scope="module")
def a_sample():
    rng = np.random.default_rng(2)
    columns = rng.normal(size=(150, 4))
    return columns, columns[:, 0] + rng.normal(size=150) > 0


@pytest.mark.parametrize("l2", [0.01, 1.0, 50.0])
def test_it_equals_sklearn_to_1e_6(a_sample, l2):
    reference = LogisticRegression(C=1 / l2, tol=1e-12, max_iter=10_000).fit(*a_sample)
    fit = fit_logistic(*a_sample, l2=l2)
    np.testing.assert_allclose(fit.coefficients[1:], reference.coef_[0], atol=1e-6)
    assert fit.coefficients[0] == pytest.approx(reference.intercept_[0], abs=1e-6)


def test_the_penalty_narrows_the_covariance(a_sample):
    free, tight = fit_logistic(*a_sample, l2=0.0), fit_logistic(*a_sample, l2=10.0)
    assert (np.diag(tight.covariance)[1:] < np.diag(free.covariance)[1:]).all()


@pytest.mark.parametrize("broken", ["separated", "collinear"])
def test_separated_or_collinear_predictors_get_the_stated_penalty(a_sample, broken):
    columns, ill = a_sample
    columns = np.column_stack((columns, 10.0 * ill if broken == "separated" else columns[:, 0]))
    fit, note = fit_or_ridge(columns, ill, 0.0)
    assert f"ridge penalty of {FALLBACK_L2:g}" in note
    np.testing.assert_array_equal(fit.coefficients, fit_logistic(columns, ill, l2=FALLBACK_L2).coefficients)


def test_ordinary_predictors_get_none(a_sample):
    assert fit_or_ridge(*a_sample, 0.0)[1] is None
