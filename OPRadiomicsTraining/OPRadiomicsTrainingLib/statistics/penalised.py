"""LASSO (Tibshirani, J R Stat Soc B 1996) for a linear and for a logistic score, with R's glmnet as the reference.

Scale of the penalty as glmnet has it. Columns are standardised inside (mean 0, SD 1 with divisor n), coefficients are given
back on the columns' own scale, the intercept is not penalised. Gaussian: squared error / (2 n) + penalty x sum |b|. Binomial:
- log-likelihood / n + penalty x sum |b|. A constant column gets the coefficient 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from OPRadiomicsLib.errors import FeatureError, ModelError, StudyError

from .arrays import Flags, FloatTable, Indices
from .logistic import logistic, separates

MAX_NEWTON_STEPS: Final = 100
CONVERGED_LOGIT: Final = 1e-6
"""No patient's logit moves by more in the last step; Newton's error after it is of the order of its square."""

EXTREME_LOGIT: Final = 30.0
"""Without a penalty either an outlier, or coefficients on their way to infinity; `separates` tells. With one, no matter."""

DEVIANCE_LOGIT: Final = 11.512915464920228
"""glmnet keeps probabilities within 1e-5 of 0 and 1 in a deviance: log(1 / 1e-5 - 1)."""

Folds = Sequence[tuple[Indices, Indices]]
"""Training and test rows of each fold."""


@dataclass(frozen=True, eq=False)
class PenalisedPath:
    """Solutions at l penalties: intercepts (l,) and coefficients (l, p) on the columns' own scale."""

    penalties: FloatTable
    intercepts: FloatTable
    coefficients: FloatTable

    def scores(self, columns: FloatTable) -> FloatTable:
        """Linear scores (for a logistic path logits) of patients given as (n, p), (n, l)."""
        scores: FloatTable = self.intercepts + columns @ self.coefficients.T
        return scores


@dataclass(frozen=True, eq=False)
class CrossValidation:
    """A path on all rows, and the error out of fold at each penalty: squared error, or binomial deviance, per patient.

    ``standard_errors`` is that of the mean over folds. ``lambda_min`` has the least error, ``lambda_1se`` is the largest
    penalty whose error is within one standard error of it.
    """

    path: PenalisedPath
    errors: FloatTable
    standard_errors: FloatTable
    lambda_min: float
    lambda_1se: float

    def at(self, penalty: float) -> tuple[float, FloatTable]:
        """Intercept and coefficients (p,) at one of the path's penalties."""
        place = int(np.flatnonzero(self.path.penalties == penalty)[0])
        return float(self.path.intercepts[place]), self.path.coefficients[place]


@dataclass(frozen=True, eq=False)
class _Scale:
    means: FloatTable
    sds: FloatTable


def penalty_grid(columns: FloatTable, outcome: FloatTable | Flags, count: int = 100, ratio: float | None = None) -> FloatTable:
    """Penalties from the smallest that leaves no column down to ``ratio`` times it, evenly on the logarithm, largest first.

    The same for both kinds of score. ``ratio`` None takes glmnet's 1e-4, or 1e-2 where there are more columns than rows.

    Raises
    ------
    FeatureError
        If a column is not finite.
    ModelError
        If no column varies, or the outcome does not.
    """
    given = np.asarray(outcome, dtype=np.float64)
    standardised, _ = _standardise(columns)
    largest = float(np.abs(standardised.T @ (given - given.mean())).max(initial=0.0)) / len(given)
    if largest <= 0.0:
        raise ModelError(
            "No column is correlated with the outcome at all: all are constant, or the outcome is",
            "features that vary, and patients of both classes",
            "check the table",
        )
    ratio = ratio if ratio is not None else (1e-4 if columns.shape[0] >= columns.shape[1] else 1e-2)
    return np.asarray(np.geomspace(largest, ratio * largest, count), dtype=np.float64)


def lasso_path(columns: FloatTable, outcome: FloatTable | Flags, penalties: FloatTable) -> PenalisedPath:
    """Gaussian LASSO at given penalties (glmnet, family "gaussian"); a 0/1 label makes it the study's "LASSO regression".

    Parameters
    ----------
    columns
        (n, p), on any scale.
    outcome
        (n,)
    penalties
        (l,), best from large to small: each solution starts from the one before.

    Raises
    ------
    FeatureError
        If a column is not finite.
    ModelError
        If a solution does not converge.
    """
    given = np.asarray(outcome, dtype=np.float64)
    standardised, scale = _standardise(columns)
    n, mean = len(given), float(given.mean())
    return _gaussian(standardised.T @ standardised / n, standardised.T @ (given - mean) / n, mean, scale, penalties)


def _gaussian(gram: FloatTable, linear: FloatTable, mean: float, scale: _Scale, penalties: FloatTable) -> PenalisedPath:
    from .lasso_kernels import solve_path

    penalties = np.ascontiguousarray(penalties, dtype=np.float64)
    path = np.empty((len(penalties), len(linear)))
    if not solve_path(np.ascontiguousarray(gram), np.ascontiguousarray(linear), penalties, path):
        raise _not_converged()
    return _own_scale(path, np.full(len(penalties), mean), scale, penalties)


