"""Osteopenia as a class of its own: an ordinal model of normal, osteopenia and osteoporosis on the combined predictors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from OPRadiomicsLib.errors import ClinicalDataError, StudyError
from OPRadiomicsLib.models.signature import OrdinalModel

from ..cohort.cohort import Cohort
from ..cohort.row import NORMAL_BMD, OSTEOPOROSIS_BMD
from ..statistics.arrays import FloatTable, Indices, numbers, symmetric
from ..statistics.ordinal import Classes, OrdinalFit, fit_ordinal
from .fitted import Fitted
from .nested import predictor_table
from .second_stage import SecondStage

CLASS_NAMES: Final = ("normal", "osteopenia", "osteoporosis")


@dataclass(frozen=True, eq=False)
class ThreeClasses:
    """The model for the signature; true classes (n,) and predicted probabilities (n, 3) of the training patients."""

    model: OrdinalModel
    truth: Classes
    probabilities: FloatTable

    @property
    def confusion(self) -> Indices:
        """Patients by true (rows) and most probable class (columns), (3, 3)."""
        counts = np.zeros((3, 3), dtype=np.intp)
        np.add.at(counts, (self.truth, self.probabilities.argmax(axis=1)), 1)
        return counts


def fit_three_classes(fitted: Fitted) -> ThreeClasses:
    """Fit on the training patients' second-stage table; predictions are out of fold, or in protocol paper their own.

    Raises
    ------
    ClinicalDataError
        If a training patient has no BMD, or one that contradicts the label.
    StudyError, ModelError
        As `fit_ordinal`: a class without patients, separated classes.
    """
    stages, nested, cohort, rows = fitted.stages, fitted.nested, fitted.cohort, fitted.rows
    truth = bmd_classes(cohort, rows)
    combined = stages.models["combined"]
    fit = fit_ordinal(combined.scaled(stages.table), truth)
    if nested is None:
        probabilities = fit.probabilities(combined.scaled(stages.table))
    else:
        probabilities = np.empty((len(rows), 3))
        for number, fold in enumerate(nested.stages):
            test, model = nested.fold == number, fold.models["combined"]
            inner = fit_ordinal(model.scaled(fold.table), truth[~test])
            probabilities[test] = inner.probabilities(model.scaled(predictor_table(fold, cohort, rows[test])))
    return ThreeClasses(_model(combined, fit), truth, probabilities)


def require_three_classes(cohort: Cohort, rows: Indices, folds: int) -> None:
    """Prove before the work that every class has two patients a fold; raises `StudyError`, or as `bmd_classes`."""
    counts = np.bincount(bmd_classes(cohort, rows), minlength=3)
    if counts.min() < 2 * folds:
        found = ", ".join(f"{name} {count}" for name, count in zip(CLASS_NAMES, counts, strict=True))
        raise StudyError(
            f"Training patients by class: {found}",
            f"at least {2 * folds} of each, two for every fold",
            "fit two classes, or take fewer folds",
        )


def bmd_classes(cohort: Cohort, rows: Indices) -> Classes:
    """0 normal, 1 osteopenia, 2 osteoporosis, by BMD, (n,)."""
    bmd = None if cohort.bmd is None else cohort.bmd[rows]
    missing = len(rows) if bmd is None else int(np.isnan(bmd).sum())
    if bmd is None or missing:
        raise ClinicalDataError(
            f"Three classes asked for, {missing} of {len(rows)} training patients without BMD",
            "QCT BMD (mg/cm3) of every training patient",
            "add the column bmd, or fit two classes",
        )
    contradicting = np.flatnonzero((bmd < OSTEOPOROSIS_BMD) != cohort.osteoporosis[rows])
    if len(contradicting):
        case = cohort.cases[rows[contradicting[0]]]
        raise ClinicalDataError(
            f"{len(contradicting)} patients whose BMD contradicts their label, first {case}",
            f"label 1 where BMD is below {OSTEOPOROSIS_BMD:g} mg/cm3",
            "correct the table",
        )
    return np.where(bmd < OSTEOPOROSIS_BMD, 2, np.where(bmd <= NORMAL_BMD, 1, 0)).astype(np.intp)


def _model(combined: SecondStage, fit: OrdinalFit) -> OrdinalModel:
    return OrdinalModel(
        classes=CLASS_NAMES,
        predictors=combined.predictors,
        means=numbers(combined.means),
        sds=numbers(combined.sds),
        slopes=numbers(fit.slopes),
        cuts=numbers(fit.cuts),
        covariance=tuple(numbers(row) for row in symmetric(fit.covariance)),
    )
