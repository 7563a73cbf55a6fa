"""Two stages without leakage: Radscores, then logistic models on out-of-fold Radscores; and the whole of it cross-validated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from OPRadiomicsLib.models.signature import MODEL_NAMES, ModelName, radscore_name
from OPRadiomicsLib.progress import part
from OPRadiomicsLib.types import Progress, Role, no_progress

from ..cohort.cohort import Cohort
from ..statistics.arrays import Flags, FloatTable, Indices, standard_deviation
from ..statistics.combat import Combat
from ..statistics.folds import stratified_folds
from .clinical import ClinicalChoice, choose_clinical, clinical_table, filled
from .harmonisation import features_of, harmonise_rows
from .radscore import LinearScore, SelectionPath, select
from .second_stage import SecondStage, Table, fit_second_stage, predictors_of
from .settings import FitSettings, LambdaRule
from .tuning import Folds, Tuned, tune, untuned

Paths = Mapping[Role, SelectionPath]


@dataclass(frozen=True, eq=False)
class TwoStages:
    """A fitted procedure: Radscores on all its rows, logistic models on ``table``.

    ``table`` holds the clinical predictors and the Radscores: out of fold (protocol nested) or on the rows themselves (paper).
    ``paths`` holds what the t test and LASSO did for each sequence, also where no feature was left.
    """

    scores: Mapping[Role, LinearScore]
    models: Mapping[ModelName, SecondStage]
    table: Table
    clinical: ClinicalChoice
    tuned: Tuned
    paths: Paths
    combat: Combat | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """Every decision that the data forced."""
        left_out = [str(role) for role in self.paths if role not in self.scores]
        models = [f"{name} model: {model.note}" for name, model in self.models.items() if model.note]
        empty = [f"left out, because no feature was selected: {', '.join(left_out)}"] if left_out else []
        return (*self.clinical.notes, *models, *empty)


@dataclass(frozen=True, eq=False)
class NestedPredictions:
    """Out-of-fold logits of each model, (n,); the fold of each patient, (n,); and what was fitted for each fold."""

    logits: Mapping[ModelName, FloatTable]
    fold: Indices
    stages: tuple[TwoStages, ...]


def fit_two_stages(
    cohort: Cohort,
    rows: Indices,
    settings: FitSettings,
    rng: np.random.Generator,
    progress: Progress = no_progress,
) -> TwoStages:
    """Fit everything on ``rows`` of the cohort, and look at no other row.

    A row that stands several times in ``rows``, as in a bootstrap sample, goes into one fold of every cross-validation.
    A Radscore that LASSO leaves empty, or that does not vary, is left out of the models.

    Raises
    ------
    StudyError
        If a class has fewer patients than folds.
    """
    ill = cohort.osteoporosis[rows]
    raw = clinical_table(cohort, rows)
    clinical = choose_clinical(raw, ill, p_limit=settings.clinical_p, given=settings.clinical)
    known = filled(raw, clinical.fill)
    combat = harmonise_rows(cohort, rows) if settings.combat else None
    first = _FirstStage(role_columns(cohort, rows, combat), ill, rows, settings=settings, rng=rng, progress=progress)

    def table_of(p_limit: float, rule: LambdaRule) -> Table:
        return {**known, **first.radscores(p_limit, rule)}

    seed = int(rng.integers(2**31))
    tuned = tune(table_of, tuple, ill, first.folds, settings=settings, seed=seed) if settings.tune else untuned(settings)
    table = table_of(tuned.p_limit, tuned.rule)
    paths = first.on_all_rows(tuned.p_limit)
    scores = {role: path.score(tuned.rule) for role, path in paths.items() if radscore_name(role) in table}
    chosen = predictors_of(clinical.predictors, tuple(radscore_name(role) for role in scores))
    models = {name: fit_second_stage(table, names, ill, tuned.l2) for name, names in chosen.items()}
    progress("Models fitted", 1.0)
    return TwoStages(scores, models, table, clinical, tuned, paths, combat)


class _FirstStage:
    """Radscores of the training rows for any P limit and rule; each is computed once.

    The folds are the same for the three sequences, and the draws of every selection are fixed beforehand, so that no result
    depends on the order in which an optimiser asks.
    """

    def __init__(
        self,
        features: Mapping[Role, FloatTable],
        ill: Flags,
        patients: Indices,
        *,
        settings: FitSettings,
        rng: np.random.Generator,
        progress: Progress,
    ) -> None:
        self.ill, self._patients = ill, patients
        self.folds: Folds = stratified_folds(self.ill, settings.selection.folds, rng, patients)
        self._features = features
        self._settings, self._progress = settings, progress
        self._seeds = {role: rng.integers(2**62, size=len(self.folds) + 1) for role in Role}
        self.on_all_rows: Callable[[float], Paths] = cache(self._on_all_rows)
        self._in_folds: Callable[[float], Mapping[Role, tuple[SelectionPath, ...]]] = cache(self._selected_in_folds)
        self.radscores: Callable[[float, LambdaRule], Table] = cache(self._radscores)

    def _radscores(self, p_limit: float, rule: LambdaRule) -> Table:
        final = {role: path.score(rule) for role, path in self.on_all_rows(p_limit).items()}
        values = {role: self._values(role, score, p_limit, rule) for role, score in final.items()}
        kept = [role for role in Role if len(final[role].columns) and standard_deviation(values[role]) > 0.0]
        return {radscore_name(role): values[role] for role in kept}

    def _values(self, role: Role, final: LinearScore, p_limit: float, rule: LambdaRule) -> FloatTable:
        if self._settings.protocol == "paper":
            return final.of(self._features[role])
        values = np.empty(len(self.ill))
        for (_, test), path in zip(self.folds, self._in_folds(p_limit)[role], strict=True):
            values[test] = path.score(rule).of(self._features[role][test])
        return values

    def _on_all_rows(self, p_limit: float) -> Paths:
        everyone = np.arange(len(self.ill))
        return {role: self._select(role, everyone, -1, p_limit) for role in Role}

    def _selected_in_folds(self, p_limit: float) -> Mapping[Role, tuple[SelectionPath, ...]]:
        return {
            role: tuple(self._select(role, train, number, p_limit) for number, (train, _) in enumerate(self.folds))
            for role in Role
        }

    def _select(self, role: Role, rows: Indices, number: int, p_limit: float) -> SelectionPath:
        self._progress(f"{role}: t test and LASSO", 0.5)
        selection = replace(self._settings.selection, p_limit=p_limit)
        rng = np.random.default_rng(self._seeds[role][number])
        return select(self._features[role][rows], self.ill[rows], selection, rng, self._patients[rows])


def role_columns(cohort: Cohort, rows: Indices, combat: Combat | None) -> dict[Role, FloatTable]:
    """Features of each sequence, (n, p), harmonised where ComBat was fitted."""
    features = features_of(cohort, rows, combat)
    return {role: features[:, [name.startswith(f"{role}_") for name in cohort.feature_names]] for role in Role}


def predictor_table(stages: TwoStages, cohort: Cohort, rows: Indices) -> dict[str, FloatTable]:
    """Predictors of other rows of a cohort, by name: clinical ones with gaps filled as in training, and Radscores."""
    raw = clinical_table(cohort, rows)
    absent = np.full(len(rows), np.nan)
    table = filled({name: raw.get(name, absent) for name in stages.clinical.fill}, stages.clinical.fill)
    columns = role_columns(cohort, rows, stages.combat)
    return table | {radscore_name(role): score.of(columns[role]) for role, score in stages.scores.items()}


def predict_two_stages(stages: TwoStages, cohort: Cohort, rows: Indices) -> dict[ModelName, FloatTable]:
    """Logits of each model for other rows of the cohort."""
    table = predictor_table(stages, cohort, rows)
    return {name: model.logits(table) for name, model in stages.models.items()}


def nested_predictions(
    cohort: Cohort, rows: Indices, settings: FitSettings, rng: np.random.Generator, progress: Progress = no_progress
) -> NestedPredictions:
    """Out-of-fold logits for every patient among ``rows``, the whole procedure repeated for each fold, tuning included."""
    ill = cohort.osteoporosis[rows]
    logits: dict[ModelName, FloatTable] = {name: np.empty(len(rows)) for name in MODEL_NAMES}
    fold_of = np.empty(len(rows), dtype=np.intp)
    fitted: list[TwoStages] = []
    for number, (train, test) in enumerate(stratified_folds(ill, settings.selection.folds, rng)):
        inner = part(progress, number / settings.selection.folds, (number + 1) / settings.selection.folds)
        stages = fit_two_stages(cohort, rows[train], settings, rng, _named(inner, number, settings))
        for name, values in predict_two_stages(stages, cohort, rows[test]).items():
            logits[name][test] = values
        fold_of[test] = number
        fitted.append(stages)
    return NestedPredictions(logits, fold_of, tuple(fitted))


def _named(progress: Progress, number: int, settings: FitSettings) -> Progress:
    def named(message: str, fraction: float) -> None:
        progress(f"Fold {number + 1} of {settings.selection.folds}: {message}", fraction)

    return named
