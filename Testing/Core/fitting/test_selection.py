"""Radscores and the two stages: on the rows they are given, and on no other."""

from dataclasses import replace

import numpy as np
import pytest
from OPRadiomicsTrainingLib.fitting.nested import fit_two_stages, predict_two_stages
from OPRadiomicsTrainingLib.fitting.radscore import select, significant
from OPRadiomicsTrainingLib.fitting.settings import FitSettings, SelectionSettings
from OPRadiomicsTrainingLib.statistics import hypotheses


def test_radscore_of_the_mean_patient_is_its_intercept(a_cohort):
    features = a_cohort.features[:, :12]
    score = select(features, a_cohort.osteoporosis, SelectionSettings(), np.random.default_rng(1)).score("min")
    assert score.of(features.mean(axis=0)[None])[0] == pytest.approx(score.intercept, abs=1e-12)
    assert 0 < len(score.columns) <= score.after_t_test


@pytest.mark.parametrize("lasso", ["gaussian", "logistic"])
def test_a_radscore_that_no_feature_enters_is_the_same_whether_the_t_test_or_lasso_left_none(a_cohort, lasso):
    """Folds differ in where they stop; a Radscore on another scale in some of them would look like a difference of patients."""
    features, ill = a_cohort.features[:100, :12], a_cohort.osteoporosis[:100] | (np.arange(100) < 60)
    settings = SelectionSettings(lasso=lasso, lasso_folds=4)
    nothing_passed = select(features, ill, replace(settings, p_limit=1e-30), np.random.default_rng(1)).score("min")
    path = select(features, ill, replace(settings, p_limit=1.0), np.random.default_rng(1)).path
    assert not path.coefficients[0].any()
    assert nothing_passed.intercept == pytest.approx(path.intercepts[0], abs=1e-9)


def test_no_row_outside_the_training_rows_changes_the_fit(a_cohort, simulate_cohort):
    """Other patients' features are replaced by others: the predictions on the training rows stay equal to the last bit."""
    rows = np.arange(120)
    settings = FitSettings(SelectionSettings(lasso_folds=4, folds=3), tune=2)
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


def test_the_t_test_that_is_asked_for_decides():
    """40 against 120 patients, spread three times as wide among the fewer: the two tests let other features pass."""
    few = np.arange(160) % 4 == 0
    features = np.random.default_rng(5).normal(size=(160, 200)) * np.where(few, 3.0, 1.0)[:, None] + 0.5 * few[:, None]
    passed = {
        (t_test, fdr): significant(features, few, SelectionSettings(p_limit=0.2, t_test=t_test, fdr=fdr)).tolist()
        for t_test in ("welch", "student")
        for fdr in (False, True)
    }
    for t_test, function in (("welch", hypotheses.welch), ("student", hypotheses.student)):
        p = function(features, few).p
        assert passed[t_test, False] == np.flatnonzero(p < 0.2).tolist()
        assert passed[t_test, True] == np.flatnonzero(hypotheses.benjamini_hochberg(p) < 0.2).tolist()
    assert len({tuple(found) for found in passed.values()}) == 4


def test_lambda_1se_leaves_fewer_features_than_lambda_min(a_cohort):
    path = select(a_cohort.features[:, :12], a_cohort.osteoporosis, SelectionSettings(), np.random.default_rng(1))
    assert 0 < len(path.score("1se").columns) < len(path.score("min").columns)
