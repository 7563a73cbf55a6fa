"""Models of three classes against R (MASS::polr, rms::lrm), score equations, and the two-class case."""

import numpy as np
import pytest
from OPRadiomicsLib.errors import ModelError, StudyError
from OPRadiomicsTrainingLib.statistics.logistic import fit_logistic
from OPRadiomicsTrainingLib.statistics.ordinal import fit_ordinal


@pytest.fixture(scope="module")
def columns(patients):
    return np.column_stack([patients[name] for name in ("age", "male", "bmi")])


@pytest.fixture(scope="module")
def standardised(columns):
    """As R's scale() does it."""
    return (columns - columns.mean(axis=0)) / columns.std(axis=0, ddof=1)


@pytest.fixture(scope="module")
def stages(patients):
    return patients["stage"].astype(np.intp)


def _errors(fit):
    return np.sqrt(np.diag(fit.covariance))


def test_proportional_odds_equal_polr_to_1e_6(reference, standardised, stages):
    expected, fit = reference["ordinal"], fit_ordinal(standardised, stages)
    np.testing.assert_allclose(fit.slopes, expected["slopes"], atol=1e-6)
    np.testing.assert_allclose(fit.cuts, expected["cuts"], atol=1e-6)
    np.testing.assert_allclose(fit.probabilities(standardised)[:5], expected["probabilities"], atol=1e-6)
    assert fit.log_likelihood == pytest.approx(expected["log_likelihood"], abs=1e-8)


def test_proportional_odds_standard_errors_equal_rms_to_1e_6(reference, columns, stages):
    """lrm has an intercept for each class above the first: cuts with the sign turned."""
    np.testing.assert_allclose(_errors(fit_ordinal(columns, stages)), reference["ordinal"]["errors"], atol=1e-6)


def test_units_of_a_column_change_no_probability(columns, standardised, stages):
    raw, scaled = fit_ordinal(columns, stages), fit_ordinal(standardised, stages)
    np.testing.assert_allclose(raw.probabilities(columns), scaled.probabilities(standardised), atol=1e-10)


def test_two_classes_give_logistic_regression_with_its_covariance(columns, ill):
    expected, classes = fit_logistic(columns, ill), ill.astype(np.intp)
    ordinal = fit_ordinal(columns, classes)
    np.testing.assert_allclose(np.r_[-ordinal.cuts, ordinal.slopes], expected.coefficients, atol=1e-8)
    np.testing.assert_allclose(_errors(ordinal), np.sqrt(np.diag(expected.covariance)), atol=1e-8)


def test_turning_the_order_of_the_classes_turns_the_signs(columns, stages):
    up, down = fit_ordinal(columns, stages), fit_ordinal(columns, 2 - stages)
    np.testing.assert_allclose(down.slopes, -up.slopes, atol=1e-8)
    np.testing.assert_allclose(down.cuts, -up.cuts[::-1], atol=1e-7)


def test_probabilities_add_up_to_one_and_none_is_negative(columns, stages):
    found = fit_ordinal(columns, stages).probabilities(columns)
    np.testing.assert_allclose(found.sum(axis=1), 1.0, atol=1e-12)
    assert found.min() >= 0.0


def test_a_known_model_is_found_again():
    """20000 patients: standard errors of some 0.02."""
    rng = np.random.default_rng(1)
    columns = rng.normal(size=(20_000, 2))
    classes = np.digitize(columns @ (1.0, -0.5) + rng.logistic(size=20_000), (-1.0, 0.5))
    fit = fit_ordinal(columns, classes)
    np.testing.assert_allclose(np.r_[fit.cuts, fit.slopes], [-1.0, 0.5, 1.0, -0.5], atol=0.08)


def test_an_outlier_with_an_extreme_logit_is_not_taken_for_separation():
    """One patient 100 standard deviations out; the others alone give the same model to 1e-9."""
    rng = np.random.default_rng(7)
    columns = rng.normal(size=(300, 1))
    score = 1.5 * columns[:, 0] + rng.logistic(size=300)
    columns, classes = np.vstack((columns, [[100.0]])), np.append(np.digitize(score, (-1.0, 1.0)), 2)
    fit = fit_ordinal(columns, classes)
    assert 100 * fit.slopes[0] - fit.cuts[-1] > 30
    inner = fit_ordinal(columns[:-1], classes[:-1])  # the outlier's probability is 1 to rounding: it says nothing
    np.testing.assert_allclose(np.r_[fit.cuts, fit.slopes], np.r_[inner.cuts, inner.slopes], rtol=1e-9)


def test_classes_that_only_a_combination_of_columns_separates_are_an_error():
    rng = np.random.default_rng(8)
    columns = rng.normal(size=(60, 3)) * (1.0, 100.0, 0.01)
    with pytest.raises(ModelError, match="separate"):
        fit_ordinal(columns, np.digitize(columns @ (1.0, 0.01, -100.0), (-1.0, 1.0)))


def test_an_empty_class_separation_and_collinear_columns_are_errors(columns, stages):
    with pytest.raises(StudyError, match="Classes with"):
        fit_ordinal(columns, np.where(stages == 1, 2, stages))
    with pytest.raises(ModelError, match="separate"):
        fit_ordinal(stages[:, None] + 0.1 * np.random.default_rng(0).random((len(stages), 1)), stages)
    with pytest.raises(ModelError, match="Collinear"):
        fit_ordinal(np.column_stack((columns, columns[:, 0])), stages)
