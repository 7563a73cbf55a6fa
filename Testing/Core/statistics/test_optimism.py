"""Harrell's correction on noise, on signal, and under failure."""

import numpy as np
import pytest
from OPRadiomicsLib.errors import ModelError
from OPRadiomicsTrainingLib.statistics.logistic import fit_logistic
from OPRadiomicsTrainingLib.statistics.optimism import bootstrap_optimism
from OPRadiomicsTrainingLib.statistics.roc import auc


def _procedure(columns, ill, keep=None):
    """Logistic regression on the ``keep`` columns most correlated with the label: the selection belongs to the procedure."""

    def fit(rows, rng):
        correlation = np.abs(np.corrcoef(columns[rows].T, ill[rows])[-1, :-1])
        chosen = np.argsort(correlation)[::-1][:keep]
        model = fit_logistic(columns[rows][:, chosen], ill[rows])
        return lambda wanted: np.array([auc(model.logits(columns[wanted][:, chosen]), ill[wanted])])

    return fit


def test_noise_looks_good_and_is_corrected_most_of_the_way_to_one_half():
    """Mean over 12 cohorts of the 5 best of 20 noise columns, 150 patients; standard error of the mean some 0.01."""
    found = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        columns, ill = rng.normal(size=(150, 20)), np.arange(150) % 2 == 0
        optimism = bootstrap_optimism(_procedure(columns, ill, 5), ill, 60, seed)
        found.append((optimism.apparent[0], optimism.corrected[0]))
    apparent, corrected = np.mean(found, axis=0)
    assert apparent > 0.65
    assert abs(corrected - 0.5) < 0.4 * (apparent - 0.5)


def test_a_strong_signal_of_one_column_needs_hardly_any_correction():
    rng = np.random.default_rng(1)
    ill = np.arange(400) % 2 == 0
    optimism = bootstrap_optimism(_procedure(rng.normal(size=(400, 1)) + 2.0 * ill[:, None], ill), ill, 50)
    assert abs(optimism.optimism[0]) < 0.01
    assert optimism.failed == 0


def test_a_procedure_that_looks_at_no_label_has_no_optimism_in_the_mean():
    """A fixed score: 400 replicates, standard error of the mean 0.002."""
    rng = np.random.default_rng(2)
    score, ill = rng.normal(size=200), np.arange(200) % 2 == 0
    optimism = bootstrap_optimism(lambda rows, rng: lambda wanted: np.array([auc(score[wanted], ill[wanted])]), ill, 400)
    assert optimism.apparent[0] == auc(score, ill)
    assert abs(optimism.optimism[0]) < 0.008


def test_replicates_depend_on_the_seed_and_their_number_alone():
    rng = np.random.default_rng(3)
    columns, ill = rng.normal(size=(100, 3)), np.arange(100) % 2 == 0
    ten, twenty = (bootstrap_optimism(_procedure(columns, ill), ill, count, seed=9) for count in (10, 20))
    np.testing.assert_array_equal(ten.corrected_replicates, twenty.corrected_replicates[:10])
    again = bootstrap_optimism(_procedure(columns, ill), ill, 10, seed=9)
    np.testing.assert_array_equal(ten.corrected_replicates, again.corrected_replicates)


def test_failing_replicates_are_counted_and_too_many_are_an_error():
    ill = np.arange(40) % 2 == 0

    def failing_every(period):
        calls = iter(range(1000))

        def fit(rows, rng):
            if next(calls) % period == 3 % period:
                raise ModelError("separated")
            return lambda wanted: np.array([0.7])

        return fit

    assert bootstrap_optimism(failing_every(15), ill, 30).failed == 2
    with pytest.raises(ModelError, match=r"15 of 30 bootstrap samples could not be fitted; the last: separated"):
        bootstrap_optimism(failing_every(2), ill, 30)


def test_a_metric_that_few_samples_leave_undefined_is_the_others_mean_and_nan_where_many_do():
    ill = np.arange(40) % 2 == 0

    def undefined_every(period):
        calls = iter(range(1000))

        def fit(rows, rng):
            number = next(calls)
            return lambda wanted: np.array([np.nan if number % period == 0 else 0.1 * (len(set(rows)) < 40 and wanted is rows)])

        return fit

    seldom, often = (bootstrap_optimism(undefined_every(period), ill, 20, apparent=np.array([0.7])) for period in (20, 4))
    assert seldom.corrected[0] == pytest.approx(0.6)
    assert np.isnan(often.corrected[0])


def test_every_sample_holds_as_many_of_each_class_as_the_cohort():
    ill, drawn = np.arange(50) < 10, []

    def fit(rows, rng):
        drawn.append((len(rows), int(ill[rows].sum())))
        return lambda wanted: np.array([0.7])

    bootstrap_optimism(fit, ill, 20, apparent=np.array([0.7]))
    assert drawn == [(50, 10)] * 20
