"""A Radscore: t test, scaler and LASSO on the rows it is given, and nothing else."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..statistics import hypotheses
from ..statistics.arrays import Flags, FloatTable, Indices
from .penalty_path import PenaltyPath, penalty_path
from .settings import LambdaRule, SelectionSettings


@dataclass(frozen=True, eq=False)
class LinearScore:
    """intercept + sum of coefficient x (column - mean) / sd over the selected ``columns``, which may be none."""

    columns: Indices
    means: FloatTable
    sds: FloatTable
    coefficients: FloatTable
    intercept: float
    after_t_test: int

    def of(self, features: FloatTable) -> FloatTable:
        """Scores of patients given as (n, p)."""
        scores: FloatTable = self.intercept + ((features[:, self.columns] - self.means) / self.sds) @ self.coefficients
        return scores


@dataclass(frozen=True, eq=False)
class SelectionPath:
    """What the t test let pass, its scaler, and LASSO's path over all penalties; None where nothing passed.

    ``constant`` is everybody's Radscore then, and LASSO's intercept where it leaves nothing: the share of osteoporosis, or for
    a logistic LASSO its logit.
    """

    passed: Indices
    means: FloatTable
    sds: FloatTable
    path: PenaltyPath | None
    constant: float

    def score(self, rule: LambdaRule) -> LinearScore:
        """The Radscore at the penalty of least cross-validated error, or the sparsest within one standard error of it."""
        if self.path is None:
            empty = np.empty(0)
            return LinearScore(self.passed, empty, empty, empty, self.constant, 0)
        coefficients, intercept = self.path.at(rule)
        kept = np.flatnonzero(coefficients)
        return LinearScore(self.passed[kept], self.means[kept], self.sds[kept], coefficients[kept], intercept, len(self.passed))


def select(
    features: FloatTable,
    osteoporosis: Flags,
    settings: SelectionSettings,
    rng: np.random.Generator,
    patients: Indices | None = None,
) -> SelectionPath:
    """T test, z-score (n - 1) and LASSO of one sequence.

    Parameters
    ----------
    features
        (n, p) of one sequence, training rows only.
    patients
        As `stratified_folds`.
    """
    passed = significant(features, osteoporosis, settings)
    chosen = features[:, passed]
    means, sds = chosen.mean(axis=0), chosen.std(axis=0, ddof=1) if len(passed) else np.empty(0)
    path = penalty_path((chosen - means) / sds, osteoporosis, settings, rng, patients) if len(passed) else None
    share = float(osteoporosis.mean())
    constant = math.log(share / (1 - share)) if settings.lasso == "logistic" else share
    return SelectionPath(passed, means, sds, path, constant)


def significant(features: FloatTable, osteoporosis: Flags, settings: SelectionSettings) -> Indices:
    """Columns whose means differ between the classes, P (or Benjamini and Hochberg's adjusted P) below the limit."""
    p = (hypotheses.welch if settings.t_test == "welch" else hypotheses.student)(features, osteoporosis).p
    return np.flatnonzero((hypotheses.benjamini_hochberg(p) if settings.fdr else p) < settings.p_limit)