def _own_scale(path: FloatTable, intercepts: FloatTable, scale: _Scale, penalties: FloatTable) -> PenalisedPath:
    coefficients = path / scale.sds
    return PenalisedPath(penalties, intercepts - coefficients @ scale.means, coefficients)


def cross_validate_lasso(
    columns: FloatTable, outcome: FloatTable | Flags, penalties: FloatTable, folds: Folds
) -> CrossValidation:
    """Gaussian LASSO by given folds (glmnet's cv.glmnet); standardised anew in each fold.

    Each fold's Gram matrix is that of all rows less that of its test rows, so that ten folds cost little more than one fit.

    Raises
    ------
    StudyError
        If a fold's training rows are not all that its test rows leave.
    FeatureError, ModelError
        As `lasso_path`.
    """
    _require_complements(folds, len(columns))
    given = np.asarray(outcome, dtype=np.float64)
    shift, centre = columns.mean(axis=0), float(given.mean())
    centred, target = columns - shift, given - centre
    gram, linear = centred.T @ centred, centred.T @ target

    def fold_errors(train: Indices, test: Indices) -> FloatTable:
        held, held_target = centred[test], target[test]
        n, mean, mean_target = len(train), centred[train].mean(axis=0), float(target[train].mean())
        covariance = (gram - held.T @ held) / n - np.outer(mean, mean)
        sds = _sds(np.sqrt(np.maximum(np.diag(covariance), 0.0)), columns)
        pull = (linear - held.T @ held_target) / n - mean * mean_target
        scale = _Scale(mean + shift, sds)
        path = _gaussian(covariance / np.outer(sds, sds), pull / sds, mean_target + centre, scale, penalties)
        errors: FloatTable = ((given[test][:, None] - path.scores(columns[test])) ** 2).mean(axis=0)
        return errors

    return _cross_validated(lasso_path(columns, given, penalties), folds, fold_errors)


def logistic_lasso_path(columns: FloatTable, ill: Flags, penalties: FloatTable) -> PenalisedPath:
    """L1-penalised logistic regression at given penalties (glmnet, family "binomial"), by proximal Newton steps.

    Raises
    ------
    FeatureError
        If a column is not finite.
    ModelError
        If a solution does not converge; towards penalty 0 separated classes have none.
    """
    standardised, scale = _standardise(columns)
    standardised = np.asfortranarray(standardised)  # of which `_newton_step` takes whole columns
    observed = np.asarray(ill, dtype=np.float64)
    share = float(observed.mean())
    intercept, b = float(np.log(share / (1 - share))), np.zeros(columns.shape[1])
    path, intercepts = np.empty((len(penalties), len(b))), np.empty(len(penalties))
    for place, penalty in enumerate(penalties):
        intercept, b = _logistic_at(standardised, observed, float(penalty), intercept, b)
        intercepts[place], path[place] = intercept, b
    return _own_scale(path, intercepts, scale, np.asarray(penalties, dtype=np.float64))


def _logistic_at(
    columns: FloatTable, observed: FloatTable, penalty: float, intercept: float, b: FloatTable
) -> tuple[float, FloatTable]:
    """Newton's steps from a start; each minimises the log-likelihood's quadratic approximation plus the penalty."""
    minimum_proven = penalty > 0.0
    for _ in range(MAX_NEWTON_STEPS):
        logits = intercept + columns @ b
        if not minimum_proven and np.abs(logits).max() > EXTREME_LOGIT:
            if separates(np.column_stack((np.ones(len(columns)), columns)), observed > 0.0):
                break
            minimum_proven = True
        shift, step = _newton_step(columns, observed, penalty, logits, b)
        moved = shift + columns @ step
        size = _step_size(_objective(observed, penalty, (logits, moved), (b, step)))
        intercept, b = intercept + size * shift, b + size * step
        if size * np.abs(moved).max() < CONVERGED_LOGIT:
            return intercept, b
    raise _not_converged()


def _newton_step(
    columns: FloatTable, observed: FloatTable, penalty: float, logits: FloatTable, b: FloatTable
) -> tuple[float, FloatTable]:
    """Change of the intercept and of the coefficients. The intercept, unpenalised, is solved for within the equations."""
    from .lasso_kernels import solve_penalty

    n, fitted = len(observed), logistic(logits)
    weights, gradient = fitted * (1 - fitted), columns.T @ (observed - fitted) / n
    if weights.sum() <= np.finfo(float).tiny:
        raise _not_converged()  # every probability is 0 or 1 to rounding
    # Only columns that are in, or want in, take part: what they leave out is looked at again in the next step.
    chosen = np.flatnonzero((b != 0.0) | (np.abs(gradient) > penalty))
    selected = columns.T[chosen]
    means = selected @ weights / weights.sum()
    centred = (selected - means[:, None]) * np.sqrt(weights)
    hessian = np.ascontiguousarray(centred @ centred.T / n)
    residual = float((observed - fitted).sum() / weights.sum())
    new = b[chosen]
    linear = gradient[chosen] - means * residual * weights.sum() / n + hessian @ new
    if not solve_penalty(hessian, linear, penalty, new):
        raise _not_converged()
    step = np.zeros(len(b))
    step[chosen] = new - b[chosen]
    return residual - float(means @ step[chosen]), step


