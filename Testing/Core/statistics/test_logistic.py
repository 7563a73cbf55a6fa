"""Logistic regression against closed forms, the study's Table 3, and its own score equations."""

import math

import numpy as np
import pytest
from OPRadiomicsLib.errors import ModelError
from OPRadiomicsTrainingLib.statistics.logistic import fit_logistic


def _two_by_two(exposed_ill, exposed_well, other_ill, other_well):
    counts = (exposed_ill, exposed_well, other_ill, other_well)
    exposed = np.repeat([1.0, 1.0, 0.0, 0.0], counts)
    ill = np.repeat([True, False, True, False], counts)
    return exposed[:, None], ill


# Counts of Table 2 (training: 346 without, 422 with osteoporosis); OR, 95 % CI and Z as Table 3 prints them.
@pytest.mark.parametrize(
    ("name", "well", "ill", "printed"),
    [
        ("sex", 171, 136, (0.49, 0.36, 0.65, -4.811)),
        ("smoking", 74, 67, (0.69, 0.48, 1.00, -1.957)),
        ("drinking", 64, 59, (0.72, 0.49, 1.05, -1.693)),
        ("diabetes", 70, 69, (0.77, 0.53, 1.11, -1.388)),
    ],
)
def test_univariable_rows_of_table_3_to_the_printed_digits(name, well, ill, printed):
    fit = fit_logistic(*_two_by_two(ill, well, 422 - ill, 346 - well))
    beta, error = fit.coefficients[1], math.sqrt(fit.covariance[1, 1])
    odds_ratio, low, high = (math.exp(beta + sign * 1.959964 * error) for sign in (0, -1, 1))
    assert (round(odds_ratio, 2), round(low, 2), round(high, 2), round(beta / error, 3)) == printed


def test_two_by_two_table_in_closed_form_to_1e_10():
    """log OR = log(ad / bc), variance 1/a + 1/b + 1/c + 1/d."""
    fit = fit_logistic(*_two_by_two(30, 20, 15, 45))
    assert fit.coefficients[1] == pytest.approx(math.log(30 * 45 / (20 * 15)), abs=1e-10)
    assert fit.covariance[1, 1] == pytest.approx(1 / 30 + 1 / 20 + 1 / 15 + 1 / 45, abs=1e-10)
    assert fit.coefficients[0] == pytest.approx(math.log(15 / 45), abs=1e-10)


def test_score_equations_hold_to_1e_9_on_badly_scaled_columns():
    rng = np.random.default_rng(2)
    columns = rng.normal(size=(200, 4)) * (1e-3, 1.0, 30.0, 1e4) + (0, 5, 300, 1e5)
    ill = rng.random(200) < 0.4
    fit = fit_logistic(columns, ill)
    residual = ill - 1 / (1 + np.exp(-fit.logits(columns)))
    standardised = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    np.testing.assert_allclose(np.column_stack((np.ones(200), standardised)).T @ residual, 0.0, atol=1e-9)


def test_no_predictor_gives_the_log_odds():
    fit = fit_logistic(np.empty((10, 0)), np.arange(10) < 3)
    assert fit.coefficients == pytest.approx([math.log(3 / 7)], abs=1e-10)


@pytest.mark.parametrize("overlap", [0, 1])
def test_separation_is_an_error(overlap):
    """Complete, and quasi-complete: one value shared by both classes."""
    values = np.r_[np.arange(20.0), np.arange(20.0) + 20 - overlap]
    with pytest.raises(ModelError, match="separate"):
        fit_logistic(values[:, None], np.arange(40) >= 20)


def test_collinear_columns_are_an_error():
    rng = np.random.default_rng(3)
    column = rng.normal(size=50)
    with pytest.raises(ModelError, match="Collinear"):
        fit_logistic(np.column_stack((column, 3 * column + 1)), rng.random(50) < 0.5)


def test_a_constant_column_is_an_error():
    with pytest.raises(ModelError, match="Collinear"):
        fit_logistic(np.ones((50, 1)), np.arange(50) % 2 == 0)


def test_rounding_near_the_maximum_is_not_taken_for_separation():
    """A hundred overlapping samples all converge."""
    for seed in range(100):
        rng = np.random.default_rng(seed)
        columns = rng.normal(size=(160, 5))
        ill = rng.random(160) < 1 / (1 + np.exp(-columns @ np.array([1.0, 0.8, 0.5, 0.2, 0.0])))
        assert np.isfinite(fit_logistic(columns, ill).coefficients).all()
