"""ROC, DeLong and thresholds against closed forms, independent implementations and invariances."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from OPRadiomicsLib.errors import StudyError
from OPRadiomicsTrainingLib.statistics.roc import (
    auc,
    bootstrap_auc,
    delong,
    delong_independent,
    delong_paired,
    roc_curve,
    youden_threshold,
)
from scipy.stats import mannwhitneyu
from sklearn.metrics import roc_auc_score


def _sample(seed, n=60, decimals=1, signal=0.8):
    rng = np.random.default_rng(seed)
    ill = np.arange(n) % 2 == 0
    return np.round(rng.normal(size=n) + signal * ill, decimals), np.round(rng.normal(size=n) + ill, decimals), ill


def _delong_by_kernel(scores, ill):
    """The variance from DeLong's own definition: all pairs."""
    kernel = (scores[ill][:, None] > scores[~ill]) + 0.5 * (scores[ill][:, None] == scores[~ill])
    return kernel.mean(axis=1).var(ddof=1) / ill.sum() + kernel.mean(axis=0).var(ddof=1) / (~ill).sum()


def test_auc_equals_sklearn_with_ties_to_1e_12():
    rng = np.random.default_rng(5)
    scores, ill = np.round(rng.normal(size=80), 1), rng.random(80) < 0.5
    assert auc(scores, ill) == pytest.approx(roc_auc_score(ill, scores), abs=1e-12)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 100_000))
def test_delong_auc_is_mann_whitney_and_its_variance_that_of_all_pairs(seed):
    scores, _, ill = _sample(seed, n=30)
    found = delong(scores, ill)
    u = mannwhitneyu(scores[ill], scores[~ill]).statistic
    assert found.auc == pytest.approx(u / (15 * 15), abs=1e-12)
    assert found.auc == pytest.approx(auc(scores, ill), abs=1e-12)
    assert found.variance == pytest.approx(_delong_by_kernel(scores, ill), abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 100_000))
def test_monotone_transforms_change_no_area_and_no_test(seed):
    first, second, ill = _sample(seed, decimals=3)
    before, after = delong_paired(first, second, ill), delong_paired(np.exp(first), 3 * second - 7, ill)
    assert (after.z, after.p) == pytest.approx((before.z, before.p), abs=1e-10)
    mirrored = delong_paired(second, first, ill)
    assert mirrored.z == pytest.approx(-before.z, abs=1e-12)
    assert auc(-first, ill) == pytest.approx(1 - auc(first, ill), abs=1e-12)


def test_area_under_the_curve_by_trapezoids_is_the_auc():
    scores, _, ill = _sample(2)
    curve = roc_curve(scores, ill)
    assert np.trapezoid(curve.true_positive_rate, curve.false_positive_rate) == pytest.approx(auc(scores, ill), abs=1e-12)
    for threshold, sensitivity in zip(curve.thresholds, curve.true_positive_rate, strict=True):
        assert (scores[ill] >= threshold).mean() == pytest.approx(sensitivity, abs=1e-12)


def test_a_score_against_itself_or_its_own_ranks_differs_by_nothing():
    scores, _, ill = _sample(3)
    for other in (scores, 2 * scores + 1):
        found = delong_paired(scores, other, ill)
        assert (found.difference.value, found.z, found.p) == (0.0, 0.0, 1.0)


def test_perfect_separation_has_area_one_and_no_width():
    found = delong(np.arange(10.0), np.arange(10) >= 5)
    assert (found.auc, found.lower, found.upper) == (1.0, 1.0, 1.0)


def test_independent_samples_add_their_variances():
    first, second, ill = _sample(4)
    found = delong_independent(first, ill, second[:40], ill[:40])
    one, two = delong(first, ill), delong(second[:40], ill[:40])
    assert found.z == pytest.approx((one.auc - two.auc) / (one.variance + two.variance) ** 0.5, abs=1e-12)


def test_delong_p_is_uniform_where_both_scores_are_worth_the_same():
    """600 samples under the null: 5 % below 0.05, binomial standard error 0.9 percentage points."""
    rng = np.random.default_rng(7)
    ill = np.arange(100) < 50
    p = []
    for _ in range(600):
        shared = rng.normal(size=100) + ill
        p.append(delong_paired(shared + rng.normal(size=100), shared + rng.normal(size=100), ill).p)
    assert 0.02 < np.mean(np.array(p) < 0.05) < 0.085


