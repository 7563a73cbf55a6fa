"""Two stages without leakage: Radscores, then logistic models on out-of-fold Radscores; and the whole of it cross-validated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from OPRadiomicsLib.models.signature import MODEL_NAMES, ModelName, radscore_name
from OPRadiomicsLib.types import Role

from ..statistics.arrays import Flags, FloatTable, Indices, standard_deviation
from ..statistics.folds import stratified_folds
from ..statistics.logistic import LogisticFit, fit_logistic
from .cohort import Cohort
from .radscore import LinearScore, SelectionSettings, fit_radscore

UNSCALED: Final = ("sex",)
"""Predictors that are not continuous stay 0 and 1."""


@dataclass(frozen=True, eq=False)
class SecondStage:
    """One logistic model: its predictors, their scaler (mean 0, SD 1 for yes/no) and the fit on scaled columns."""

    predictors: tuple[str, ...]
    means: FloatTable
    sds: FloatTable
    fit: LogisticFit

    def logits(self, table: Mapping[str, FloatTable]) -> FloatTable:
        """Logits of patients whose predictors are given by name, each (n,)."""
        columns = np.column_stack([np.empty((len(table["age"]), 0)), *(table[name] for name in self.predictors)])
        return self.fit.logits((columns - self.means) / self.sds)


@dataclass(frozen=True, eq=False)
class TwoStages:
    """A fitted procedure: Radscores on all its rows, logistic models on ``table``, which holds out-of-fold Radscores."""

    scores: Mapping[Role, LinearScore]
    models: Mapping[ModelName, SecondStage]
    table: Mapping[str, FloatTable]


def fit_two_stages(cohort: Cohort, rows: Indices, settings: SelectionSettings, rng: np.random.Generator) -> TwoStages:
    """Fit everything on ``rows`` of the cohort, and look at no other row.

    A Radscore that LASSO leaves empty, or that does not vary out of fold, is left out of the models.

    Raises
    ------
    StudyError
        If a class has fewer patients than folds.
    ModelError
        If a logistic model is collinear or separated.
    """
    ill = cohort.osteoporosis[rows]
    scores: dict[Role, LinearScore] = {}
    table: dict[str, FloatTable] = {"age": cohort.ages[rows], "sex": cohort.male[rows].astype(np.float64)}
    for role in Role:
        features = cohort.columns(role)[rows]
        out_of_fold = _out_of_fold(features, ill, settings, rng)
        score = fit_radscore(features, ill, settings, rng)
        if len(score.columns) and standard_deviation(out_of_fold) > 0.0:
            scores[role], table[radscore_name(role)] = score, out_of_fold
    radscores = tuple(name for name in table if name not in ("age", "sex"))
    predictors: dict[ModelName, tuple[str, ...]] = {
        "clinical": ("age", "sex"),
        "radiomics": radscores,
        "combined": ("age", "sex", *radscores),
    }
    return TwoStages(scores, {name: _second_stage(table, chosen, ill) for name, chosen in predictors.items()}, table)


def predict_two_stages(stages: TwoStages, cohort: Cohort, rows: Indices) -> dict[ModelName, FloatTable]:
    """Logits of each model for other rows of the cohort."""
    table = {"age": cohort.ages[rows], "sex": cohort.male[rows].astype(np.float64)}
    table |= {radscore_name(role): score.of(cohort.columns(role)[rows]) for role, score in stages.scores.items()}
    return {name: model.logits(table) for name, model in stages.models.items()}


def nested_logits(cohort: Cohort, settings: SelectionSettings, rng: np.random.Generator) -> dict[ModelName, FloatTable]:
    """Out-of-fold logits of each model for every patient, the whole procedure repeated inside each fold."""
    logits: dict[ModelName, FloatTable] = {name: np.empty(len(cohort.cases)) for name in MODEL_NAMES}
    for train, test in stratified_folds(cohort.osteoporosis, settings.folds, rng):
        stages = fit_two_stages(cohort, train, settings, rng)
        for name, values in predict_two_stages(stages, cohort, test).items():
            logits[name][test] = values
    return logits


def _out_of_fold(features: FloatTable, ill: Flags, settings: SelectionSettings, rng: np.random.Generator) -> FloatTable:
    scores = np.empty(len(ill))
    for train, test in stratified_folds(ill, settings.folds, rng):
        scores[test] = fit_radscore(features[train], ill[train], settings, rng).of(features[test])
    return scores


def _second_stage(table: Mapping[str, FloatTable], predictors: tuple[str, ...], ill: Flags) -> SecondStage:
    columns = np.column_stack([np.empty((len(ill), 0)), *(table[name] for name in predictors)])
    scaled = np.array([name not in UNSCALED for name in predictors], dtype=bool)
    means = np.where(scaled, columns.mean(axis=0), 0.0)
    sds = np.where(scaled, columns.std(axis=0, ddof=1), 1.0)
    return SecondStage(predictors, means, sds, fit_logistic((columns - means) / sds, ill))
