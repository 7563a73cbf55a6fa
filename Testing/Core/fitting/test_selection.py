"""t test, folds, LASSO and ROC against closed forms and independent implementations."""

import numpy as np
import pytest
from OPRadiomicsLib.errors import StudyError
from OPRadiomicsTrainingLib.fitting.folds import stratified_folds
from OPRadiomicsTrainingLib.fitting.lasso import fit_lasso
from OPRadiomicsTrainingLib.fitting.nested import fit_two_stages, predict_two_stages
from OPRadiomicsTrainingLib.fitting.radscore import SelectionSettings, fit_radscore
from OPRadiomicsTrainingLib.fitting.roc import auc, youden_threshold
from OPRadiomicsTrainingLib.fitting.t_test import welch_p
from scipy.stats import ttest_ind
from sklearn.metrics import roc_auc_score


def test_welch_p_equals_scipy_to_1e_12():
    rng = np.random.default_rng(1)
    features, ill = rng.normal(size=(60, 40)) * rng.uniform(0.1, 50, 40), rng.random(60) < 0.4
    expected = ttest_ind(features[ill], features[~ill], equal_var=False).pvalue
    np.testing.assert_allclose(welch_p(features, ill), expected, rtol=1e-12)


def test_a_constant_column_never_passes_the_t_test():
    assert welch_p(np.ones((20, 1)), np.arange(20) < 8).tolist() == [1.0]


def test_folds_partition_the_patients_and_keep_the_classes_to_one():
    ill = np.arange(103) < 47
    folds = stratified_folds(ill, 10, np.random.default_rng(0))
    assert sorted(np.concatenate([test for _, test in folds]).tolist()) == list(range(103))
    for train, test in folds:
        assert not set(train.tolist()) & set(test.tolist())
        assert ill[test].sum() in (4, 5)
        assert len(test) in (10, 11)


def test_fewer_patients_than_folds_is_an_error():
    with pytest.raises(StudyError, match="4 patients in the smaller class, 5 folds"):
        stratified_folds(np.arange(30) < 4, 5, np.random.default_rng(0))


def test_lasso_meets_its_optimality_conditions_to_1e_3():
    """Correlation with the residual is the penalty on active columns, and at most the penalty on the others."""
    rng = np.random.default_rng(4)
    columns = rng.normal(size=(120, 30))
    ill = columns[:, 0] + columns[:, 1] + rng.normal(size=120) > 0
    columns = (columns - columns.mean(axis=0)) / columns.std(axis=0, ddof=1)
    fit = fit_lasso(columns, ill, 10, rng)
    correlation = columns.T @ (ill - fit.intercept - columns @ fit.coefficients) / 120
    active = fit.coefficients != 0
    np.testing.assert_allclose(correlation[active], fit.penalty * np.sign(fit.coefficients[active]), atol=1e-3)
    assert np.abs(correlation[~active]).max() <= fit.penalty + 1e-3
    assert active[:2].all()


def test_radscore_of_the_mean_patient_is_its_intercept(a_cohort):
    features = a_cohort.features[:, :12]
    score = fit_radscore(features, a_cohort.osteoporosis, SelectionSettings(), np.random.default_rng(1))
    assert score.of(features.mean(axis=0)[None])[0] == pytest.approx(score.intercept, abs=1e-12)
    assert 0 < len(score.columns) <= score.after_t_test


def test_auc_equals_sklearn_with_ties_to_1e_12():
    rng = np.random.default_rng(5)
    scores, ill = np.round(rng.normal(size=80), 1), rng.random(80) < 0.5
    assert auc(scores, ill) == pytest.approx(roc_auc_score(ill, scores), abs=1e-12)


def test_youden_threshold_by_hand():
    probabilities = np.array([0.1, 0.2, 0.6, 0.3, 0.7, 0.8])
    ill = np.array([False, False, False, True, True, True])
    # Cuts 0.25 (sensitivity 1, specificity 2/3) and 0.65 (2/3, 1) tie; 0.65 lies nearer one half.
    assert youden_threshold(probabilities, ill) == pytest.approx(0.65, abs=1e-15)


def test_no_row_outside_the_training_rows_changes_the_fit(a_cohort, simulate_cohort):
    """Other patients' features are replaced by others: the predictions on the training rows stay equal to the last bit."""
    rows = np.arange(120)
    settings = SelectionSettings(lasso_folds=4, folds=3)
    foreign = simulate_cohort(seed=77)
    mixed = type(a_cohort)(
        a_cohort.cases,
        np.r_[a_cohort.ages[:120], foreign.ages[120:]],
        np.r_[a_cohort.male[:120], foreign.male[120:]],
        np.r_[a_cohort.osteoporosis[:120], ~a_cohort.osteoporosis[120:]],
        a_cohort.feature_names,
        np.vstack((a_cohort.features[:120], foreign.features[120:])),
    )
    fits = [fit_two_stages(cohort, rows, settings, np.random.default_rng(6)) for cohort in (a_cohort, mixed)]
    one, two = (predict_two_stages(fit, a_cohort, rows) for fit in fits)
    for name, logits in one.items():
        np.testing.assert_array_equal(logits, two[name])
