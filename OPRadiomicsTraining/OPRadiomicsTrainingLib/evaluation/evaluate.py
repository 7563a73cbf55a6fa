"""evaluate: every measure of the study, for each set of patients and each model of one signature."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from OPRadiomicsLib.models.signature import LogisticModel, ModelName, Signature
from OPRadiomicsLib.types import Progress, no_progress

from ..cohort.cohort import Cohort
from ..cohort.directions import direction_doubts
from ..fitting.record import TrainingPredictions
from ..fitting.second_stage import Table, columns_of
from ..fitting.seen import Seen
from ..statistics.arrays import Flags, FloatTable, Indices
from ..statistics.calibration import anchor, calibration, recalibrated_intercept
from ..statistics.classification import classify
from ..statistics.decision_curve import decision_curve
from ..statistics.logistic import logistic
from ..statistics.roc import bootstrap_auc, delong, delong_paired, roc_curve, youden_threshold
from .apply import apply_by_centre
from .explanation import explain
from .patient_sets import (
    is_external,
    namesakes,
    require_both_classes,
    require_folder_names,
    require_unseen,
    strangers,
    test_sets,
)
from .results import DECISION_THRESHOLDS, Comparison, Evaluation, EvaluationSettings, ModelResult, SetResult
from .subgroups import compare_subgroups, parse_subgroups

ENOUGH: Final = 100
"""Patients of each class that an external validation needs at least (Collins, Ogundimu & Altman, Stat Med 2016;35:214-226)."""

NOT_CHECKED: Final = (
    "Not checked whether test patients were training patients: no fit.json beside the signature says who they were (those of "
    "older versions do not)"
)


def evaluate(
    signature: Signature,
    cohort: Cohort,
    settings: EvaluationSettings,
    *,
    by_centre: Mapping[str, Signature] | None = None,
    training: TrainingPredictions | None = None,
    seen: tuple[Seen, ...] = (),
    progress: Progress = no_progress,
) -> Evaluation:
    """Evaluate a signature on each test set of a cohort.

    A set is a split other than "train", external where its name begins with "ext"; or the whole table, external, where it has
    none. Thresholds are the signature's, fixed on its training patients, or the one given.

    Parameters
    ----------
    by_centre
        Of a fit with ComBat: the signature for each training centre's images; other patients get ``signature``, and a note
        says so.
    training
        Predictions of the training patients that the fit recorded; they become a set of their own.
    seen
        Whom the signature was trained or recalibrated on: none of them may be in a test set. Where no training patients are
        among them, a note says so.

    Raises
    ------
    StudyError
        If there is no test patient, a set has one class only, or a test patient is one whom the signature has seen.
    FeatureError
        As `apply_signature`.
    """
    sets = test_sets(cohort)
    require_unseen(cohort, sets, seen)
    if settings.recalibrate_intercept:
        require_folder_names(sets)
    results: list[SetResult] = []
    notes = [] if any(one.use == "training" for one in seen) else [NOT_CHECKED]
    if training is not None:
        results.append(_set(_Predicted.of_training(training), signature, settings))
    for number, (name, rows) in enumerate(sets.items()):
        progress(f"Evaluating {name}", number / len(sets))
        result = _set(_predicted(name, by_centre or {}, signature, cohort, rows), signature, settings)
        results.append(result)
        notes += (
            *_notes(result, signature, settings),
            *namesakes(name, cohort, rows, seen),
            *strangers(name, cohort, rows, by_centre or {}),
            *(
                f"{name}: {doubt}"
                for doubt in direction_doubts(cohort.ages[rows], cohort.male[rows], cohort.osteoporosis[rows])
            ),
        )
    progress("Evaluated", 1.0)
    return Evaluation(signature, settings, tuple(results), tuple(notes))


def evaluate_training(signature: Signature, training: TrainingPredictions, settings: EvaluationSettings) -> Evaluation:
    """The training patients alone, by the predictions that a fit recorded of them; raises `StudyError` as `evaluate`."""
    one = _set(_Predicted.of_training(training), signature, settings)
    return Evaluation(signature, settings, (one,), tuple(_notes(one, signature, settings)))


def _notes(one: SetResult, signature: Signature, settings: EvaluationSettings) -> list[str]:
    """What a reader must know of this set before believing its numbers."""
    notes = []
    fewer = int(min(one.ill.sum(), (~one.ill).sum()))
    if fewer < ENOUGH:
        source = "Collins et al., Stat Med 2016"
        notes.append(f"{one.name}: {fewer} patients in the smaller class; below {ENOUGH} performance is imprecise ({source})")
    without = [model for model, found in one.models.items() if math.isnan(found.calibration.slope.value)]
    if without:
        notes.append(
            f"{one.name}: no calibration slope of {', '.join(without)}: predictions are all alike, or separate so "
            "small a set's classes"
        )
    if one.left_out:
        notes.append(f"{one.name}: {one.left_out} patients left out, a clinical value that a model needs is not recorded")
    if settings.threshold is None and any(getattr(signature.models, model).threshold is None for model in one.models):
        notes.append(f"{one.name}: the signature holds no threshold; Youden's of this very set was taken, which is optimistic")
    return notes


@dataclass(frozen=True, eq=False)
class _Predicted:
    """One set: logits by model, class, and what subgroups need, all (n,); ``table`` holds a test set's predictors."""

    name: str
    kind: str
    logits: Mapping[ModelName, FloatTable]
    ill: Flags
    ages: FloatTable
    male: Flags
    table: Table | None = None
    left_out: int = 0

    @classmethod
    def of_training(cls, training: TrainingPredictions) -> _Predicted:
        return cls(training.name, "training", training.logits, training.ill, training.ages, training.male)


