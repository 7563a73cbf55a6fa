"""evaluate: every measure of the study, for each set of patients and each model of one signature."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, product
from typing import Final

import numpy as np
from OPRadiomicsLib.errors import StudyError
from OPRadiomicsLib.files import FOLDER_SIGNS, names_a_folder
from OPRadiomicsLib.models.signature import LogisticModel, ModelName, Signature
from OPRadiomicsLib.types import Progress, no_progress

from ..cohort.cohort import Cohort
from ..cohort.directions import direction_doubts
from ..fitting.record import TrainingPredictions
from ..fitting.second_stage import Table, columns_of
from ..fitting.seen import Seen
from ..fitting.training_rows import TRAINING_SPLITS
from ..statistics.arrays import Flags, FloatTable, Indices
from ..statistics.calibration import Anchor, Calibration, anchor, calibration, recalibrated_intercept
from ..statistics.classification import Classification, classify
from ..statistics.decision_curve import DecisionCurve, decision_curve
from ..statistics.estimate import Estimate
from ..statistics.logistic import logistic
from ..statistics.roc import DelongAuc, DelongTest, RocCurve, bootstrap_auc, delong, delong_paired, roc_curve, youden_threshold
from .apply import apply_by_centre
from .explanation import Explanation, explain
from .subgroups import SubgroupResult, compare_subgroups, parse_subgroups

ENOUGH: Final = 100
"""Patients of each class that an external validation needs at least (Collins, Ogundimu & Altman, Stat Med 2016;35:214-226)."""

NOT_CHECKED: Final = (
    "Not checked whether test patients were training patients: no fit.json beside the signature says who they were (those of "
    "older versions do not)"
)

DECISION_THRESHOLDS: Final = np.linspace(0.01, 0.99, 99)


@dataclass(frozen=True)
class EvaluationSettings:
    """``threshold`` None: the signature's own; ``subgroups`` as "sex,age:70"; ``bootstrap`` replicates of the AUC's interval.

    ``recalibrate_intercept`` moves every model's intercept, on each set, so that the mean probability is the set's share of
    osteoporosis; discrimination stays, calibration in the large is then true by construction.
    """

    threshold: float | None = None
    subgroups: str = "sex,age:70"
    recalibrate_intercept: bool = False
    bootstrap: int = 2000
    seed: int = 1

    def __post_init__(self) -> None:
        parse_subgroups(self.subgroups)
        if self.threshold is not None and not 0.0 < self.threshold < 1.0:
            raise StudyError(f"Threshold {self.threshold:g}", "a probability between 0 and 1", "leave it out for the model's")


@dataclass(frozen=True, eq=False)
class ModelResult:
    """One model on one set; ``shift`` was added to its logits (0 without recalibration), and ``held`` is of its predictors."""

    name: ModelName
    probabilities: FloatTable
    auc: DelongAuc
    bootstrap: Estimate
    roc: RocCurve
    threshold: float
    classification: Classification
    calibration: Calibration
    decision: DecisionCurve
    shift: float = 0.0
    held: Anchor | None = None


@dataclass(frozen=True)
class Comparison:
    """DeLong's test between two models on the same patients."""

    first: ModelName
    second: ModelName
    test: DelongTest


