"""Metrics at a threshold from their definitions; intervals against closed forms and by simulation."""

import math

import numpy as np
import pytest
from OPRadiomicsTrainingLib.statistics.classification import Confusion, classify, confusion, metrics_of
from OPRadiomicsTrainingLib.statistics.estimate import wilson
from sklearn.metrics import accuracy_score, f1_score, precision_score, recall_score


def test_metrics_equal_sklearn_and_a_patient_at_the_threshold_is_positive():
    rng = np.random.default_rng(1)
    probabilities, ill = np.round(rng.random(90), 2), rng.random(90) < 0.5
    found, called = classify(probabilities, ill, 0.4), probabilities >= 0.4
    assert (probabilities == 0.4).any()
    assert found.sensitivity.value == pytest.approx(recall_score(ill, called), abs=1e-12)
    assert found.specificity.value == pytest.approx(recall_score(~ill, ~called), abs=1e-12)
    assert found.accuracy.value == pytest.approx(accuracy_score(ill, called), abs=1e-12)
    assert found.precision.value == pytest.approx(precision_score(ill, called), abs=1e-12)
    assert found.npv.value == pytest.approx(precision_score(~ill, ~called), abs=1e-12)
    assert found.f1.value == pytest.approx(f1_score(ill, called), abs=1e-12)


@pytest.mark.parametrize(("successes", "trials"), [(0, 12), (7, 12), (12, 12), (69, 108)])
def test_wilsons_limits_are_the_shares_whose_score_test_gives_z_975_to_1e_9(successes, trials):
    found = wilson(successes, trials)
    for limit, certain in ((found.lower, 0.0), (found.upper, 1.0)):
        z = (found.value - limit) / math.sqrt(limit * (1 - limit) / trials) if limit != certain else math.nan
        assert limit == certain == found.value or abs(z) == pytest.approx(1.959963984540054, abs=1e-9)


def test_counts_add_up_to_the_patients():
    rng = np.random.default_rng(2)
    counts = confusion(rng.random(50), rng.random(50) < 0.3, 0.5)
    assert sum(vars(counts).values()) == 50


def test_nobody_called_positive_leaves_precision_undefined_and_f1_zero():
    found = classify(np.full(10, 0.2), np.arange(10) < 4, 0.5)
    assert math.isnan(found.precision.value)
    assert math.isnan(found.precision.upper)
    assert (found.f1.value, found.f1.lower, found.sensitivity.value, found.specificity.value) == (0.0, 0.0, 0.0, 1.0)


def test_the_f1_interval_covers_the_truth_in_about_95_of_100_studies():
    """Sensitivity 0.69, specificity 0.70, 108 ill and 85 well as in the study's internal test; standard error 0.5 points."""
    rng = np.random.default_rng(3)
    tp, fp = rng.binomial(108, 0.69, 2000), rng.binomial(85, 0.30, 2000)
    truth = 2 * 108 * 0.69 / (2 * 108 * 0.69 + 85 * 0.30 + 108 * 0.31)
    covered = [
        (f1 := metrics_of(Confusion(int(a), int(b), 85 - int(b), 108 - int(a))).f1).lower <= truth <= f1.upper
        for a, b in zip(tp, fp, strict=True)
    ]
    assert 0.93 < np.mean(covered) < 0.985
