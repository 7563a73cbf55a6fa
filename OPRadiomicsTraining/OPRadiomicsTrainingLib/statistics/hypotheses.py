"""Tests of hypotheses: t tests of whole feature tables, ranks, counts, correlation, and the false discovery rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from OPRadiomicsLib.errors import StudyError

from .arrays import Flags, FloatTable
from .estimate import Estimate


@dataclass(frozen=True, eq=False)
class TTest:
    """t (with minus without osteoporosis), degrees of freedom and two-sided P of p columns, each (p,)."""

    t: FloatTable
    freedom: FloatTable
    p: FloatTable


def welch(features: FloatTable, ill: Flags) -> TTest:
    """Welch's t test (Biometrika 1947) of each column, variances unequal; t 0 and P 1 where a column is constant.

    Parameters
    ----------
    features
        (n, p)
    ill
        (n,), at least two of each class.

    Raises
    ------
    StudyError
        If a class has fewer than two patients.
    """
    difference, errors, degrees = _groups(features, ill)
    total = errors[0] + errors[1]
    # Welch-Satterthwaite degrees of freedom.
    parts = errors[0] ** 2 / degrees[0] + errors[1] ** 2 / degrees[1]
    return _t_test(difference, total, total**2 / np.where(total > 0.0, parts, 1.0))


def student(features: FloatTable, ill: Flags) -> TTest:
    """Student's t test of each column, variances pooled; t 0 and P 1 where a column is constant. See `welch`."""
    difference, errors, degrees = _groups(features, ill)
    freedom = float(degrees[0] + degrees[1])
    counts = [degree + 1 for degree in degrees]
    pooled = (errors[0] * counts[0] * degrees[0] + errors[1] * counts[1] * degrees[1]) / freedom
    return _t_test(difference, pooled * (1 / counts[0] + 1 / counts[1]), np.full(len(difference), freedom))


def _groups(features: FloatTable, ill: Flags) -> tuple[FloatTable, tuple[FloatTable, FloatTable], tuple[int, int]]:
    """Differences of means, each group's squared standard error of the mean (0 for rounding), degrees of freedom."""
    groups = (features[ill], features[~ill])
    degrees = (len(groups[0]) - 1, len(groups[1]) - 1)
    if min(degrees) < 1:
        raise StudyError(
            f"{degrees[0] + 1} patients with and {degrees[1] + 1} without osteoporosis", "two of each", "add patients"
        )
    rounding = 1e-14 * np.abs(features).max(axis=0)
    variances = [np.where((v := group.var(axis=0, ddof=1)) > rounding**2, v, 0.0) for group in groups]
    difference = groups[0].mean(axis=0) - groups[1].mean(axis=0)
    errors = (variances[0] / len(groups[0]), variances[1] / len(groups[1]))
    return np.where(np.abs(difference) > rounding, difference, 0.0), errors, degrees


def _t_test(difference: FloatTable, squared_error: FloatTable, freedom: FloatTable) -> TTest:
    from scipy.special import stdtr

    constant = (difference == 0.0) & (squared_error == 0.0)
    with np.errstate(divide="ignore"):  # a value for each class: t is infinite
        t = np.where(constant, 0.0, difference) / np.sqrt(np.where(constant, 1.0, squared_error))
    return TTest(t, freedom, 2.0 * stdtr(np.where(freedom > 0.0, freedom, 1.0), -np.abs(t)))


def benjamini_hochberg(p: FloatTable) -> FloatTable:
    """P adjusted to the false discovery rate (Benjamini & Hochberg, J R Stat Soc B 1995); NaN stays, and doesn't count."""
    from scipy.stats import false_discovery_control

    adjusted = np.array(p, dtype=np.float64)
    known = ~np.isnan(adjusted)
    adjusted[known] = false_discovery_control(adjusted[known])
    return adjusted


@dataclass(frozen=True)
class Quartiles:
    """Median, first and third quartile (linear interpolation, R's type 7)."""

    median: float
    lower: float
    upper: float

    @property
    def iqr(self) -> float:
        return self.upper - self.lower


def quartiles(values: FloatTable) -> Quartiles:
    """Quartiles of (n,) values, n at least 1."""
    lower, median, upper = np.quantile(values, (0.25, 0.5, 0.75))
    return Quartiles(float(median), float(lower), float(upper))


@dataclass(frozen=True)
class MannWhitney:
    """U of the second group and two-sided P; U / (n1 n2) is the AUC of the value for the second group."""

    u: float
    p: float


def mann_whitney(first: FloatTable, second: FloatTable) -> MannWhitney:
    """Mann-Whitney U test (Ann Math Stat 1947) by the normal approximation, ties corrected, continuity not, as in SPSS.

    Raises
    ------
    StudyError
        If a group is empty.
    """
    from scipy.stats import mannwhitneyu

    if not len(first) or not len(second):
        found = f"Groups of {len(first)} and {len(second)} patients"
        raise StudyError(found, "at least one in each", "leave this comparison out")
    test = mannwhitneyu(second, first, use_continuity=False, method="asymptotic")
    alike = np.ptp(np.r_[first, second]) == 0.0  # no rank has a variance then
    return MannWhitney(float(test.statistic), 1.0 if alike else float(test.pvalue))


@dataclass(frozen=True)
class ChiSquare:
    """Statistic, degrees of freedom, P, and whether Yates' continuity correction was applied."""

    statistic: float
    freedom: int
    p: float
    yates: bool


def chi_square(counts: npt.ArrayLike) -> ChiSquare:
    """Pearson's chi-square of a table of counts, (rows, columns); Yates' correction in 2 x 2 tables, as the study and R.

    Raises
    ------
    StudyError
        If a row or column is empty, or a count is negative.
    """
    from scipy.stats import chi2_contingency

    observed = np.asarray(counts, dtype=np.float64)
    if observed.min() < 0 or not (observed.sum(axis=0).all() and observed.sum(axis=1).all()):
        raise StudyError(
            f"Table of counts {observed.astype(int).tolist()}", "at least one patient in every row and column", "merge groups"
        )
    found = chi2_contingency(observed)
    return ChiSquare(float(found.statistic), int(found.dof), float(found.pvalue), observed.shape == (2, 2))


@dataclass(frozen=True)
class Correlation:
    """r with Fisher's 95 % interval, and two-sided P."""

    r: Estimate
    p: float


def point_biserial(flags: Flags, values: FloatTable) -> Correlation:
    """Pearson's r between yes/no and a value; between two yes/no variables it is phi.

    Raises
    ------
    StudyError
        If there are fewer than three patients, or one of the two is constant.
    """
    from scipy.stats import pearsonr

    x, y = np.asarray(flags, dtype=np.float64), np.asarray(values, dtype=np.float64)
    if len(x) < 3 or np.ptp(x) == 0.0 or np.ptp(y) == 0.0:
        raise StudyError(
            f"Correlation over {len(x)} patients of values that do not vary",
            "three patients, both variables varying",
            "leave it out",
        )
    found = pearsonr(x, y)
    interval = found.confidence_interval()
    return Correlation(Estimate(float(found.statistic), float(interval.low), float(interval.high)), float(found.pvalue))
