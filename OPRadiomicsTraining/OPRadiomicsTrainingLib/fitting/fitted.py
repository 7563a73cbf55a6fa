"""What a fit has made of its training rows: models and predictions, from which signatures and reports follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from OPRadiomicsLib.models.signature import ModelName

from ..cohort.cohort import Cohort
from ..statistics.arrays import Flags, FloatTable, Indices
from ..statistics.roc import auc
from .nested import NestedPredictions, TwoStages
from .settings import FitSettings


@dataclass(frozen=True, eq=False)
class Fitted:
    """The procedure fitted on all training rows, and what it says of them.

    Parameters
    ----------
    rows
        Training rows of ``cohort``, which holds the features that the fit could choose from.
    apparent
        Logits of the training patients from the models fitted on all of them: optimistic.
    nested
        Out-of-fold predictions; None in protocol paper.
    """

    settings: FitSettings
    cohort: Cohort
    rows: Indices
    stages: TwoStages
    apparent: Mapping[ModelName, FloatTable]
    nested: NestedPredictions | None

    @property
    def ill(self) -> Flags:
        """Class of the training patients."""
        ill: Flags = self.cohort.osteoporosis[self.rows]
        return ill

    @property
    def predictions(self) -> Mapping[ModelName, FloatTable]:
        """Logits that thresholds and the stated performance come from."""
        return self.nested.logits if self.nested is not None else self.apparent

    @property
    def backward(self) -> dict[ModelName, float]:
        """Models to beware of, with their apparent AUC below 0.5.

        Where chance chose the features, out-of-fold Radscores can take a sign that turns a model round.
        """
        areas = {name: auc(logits, self.ill) for name, logits in self.apparent.items() if name != "clinical"}
        return {name: area for name, area in areas.items() if area < 0.5}
