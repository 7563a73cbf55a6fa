"""Other classifiers on the combined model's predictors, in the same folds: the study names logistic regression alone as a
limitation.

Their results reach the report. They are not written to a file: only the linear models fit a readable signature, and a
pickle would run code when it is opened.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from OPRadiomicsLib.types import Progress, no_progress

from ..statistics.arrays import Flags, FloatTable
from .fitted import Fitted
from .nested import TwoStages, predictor_table
from .second_stage import Table, columns_of
from .settings import Classifier

if TYPE_CHECKING:
    from sklearn.base import ClassifierMixin


@dataclass(frozen=True, eq=False)
class Compared:
    """One classifier's probabilities of the training patients, (n,): out of fold, or in protocol paper their own."""

    name: Classifier
    probabilities: FloatTable


def compare_classifiers(fitted: Fitted, progress: Progress = no_progress) -> tuple[Compared, ...]:
    """Fit each classifier that the settings name on the combined model's predictors."""
    compared = []
    names = fitted.settings.compare
    for number, name in enumerate(names):
        progress(f"Comparing: {name}", number / len(names))
        compared.append(Compared(name, _probabilities(name, fitted)))
    return tuple(compared)


def _probabilities(name: Classifier, fitted: Fitted) -> FloatTable:
    nested, cohort, rows, ill, seed = fitted.nested, fitted.cohort, fitted.rows, fitted.ill, fitted.settings.seed
    if nested is None:
        return _fitted(name, fitted.stages, ill, predictor_table(fitted.stages, cohort, rows), seed)
    probabilities = np.empty(len(rows))
    for number, fold in enumerate(nested.stages):
        test = nested.fold == number
        new = predictor_table(fold, cohort, rows[test])
        probabilities[test] = _fitted(name, fold, ill[~test], new, seed)
    return probabilities


def _fitted(name: Classifier, stages: TwoStages, ill: Flags, new: Table, seed: int) -> FloatTable:
    predictors = stages.models["combined"].predictors
    model: Any = make_classifier(name, seed).fit(columns_of(stages.table, predictors), ill)
    probabilities: FloatTable = np.asarray(model.predict_proba(columns_of(new, predictors))[:, 1], dtype=np.float64)
    return probabilities


def make_classifier(name: Classifier, seed: int) -> ClassifierMixin:
    """The classifier, untrained: settings that are sensible for some hundred patients and a handful of predictors."""
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    if name == "random-forest":
        return RandomForestClassifier(n_estimators=300, min_samples_leaf=5, random_state=seed)
    if name == "gradient-boosting":
        return GradientBoostingClassifier(n_estimators=100, max_depth=2, learning_rate=0.05, subsample=0.8, random_state=seed)
    machine = make_pipeline(StandardScaler(), SVC(C=1.0, gamma="scale", random_state=seed))
    return CalibratedClassifierCV(machine, method="sigmoid", ensemble=False)
