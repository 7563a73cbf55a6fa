"""Bayesian optimisation of what the study leaves open, by cross-validation inside the training rows.

Searched are the P limit of the t test, the rule for LASSO's penalty and the ridge penalty of the logistic models; the measure
is the cross-validated log loss of the combined model. Sampler: tree-structured Parzen estimators (Bergstra et al., NIPS 2011).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..statistics.arrays import Flags, FloatTable, Indices
from .second_stage import Table, fit_second_stage
from .settings import L2_RANGE, P_LIMITS, FitSettings, LambdaRule

if TYPE_CHECKING:
    import optuna

Folds = Sequence[tuple[Indices, Indices]]


@dataclass(frozen=True)
class Tuned:
    """The hyper-parameters that a fit uses; ``log_loss`` per patient as cross-validated, None where nothing was searched."""

    p_limit: float
    rule: LambdaRule
    l2: float
    trials: int = 0
    log_loss: float | None = None


def untuned(settings: FitSettings) -> Tuned:
    """The settings as they were given."""
    return Tuned(settings.selection.p_limit, settings.selection.rule, settings.l2)


def tune(
    table_of: Callable[[float, LambdaRule], Table],
    predictors: Callable[[Table], tuple[str, ...]],
    ill: Flags,
    folds: Folds,
    *,
    settings: FitSettings,
    seed: int,
) -> Tuned:
    """Search what ``settings.searched`` names with ``settings.tune`` trials; the settings as given are the first trial.

    Parameters
    ----------
    table_of
        Predictors of the training rows for a P limit and a rule; called again for a pair, it answers from memory.
    predictors
        Which columns of a table the combined model takes.
    folds
        Training and test rows of the cross-validation, among the training rows.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    given = untuned(settings)
    limits = tuple(sorted({*P_LIMITS, given.p_limit})) if "p_limit" in settings.searched else (given.p_limit,)
    rules: tuple[LambdaRule, ...] = ("min", "1se") if "rule" in settings.searched else (given.rule,)
    start = {"p_limit": given.p_limit, "rule": rules.index(given.rule)}
    if "l2" in settings.searched:
        start["l2"] = float(np.clip(given.l2, *L2_RANGE))

    def objective(trial: optuna.Trial) -> float:
        limit = trial.suggest_categorical("p_limit", limits)
        table = table_of(limit, rules[trial.suggest_int("rule", 0, len(rules) - 1)])
        l2 = trial.suggest_float("l2", *L2_RANGE, log=True) if "l2" in start else given.l2
        return log_loss(table, predictors(table), ill, folds, l2)

    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed, n_startup_trials=8))
    study.enqueue_trial(start)
    study.optimize(objective, n_trials=settings.tune)
    best = study.best_params
    return Tuned(best["p_limit"], rules[best["rule"]], best.get("l2", given.l2), settings.tune, float(study.best_value))


def log_loss(table: Table, predictors: tuple[str, ...], ill: Flags, folds: Folds, l2: float) -> float:
    """Cross-validated negative log-likelihood per patient of the logistic model on these predictors."""
    total = 0.0
    for train, test in folds:
        logits = fit_second_stage(_rows(table, train), predictors, ill[train], l2).logits(_rows(table, test))
        total += float(np.logaddexp(0.0, np.where(ill[test], -logits, logits)).sum())
    return total / len(ill)


def _rows(table: Table, rows: Indices) -> dict[str, FloatTable]:
    return {name: values[rows] for name, values in table.items()}
