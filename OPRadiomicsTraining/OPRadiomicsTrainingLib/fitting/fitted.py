"""What a fit has made of its training rows: models and predictions, from which signatures and reports follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from OPRadiomicsLib.models.signature import ModelName

from ..cohort.cohort import Cohort
from ..statistics.arrays import Flags, FloatTable, Indices
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
