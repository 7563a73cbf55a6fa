"""Agreement of readers: intraclass correlation of features, Bland-Altman limits of a measurement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from OPRadiomicsLib.errors import StudyError

from .arrays import FloatTable
from .estimate import NORMAL_975, Estimate

ROUNDING: Final = 1e-13
"""Differences below this share of a feature's largest value are rounding, not disagreement."""


@dataclass(frozen=True, eq=False)
class Intraclass:
    """ICC(A,1) of p features with 95 % confidence interval, each (p,); NaN where a feature is constant or not finite."""

    estimate: FloatTable
    lower: FloatTable
    upper: FloatTable


@dataclass(frozen=True)
class _MeanSquares:
    subjects: FloatTable
    raters: FloatTable
    error: FloatTable


def icc_a1(ratings: FloatTable) -> Intraclass:
    """ICC(A,1): two-way model, absolute agreement, single rater (McGraw & Wong, Psychol Methods 1996, tables 4 and 7).

    Equals ICC2 of R's psych and ICC(A,1) of pingouin. Negative estimates are kept.

    Parameters
    ----------
    ratings
        (n subjects, k raters, p features), or (n, k) for one feature.

    Raises
    ------
    StudyError
        If there are fewer than two subjects or two raters.
    """
    values = np.asarray(ratings, dtype=np.float64)
    values = values[:, :, None] if values.ndim == 2 else values
    n, k, _ = values.shape
    if n < 2 or k < 2:
        raise StudyError(f"{n} cases read by {k} readers", "at least two of each", "add readings")
    usable = np.isfinite(values).all(axis=(0, 1))
    scale = np.where(usable, np.abs(np.where(np.isfinite(values), values, 0.0)).max(axis=(0, 1)), 1.0)
    usable &= np.ptp(np.where(usable, values, 0.0), axis=(0, 1)) > ROUNDING * scale
    squares = _mean_squares(np.where(usable, values, 0.0), (ROUNDING * scale) ** 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = _estimate(squares, n, k)
        lower, upper = _interval(squares, estimate, n, k)
    return Intraclass(*(np.where(usable, bound, np.nan) for bound in (estimate, lower, upper)))


def _mean_squares(values: npt.NDArray[np.float64], rounding: FloatTable) -> _MeanSquares:
    """Two-way analysis of variance without replication; what is rounding becomes 0."""
    n, k, _ = values.shape
    values = values - values.mean(axis=(0, 1))
    by_subject, by_rater = values.mean(axis=1), values.mean(axis=0)
    residual = values - by_subject[:, None] - by_rater[None]
    found = (
        k * (by_subject**2).sum(axis=0) / (n - 1),
        n * (by_rater**2).sum(axis=0) / (k - 1),
        (residual**2).sum(axis=(0, 1)) / ((n - 1) * (k - 1)),
    )
    return _MeanSquares(*(np.where(square > n * k * rounding, square, 0.0) for square in found))


def _estimate(squares: _MeanSquares, n: int, k: int) -> FloatTable:
    error = squares.error
    estimate: FloatTable = (squares.subjects - error) / (squares.subjects + (k - 1) * error + k / n * (squares.raters - error))
    return estimate


def _interval(squares: _MeanSquares, icc: FloatTable, n: int, k: int) -> tuple[FloatTable, FloatTable]:
    """McGraw & Wong's interval with Satterthwaite's degrees of freedom; perfect agreement gives 1 to 1."""
    from scipy.special import fdtri

    perfect = icc >= 1.0
    icc = np.where(perfect, 0.0, icc)
    a, b = k * icc / (n * (1 - icc)), 1 + k * icc * (n - 1) / (n * (1 - icc))
    raters, error, subjects = a * squares.raters, b * squares.error, squares.subjects
    freedom = (raters + error) ** 2 / (raters**2 / (k - 1) + error**2 / ((n - 1) * (k - 1)))
    above, below = fdtri(n - 1, freedom, 0.975), fdtri(freedom, n - 1, 0.975)
    spread = k * squares.raters + (k * n - k - n) * squares.error
    lower = n * (subjects - above * squares.error) / (above * spread + n * subjects)
    upper = n * (below * subjects - squares.error) / (spread + n * below * subjects)
    return np.where(perfect, 1.0, lower), np.where(perfect, 1.0, upper)


@dataclass(frozen=True)
class BlandAltman:
    """Differences second - first: mean (bias), SD, and limits of agreement, each limit with its 95 % interval."""

    bias: Estimate
    sd: float
    lower_limit: Estimate
    upper_limit: Estimate


def bland_altman(first: FloatTable, second: FloatTable) -> BlandAltman:
    """Limits of agreement, bias -+ 1.96 SD (Bland & Altman, Lancet 1986; standard error of a limit: Stat Methods Med Res 1999).

    Parameters
    ----------
    first, second
        (n,), the same subjects measured twice.

    Raises
    ------
    StudyError
        If there are fewer than two subjects.
    """
    from scipy.special import stdtrit

    differences = np.asarray(second, dtype=np.float64) - np.asarray(first, dtype=np.float64)
    n = len(differences)
    if n < 2:
        raise StudyError(f"{n} subject measured twice", "at least two", "add readings")
    bias, sd, t = float(differences.mean()), float(differences.std(ddof=1)), float(stdtrit(n - 1, 0.975))
    of_bias, of_limit = t * sd / n**0.5, t * sd * (1 / n + NORMAL_975**2 / (2 * (n - 1))) ** 0.5
    limits = [bias - NORMAL_975 * sd, bias + NORMAL_975 * sd]
    lower, upper = (Estimate(limit, limit - of_limit, limit + of_limit) for limit in limits)
    return BlandAltman(Estimate(bias, bias - of_bias, bias + of_bias), sd, lower, upper)
