"""Calibration against R (rms, glm) and against models whose calibration is known."""

import numpy as np
import pytest
from OPRadiomicsLib.errors import StudyError
from OPRadiomicsTrainingLib.statistics.calibration import (
    anchor,
    brier,
    calibration,
    calibration_bins,
    calibration_curve,
    recalibrated_covariance,
    recalibrated_intercept,
    restricted_cubic_spline,
)
from OPRadiomicsTrainingLib.statistics.logistic import fit_logistic, logistic


@pytest.fixture(scope="module")
def logits(patients):
    return 0.6 * patients["first"] + 0.4


def test_slope_intercepts_and_brier_equal_r_to_1e_6(reference, logits, ill):
    expected, found = reference["calibration"], calibration(logits, ill)
    assert found.slope.value == pytest.approx(expected["rms_slope"], abs=1e-6)
    assert found.intercept.value == pytest.approx(expected["rms_intercept"], abs=1e-6)
    assert found.brier == pytest.approx(expected["brier"], abs=1e-12)
    assert found.in_the_large.value == pytest.approx(expected["in_the_large"], abs=1e-8)
    for estimate, error in ((found.slope, expected["slope_error"]), (found.in_the_large, expected["in_the_large_error"])):
        assert (estimate.upper - estimate.lower) / 2 == pytest.approx(1.959964 * error, abs=1e-6)


def test_the_spline_curve_and_its_width_equal_rms_to_1e_6(reference, logits, ill):
    expected = reference["calibration"]
    found = calibration_curve(logits, ill, np.array(expected["at"]))
    on_logits = {name: np.log(getattr(found, name) / (1 - getattr(found, name))) for name in ("observed", "lower", "upper")}
    np.testing.assert_allclose(on_logits["observed"], expected["spline"], atol=1e-6)
    width = (on_logits["upper"] - on_logits["lower"]) / 2 / 1.959963984540054
    np.testing.assert_allclose(width, expected["spline_error"], atol=1e-6)


def test_a_model_on_its_own_training_patients_is_perfectly_calibrated():
    rng = np.random.default_rng(1)
    columns, ill = rng.normal(size=(150, 3)), rng.random(150) < 0.5
    found = calibration(fit_logistic(columns, ill).logits(columns), ill)
    assert found.slope.value == pytest.approx(1.0, abs=1e-8)
    assert found.intercept.value == pytest.approx(0.0, abs=1e-8)
    assert found.in_the_large.value == pytest.approx(0.0, abs=1e-8)


def test_logits_twice_too_wide_have_slope_one_half(logits, ill):
    first, wide = calibration(logits, ill), calibration(2 * logits, ill)
    assert wide.slope.value == pytest.approx(first.slope.value / 2, abs=1e-8)


def test_the_new_intercept_makes_mean_probability_the_observed_share(logits, ill):
    shift = recalibrated_intercept(logits - 3.0, ill)
    assert logistic(logits - 3.0 + shift.value).mean() == pytest.approx(ill.mean(), abs=1e-10)
    assert shift.lower < shift.value < shift.upper


@pytest.mark.parametrize("given", [np.full(20, 0.3), np.arange(20.0) - 9.5], ids=["all alike", "separating"])
def test_without_a_slope_slope_and_intercept_are_nan_and_the_rest_stands(given):
    found = calibration(given, np.arange(20) >= 10)
    assert np.isnan([found.slope.value, found.intercept.value]).all()
    assert np.isfinite([found.in_the_large.value, found.brier, found.scaled_brier]).all()


def test_scaled_brier_is_nothing_for_the_prevalence_and_one_for_the_truth():
    ill = np.arange(40) < 10
    assert brier(np.full(40, 0.25), ill) == pytest.approx(0.1875)
    logits = np.log(1 / 3) + 1e-4 * np.random.default_rng(0).normal(size=40)
    assert calibration(logits, ill).scaled_brier == pytest.approx(0.0, abs=1e-4)
    assert brier(ill.astype(float), ill) == 0.0


def test_bins_hold_every_patient_once_and_ties_stay_together():
    rng = np.random.default_rng(2)
    probabilities, ill = np.round(rng.random(200), 1), rng.random(200) < 0.5
    bins = calibration_bins(probabilities, ill)
    assert sum(part.count for part in bins) == 200
    assert sum(part.count * part.observed.value for part in bins) == pytest.approx(ill.sum())
    assert sum(part.count * part.predicted for part in bins) == pytest.approx(probabilities.sum())
    assert all(part.observed.lower <= part.observed.value <= part.observed.upper for part in bins)


def test_equal_bins_where_no_two_patients_are_alike():
    for patients, groups in ((400, [40] * 10), (100, [20] * 5), (30, [10] * 3)):
        probabilities = np.random.default_rng(3).permutation(np.linspace(0.01, 0.99, patients))
        assert [part.count for part in calibration_bins(probabilities, probabilities > 0.5)] == groups


def test_one_probability_for_all_is_one_bin():
    assert [part.count for part in calibration_bins(np.full(20, 0.3), np.arange(20) < 6)] == [20]


def test_the_spline_is_straight_beyond_its_outer_knots():
    values = np.array([-9.0, -8.0, -7.0, 7.0, 8.0, 9.0])
    basis = restricted_cubic_spline(values, [-2.0, -1.0, 1.0, 2.0])
    np.testing.assert_allclose(basis[0] - 2 * basis[1] + basis[2], 0.0, atol=1e-10)
    np.testing.assert_allclose(basis[3] - 2 * basis[4] + basis[5], 0.0, atol=1e-9)


def test_probabilities_of_zero_and_one_are_an_error():
    with pytest.raises(StudyError, match="2 predicted logits are not finite"):
        calibration(np.array([-np.inf, 0.1, 0.2, np.inf]), np.array([False, True, False, True]))


def test_too_few_different_predictions_for_a_curve_are_an_error():
    with pytest.raises(StudyError, match="take 2 values only"):
        calibration_curve(np.repeat([0.0, 1.0], 10), np.arange(20) % 2 == 0, np.zeros(1))


def test_the_moved_intercept_s_covariance_is_that_of_repeated_studies_to_a_tenth():
    """Fit on 400 patients, move the intercept on 80 of another centre, 1500 times: so the logits of three patients vary."""
    rng = np.random.default_rng(5)
    slopes = np.array([1.0, -0.6])
    first, second = rng.normal(size=(400, 2)), rng.normal((1.5, -1.0), 1.0, size=(80, 2))
    asked = np.array([[1.0, 1.5, -1.0], [1.0, 0.0, 0.0], [1.0, -1.5, 2.0]])  # intercept first
    found, told, old = [], [], []
    for _ in range(1500):
        ill, there = (
            rng.random(len(x)) < 1 / (1 + np.exp(-(start + x @ slopes))) for x, start in ((first, 0.0), (second, -2.0))
        )
        fit = fit_logistic(first, ill)
        logits = fit.logits(second)
        shift = recalibrated_intercept(logits, there).value
        covariance = recalibrated_covariance(fit.covariance, anchor(second, logits + shift))
        found.append(asked @ (fit.coefficients + np.array([shift, 0.0, 0.0])))
        told.append(((asked @ covariance) * asked).sum(axis=1))
        old.append(((asked @ fit.covariance) * asked).sum(axis=1))
    np.testing.assert_allclose(np.mean(told, axis=0), np.var(found, axis=0), rtol=0.1)
    assert (np.mean(old, axis=0) < 0.5 * np.var(found, axis=0))[1:].all(), "the training's covariance told too little"