def _predicted(
    name: str, by_centre: Mapping[str, Signature], signature: Signature, cohort: Cohort, rows: Indices
) -> _Predicted:
    applied = apply_by_centre(by_centre, signature, cohort, rows)
    at = applied.rows
    return _Predicted(
        name,
        "external" if is_external(name) else "internal",
        applied.logits,
        cohort.osteoporosis[at],
        cohort.ages[at],
        cohort.male[at],
        applied.table,
        applied.left_out,
    )


def _set(patients: _Predicted, signature: Signature, settings: EvaluationSettings) -> SetResult:
    ill, logits = patients.ill, patients.logits
    require_both_classes(patients.name, ill)
    models = {name: _model(name, getattr(signature.models, name), patients, settings) for name in logits}
    groups = parse_subgroups(settings.subgroups)
    return SetResult(
        name=patients.name,
        kind=patients.kind,
        ill=ill,
        models=models,
        comparisons=tuple(Comparison(a, b, delong_paired(logits[a], logits[b], ill)) for a, b in combinations(models, 2)),
        subgroups=compare_subgroups(groups, logits, ill, ages=patients.ages, male=patients.male),
        explanation=None if patients.table is None else explain(signature, patients.table, ill),
        left_out=patients.left_out,
    )


def _model(name: ModelName, model: LogisticModel, patients: _Predicted, settings: EvaluationSettings) -> ModelResult:
    logits, ill = patients.logits[name], patients.ill
    threshold = _threshold(model, settings, logits, ill)
    shift, held = 0.0, None
    if settings.recalibrate_intercept and patients.table is not None:  # on a test set alone
        shift = recalibrated_intercept(logits, ill).value
        held = anchor(columns_of(patients.table, model.predictors), logits + shift)
    probabilities = logistic(logits + shift)
    return ModelResult(
        name=name,
        probabilities=probabilities,
        auc=delong(logits, ill),
        bootstrap=bootstrap_auc(logits, ill, settings.bootstrap, settings.seed),
        roc=roc_curve(logits, ill),
        threshold=threshold,
        classification=classify(probabilities, ill, threshold),
        calibration=calibration(logits + shift, ill),
        decision=decision_curve(probabilities, ill, DECISION_THRESHOLDS),
        shift=shift,
        held=held,
    )


def _threshold(model: LogisticModel, settings: EvaluationSettings, logits: FloatTable, ill: Flags) -> float:
    if settings.threshold is not None:
        return settings.threshold
    return model.threshold if model.threshold is not None else youden_threshold(logistic(logits), ill)
