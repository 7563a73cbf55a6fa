"""Radscores and the two stages: on the rows they are given, and on no other."""

from dataclasses import replace

import numpy as np
import pytest
from OPRadiomicsTrainingLib.fitting.nested import fit_two_stages, predict_two_stages
from OPRadiomicsTrainingLib.fitting.radscore import select
from OPRadiomicsTrainingLib.fitting.settings import FitSettings, SelectionSettings


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
