"""Three ordered classes and more: the proportional-odds model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from OPRadiomicsLib.errors import ModelError, StudyError

from .arrays import FloatTable
from .logistic import grows_without_bound, logistic

Classes = npt.NDArray[np.intp]
"""0, 1, ... in their order: normal, osteopenia, osteoporosis."""

MAX_ITERATIONS: Final = 100
TOLERANCE: Final = 1e-18
"""On the squared Newton decrement."""

EXTREME: Final = 30.0
"""Either an outlier, or coefficients on their way to infinity; `grows_without_bound` tells."""

MAX_CONDITION: Final = 1e12


@dataclass(frozen=True, eq=False)
class OrdinalFit:
    """P(class <= j) = logistic(cuts[j] - x @ slopes); cuts (k - 1,) rise, slopes (p,): above 0 towards the higher class.

    ``covariance`` is the inverse information of (cuts, slopes) in that order, on the columns' own scale.
    """

    cuts: FloatTable
    slopes: FloatTable
    covariance: FloatTable
    log_likelihood: float

    def probabilities(self, columns: FloatTable) -> FloatTable:
        """Probability of each class, (n, k)."""
        below = logistic(self.cuts - (columns @ self.slopes)[:, None])
        return np.diff(below, axis=1, prepend=0.0, append=1.0)


def fit_ordinal(columns: FloatTable, classes: Classes) -> OrdinalFit:
    """Proportional-odds regression (McCullagh, J R Stat Soc B 1980) by Newton's method; equals R's MASS::polr.

    Parameters
    ----------
    columns
        (n, p), on any scale.
    classes
        (n,), 0 to k - 1, each present.

    Raises
    ------
    StudyError
        If a class is empty, or there is one only.
    ModelError
        If the columns are collinear or separate the classes.
    """
    count = _require_classes(classes)
    means, sds = _scale(columns)
    scaled = (columns - means) / sds
    shares = np.cumsum(np.bincount(classes))[:-1] / len(classes)
    start = np.r_[np.log(shares / (1 - shares)), np.zeros(columns.shape[1])]
    theta, information, value = _newton(
        lambda theta: _ordinal_terms(theta, scaled, classes, count), start, lambda: _separates(scaled, classes, count)
    )
    # Back to the columns' own scale: cuts move by the means.
    back = np.zeros((len(theta), len(theta)))
    back[: count - 1, : count - 1] = np.eye(count - 1)
    back[: count - 1, count - 1 :] = means / sds
    back[count - 1 :, count - 1 :] = np.diag(1 / sds)
    own = back @ theta
    return OrdinalFit(own[: count - 1], own[count - 1 :], back @ np.linalg.inv(information) @ back.T, value)


_Terms = tuple[float, FloatTable, FloatTable, float]
"""Log-likelihood, gradient, information, and the largest linear predictor."""


def _ordinal_terms(theta: FloatTable, columns: FloatTable, classes: Classes, count: int) -> _Terms:
    """Terms at (cuts, slopes); -inf where cuts do not rise."""
    cuts, slopes = theta[: count - 1], theta[count - 1 :]
    if (np.diff(cuts) <= 0).any():
        return -np.inf, theta, np.eye(len(theta)), 0.0
    rows, score = np.arange(len(classes)), columns @ slopes
    below = np.column_stack((np.zeros(len(score)), logistic(cuts - score[:, None]), np.ones(len(score))))
    upper, lower = below[rows, classes + 1], below[rows, classes]
    # logistic'(x) = F (1 - F), logistic''(x) = F (1 - F) (1 - 2 F).
    slope_up, slope_low = upper * (1 - upper), lower * (1 - lower)
    share = np.maximum(upper - lower, np.finfo(float).tiny)
    first = (slope_up / share, -slope_low / share)
    second = (slope_up * (1 - 2 * upper) / share, -slope_low * (1 - 2 * lower) / share)
    edges = np.eye(count + 1)[:, 1:count]
    toward = [np.column_stack((edges[classes + 1 - side], -columns)) for side in (0, 1)]
    gradients = toward[0] * first[0][:, None] + toward[1] * first[1][:, None]
    curvature = sum(vector.T @ (vector * weight[:, None]) for vector, weight in zip(toward, second, strict=True))
    information = gradients.T @ gradients - curvature
    return float(np.log(share).sum()), gradients.sum(axis=0), information, float(np.abs(cuts - score[:, None]).max())


def _separates(columns: FloatTable, classes: Classes, count: int) -> bool:
    """Whether some direction takes no patient's lower cut up or upper cut down, seen from their score, and moves one.

    The likelihood, concave, has no maximum then, and only then: as `separates` for two classes.
    """
    edges = np.eye(count - 1)
    upper, lower = classes < count - 1, classes > 0
    below = np.column_stack((edges[classes[upper]], -columns[upper]))
    above = np.column_stack((-edges[classes[lower] - 1], columns[lower]))
    return grows_without_bound(np.vstack((below, above)))


def _newton(
    terms: Callable[[FloatTable], _Terms], theta: FloatTable, separates: Callable[[], bool]
) -> tuple[FloatTable, FloatTable, float]:
    """Maximum, information there and log-likelihood; steps halved until the likelihood does not fall."""
    value, gradient, information, extreme = terms(theta)
    maximum_proven = False
    for _ in range(MAX_ITERATIONS):
        if not maximum_proven and extreme > EXTREME:
            if separates():
                raise _separated()
            maximum_proven = True
        _require_solvable(information)
        step = np.linalg.solve(information, gradient)
        decrement, size = float(gradient @ step), 1.0
        if decrement < TOLERANCE:
            return theta, information, value
        while terms(theta + size * step)[0] < value - 1e-12 * (1 + abs(value)) and size > 1e-9:
            size /= 2.0
        theta = theta + size * step
        value, gradient, information, extreme = terms(theta)
    raise _separated()


def _require_solvable(information: FloatTable) -> None:
    if np.linalg.cond(information) > MAX_CONDITION:
        raise ModelError(
            "Collinear predictors: the information matrix cannot be inverted",
            "predictors none of which is constant or a combination of the others",
            "leave one of them out",
        )


def _separated() -> ModelError:
    return ModelError(
        "The predictors separate the classes (completely or nearly), so that the coefficients grow without bound",
        "classes that overlap",
        "add patients, or use fewer predictors",
    )


def _require_classes(classes: Classes) -> int:
    counts = np.bincount(classes) if len(classes) else np.zeros(0, dtype=np.intp)
    if len(counts) < 2 or counts.min() == 0:
        raise StudyError(
            f"Classes with {counts.tolist()} patients", "at least two classes, patients in each", "merge the empty class"
        )
    return len(counts)


def _scale(columns: FloatTable) -> tuple[FloatTable, FloatTable]:
    sds = columns.std(axis=0)
    return columns.mean(axis=0), np.where(sds > 0.0, sds, 1.0)
