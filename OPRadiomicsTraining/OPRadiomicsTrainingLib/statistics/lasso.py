"""LASSO for a linear score of a 0/1 label, as the study's "LASSO regression" (Tibshirani, J R Stat Soc B 1996)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .arrays import Flags, FloatTable
from .folds import stratified_folds


@dataclass(frozen=True, eq=False)
class LassoFit:
    """Coefficients on standardised columns, intercept, and the penalty that cross-validation chose."""

    coefficients: FloatTable
    intercept: float
    penalty: float


def fit_lasso(standardised: FloatTable, ill: Flags, folds: int, rng: np.random.Generator) -> LassoFit:
    """Gaussian LASSO at the penalty of least cross-validated squared error (lambda.min).

    Parameters
    ----------
    standardised
        (n, p), mean 0 and SD 1 over these n rows.
    folds
        Stratified folds of the cross-validation, drawn from ``rng``.
    """
    from sklearn.linear_model import LassoCV

    splits = stratified_folds(ill, folds, rng)
    # Radiomic features are collinear to 0.99: below 2 % of the largest penalty the path crawls and only fits noise.
    search = LassoCV(alphas=50, eps=0.02, cv=splits, max_iter=50_000, tol=1e-4, selection="cyclic")
    search.fit(standardised, ill.astype(np.float64))
    return LassoFit(np.asarray(search.coef_, dtype=np.float64), float(search.intercept_), float(search.alpha_))
