"""A number with its confidence interval."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

NORMAL_975: Final = 1.959963984540054
"""The 97.5 % quantile of the standard normal distribution."""


@dataclass(frozen=True)
class Estimate:
    """A value and its 95 % confidence interval; NaN where it is not defined (a share of no patients)."""

    value: float
    lower: float
    upper: float

    @classmethod
    def of_normal(cls, value: float, standard_error: float) -> Estimate:
        """Wald interval: value -+ 1.96 standard errors."""
        margin = NORMAL_975 * standard_error
        return cls(value, value - margin, value + margin)


def wilson(successes: int, trials: int) -> Estimate:
    """A proportion with Wilson's score interval (Wilson, J Am Stat Assoc 1927); NaN for no trials."""
    from scipy.stats import binomtest

    if trials <= 0:
        return Estimate(math.nan, math.nan, math.nan)
    found = binomtest(successes, trials)
    interval = found.proportion_ci(method="wilson")
    return Estimate(float(found.statistic), float(interval.low), float(interval.high))


def normal_p(z: float) -> float:
    """Two-sided P of a standard normal Z."""
    return math.erfc(abs(z) / math.sqrt(2.0))
