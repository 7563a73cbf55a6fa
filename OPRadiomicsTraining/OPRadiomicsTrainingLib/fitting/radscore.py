"""A Radscore: t test, scaler and LASSO on the rows it is given, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..statistics.arrays import Flags, FloatTable, Indices
from ..statistics.hypotheses import significant
from ..statistics.lasso import fit_lasso


@dataclass(frozen=True)
class SelectionSettings:
    """``p_limit`` of the t test, ``lasso_folds`` of LASSO's cross-validation, ``folds`` of the out-of-fold stages."""

    p_limit: float = 0.05
    lasso_folds: int = 10
    folds: int = 5


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


def fit_radscore(
    features: FloatTable, osteoporosis: Flags, settings: SelectionSettings, rng: np.random.Generator
) -> LinearScore:
    """Radscore of one sequence: Welch's t test, z-score (n - 1), LASSO at lambda.min.

    Parameters
    ----------
    features
        (n, p) of one sequence, training rows only.
    """
    passed = significant(features, osteoporosis, settings.p_limit)
    if not len(passed):
        empty = np.empty(0)
        return LinearScore(passed, empty, empty, empty, float(osteoporosis.mean()), 0)
    means, sds = features[:, passed].mean(axis=0), features[:, passed].std(axis=0, ddof=1)
    fit = fit_lasso((features[:, passed] - means) / sds, osteoporosis, settings.lasso_folds, rng)
    kept = np.flatnonzero(fit.coefficients)
    return LinearScore(passed[kept], means[kept], sds[kept], fit.coefficients[kept], fit.intercept, len(passed))
