"""What a logistic model falls back to where its predictors allow no maximum of the likelihood."""

from __future__ import annotations

from typing import Final

from OPRadiomicsLib.errors import ModelError

from ..statistics.arrays import Flags, FloatTable
from ..statistics.logistic import LogisticFit, fit_logistic

FALLBACK_L2: Final = 1.0
"""Where predictors separate the classes or are collinear: a normal prior with SD 1 on each standardised slope."""


def fit_or_ridge(columns: FloatTable, osteoporosis: Flags, l2: float) -> tuple[LogisticFit, str | None]:
    """As `fit_logistic` on standardised columns; where no maximum exists, with `FALLBACK_L2` and a sentence that says so."""
    try:
        return fit_logistic(columns, osteoporosis, l2=l2), None
    except ModelError as error:
        note = f"{error.found.rstrip('.')}: fitted with a ridge penalty of {FALLBACK_L2:g} instead of none"
        return fit_logistic(columns, osteoporosis, l2=FALLBACK_L2), note
