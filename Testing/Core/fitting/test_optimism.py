"""Harrell's bootstrap of the whole fit: bit-identical, whole, and near the truth where there is nothing to find."""

from dataclasses import replace

import numpy as np
import pytest
from feature_cohort import simulate_feature_cohort
from OPRadiomicsLib.errors import StudyError
from OPRadiomicsLib.profile import load_profile
from OPRadiomicsTrainingLib.fitting.fit import fit_signature
from OPRadiomicsTrainingLib.fitting.nested import fit_two_stages, predict_two_stages
from OPRadiomicsTrainingLib.fitting.optimism import procedure_optimism
from OPRadiomicsTrainingLib.fitting.record import fit_record
from OPRadiomicsTrainingLib.fitting.settings import FitSettings, SelectionSettings
from OPRadiomicsTrainingLib.reports.documents import fit_document
from OPRadiomicsTrainingLib.statistics.roc import auc

PROFILE = load_profile("standard")
QUICK = FitSettings(
    SelectionSettings(lasso_folds=4, folds=3), protocol="paper", tune=0, clinical=("age", "sex"), optimism=4, demo=True
)


@pytest.fixture(scope="module")
def a_fit(a_cohort):
    return fit_signature(a_cohort, PROFILE, QUICK)


def corrected(fit):
    return {(row.model, row.metric): row for row in fit.optimism.rows}


def test_two_runs_are_equal_to_the_last_bit_and_another_seed_is_not(a_fit, a_cohort):
    again = fit_signature(a_cohort, PROFILE, QUICK)
    other = fit_signature(a_cohort, PROFILE, replace(QUICK, seed=2))
    np.testing.assert_array_equal(a_fit.optimism.optimism.corrected_replicates, again.optimism.optimism.corrected_replicates)
    assert corrected(other) != corrected(a_fit)


def test_the_apparent_measures_are_those_of_the_signature_and_it_is_none_the_different(a_fit, a_cohort):
    assert corrected(a_fit)["combined", "AUC"].apparent == auc(a_fit.apparent["combined"], a_fit.ill)
    without = fit_signature(a_cohort, PROFILE, replace(QUICK, optimism=0))
    assert without.optimism is None
    assert without.signature.sha256 == a_fit.signature.sha256


def test_record_and_report_hold_every_model_s_measures(a_fit):
    record = fit_record(a_fit, {})["optimism"]
    assert (record["bootstrap_samples"], record["failed"]) == (4, 0)
    assert len(record["measures"]) == 9
    (table,) = [one for one in fit_document(a_fit, PROFILE, {}).tables if one.name == "optimism"]
    assert [row[:2] for row in table.rows][::3] == [("Clinical", "AUC"), ("Radiomics", "AUC"), ("Combined", "AUC")]
    assert "4 bootstrap samples" in table.note


def test_without_signal_the_apparent_auc_of_radiomics_is_far_from_one_half_and_the_corrected_one_near():
    """Selection is what is optimistic: 90 noise features, 120 patients, 8 cohorts, 8 samples each."""
    settings = replace(QUICK, selection=SelectionSettings(p_limit=0.1, lasso_folds=4, folds=3), optimism=8)
    everyone, found = np.arange(120), []
    for seed in range(8):
        cohort = simulate_feature_cohort({"A": 120}, seed, features=30, signal_strength=0.0)
        stages = fit_two_stages(cohort, everyone, settings, np.random.default_rng(seed))
        rows = procedure_optimism(cohort, everyone, predict_two_stages(stages, cohort, everyone), settings).rows
        (row,) = [one for one in rows if (one.model, one.metric) == ("radiomics", "AUC")]
        found.append((row.apparent, row.corrected))
    apparent, left = np.mean(found, axis=0)
    assert apparent > 0.7
    assert abs(left - 0.5) < 0.4 * (apparent - 0.5)


def test_too_few_patients_for_the_folds_of_a_bootstrap_sample_are_told_before_the_work(a_cohort):
    small = replace(a_cohort, splits=("train",) * 24 + ("test",) * 136)
    with pytest.raises(StudyError, match="different patients of the smaller class in a bootstrap sample"):
        fit_signature(small, PROFILE, replace(QUICK, selection=SelectionSettings(lasso_folds=8, folds=3)))
