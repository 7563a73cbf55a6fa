"""Truth checks on patients simulated at feature level; the long version is Testing/Benchmarks/leakage.py.

20 seeds of 120 patients and 3 x 30 features, settings fixed (no search), so that all of it takes seconds.
"""

from dataclasses import replace

import numpy as np
import pytest
from feature_cohort import simulate_feature_cohort
from OPRadiomicsTrainingLib.fitting.nested import fit_two_stages, nested_predictions, predict_two_stages
from OPRadiomicsTrainingLib.fitting.penalty_path import penalty_path
from OPRadiomicsTrainingLib.fitting.settings import FitSettings, SelectionSettings
from OPRadiomicsTrainingLib.statistics.roc import auc

SEEDS = range(20)
PATIENTS = 120
SETTINGS = FitSettings(SelectionSettings(p_limit=0.1, lasso_folds=4, folds=4), tune=0, clinical=("age", "sex"))
MODELS = ("clinical", "radiomics", "combined")


def a_simulated(seed, strength):
    return simulate_feature_cohort({"A": PATIENTS}, seed, features=30, signal_strength=strength)


def nested_aucs(cohorts):
    """(seeds, models): AUC of nested predictions."""
    everyone = np.arange(PATIENTS)
    found = [nested_predictions(c, everyone, SETTINGS, np.random.default_rng(n)).logits for n, c in enumerate(cohorts)]
    return np.array([[auc(f[m], c.osteoporosis) for m in MODELS] for f, c in zip(found, cohorts, strict=True)])


def within_two_standard_errors_of_one_half(values):
    return abs(values.mean() - 0.5) <= 2 * values.std(ddof=1) / np.sqrt(len(values))


@pytest.fixture(scope="module")
def null_cohorts():
    return [a_simulated(seed, 0.0) for seed in SEEDS]


@pytest.fixture(scope="module")
def null_aucs(null_cohorts):
    return nested_aucs(null_cohorts)


def test_images_without_signal_give_a_nested_radiomics_auc_of_one_half(null_aucs):
    assert within_two_standard_errors_of_one_half(null_aucs[:, 1])


def test_on_the_same_patients_the_papers_protocol_states_far_more(null_cohorts, null_aucs):
    """Its optimism: at least 0.1 of AUC from nothing."""
    everyone, paper = np.arange(PATIENTS), replace(SETTINGS, protocol="paper")
    stated = []
    for seed, cohort in enumerate(null_cohorts):
        stages = fit_two_stages(cohort, everyone, paper, np.random.default_rng(seed))
        stated.append(auc(predict_two_stages(stages, cohort, everyone)["radiomics"], cohort.osteoporosis))
    assert np.mean(stated) > null_aucs[:, 1].mean() + 0.1
    assert np.mean(stated) > 0.6


def test_with_signal_the_combined_model_beats_both_others_in_the_mean():
    found = nested_aucs([a_simulated(seed, 1.0) for seed in SEEDS])
    clinical, radiomics, combined = found.mean(axis=0)
    assert combined > max(clinical, radiomics) + 0.02
    assert radiomics > 0.6


def test_shuffled_labels_give_nothing():
    shuffled = [
        replace(cohort, osteoporosis=np.random.default_rng(seed).permutation(cohort.osteoporosis))
        for seed, cohort in enumerate(a_simulated(seed, 1.0) for seed in SEEDS)
    ]
    found = nested_aucs(shuffled)
    for place in range(3):
        assert within_two_standard_errors_of_one_half(found[:, place]), MODELS[place]


@pytest.mark.parametrize("copies", [1, 2], ids=["patients", "patients drawn twice"])
def test_the_radscores_that_the_second_stage_is_fitted_on_are_out_of_fold(null_cohorts, copies):
    """Of noise: AUC near one half, and far above it on the rows that they were fitted on, as protocol paper takes them.

    A patient drawn twice, as a bootstrap does, is not predicted by a model that has seen the copy.
    """
    rows = np.repeat(np.arange(PATIENTS), copies)
    means = {}
    for protocol in ("nested", "paper"):
        found = []
        for seed, cohort in enumerate(null_cohorts):
            table = fit_two_stages(cohort, rows, replace(SETTINGS, protocol=protocol), np.random.default_rng(seed)).table
            found += [auc(table[name], cohort.osteoporosis[rows]) for name in table if name.startswith("radscore")]
        means[protocol] = np.mean(found)
    assert means["paper"] > 0.6
    assert abs(means["nested"] - 0.5) < 0.05


def test_lasso_of_copies_is_judged_on_patients_that_it_has_not_seen(null_cohorts):
    """Each of 40 patients stands three times; nothing predicts better than the mean, whose squared error is the variance."""
    for cohort in null_cohorts[:5]:
        rows = np.repeat(np.arange(40), 3)
        columns, ill = cohort.features[rows], cohort.osteoporosis[rows]
        scaled = (columns - columns.mean(axis=0)) / columns.std(axis=0, ddof=1)
        path = penalty_path(scaled, ill, SETTINGS.selection, np.random.default_rng(1), rows)
        assert path.error[-1] > ill.var()
