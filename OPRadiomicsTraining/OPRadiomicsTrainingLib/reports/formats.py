"""How numbers stand in a paper's tables."""

from __future__ import annotations

import math

from ..statistics.estimate import Estimate

ABSENT = "–"


def p_value(p: float) -> str:
    """Three digits; "< 0.001" below that."""
    if math.isnan(p):
        return ABSENT
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def number(value: float, digits: int = 3) -> str:
    """Fixed digits; a dash for NaN."""
    return ABSENT if math.isnan(value) else f"{value:.{digits}f}"


def with_interval(value: float, lower: float, upper: float, digits: int = 3) -> str:
    """0.806 (0.741–0.864); -0.677 (-1.288 to -0.065), since a dash before a minus sign cannot be read."""
    to = " to " if min(lower, upper) < 0 else "–"
    return ABSENT if math.isnan(value) else f"{value:.{digits}f} ({lower:.{digits}f}{to}{upper:.{digits}f})"


def percent_interval(estimate: Estimate) -> str:
    """Per cent with one digit: 69.1 (59.6–77.2)."""
    return with_interval(100 * estimate.value, 100 * estimate.lower, 100 * estimate.upper, digits=1)


def count_percent(count: int, n: int) -> str:
    """12 (34.3 %)."""
    return f"{count} ({100 * count / n:.1f} %)" if n else ABSENT


def predictor_name(name: str) -> str:
    """Predictor for a reader: radscore_T1WI becomes "T1WI Radscore"."""
    if name.startswith("radscore_"):
        return f"{name.removeprefix('radscore_')} Radscore"
    return {"bmi": "BMI", "sex": "Sex (male)"}.get(name, name.capitalize())
