"""Unpenalised logistic regression by Newton's method, with the covariance of its coefficients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from OPRadiomicsLib.errors import ModelError

from .arrays import Flags, FloatTable

MAX_ITERATIONS: Final = 50
TOLERANCE: Final = 1e-18
"""On the squared Newton decrement: the last step then moves no coefficient by more than 1e-9 standard errors."""

MAX_CONDITION: Final = 1e12
EXTREME_LOGIT: Final = 16.0
"""Fitted probabilities beyond 1 - 1e-7: the likelihood has no maximum, its coefficients run to infinity."""


@dataclass(frozen=True, eq=False)
class LogisticFit:
    """Intercept first, then the columns' coefficients; ``covariance`` is the inverse information matrix in that order."""

    coefficients: FloatTable
    covariance: FloatTable

    def logits(self, columns: FloatTable) -> FloatTable:
        """Logits of patients given as (n, p)."""
        logits: FloatTable = self.coefficients[0] + columns @ self.coefficients[1:]
        return logits


def fit_logistic(columns: FloatTable, ill: Flags) -> LogisticFit:
    """Maximum-likelihood logistic regression (McCullagh & Nelder, Generalized Linear Models, 1989, section 4.4).

    Parameters
    ----------
    columns
        (n, p), raw or standardised; p may be 0.

    Raises
    ------
    ModelError
        If the columns are collinear, or separate the classes, so that no finite maximum exists.
    """
    design = np.column_stack((np.ones(len(columns)), columns))
    observed = ill.astype(np.float64)
    beta = np.zeros(design.shape[1])
    for _ in range(MAX_ITERATIONS):
        fitted = logistic(design @ beta)
        information = design.T @ (design * (fitted * (1 - fitted))[:, None])
        _require_invertible(information, design @ beta)
        gradient = design.T @ (observed - fitted)
        step: FloatTable = np.linalg.solve(information, gradient).astype(np.float64)
        if gradient @ step < TOLERANCE:
            return LogisticFit(beta + step, np.linalg.inv(information).astype(np.float64))
        beta = beta + _shortened(step, design, observed, beta)
    raise _separated()


def _shortened(step: FloatTable, design: FloatTable, observed: FloatTable, beta: FloatTable) -> FloatTable:
    """Newton's step, halved until the likelihood does not fall: far from the maximum a whole step can overshoot."""
    before = _log_likelihood(design @ beta, observed)
    rounding = 1e-12 * (1.0 + abs(before))
    for _ in range(30):
        if _log_likelihood(design @ (beta + step), observed) >= before - rounding:
            return step
        step = step / 2.0
    return step


def logistic(logits: FloatTable) -> FloatTable:
    """Probability of a logit, without overflow."""
    return 0.5 * (1.0 + np.tanh(0.5 * logits))


def _log_likelihood(logits: FloatTable, observed: FloatTable) -> float:
    return float(observed @ logits - np.logaddexp(0.0, logits).sum())


def _require_invertible(information: FloatTable, logits: FloatTable) -> None:
    if np.abs(logits).max() > EXTREME_LOGIT:
        raise _separated()
    scale = np.sqrt(np.diag(information))
    if scale.min() <= 0.0 or np.linalg.cond(information / np.outer(scale, scale)) > MAX_CONDITION:
        raise ModelError(
            "Collinear predictors: the information matrix cannot be inverted",
            "predictors none of which is constant or a combination of the others",
            "leave one of them out",
        )


def _separated() -> ModelError:
    return ModelError(
        "The predictors separate the two classes (completely or nearly), so that the coefficients grow without bound",
        "classes that overlap",
        "add patients, use fewer predictors, or fit a penalised model",
    )