@dataclass(frozen=True, eq=False)
class SetResult:
    """One set of patients: ``kind`` is "training" (out of fold or apparent), "internal" or "external"."""

    name: str
    kind: str
    ill: Flags
    models: Mapping[ModelName, ModelResult]
    comparisons: tuple[Comparison, ...]
    subgroups: tuple[SubgroupResult, ...]
    explanation: Explanation | None = None
    left_out: int = 0


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Results of all sets, the training patients' first where they are known."""

    signature: Signature
    settings: EvaluationSettings
    sets: tuple[SetResult, ...]
    notes: tuple[str, ...] = ()

    def of(self, kind: str) -> tuple[SetResult, ...]:
        """Sets of one kind."""
        return tuple(one for one in self.sets if one.kind == kind)


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
    _require_unseen(cohort, sets, seen)
    if settings.recalibrate_intercept:
        _require_names(sets)
    results: list[SetResult] = []
    notes = [] if any(one.use == "training" for one in seen) else [NOT_CHECKED]
    if training is not None:
        results.append(_training_set(signature, training, settings))
    for number, (name, rows) in enumerate(sets.items()):
        progress(f"Evaluating {name}", number / len(sets))
        known, left_out, table = _known(by_centre or {}, signature, cohort, rows)
        thresholds = _thresholds(signature, settings, known.logits, known.ill)
        kind = "external" if _is_external(name) else "internal"
        result = _set(name, kind, known, signature, settings, thresholds=thresholds, table=table, left_out=left_out)
        results.append(result)
        notes += (
            *_notes(result, signature, settings),
            *_namesakes(name, cohort, rows, seen),
            *_strangers(name, cohort, rows, by_centre or {}),
            *(
                f"{name}: {doubt}"
                for doubt in direction_doubts(cohort.ages[rows], cohort.male[rows], cohort.osteoporosis[rows])
            ),
        )
    progress("Evaluated", 1.0)
    return Evaluation(signature, settings, tuple(results), tuple(notes))


def evaluate_training(signature: Signature, training: TrainingPredictions, settings: EvaluationSettings) -> Evaluation:
    """The training patients alone, by the predictions that a fit recorded of them; raises `StudyError` as `evaluate`."""
    one = _training_set(signature, training, settings)
    return Evaluation(signature, settings, (one,), tuple(_notes(one, signature, settings)))


def _training_set(signature: Signature, training: TrainingPredictions, settings: EvaluationSettings) -> SetResult:
    thresholds = _thresholds(signature, settings, training.logits, training.ill)
    return _set(training.name, "training", _Known.of_training(training), signature, settings, thresholds=thresholds)


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


def test_sets(cohort: Cohort) -> dict[str, Indices]:
    """Rows of each test set by name.

    Raises
    ------
    StudyError
        If the split holds training patients only.
    """
    if not cohort.splits:
        return {"external": np.arange(len(cohort.cases))}
    names = [name for name in dict.fromkeys(cohort.splits) if name not in TRAINING_SPLITS]
    if not names:
        raise StudyError(
            "The table holds training patients only", "a split with test patients", "give a table of other patients"
        )
    return {name: np.flatnonzero([split == name for split in cohort.splits]) for name in sorted(names, key=_internal_first)}


def require_test_sets(cohort: Cohort) -> None:
    """Prove that a table tells training and test patients apart; raises `StudyError`."""
    if not cohort.splits:
        raise StudyError(
            "The table has no column split: its patients would be both trained and tested on",
            "training and test patients told apart",
            "make the column with opradiomics split, or fit and evaluate tables of different patients",
        )
    test_sets(cohort)


def _is_external(name: str) -> bool:
    return name.lower().startswith("ext")


def _internal_first(name: str) -> tuple[bool, str]:
    return _is_external(name), name


@dataclass(frozen=True, eq=False)
class _Known:
    """Logits by model, class, and what subgroups need, all (n,)."""

    logits: Mapping[ModelName, FloatTable]
    ill: Flags
    ages: FloatTable
    male: Flags

    @classmethod
    def of_training(cls, training: TrainingPredictions) -> _Known:
        return cls(training.logits, training.ill, training.ages, training.male)


def _known(
    by_centre: Mapping[str, Signature], signature: Signature, cohort: Cohort, rows: Indices
) -> tuple[_Known, int, Table]:
    applied = apply_by_centre(by_centre, signature, cohort, rows)
    at = applied.rows
    known = _Known(applied.logits, cohort.osteoporosis[at], cohort.ages[at], cohort.male[at])
    return known, applied.left_out, applied.table


