"""ROC curve, area under it with DeLong's and bootstrap intervals, DeLong's tests, and the threshold that training data fix."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from OPRadiomicsLib.errors import StudyError

from .arrays import Flags, FloatTable
from .estimate import NORMAL_975, Estimate, normal_p

NO_VARIANCE: Final = 1e-15
"""A variance of areas below this is rounding: areas of 1, or scores that rank the patients alike."""


def auc(scores: FloatTable, ill: Flags) -> float:
    """Probability that a patient with osteoporosis scores above one without, ties counted half (Mann-Whitney).

    Raises
    ------
    StudyError
        If there are no patients of one class, or a score is NaN.
    """
    from scipy.stats import rankdata

    _require_both_classes(scores, ill)
    count = int(ill.sum())
    ranks = rankdata(scores)
    return float((ranks[ill].sum() - count * (count + 1) / 2) / (count * (len(scores) - count)))


@dataclass(frozen=True, eq=False)
class RocCurve:
    """Corners of the empirical curve from (0, 0) to (1, 1); a patient is positive at or above a threshold."""

    false_positive_rate: FloatTable
    true_positive_rate: FloatTable
    thresholds: FloatTable


def roc_curve(scores: FloatTable, ill: Flags) -> RocCurve:
    """Empirical ROC curve, one point a distinct score, the first threshold infinite.

    Raises
    ------
    StudyError
        As `auc`.
    """
    _require_both_classes(scores, ill)
    values, place = np.unique(scores, return_inverse=True)
    positive = np.bincount(place, weights=ill, minlength=len(values))[::-1].cumsum()
    negative = np.bincount(place, weights=~ill, minlength=len(values))[::-1].cumsum()
    return RocCurve(np.r_[0.0, negative / negative[-1]], np.r_[0.0, positive / positive[-1]], np.r_[np.inf, values[::-1]])


@dataclass(frozen=True)
class DelongAuc:
    """AUC with DeLong's variance and 95 % interval, cut to 0..1."""

    auc: float
    variance: float
    lower: float
    upper: float


@dataclass(frozen=True)
class DelongTest:
    """Difference of two areas (first - second) with 95 % interval, Z and two-sided P."""

    difference: Estimate
    z: float
    p: float


def delong(scores: FloatTable, ill: Flags) -> DelongAuc:
    """AUC and variance (DeLong, Biometrics 1988) by ranks (Sun & Xu, IEEE Signal Process Lett 2014); equals R's pROC.

    An AUC of 1 has variance 0 and the interval 1 to 1: too good to be true, take `bootstrap_auc` or Hanley-McNeil beside it.

    Raises
    ------
    StudyError
        As `auc`; also for fewer than two patients in a class.
    """
    areas, covariance = _areas(np.asarray(scores, dtype=np.float64)[None], ill)
    margin = NORMAL_975 * math.sqrt(covariance[0, 0])
    area = float(areas[0])
    return DelongAuc(area, float(covariance[0, 0]), max(area - margin, 0.0), min(area + margin, 1.0))


def delong_paired(first: FloatTable, second: FloatTable, ill: Flags) -> DelongTest:
    """DeLong's test of two scores on the same patients.

    Raises
    ------
    StudyError
        As `delong`.
    """
    areas, covariance = _areas(np.vstack((first, second)).astype(np.float64), ill)
    return _test(float(areas[0] - areas[1]), float(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]))


def delong_independent(first: FloatTable, first_ill: Flags, second: FloatTable, second_ill: Flags) -> DelongTest:
    """Z test of two areas on different patients, with DeLong's variances.

    pROC gives the same statistic and takes its P from a t distribution instead.

    Raises
    ------
    StudyError
        As `delong`.
    """
    one, two = delong(first, first_ill), delong(second, second_ill)
    return _test(one.auc - two.auc, one.variance + two.variance)


def _test(difference: float, variance: float) -> DelongTest:
    if variance < NO_VARIANCE:
        z = 0.0 if abs(difference) < NO_VARIANCE else math.copysign(math.inf, difference)
        return DelongTest(Estimate(difference, difference, difference), z, normal_p(z))
    error = math.sqrt(variance)
    return DelongTest(Estimate.of_normal(difference, error), difference / error, normal_p(difference / error))


def _areas(scores: FloatTable, ill: Flags) -> tuple[FloatTable, FloatTable]:
    """Areas of m scores, (m, n), and the covariance of the areas, (m, m)."""
    from scipy.stats import rankdata

    for row in scores:
        _require_both_classes(row, ill)
    positive, negative = int(ill.sum()), int((~ill).sum())
    if min(positive, negative) < 2:
        raise StudyError(
            f"{positive} patients with and {negative} without osteoporosis", "two of each for a variance", "add patients"
        )
    ranks = rankdata(scores, axis=1)
    within_ill, within_well = rankdata(scores[:, ill], axis=1), rankdata(scores[:, ~ill], axis=1)
    of_ill = (ranks[:, ill] - within_ill) / negative
    of_well = 1.0 - (ranks[:, ~ill] - within_well) / positive
    covariance = np.atleast_2d(np.cov(of_ill)) / positive + np.atleast_2d(np.cov(of_well)) / negative
    return of_ill.mean(axis=1), covariance


def bootstrap_auc(scores: FloatTable, ill: Flags, replicates: int = 2000, seed: int = 1) -> Estimate:
    """AUC with the percentile interval of a bootstrap stratified by class (Efron & Tibshirani 1993, chapter 13).

    Raises
    ------
    StudyError
        As `auc`.
    """
    area = auc(scores, ill)
    rng = np.random.default_rng(seed)
    positive, negative = np.asarray(scores)[ill], np.asarray(scores)[~ill]
    drawn = [
        _area(rng.choice(positive, len(positive)), np.sort(rng.choice(negative, len(negative)))) for _ in range(replicates)
    ]
    lower, upper = np.quantile(drawn, (0.025, 0.975))
    return Estimate(area, float(lower), float(upper))


def _area(positive: FloatTable, sorted_negative: FloatTable) -> float:
    below = np.searchsorted(sorted_negative, positive, side="left") + np.searchsorted(sorted_negative, positive, side="right")
    return float(below.mean() / (2 * len(sorted_negative)))


def youden_threshold(probabilities: FloatTable, ill: Flags) -> float:
    """Cut-off that maximises sensitivity + specificity - 1 (Youden, Cancer 1950), midway between two patients.

    Positive is at or above it. Of equally good cut-offs the one nearest one half is taken.
    """
    values = np.unique(probabilities)
    cuts = np.append((values[1:] + values[:-1]) / 2, 0.5) if len(values) > 1 else np.array([0.5])
    sensitivity = 1.0 - np.searchsorted(np.sort(probabilities[ill]), cuts) / ill.sum()
    specificity = np.searchsorted(np.sort(probabilities[~ill]), cuts) / (~ill).sum()
    index = sensitivity + specificity
    best = cuts[np.isclose(index, index.max(), rtol=0.0, atol=1e-12)]
    return float(best[np.argmin(np.abs(best - 0.5))])


def _require_both_classes(scores: FloatTable, ill: Flags) -> None:
    positive = int(np.count_nonzero(ill))
    if not 0 < positive < len(ill):
        raise StudyError(
            f"{positive} of {len(ill)} patients with osteoporosis: one class only",
            "patients with and without osteoporosis",
            "take a larger set, or leave this subgroup out",
        )
    if np.isnan(scores).any():
        raise StudyError(
            f"{np.isnan(scores).sum()} scores are NaN", "a number for every patient", "predict these patients again"
        )
