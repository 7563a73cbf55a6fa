"""ICC(A,1) and Bland-Altman against hand-worked tables, an independent loop, and the invariances of agreement."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from OPRadiomicsLib.errors import StudyError
from OPRadiomicsTrainingLib.statistics.intraclass import bland_altman, icc_a1
from pingouin import intraclass_corr

# Shrout & Fleiss, Psychol Bull 1979, table 2: six targets, four judges; their ICC(2,1) is 0.29.
SHROUT_FLEISS = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], dtype=float)


def _ratings(seed, n=12, k=2, p=5, disagreement=0.5):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 1, p)) + disagreement * rng.normal(size=(n, k, p)) + rng.normal(size=(1, k, p)) * 0.3


def test_the_table_of_shrout_and_fleiss():
    icc = icc_a1(SHROUT_FLEISS)
    assert icc.estimate[0] == pytest.approx(0.29, abs=0.005)
    assert [round(float(bound[0]), 2) for bound in (icc.lower, icc.upper)] == [0.02, 0.76]


@pytest.mark.filterwarnings("ignore:The inplace keyword")
@pytest.mark.parametrize("readers", [2, 3])
def test_estimate_equals_pingouin_feature_by_feature_to_1e_10(readers):
    import pandas as pd

    ratings = _ratings(1, k=readers)
    n, k, p = ratings.shape
    found = icc_a1(ratings)
    for feature in range(p):
        long = pd.DataFrame(
            {
                "case": np.repeat(np.arange(n), k),
                "reader": np.tile(np.arange(k), n),
                "value": ratings[:, :, feature].ravel(),
            }
        )
        table = intraclass_corr(long, "case", "reader", "value").set_index("Type")
        assert found.estimate[feature] == pytest.approx(table.loc["ICC(A,1)", "ICC"], abs=1e-10)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.01, 100), st.floats(-1000, 1000))
def test_scale_shift_and_order_of_cases_and_readers_change_nothing(seed, scale, shift):
    ratings = _ratings(seed)
    before, after = icc_a1(ratings), icc_a1((scale * ratings + shift)[::-1, ::-1])
    for name in ("estimate", "lower", "upper"):
        np.testing.assert_allclose(getattr(after, name), getattr(before, name), atol=1e-7)
    assert (before.lower <= before.estimate).all()
    assert (before.estimate <= before.upper).all()
    assert (before.upper <= 1.0).all()


def test_a_reader_who_reads_higher_lowers_absolute_agreement():
    ratings = _ratings(3)
    ratings -= ratings.mean(axis=0)
    biased = ratings.copy()
    biased[:, 1] += 2.0
    assert (icc_a1(biased).estimate < icc_a1(ratings).estimate).all()


def test_perfect_agreement_is_one_with_interval_one():
    values = np.random.default_rng(0).normal(size=(20, 1, 3)) * (1e-6, 1.0, 1e9)
    icc = icc_a1(np.repeat(values, 2, axis=1))
    for bound in (icc.estimate, icc.lower, icc.upper):
        assert bound.tolist() == [1.0, 1.0, 1.0]


def test_constant_and_non_finite_features_are_nan_and_spoil_no_other():
    ratings = _ratings(4)
    expected = icc_a1(ratings).estimate[3:]
    ratings[:, :, 0] = 0.1 + 0.2
    ratings[2, 1, 1] = np.nan
    ratings[2, 1, 2] = np.inf
    icc = icc_a1(ratings)
    for bound in (icc.estimate, icc.lower, icc.upper):
        assert np.isnan(bound[:3]).all()
        assert np.isfinite(bound[3:]).all()
    np.testing.assert_array_equal(icc.estimate[3:], expected)


def test_pure_noise_is_rejected_by_the_threshold_and_its_interval_holds_zero():
    noise = np.random.default_rng(5).normal(size=(20, 2, 200))
    icc = icc_a1(noise)
    assert (icc.estimate < 0.75).all()
    assert np.mean((icc.lower < 0) & (icc.upper > 0)) > 0.9


def test_coverage_of_the_interval_is_near_95_percent():
    """2000 features of known ICC 1 / (1 + 0.25 + 0.09) = 0.746; binomial standard error 0.5 percentage points."""
    rng = np.random.default_rng(6)
    ratings = rng.normal(size=(20, 1, 2000)) + 0.5 * rng.normal(size=(20, 3, 2000)) + 0.3 * rng.normal(size=(1, 3, 2000))
    icc = icc_a1(ratings)
    assert 0.93 < np.mean((icc.lower < 1 / 1.34) & (icc.upper > 1 / 1.34)) < 0.98


@pytest.mark.parametrize("shape", [(1, 2, 3), (5, 1, 3)])
def test_one_case_or_one_reader_is_an_error(shape):
    with pytest.raises(StudyError, match="at least two of each"):
        icc_a1(np.zeros(shape))


def test_bland_altman_by_hand():
    """Differences 1, 2, 3: bias 2, SD 1; t(2) = 4.3027, so the bias is 2 -+ 4.3027 / sqrt 3."""
    found = bland_altman(np.array([10.0, 20.0, 30.0]), np.array([11.0, 22.0, 33.0]))
    assert (found.bias.value, found.sd) == (2.0, 1.0)
    assert found.bias.lower == pytest.approx(2 - 4.302653 / 3**0.5, abs=1e-6)
    assert found.lower_limit.value == pytest.approx(2 - 1.959964, abs=1e-6)
    assert found.upper_limit.value == pytest.approx(2 + 1.959964, abs=1e-6)
    assert found.upper_limit.upper == pytest.approx(3.959964 + 4.302653 * (1 / 3 + 1.959964**2 / 4) ** 0.5, abs=1e-5)


@pytest.mark.parametrize(("readers", "name"), [(2, "two"), (3, "three")])
def test_estimate_and_interval_equal_psych_to_1e_6(reference, golden_table, readers, name):
    """R's psych::ICC, type ICC2; the features run from near agreement to noise."""
    icc = icc_a1(golden_table("ratings").reshape(20, 3, 8)[:, :readers])
    np.testing.assert_allclose(np.column_stack((icc.estimate, icc.lower, icc.upper)), reference["icc"][name], atol=1e-6)
