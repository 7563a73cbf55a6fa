"""The logistic models on clinical variables and Radscores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from OPRadiomicsLib.models.signature import YES_NO_PREDICTORS, ModelName

from ..statistics.arrays import Flags, FloatTable
from ..statistics.logistic import LogisticFit
from .ridge import fit_or_ridge

Table = Mapping[str, FloatTable]
"""Predictors by name, each (n,)."""


@dataclass(frozen=True, eq=False)
class SecondStage:
    """One logistic model: its predictors, their scaler (mean 0, SD 1 for yes/no) and the fit on scaled columns."""

    predictors: tuple[str, ...]
    means: FloatTable
    sds: FloatTable
    fit: LogisticFit
    note: str | None = None

    def scaled(self, table: Table) -> FloatTable:
        """The predictors of a table on the scale of the fit, (n, p)."""
        return (columns_of(table, self.predictors) - self.means) / self.sds

    def logits(self, table: Table) -> FloatTable:
        """Logits of patients whose predictors are given by name, each (n,)."""
        return self.fit.logits(self.scaled(table))


def columns_of(table: Table, predictors: tuple[str, ...]) -> FloatTable:
    """(n, p) of the predictors, p may be 0."""
    n = len(next(iter(table.values())))
    return np.column_stack([np.empty((n, 0)), *(table[name] for name in predictors)])


def fit_second_stage(table: Table, predictors: tuple[str, ...], ill: Flags, l2: float) -> SecondStage:
    """Z-score the continuous predictors (n - 1) and fit; see `ridge.fit_or_ridge` for predictors that separate the classes.

    Yes and no stay 1 and 0. A predictor that does not vary on these rows (an empty Radscore in some fold) stays at 0 and
    changes nothing.
    """
    columns = columns_of(table, predictors)
    varies = np.ptp(columns, axis=0) > 1e-12 * np.abs(columns).max(axis=0)
    scaled = np.array([name not in YES_NO_PREDICTORS for name in predictors], dtype=bool)
    means = np.where(scaled | ~varies, columns.mean(axis=0), 0.0)
    sds = np.where(scaled & varies, columns.std(axis=0, ddof=1), 1.0)
    fit, note = fit_or_ridge((columns - means) / sds, ill, l2)
    return SecondStage(predictors, means, sds, fit, note)


def predictors_of(clinical: tuple[str, ...], radscores: tuple[str, ...]) -> dict[ModelName, tuple[str, ...]]:
    """What each of the study's three models looks at."""
    return {"clinical": clinical, "radiomics": radscores, "combined": (*clinical, *radscores)}
