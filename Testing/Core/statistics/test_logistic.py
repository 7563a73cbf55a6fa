"""Logistic regression against R's glm, closed forms, and its own score equations."""

import math

import numpy as np
import pytest
from OPRadiomicsLib.errors import ModelError
from OPRadiomicsTrainingLib.statistics.logistic import (
    fit_logistic,
    odds_ratios,
)


def _two_by_two(exposed_ill, exposed_well, other_ill, other_well):
    counts = (exposed_ill, exposed_well, other_ill, other_well)
    exposed = np.repeat([1.0, 1.0, 0.0, 0.0], counts)
    ill = np.repeat([True, False, True, False], counts)
    return exposed[:, None], ill


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


def test_an_offset_far_off_is_made_up_for():
    """The intercept alone moves, by as much as all logits lie off."""
    rng = np.random.default_rng(5)
    logits = rng.normal(size=200)
    ill = rng.random(200) < 1 / (1 + np.exp(-logits))
    near, far = (fit_logistic(np.empty((200, 0)), ill, offset=logits + moved).coefficients[0] for moved in (0.0, -60.0))
    assert far == pytest.approx(near + 60.0, abs=1e-9)


def test_offsets_far_apart_have_a_maximum():
    """Of the 30 at 60 five are well: the intercept brings these alone off 1, to 25 of 30."""
    offset = np.where(np.arange(50) < 20, -60.0, 60.0)
    fit = fit_logistic(np.empty((50, 0)), np.arange(50) % 2 == 0, offset=offset)
    assert fit.coefficients[0] == pytest.approx(math.log(25 / 5) - 60.0, abs=1e-9)


def test_rounding_near_the_maximum_is_not_taken_for_separation():
    """A hundred overlapping samples all converge."""
    for seed in range(100):
        rng = np.random.default_rng(seed)
        columns = rng.normal(size=(160, 5))
        ill = rng.random(160) < 1 / (1 + np.exp(-columns @ np.array([1.0, 0.8, 0.5, 0.2, 0.0])))
        assert np.isfinite(fit_logistic(columns, ill).coefficients).all()


@pytest.mark.parametrize(("model", "names"), [("univariable_age", ["age"]), ("multivariable", ["age", "male", "bmi"])])
def test_rows_of_a_regression_table_equal_r(reference, patients, ill, model, names):
    """glm: coefficient, error, Z, odds ratio with Wald's interval to 1e-6; P to a millionth of itself."""
    fit = fit_logistic(np.column_stack([patients[name] for name in names]), ill)
    expected = reference["logistic"][model]
    for place, row in enumerate(odds_ratios(fit, names), start=1):
        assert (row.beta, row.standard_error, row.z) == pytest.approx(
            [expected[key][place] for key in ("beta", "error", "z")], abs=1e-6
        )
        found = (row.odds_ratio.value, row.odds_ratio.lower, row.odds_ratio.upper)
        assert found == pytest.approx([expected[key][place] for key in ("odds_ratio", "lower", "upper")], abs=1e-6)
        assert row.p == pytest.approx(expected["p"][place], rel=1e-6)


def test_an_offset_is_a_predictor_with_the_coefficient_one():
    """Fitting again with the fitted logits as offset finds nothing left."""
    rng = np.random.default_rng(5)
    columns, ill = rng.normal(size=(120, 2)), rng.random(120) < 0.4
    first = fit_logistic(columns, ill)
    np.testing.assert_allclose(fit_logistic(columns, ill, first.logits(columns)).coefficients, 0.0, atol=1e-9)


def test_an_outlier_with_an_extreme_logit_is_not_taken_for_separation():
    """One patient 60 standard deviations out: a finite maximum exists, with a logit far beyond 16 there."""
    rng = np.random.default_rng(7)
    columns = rng.normal(size=(200, 1))
    ill = rng.random(200) < 1 / (1 + np.exp(-columns[:, 0]))
    columns, ill = np.vstack((columns, [[60.0]])), np.append(ill, True)
    fit = fit_logistic(columns, ill)
    assert fit.logits(columns)[-1] > 20
    residual = ill - 1 / (1 + np.exp(-fit.logits(columns)))
    np.testing.assert_allclose(np.column_stack((np.ones(201), columns)).T @ residual, 0.0, atol=1e-8)


def test_separation_by_a_combination_of_columns_is_an_error():
    rng = np.random.default_rng(8)
    columns = rng.normal(size=(60, 3)) * (1.0, 100.0, 0.01)
    with pytest.raises(ModelError, match="separate"):
        fit_logistic(columns, columns @ (1.0, 0.01, -100.0) > 0)
