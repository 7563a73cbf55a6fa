"""Harrell's bootstrap of the whole procedure: how much of each model's performance on its own patients is optimism."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from OPRadiomicsLib.models.signature import MODEL_NAMES, ModelName
from OPRadiomicsLib.types import Progress, no_progress

from ..cohort.cohort import Cohort
from ..statistics.arrays import Flags, FloatTable, Indices
from ..statistics.calibration import calibration
from ..statistics.optimism import Optimism, Score, bootstrap_optimism
from ..statistics.roc import auc
from .nested import fit_two_stages, predict_two_stages
from .settings import FitSettings

METRICS: Final = ("AUC", "Brier score", "calibration slope")


@dataclass(frozen=True)
class Corrected:
    """One measure of one model: on the training patients, its mean optimism, and the difference."""

    model: ModelName
    metric: str
    apparent: float
    optimism: float
    corrected: float


@dataclass(frozen=True, eq=False)
class ProcedureOptimism:
    """Of every model of one fit. ``failed`` of ``replicates`` bootstrap samples could not be fitted and are left out."""

    optimism: Optimism
    replicates: int

    @property
    def failed(self) -> int:
        return self.optimism.failed

    @property
    def rows(self) -> Iterator[Corrected]:
        """Model by model, in the order of `METRICS`."""
        found = self.optimism
        names = [(model, metric) for model in MODEL_NAMES for metric in METRICS]
        values = zip(found.apparent.tolist(), found.optimism.tolist(), found.corrected.tolist(), strict=True)
        return (Corrected(*name, *three) for name, three in zip(names, values, strict=True))


def procedure_optimism(
    cohort: Cohort,
    rows: Indices,
    apparent: Mapping[ModelName, FloatTable],
    settings: FitSettings,
    progress: Progress = no_progress,
) -> ProcedureOptimism:
    """Fit everything anew, from the choice of clinical variables and the t test to tuning, in ``settings.optimism`` samples.

    Parameters
    ----------
    apparent
        Logits of the training patients, (n,), from the models fitted on all of them.

    Raises
    ------
    ModelError
        If more than one sample in ten could not be fitted.
    """
    ill = cohort.osteoporosis[rows]

    def fit(drawn: Indices, rng: np.random.Generator) -> Score:
        stages = fit_two_stages(cohort, rows[drawn], settings, rng)
        return lambda wanted: _metrics(predict_two_stages(stages, cohort, rows[wanted]), ill[wanted])

    found = bootstrap_optimism(fit, ill, settings.optimism, settings.seed, apparent=_metrics(apparent, ill), progress=progress)
    return ProcedureOptimism(found, settings.optimism)


def _metrics(logits: Mapping[ModelName, FloatTable], ill: Flags) -> FloatTable:
    """Each model's `METRICS`, (9,)."""
    found = [(auc(logits[name], ill), calibration(logits[name], ill)) for name in MODEL_NAMES]
    return np.array([(area, calibrated.brier, calibrated.slope.value) for area, calibrated in found]).ravel()
