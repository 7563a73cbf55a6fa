"""The study's "LASSO regression": a linear score of a 0/1 label at the penalty that cross-validation chooses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .arrays import Flags, FloatTable
from .folds import stratified_folds
from .penalised import cross_validate_lasso, penalty_grid


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

    Raises
    ------
    ModelError
        As `cross_validate_lasso`.
    """
    splits = stratified_folds(ill, folds, rng)
    # Radiomic features are collinear to 0.99: below 2 % of the largest penalty the path only fits noise.
    found = cross_validate_lasso(standardised, ill, penalty_grid(standardised, ill, 50, 0.02), splits)
    intercept, coefficients = found.at(found.lambda_min)
    return LassoFit(coefficients, intercept, found.lambda_min)
