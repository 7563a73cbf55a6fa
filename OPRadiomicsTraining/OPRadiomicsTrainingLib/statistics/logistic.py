"""Logistic regression by Newton's method, with covariance, and odds ratios."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from OPRadiomicsLib.errors import ModelError

from .arrays import Flags, FloatTable
from .estimate import Estimate, normal_p

MAX_ITERATIONS: Final = 50
TOLERANCE: Final = 1e-18
"""On the squared Newton decrement: the last step then moves no coefficient by more than 1e-9 standard errors."""

MAX_CONDITION: Final = 1e12
EXTREME_LOGIT: Final = 16.0
"""Fitted probabilities beyond 1 - 1e-7: either an outlier, or coefficients on their way to infinity; `separates` tells."""

SEPARATION: Final = 1e-6
"""Sum of distances from the separating plane, columns scaled to 1, beyond what the linear program's tolerance can feign."""


@dataclass(frozen=True, eq=False)
class LogisticFit:
    """Intercept first, then the columns' coefficients; ``covariance`` is the inverse information matrix in that order."""

    coefficients: FloatTable
    covariance: FloatTable

    def logits(self, columns: FloatTable) -> FloatTable:
        """Logits of patients given as (n, p)."""
        logits: FloatTable = self.coefficients[0] + columns @ self.coefficients[1:]
        return logits


@dataclass(frozen=True)
class OddsRatio:
    """One row of a regression table: coefficient with standard error, odds ratio with Wald's 95 % interval, Z and P."""

    name: str
    beta: float
    standard_error: float
    odds_ratio: Estimate
    z: float
    p: float


def odds_ratio(name: str, beta: float, standard_error: float) -> OddsRatio:
    """A row from a coefficient; Wald's Z."""
    wald = Estimate.of_normal(beta, standard_error)
    ratio = Estimate(math.exp(wald.value), math.exp(wald.lower), math.exp(wald.upper))
    return OddsRatio(name, beta, standard_error, ratio, beta / standard_error, normal_p(beta / standard_error))


def odds_ratios(fit: LogisticFit, names: Sequence[str]) -> tuple[OddsRatio, ...]:
    """Rows of the columns of one (multivariable) fit; the intercept is left out."""
    errors = np.sqrt(np.diag(fit.covariance))
    rows = zip(names, fit.coefficients[1:], errors[1:], strict=True)
    return tuple(odds_ratio(name, float(beta), float(error)) for name, beta, error in rows)


def fit_logistic(columns: FloatTable, ill: Flags, offset: FloatTable | None = None, *, l2: float = 0.0) -> LogisticFit:
    """Logistic regression by maximum likelihood (McCullagh & Nelder, Generalized Linear Models, 1989, section 4.4).

    Parameters
    ----------
    columns
        (n, p), raw, or with a penalty standardised; p may be 0.
    offset
        (n,), added to every logit with the coefficient 1; none if None.
    l2
        The log-likelihood is lessened by l2 / 2 times the sum of squared slopes (le Cessie & van Houwelingen, Appl Stat 1992).
        Above 0 a maximum exists whatever the columns, and ``covariance`` is the inverse of the penalised information, the
        posterior's under a normal prior of variance 1 / l2.

    Raises
    ------
    ModelError
        If l2 is 0 and the columns are collinear, or separate the classes, so that no finite maximum exists.
    """
    design = np.column_stack((np.ones(len(columns)), columns))
    observed = ill.astype(np.float64)
    known = np.zeros(len(design)) if offset is None else np.asarray(offset, dtype=np.float64)
    penalty = l2 * np.r_[0.0, np.ones(design.shape[1] - 1)]
    start = -np.quantile(known, 1.0 - observed.mean(), method="nearest")  # where offsets far off leave a slope
    beta, maximum_proven = np.r_[start, np.zeros(design.shape[1] - 1)], l2 > 0.0

    def height(at: FloatTable) -> float:
        logits = known + design @ at
        return float(observed @ logits - np.logaddexp(0.0, logits).sum() - 0.5 * penalty @ at**2)

    for _ in range(MAX_ITERATIONS):
        if not maximum_proven and np.abs(design @ beta).max() > EXTREME_LOGIT:
            if separates(design, ill):
                raise _separated()
            maximum_proven = True
        fitted = logistic(known + design @ beta)
        information = design.T @ (design * (fitted * (1 - fitted))[:, None]) + np.diag(penalty)
        if not l2:
            _require_invertible(information)
        gradient = design.T @ (observed - fitted) - penalty * beta
        step: FloatTable = np.linalg.solve(information, gradient).astype(np.float64)
        if gradient @ step < TOLERANCE:
            return LogisticFit(beta + step, np.linalg.inv(information).astype(np.float64))
        beta = beta + _shortened(step, beta, height)
    raise _separated()


def _shortened(step: FloatTable, start: FloatTable, height: Callable[[FloatTable], float]) -> FloatTable:
    """Newton's step, halved until the likelihood does not fall: far from the maximum a whole step can overshoot."""
    before = height(start)
    for _ in range(30):
        if height(start + step) >= before - 1e-12 * (1.0 + abs(before)):
            break
        step = step / 2.0
    return step


def logistic(logits: FloatTable) -> FloatTable:
    """Probability of a logit, without overflow."""
    return 0.5 * (1.0 + np.tanh(0.5 * logits))


def _require_invertible(information: FloatTable) -> None:
    scale = np.sqrt(np.diag(information))
    if scale.min() <= 0.0 or np.linalg.cond(information / np.outer(scale, scale)) > MAX_CONDITION:
        raise ModelError(
            "Collinear predictors: the information matrix cannot be inverted",
            "predictors none of which is constant or a combination of the others",
            "leave one of them out",
        )


def separates(design: FloatTable, ill: Flags) -> bool:
    """Whether some direction has all ill on one side and all well on the other, the plane between them included.

    Then, and only then, the likelihood has no maximum (Albert & Anderson, Biometrika 1984); found by linear programming.
    ``design`` is (n, p) with its column of ones.
    """
    return grows_without_bound(np.where(ill[:, None], design, -design))


def grows_without_bound(toward: FloatTable) -> bool:
    """Whether some direction has a product below 0 with none of the rows, (n, p), and above 0 with one."""
    from scipy.optimize import linprog

    largest = np.abs(toward).max(axis=0)
    scaled = toward / np.where(largest > 0.0, largest, 1.0)
    found = linprog(-scaled.sum(axis=0), A_ub=-scaled, b_ub=np.zeros(len(scaled)), bounds=(-1, 1), method="highs")
    return bool(-found.fun > SEPARATION)


def _separated() -> ModelError:
    return ModelError(
        "The predictors separate the two classes (completely or nearly), so that the coefficients grow without bound",
        "classes that overlap",
        "add patients, use fewer predictors, or fit a penalised model",
    )
