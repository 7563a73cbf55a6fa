"""Clinical variables: chosen one at a time, gaps filled as stated, and what cannot be fitted said."""

import numpy as np
import pytest
from OPRadiomicsLib.errors import ClinicalDataError
from OPRadiomicsTrainingLib.fitting.clinical import choose_clinical, filled


@pytest.fixture
def a_table():
    """Age drives the class, sex does nothing, smoking is the same in everybody."""
    rng = np.random.default_rng(4)
    age = rng.normal(70, 8, 300)
    ill = rng.random(300) < 1 / (1 + np.exp(-(age - 70) / 6))
    return {"age": age, "sex": (rng.random(300) < 0.5) * 1.0, "smoking": np.zeros(300)}, ill


def test_only_significant_variables_enter_and_a_constant_one_is_named(a_table):
    table, ill = a_table
    chosen = choose_clinical(table, ill, p_limit=0.05)
    assert chosen.predictors == ("age",)
    assert any("smoking" in note for note in chosen.notes)
    assert [row.predictor for row in chosen.univariable] == ["age", "sex", "smoking"]


def test_where_none_passes_the_one_of_least_p_is_taken_and_said(a_table):
    table, ill = a_table
    chosen = choose_clinical({"sex": table["sex"]}, ill, p_limit=1e-9)
    assert chosen.predictors == ("sex",)
    assert "least P" in chosen.notes[0] and chosen.missing == ()


def test_gaps_are_filled_with_the_median_and_counted(a_table):
    table, ill = a_table
    age = table["age"].copy()
    age[:20] = np.nan
    chosen = choose_clinical({"age": age}, ill, p_limit=0.05)
    assert chosen.fill["age"] == np.median(age[20:])
    assert chosen.univariable[0].n == 280
    assert chosen.notes == chosen.missing and "20 patients" in chosen.missing[0]
    assert np.isfinite(filled({"age": age}, chosen.fill)["age"]).all()


@pytest.mark.parametrize("given", [("age", "bmi"), ("age", "sex", "age")])
def test_a_predictor_that_the_table_lacks_or_that_is_given_twice_is_an_error(a_table, given):
    with pytest.raises(ClinicalDataError, match=r"Clinical predictors (bmi|age, age) asked for"):
        choose_clinical(a_table[0], a_table[1], p_limit=0.05, given=given)


def test_a_gap_in_a_yes_or_no_is_filled_with_one_of_the_two(a_table):
    """As many yes as no: no."""
    smoking = np.r_[np.ones(140), np.zeros(140), np.full(20, np.nan)]
    assert choose_clinical({"smoking": smoking}, a_table[1], p_limit=0.05).fill == {"smoking": 0.0}