def _objective(
    observed: FloatTable, penalty: float, logits: tuple[FloatTable, FloatTable], b: tuple[FloatTable, FloatTable]
) -> Callable[[float], float]:
    """The penalised loss a share of the way from a start along a step, (start, step) of the logits and coefficients."""

    def at(size: float) -> float:
        to = logits[0] + size * logits[1]
        loss = float((np.logaddexp(0.0, to) - observed * to).mean())
        return loss + penalty * float(np.abs(b[0] + size * b[1]).sum())

    return at


def _step_size(objective: Callable[[float], float]) -> float:
    """1, halved until the objective does not rise."""
    size, before = 1.0, objective(0.0)
    while objective(size) > before + 1e-12 * (1.0 + abs(before)) and size > 1e-6:
        size /= 2.0
    return size


def cross_validate_logistic_lasso(columns: FloatTable, ill: Flags, penalties: FloatTable, folds: Folds) -> CrossValidation:
    """L1-penalised logistic regression by given folds, judged by the binomial deviance (cv.glmnet's default).

    Raises
    ------
    StudyError, FeatureError, ModelError
        As `cross_validate_lasso` and `logistic_lasso_path`.
    """
    from threadpoolctl import threadpool_limits

    _require_complements(folds, len(columns))
    observed = np.asarray(ill, dtype=np.float64)

    def fold_errors(train: Indices, test: Indices) -> FloatTable:
        logits = logistic_lasso_path(columns[train], ill[train], penalties).scores(columns[test])
        logits = np.clip(logits, -DEVIANCE_LOGIT, DEVIANCE_LOGIT)
        deviances: FloatTable = 2.0 * (np.logaddexp(0.0, logits) - observed[test][:, None] * logits).mean(axis=0)
        return deviances

    # Matrices this small gain nothing from threads, and lose much to their waiting where other work runs beside.
    with threadpool_limits(limits=1, user_api="blas"):
        return _cross_validated(logistic_lasso_path(columns, ill, penalties), folds, fold_errors)


def _cross_validated(
    path: PenalisedPath, folds: Folds, fold_errors: Callable[[Indices, Indices], FloatTable]
) -> CrossValidation:
    """Folds' mean errors, weighted by their size; standard error from their spread, as cv.glmnet (grouped) does."""
    by_fold = np.array([fold_errors(train, test) for train, test in folds])
    sizes = np.array([len(test) for _, test in folds], dtype=np.float64)
    mean = np.average(by_fold, axis=0, weights=sizes)
    spread = np.sqrt(np.average((by_fold - mean) ** 2, axis=0, weights=sizes) / (len(folds) - 1))
    best = float(path.penalties[mean <= mean.min()].max())
    place = int(np.flatnonzero(path.penalties == best)[0])
    return CrossValidation(path, mean, spread, best, float(path.penalties[mean <= mean[place] + spread[place]].max()))


def _require_complements(folds: Folds, rows: int) -> None:
    for train, test in folds:
        if len(train) + len(test) != rows or not np.array_equal(np.sort(np.r_[train, test]), np.arange(rows)):
            raise StudyError(
                f"A fold of {len(train)} training and {len(test)} test rows, out of {rows}",
                "every row in one of the two, and once",
                "make the folds again",
            )


def _standardise(columns: FloatTable) -> tuple[FloatTable, _Scale]:
    """Mean 0 and SD 1 (divisor n); a constant column becomes 0 with an infinite SD, so that its coefficient is 0."""
    broken = int((~np.isfinite(columns)).any(axis=0).sum())
    if broken:
        raise FeatureError(f"{broken} columns hold values that are not finite", "finite features", "leave these columns out")
    means = columns.mean(axis=0)
    centred = columns - means
    sds = _sds(np.sqrt((centred**2).mean(axis=0)), columns)
    return centred / sds, _Scale(means, sds)


def _sds(sds: npt.NDArray[np.float64], columns: FloatTable) -> FloatTable:
    rounding = 1e-10 * np.abs(columns).max(axis=0, initial=0.0)
    return np.where(sds > rounding, sds, np.inf)


def _not_converged() -> ModelError:
    return ModelError(
        "LASSO does not converge at this penalty: the columns separate the classes, or are collinear to rounding",
        "a penalty that leaves fewer columns",
        "raise the smallest penalty of the grid, or remove duplicated columns",
    )
