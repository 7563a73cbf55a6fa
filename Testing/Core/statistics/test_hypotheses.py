"""Tests of hypotheses against R, scipy and closed forms."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from OPRadiomicsLib.errors import StudyError
from OPRadiomicsTrainingLib.statistics.hypotheses import (
    benjamini_hochberg,
    chi_square,
    mann_whitney,
    point_biserial,
    quartiles,
    student,
    welch,
)
from OPRadiomicsTrainingLib.statistics.roc import auc
from scipy.stats import ttest_ind


@pytest.mark.parametrize(("test", "equal"), [(welch, False), (student, True)])
def test_t_tests_equal_scipy_to_1e_12(test, equal):
    rng = np.random.default_rng(1)
    features, ill = rng.normal(size=(60, 40)) * rng.uniform(0.1, 50, 40), rng.random(60) < 0.4
    expected, found = ttest_ind(features[ill], features[~ill], equal_var=equal), test(features, ill)
    np.testing.assert_allclose(found.t, expected.statistic, rtol=1e-12)
    np.testing.assert_allclose(found.p, expected.pvalue, rtol=1e-12)


@pytest.mark.parametrize(("test", "name"), [(welch, "welch"), (student, "student")])
def test_t_tests_equal_r_to_1e_10(reference, patients, ill, test, name):
    found = test(patients["age"][:, None], ill)
    for key, value in reference["hypotheses"][name].items():
        assert getattr(found, key)[0] == pytest.approx(value, rel=1e-10)


@pytest.mark.parametrize("test", [welch, student])
def test_a_constant_column_never_passes_the_t_test(test):
    for value in (1.0, 0.1 + 0.2, 1e9 / 3):
        found = test(np.full((20, 1), value), np.arange(20) < 8)
        assert (found.t.tolist(), found.p.tolist()) == ([0.0], [1.0])


@pytest.mark.parametrize("test", [welch, student])
def test_a_column_with_one_value_for_each_class_differs_beyond_doubt(test):
    ill = np.arange(20) < 8
    found = test(np.where(ill, 3.0, 0.1)[:, None], ill)
    assert (found.t.tolist(), found.p.tolist()) == ([math.inf], [0.0])


def test_one_patient_in_a_class_is_an_error():
    with pytest.raises(StudyError, match="1 patients with and 9 without"):
        welch(np.ones((10, 2)), np.arange(10) < 1)


def test_benjamini_hochberg_equals_r(reference):
    p = np.array([0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216])
    order = np.random.default_rng(0).permutation(10)
    np.testing.assert_allclose(
        benjamini_hochberg(p[order]), np.array(reference["hypotheses"]["benjamini_hochberg"])[order], atol=1e-12
    )


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_benjamini_hochberg_lowers_no_p_and_keeps_their_order(p):
    found, order = benjamini_hochberg(np.array(p)), np.argsort(p)
    assert (found >= np.array(p) - 1e-15).all()
    assert (np.diff(found[order]) >= 0.0).all()


def test_a_nan_p_stays_nan_and_does_not_count():
    found = benjamini_hochberg(np.array([0.01, np.nan, 0.04]))
    np.testing.assert_allclose(found[[0, 2]], benjamini_hochberg(np.array([0.01, 0.04])))
    assert math.isnan(found[1])


def test_mann_whitney_equals_r_with_ties(reference, patients, ill):
    expected = reference["hypotheses"]["mann_whitney"]
    found = mann_whitney(patients["age"][~ill], patients["age"][ill])
    assert found.u == expected["u"]
    assert found.p == pytest.approx(expected["p"], rel=1e-10)


def test_u_is_the_auc_and_p_does_not_depend_on_the_order_of_the_groups(patients, ill):
    found = mann_whitney(patients["age"][~ill], patients["age"][ill])
    assert found.u / (ill.sum() * (~ill).sum()) == pytest.approx(auc(patients["age"], ill), abs=1e-12)
    assert mann_whitney(patients["age"][ill], patients["age"][~ill]).p == pytest.approx(found.p, rel=1e-12)


def test_equal_values_in_both_groups_give_p_one():
    found = mann_whitney(np.ones(5), np.ones(4))
    assert (found.u, found.p) == (10.0, 1.0)


def test_an_empty_group_is_an_error():
    with pytest.raises(StudyError, match="Groups of 0 and 4"):
        mann_whitney(np.empty(0), np.ones(4))


def test_quartiles_by_hand():
    found = quartiles(np.array([1.0, 2.0, 3.0, 4.0]))
    assert (found.median, found.lower, found.upper, found.iqr) == (2.5, 1.75, 3.25, 1.5)


def test_chi_square_equals_r_with_yates_for_two_by_two_only(reference, patients, ill):
    male, stage = patients["male"] == 1, patients["stage"]
    two = chi_square([[(male & ill).sum(), (male & ~ill).sum()], [(~male & ill).sum(), (~male & ~ill).sum()]])
    three = chi_square([[((stage == s) & male).sum(), ((stage == s) & ~male).sum()] for s in range(3)])
    for found, name in ((two, "yates"), (three, "pearson")):
        expected = reference["hypotheses"][name]
        assert (found.statistic, found.p) == pytest.approx((expected["statistic"], expected["p"]), rel=1e-10)
    assert (two.yates, three.yates, three.freedom) == (True, False, 2)


def test_yates_correction_never_turns_a_difference_round():
    found = chi_square([[10, 10], [10, 10]])
    assert (found.statistic, found.p) == (0.0, 1.0)


def test_an_empty_column_of_counts_is_an_error():
    with pytest.raises(StudyError, match="every row and column"):
        chi_square([[4, 0], [5, 0]])


def test_point_biserial_equals_r(reference, patients, ill):
    expected, found = reference["hypotheses"]["point_biserial"], point_biserial(ill, patients["age"])
    assert (found.r.value, found.p) == pytest.approx((expected["r"], expected["p"]), rel=1e-10)
    assert (found.r.lower, found.r.upper) == pytest.approx((expected["lower"], expected["upper"]), rel=1e-10)


def test_a_constant_value_has_no_correlation():
    with pytest.raises(StudyError, match="do not vary"):
        point_biserial(np.arange(5) < 2, np.ones(5))
