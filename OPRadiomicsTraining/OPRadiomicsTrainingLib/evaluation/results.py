"""What an evaluation is asked and what it finds: measures by set of patients and by model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from OPRadiomicsLib.errors import StudyError
from OPRadiomicsLib.models.signature import ModelName, Signature

from ..statistics.arrays import Flags, FloatTable
from ..statistics.calibration import Anchor, Calibration
from ..statistics.classification import Classification
from ..statistics.decision_curve import DecisionCurve
from ..statistics.estimate import Estimate
from ..statistics.roc import DelongAuc, DelongTest, RocCurve
from .explanation import Explanation
from .subgroups import SubgroupResult, parse_subgroups

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