def _set(
    name: str,
    kind: str,
    known: _Known,
    signature: Signature,
    settings: EvaluationSettings,
    *,
    thresholds: Mapping[ModelName, float],
    table: Table | None = None,
    left_out: int = 0,
) -> SetResult:
    _require_both(name, known.ill)
    models = {
        model: _model(
            model,
            logits,
            known.ill,
            thresholds[model],
            settings,
            columns=None if table is None else columns_of(table, getattr(signature.models, model).predictors),
        )
        for model, logits in known.logits.items()
    }
    groups = parse_subgroups(settings.subgroups)
    return SetResult(
        name=name,
        kind=kind,
        ill=known.ill,
        models=models,
        comparisons=tuple(
            Comparison(a, b, delong_paired(known.logits[a], known.logits[b], known.ill)) for a, b in combinations(models, 2)
        ),
        subgroups=compare_subgroups(groups, known.logits, known.ill, ages=known.ages, male=known.male),
        explanation=None if table is None else explain(signature, table, known.ill),
        left_out=left_out,
    )


def _model(
    name: ModelName,
    logits: FloatTable,
    ill: Flags,
    threshold: float,
    settings: EvaluationSettings,
    *,
    columns: FloatTable | None,
) -> ModelResult:
    """``columns``: predictors of a test set, on which the intercept may move."""
    moves = settings.recalibrate_intercept and columns is not None
    shift = recalibrated_intercept(logits, ill).value if moves else 0.0
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
        held=anchor(columns, logits + shift) if settings.recalibrate_intercept and columns is not None else None,
    )


def _thresholds(
    signature: Signature, settings: EvaluationSettings, logits: Mapping[ModelName, FloatTable], ill: Flags
) -> dict[ModelName, float]:
    return {name: _threshold(getattr(signature.models, name), settings, values, ill) for name, values in logits.items()}


def _threshold(model: LogisticModel, settings: EvaluationSettings, logits: FloatTable, ill: Flags) -> float:
    if settings.threshold is not None:
        return settings.threshold
    return model.threshold if model.threshold is not None else youden_threshold(logistic(logits), ill)


def _require_unseen(cohort: Cohort, sets: Mapping[str, Indices], seen: tuple[Seen, ...]) -> None:
    for one, (name, rows) in product(seen, sets.items()):
        overlap = one.among(cohort, rows)
        if overlap:
            raise StudyError(
                f"{len(overlap)} patients of the set '{name}' were {one.use} patients of this signature, first {overlap[0]}",
                "test patients that the signature has never seen",
                "leave them out, or mark them 'train' in the column split; if they are other people of the same pseudonym, "
                "age and sex, give them other pseudonyms",
            )


def _strangers(name: str, cohort: Cohort, rows: Indices, by_centre: Mapping[str, Signature]) -> Iterator[str]:
    strange = [row for row in rows if not cohort.centres or cohort.centres[row] not in by_centre]
    if by_centre and strange:
        yield f"{name}: {len(strange)} patients of no centre that the fit harmonised: the largest centre's signature was taken"


def recalibrated_folder(name: str) -> str:
    """Where the signature goes that a set has recalibrated."""
    return f"recalibrated-{name.replace(' ', '-')}"


def _require_names(sets: Mapping[str, Indices]) -> None:
    counts = Counter(recalibrated_folder(name).casefold() for name in sets)
    wrong = [name for name in sets if not names_a_folder(name) or counts[recalibrated_folder(name).casefold()] > 1]
    if wrong:
        raise StudyError(
            f"A set is named '{wrong[0][:40]}', and its recalibrated signature gets a folder of that name",
            f"{FOLDER_SIGNS}, and no other set that differs in capitals, or in spaces for -, alone",
            "rename it in the column split",
        )


def _namesakes(name: str, cohort: Cohort, rows: Indices, seen: tuple[Seen, ...]) -> Iterator[str]:
    for one in seen:
        if found := one.namesakes(cohort, rows):
            yield (
                f"{name}: {len(found)} patients bear the pseudonym of a {one.use} patient, but differ in age, sex or centre: "
                "taken for other people"
            )


def _require_both(name: str, ill: Flags) -> None:
    positive = int(ill.sum())
    if min(positive, len(ill) - positive) < 2:
        raise StudyError(
            f"The set '{name}' holds {positive} patients with and {len(ill) - positive} without osteoporosis",
            "at least two of each",
            "add patients, or leave the set out",
        )
