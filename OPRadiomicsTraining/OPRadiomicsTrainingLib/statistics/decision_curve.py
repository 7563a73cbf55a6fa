"""Decision curve: what acting on a model is worth against treating all or none (Vickers & Elkin, Med Decis Making 2006)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from OPRadiomicsLib.errors import StudyError

from .arrays import Flags, FloatTable


@dataclass(frozen=True, eq=False)
class DecisionCurve:
    """Net benefit per patient at each threshold probability, (t,): of the model, of treating all; treating none is 0."""

    thresholds: FloatTable
    model: FloatTable
    treat_all: FloatTable
    treat_none: FloatTable


def decision_curve(probabilities: FloatTable, ill: Flags, thresholds: FloatTable) -> DecisionCurve:
    """Net benefit = TP / n - FP / n x t / (1 - t), where a patient at or above t is treated.

    Parameters
    ----------
    probabilities
        (n,), of osteoporosis.
    thresholds
        (t,), each in [0, 1).

    Raises
    ------
    StudyError
        If a probability lies outside 0..1 or a threshold outside [0, 1).
    """
    cuts, risks = np.asarray(thresholds, dtype=np.float64), np.asarray(probabilities, dtype=np.float64)
    if not ((risks >= 0.0) & (risks <= 1.0)).all() or not ((cuts >= 0.0) & (cuts < 1.0)).all():
        raise StudyError(
            f"Probabilities from {risks.min():g} to {risks.max():g}, thresholds from {cuts.min():g} to {cuts.max():g}",
            "probabilities in [0, 1] and thresholds in [0, 1)",
            "give probabilities, not logits or scores",
        )
    n, odds = len(risks), cuts / (1.0 - cuts)
    treated_ill = ill.sum() - np.searchsorted(np.sort(risks[ill]), cuts)
    treated_well = (~ill).sum() - np.searchsorted(np.sort(risks[~ill]), cuts)
    return DecisionCurve(
        thresholds=cuts,
        model=treated_ill / n - treated_well / n * odds,
        treat_all=ill.mean() - (~ill).mean() * odds,
        treat_none=np.zeros(len(cuts)),
    )
