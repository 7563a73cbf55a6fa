"""Which features agree: noise far below the spread between patients keeps a feature, noise near it doesn't."""

from __future__ import annotations

import numpy as np
import pytest
from OPRadiomicsLib.errors import FeatureError, StudyError
from OPRadiomicsLib.types import Role
from OPRadiomicsTrainingLib.agreement.comparison import (
    Comparison,
    FeatureAgreement,
    Ratings,
    copy_warnings,
    feature_agreement,
    parse_comparison,
    standard_comparisons,
)

PAIR = Comparison("inter", "Inter-observer", ("A", "B"))
SPREADS = (0.01, 0.3, 2.0)


def judged(n: int = 40, **options: object) -> FeatureAgreement:
    """Features of SD 1 between patients whose second reading adds noise of the spreads, a constant one and an undefined one."""
    rng = np.random.default_rng(0)
    truth = rng.normal(size=(n, len(SPREADS)))
    first = np.column_stack([truth, np.full(n, 3.0), truth[:, 0]])
    second = first + np.column_stack([rng.normal(size=(n, len(SPREADS))) * SPREADS, np.zeros((n, 2))])
    second[5, 4] = np.nan
    names = tuple(f"T1WI_original_firstorder_F{k}" for k in range(5))
    ratings = Ratings(tuple(map(str, range(n))), names, {"A": first, "B": second}, "hash")
    return feature_agreement(ratings, (PAIR,), **options)  # type: ignore[arg-type]


def test_a_feature_that_the_readers_spread_is_rejected_and_so_are_constant_and_undefined_ones() -> None:
    assert judged().kept.tolist() == [True, True, False, False, False]
    assert judged().kept_names() == ("T1WI_original_firstorder_F0", "T1WI_original_firstorder_F1")
    assert np.isnan(judged().found["inter"].estimate[3:]).all()


def test_the_lower_bound_needs_more_cases_for_the_same_feature() -> None:
    assert judged(6, bound="lower", threshold=0.85).kept[:2].tolist() == [True, False]
    assert judged(300, bound="lower", threshold=0.85).kept[:2].tolist() == [True, True]


def test_a_systematic_difference_between_readers_counts_as_disagreement() -> None:
    truth = np.random.default_rng(1).normal(size=(30, 1))
    ratings = Ratings(tuple(map(str, range(30))), ("T1WI_original_firstorder_F",), {"A": truth, "B": truth + 3.0}, "hash")
    with pytest.raises(FeatureError, match="No feature of 1"):
        feature_agreement(ratings, (PAIR,))


def test_what_only_informs_rejects_nothing() -> None:
    rng = np.random.default_rng(2)
    truth = rng.normal(size=(30, 1))
    values = {"A": truth, "B": truth, "network": rng.normal(size=(30, 1))}
    ratings = Ratings(tuple(map(str, range(30))), ("T1WI_original_firstorder_F",), values, "hash")
    network = Comparison("network", "Network", ("network", "B"), decides=False)
    assert feature_agreement(ratings, (PAIR, network)).kept.all()


def test_a_mask_that_was_given_twice_is_said_and_one_that_its_reviser_left_is_not() -> None:
    rng = np.random.default_rng(3)
    first = rng.normal(size=(30, 2))
    again = first + 0.1 * rng.normal(size=first.shape)
    again[[4, 7]] = first[[4, 7]]
    intra = Comparison("intra", "Intra-observer", ("A", "A2"))

    def said(**values: np.ndarray) -> tuple[str, ...]:
        names = ("T1WI_original_firstorder_F", "T1WI_original_firstorder_G")
        ratings = Ratings(tuple(f"c{n}" for n in range(30)), names, {"A": first, **values}, "hash")
        return copy_warnings(feature_agreement(ratings, tuple(one for one in (PAIR, intra) if one.readings[1] in values)))

    (sentence,) = said(A2=again)
    assert sentence.startswith("Intra-observer: 2 of 30 cases have the same features in all readings (c4, c7)")
    assert said(B=again) == ()
    assert len(said(B=first)) == 1


@pytest.mark.parametrize(
    ("readings", "design", "expected"),
    [
        (("A", "B", "A2"), "revision", {"intra": True, "inter": True}),
        (("A", "B", "A2", "B_alone"), "revision", {"intra": True, "inter": True, "independent": False}),
        (("A", "B", "A2", "B_alone"), "independent", {"intra": True, "inter": False, "independent": True}),
        (("A", "B", "network"), "revision", {"inter": True, "network": False}),
        (("A", "A2"), "revision", {"intra": True}),
    ],
)
def test_the_readings_decide_which_comparisons_there_are(
    readings: tuple[str, ...], design: str, expected: dict[str, bool]
) -> None:
    found = standard_comparisons(readings, design)  # type: ignore[arg-type]
    assert {one.key: one.decides for one in found} == expected


def test_readings_that_allow_no_comparison_are_named() -> None:
    with pytest.raises(StudyError, match="Readings A, C"):
        standard_comparisons(("A", "C"), "revision")


def test_more_than_two_readings_can_be_compared() -> None:
    assert parse_comparison("all=A, B,C").readings == ("A", "B", "C")


def test_columns_of_a_sequence_are_its_own() -> None:
    assert judged().of_role(Role.T1WI).all()
    assert not judged().of_role(Role.T2WI).any()


def test_each_comparison_rests_on_the_cases_that_have_its_readings() -> None:
    """The study drew 20 cases for the second reader and 20 for the second reading."""
    rng = np.random.default_rng(4)
    truth = rng.normal(size=(40, 1))
    inter, intra = truth + rng.normal(0, 0.1, (40, 1)), truth + rng.normal(0, 0.2, (40, 1))
    first_half = np.arange(40) < 20
    values = {"A": truth, "B": np.where(first_half[:, None], inter, np.nan), "A2": np.where(first_half[:, None], np.nan, intra)}
    ratings = Ratings(
        tuple(map(str, range(40))), ("T1WI_original_firstorder_F",), values, "hash", {"B": ~first_half, "A2": first_half}
    )
    found = feature_agreement(ratings, standard_comparisons(tuple(values), "revision"))
    assert [found.cases(one) for one in found.comparisons] == [20, 20]
    alone = feature_agreement(
        Ratings(ratings.cases[:20], ratings.features, {"A": truth[:20], "B": inter[:20]}, "hash"), (PAIR,)
    )
    assert found.found["inter"].estimate[0] == alone.found["inter"].estimate[0]
