"""Bayesian optimisation: deterministic, inside its bounds, never worse than what it starts from, blind to order."""

from dataclasses import replace

import numpy as np
import pytest
from OPRadiomicsTrainingLib.fitting.nested import fit_two_stages
from OPRadiomicsTrainingLib.fitting.settings import L2_RANGE, P_LIMITS, FitSettings, SelectionSettings
from OPRadiomicsTrainingLib.fitting.tuning import log_loss, tune
from OPRadiomicsTrainingLib.statistics.folds import stratified_folds

SETTINGS = FitSettings(SelectionSettings(lasso_folds=4, folds=3), tune=12)


@pytest.fixture(scope="module")
def a_problem():
    """One useful predictor among six of noise: a penalty helps."""
    rng = np.random.default_rng(3)
    ill = np.arange(60) % 2 == 0
    table = {f"radscore_{n}": rng.normal(size=60) + (n == 0) * 1.0 * ill for n in range(7)}
    return table, ill, stratified_folds(ill, 3, rng)


def search(problem, settings=SETTINGS, seed=5):
    table, ill, folds = problem
    return tune(lambda p, rule: table, tuple, ill, folds, settings=settings, seed=seed)


def test_equal_seeds_find_the_same(a_problem):
    assert search(a_problem) == search(a_problem)


def test_it_is_never_worse_than_the_studys_own_settings(a_problem):
    table, ill, folds = a_problem
    found = search(a_problem)
    assert found.log_loss <= log_loss(table, tuple(table), ill, folds, L2_RANGE[0])
    assert L2_RANGE[0] <= found.l2 <= L2_RANGE[1]
    assert found.p_limit in P_LIMITS


def test_it_finds_that_a_penalty_helps(a_problem):
    assert search(a_problem, replace(SETTINGS, tune=30)).l2 > 1.0


def test_in_protocol_paper_only_the_ridge_penalty_is_searched(a_problem):
    found = search(a_problem, replace(SETTINGS, protocol="paper"))
    assert (found.p_limit, found.rule) == (0.05, "min")


@pytest.mark.parametrize(("name", "value"), [("p_limit", 0.03), ("rule", "1se"), ("l2", 0.0), ("l2", 400.0)])
def test_what_is_given_is_not_searched(a_problem, name, value):
    given = (
        replace(SETTINGS, l2=value)
        if name == "l2"
        else replace(SETTINGS, selection=replace(SETTINGS.selection, **{name: value}))
    )
    table, ill, folds = a_problem
    asked = []

    def table_of(p_limit, rule):
        asked.append({"p_limit": p_limit, "rule": rule})
        return table

    found = tune(table_of, tuple, ill, folds, settings=replace(given, fixed=(name,)), seed=5)
    assert getattr(found, name) == value
    if name != "l2":
        assert {one[name] for one in asked} == {value}
    others = {"p_limit", "rule"} - {name}
    assert all(len({one[other] for one in asked}) > 1 for other in others)


def test_the_order_of_trials_changes_no_radscore(a_cohort):
    """With as many trials, other sampler seeds ask in another order; at equal choices the Radscores are bit-equal."""
    rows = np.arange(len(a_cohort.cases))
    fixed = replace(SETTINGS, tune=0)
    one = fit_two_stages(a_cohort, rows, fixed, np.random.default_rng(9))
    tuned = fit_two_stages(a_cohort, rows, SETTINGS, np.random.default_rng(9))
    again = replace(fixed, selection=replace(fixed.selection, p_limit=tuned.tuned.p_limit, rule=tuned.tuned.rule))
    other = fit_two_stages(a_cohort, rows, again, np.random.default_rng(9))
    for name in other.table:
        np.testing.assert_array_equal(tuned.table[name], other.table[name])
    assert set(one.scores) == set(tuned.scores)
