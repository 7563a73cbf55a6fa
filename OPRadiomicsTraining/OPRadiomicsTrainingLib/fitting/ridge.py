"""Logistic regression with a ridge penalty on its slopes; without one, plain maximum likelihood."""

from __future__ import annotations

from typing import Final

import numpy as np
from OPRadiomicsLib.errors import ModelError

from ..statistics.arrays import Flags, FloatTable
from ..statistics.logistic import LogisticFit, fit_logistic, logistic

MAX_ITERATIONS: Final = 100
TOLERANCE: Final = 1e-18

FALLBACK_L2: Final = 1.0
"""Where predictors separate the classes or are collinear: a normal prior with SD 1 on each standardised slope."""


def fit_ridge(columns: FloatTable, osteoporosis: Flags, l2: float) -> LogisticFit:
    """Maximise the log-likelihood less l2 / 2 times the sum of squared slopes (le Cessie & van Houwelingen, Appl Stat 1992).

    Parameters
    ----------
    columns
        (n, p), standardised.
    l2
        0 for `fit_logistic`. Above 0 the maximum exists whatever the columns, and ``covariance`` is the inverse of the
        penalised information, the posterior's under a normal prior of variance 1 / l2.

    Raises
    ------
    ModelError
        If l2 is 0 and the columns are collinear or separate the classes.
    """
    if l2 == 0.0:
        return fit_logistic(columns, osteoporosis)
    design = np.column_stack((np.ones(len(columns)), columns))
    penalty = l2 * np.diag(np.r_[0.0, np.ones(columns.shape[1])])
    observed = osteoporosis.astype(np.float64)
    beta = np.zeros(design.shape[1])
    for _ in range(MAX_ITERATIONS):
        fitted = logistic(design @ beta)
        information = design.T @ (design * (fitted * (1 - fitted))[:, None]) + penalty
        gradient = design.T @ (observed - fitted) - penalty @ beta
        step: FloatTable = np.linalg.solve(information, gradient).astype(np.float64)
        beta = beta + _shortened(step, design, observed, beta, penalty)
        if gradient @ step < TOLERANCE:
            return LogisticFit(beta, np.linalg.inv(information).astype(np.float64))
    raise ModelError("Ridge logistic regression did not converge", "finite, standardised predictors", "check the predictors")


def fit_or_ridge(columns: FloatTable, osteoporosis: Flags, l2: float) -> tuple[LogisticFit, str | None]:
    """As `fit_ridge`; where no maximum exists without penalty, with `FALLBACK_L2`, and a sentence that says so."""
    try:
        return fit_ridge(columns, osteoporosis, l2), None
    except ModelError as error:
        note = f"{error.found.rstrip('.')}: fitted with a ridge penalty of {FALLBACK_L2:g} instead of none"
        return fit_ridge(columns, osteoporosis, FALLBACK_L2), note


def _shortened(step: FloatTable, design: FloatTable, observed: FloatTable, beta: FloatTable, penalty: FloatTable) -> FloatTable:
    """Newton's step, halved until the penalised likelihood does not fall."""

    def height(at: FloatTable) -> float:
        logits = design @ at
        return float(observed @ logits - np.logaddexp(0.0, logits).sum() - 0.5 * at @ penalty @ at)

    before = height(beta)
    for _ in range(30):
        if height(beta + step) >= before - 1e-12 * (1.0 + abs(before)):
            return step
        step = step / 2.0
    return step
