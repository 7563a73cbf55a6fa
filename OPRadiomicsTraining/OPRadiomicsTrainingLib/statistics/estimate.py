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


def wilson(successes: float, trials: float) -> Estimate:
    """A proportion with Wilson's score interval (Wilson, J Am Stat Assoc 1927); NaN for no trials."""
    if trials <= 0:
        return Estimate(math.nan, math.nan, math.nan)
    share, z2 = successes / trials, NORMAL_975**2
    centre = (successes + z2 / 2) / (trials + z2)
    margin = NORMAL_975 * math.sqrt(share * (1 - share) * trials + z2 / 4) / (trials + z2)
    lower = 0.0 if successes <= 0 else centre - margin
    upper = 1.0 if successes >= trials else centre + margin
    return Estimate(share, lower, upper)


def normal_p(z: float) -> float:
    """Two-sided P of a standard normal Z."""
    return math.erfc(abs(z) / math.sqrt(2.0))