def test_bootstrap_interval_is_reproducible_and_near_delongs():
    scores, _, ill = _sample(8, n=200)
    found, exact = bootstrap_auc(scores, ill, 1000, seed=3), delong(scores, ill)
    assert found == bootstrap_auc(scores, ill, 1000, seed=3)
    assert found != bootstrap_auc(scores, ill, 1000, seed=4)
    assert (found.lower, found.upper) == pytest.approx((exact.lower, exact.upper), abs=0.015)


@pytest.mark.parametrize("ill", [np.zeros(6, dtype=bool), np.ones(6, dtype=bool)])
def test_one_class_only_is_an_error(ill):
    for function in (auc, delong, roc_curve, bootstrap_auc):
        with pytest.raises(StudyError, match="one class only"):
            function(np.arange(6.0), ill)


def test_a_nan_score_is_an_error():
    with pytest.raises(StudyError, match="1 scores are NaN"):
        auc(np.array([1.0, np.nan, 2.0]), np.array([True, False, False]))


def test_a_single_patient_of_a_class_has_no_variance():
    with pytest.raises(StudyError, match="two of each"):
        delong(np.arange(5.0), np.arange(5) == 0)


def test_youden_threshold_by_hand():
    probabilities = np.array([0.1, 0.2, 0.6, 0.3, 0.7, 0.8])
    ill = np.array([False, False, False, True, True, True])
    # Cuts 0.25 (sensitivity 1, specificity 2/3) and 0.65 (2/3, 1) tie; 0.65 lies nearer one half.
    assert youden_threshold(probabilities, ill) == pytest.approx(0.65, abs=1e-15)


def test_youden_threshold_reaches_the_largest_index_of_the_curve():
    scores, _, ill = _sample(9, decimals=4)
    curve, cut = roc_curve(scores, ill), youden_threshold(scores, ill)
    index = (scores[ill] >= cut).mean() + (scores[~ill] < cut).mean() - 1
    assert index == pytest.approx((curve.true_positive_rate - curve.false_positive_rate).max(), abs=1e-12)


@pytest.mark.parametrize("score", ["first", "second"])
def test_area_variance_and_interval_equal_proc_to_1e_10(reference, patients, ill, score):
    found = delong(patients[score], ill)
    for name, value in reference["roc"][score].items():
        assert getattr(found, name) == pytest.approx(value, abs=1e-10)


def test_paired_and_independent_tests_equal_proc_to_1e_10(reference, patients, ill):
    expected = reference["roc"]["paired"]
    paired = delong_paired(patients["first"], patients["second"], ill)
    assert (paired.z, paired.p) == pytest.approx((expected["z"], expected["p"]), abs=1e-10)
    assert (paired.difference.lower, paired.difference.upper) == pytest.approx(
        (expected["lower"], expected["upper"]), abs=1e-10
    )
    male = patients["male"] == 1
    apart = delong_independent(patients["first"][male], ill[male], patients["first"][~male], ill[~male])
    assert apart.z == pytest.approx(reference["roc"]["independent_z"], abs=1e-10)


def test_youden_threshold_equals_proc(reference, patients, ill):
    """The cut-off may lie anywhere between two patients: what it calls whom is what counts."""
    cut, best = youden_threshold(patients["first"], ill), reference["roc"]["youden"][0]
    assert (patients["first"][ill] >= cut).mean() == pytest.approx(best["sensitivity"], abs=1e-12)
    assert (patients["first"][~ill] < cut).mean() == pytest.approx(best["specificity"], abs=1e-12)


def test_the_interval_of_an_auc_ends_at_one_and_at_zero():
    scores, ill = np.array([1.0, 2.0, 3.0, 4.5, 4.0, 5.0, 6.0, 7.0]), np.arange(8) >= 4
    assert delong(scores, ill).upper == 1.0
    assert delong(-scores, ill).lower == 0.0


def test_where_all_cut_offs_are_as_good_as_one_half_it_is_one_half():
    """Every cut between 0.2 and 0.9 separates the classes; midway would be 0.55."""
    assert youden_threshold(np.array([0.1, 0.2, 0.9, 0.95]), np.array([False, False, True, True])) == 0.5
