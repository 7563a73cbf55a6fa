"""Yes/no predictions at a threshold: every metric from its definition, each with a 95 % interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .arrays import Flags, FloatTable
from .estimate import Estimate, wilson


@dataclass(frozen=True)
class Confusion:
    """Counts of patients by prediction and truth."""

    true_positive: int
    false_positive: int
    true_negative: int
    false_negative: int


@dataclass(frozen=True)
class Classification:
    """Metrics at one threshold as shares (0 to 1); NaN where nobody stands in the denominator."""

    sensitivity: Estimate
    specificity: Estimate
    accuracy: Estimate
    precision: Estimate
    npv: Estimate
    f1: Estimate
    counts: Confusion


def confusion(probabilities: FloatTable, ill: Flags, threshold: float) -> Confusion:
    """Counts where positive is at or above ``threshold``."""
    positive = np.asarray(probabilities) >= threshold
    return Confusion(
        int((positive & ill).sum()), int((positive & ~ill).sum()), int((~positive & ~ill).sum()), int((~positive & ill).sum())
    )


def classify(probabilities: FloatTable, ill: Flags, threshold: float) -> Classification:
    """Metrics of probabilities (or any scores) at a threshold that was fixed elsewhere, on training data."""
    return metrics_of(confusion(probabilities, ill, threshold))


def metrics_of(counts: Confusion) -> Classification:
    """Metrics with Wilson's intervals.

    F1 = 2 J / (1 + J) grows with J = TP / (TP + FP + FN), a share of patients: its interval is Wilson's of J, transformed
    (J is the F* of Hand, Christen & Kirielle, Mach Learn 2021).
    """
    tp, fp, tn, fn = counts.true_positive, counts.false_positive, counts.true_negative, counts.false_negative
    overlap = wilson(tp, tp + fp + fn)
    return Classification(
        sensitivity=wilson(tp, tp + fn),
        specificity=wilson(tn, tn + fp),
        accuracy=wilson(tp + tn, tp + fp + tn + fn),
        precision=wilson(tp, tp + fp),
        npv=wilson(tn, tn + fn),
        f1=Estimate(*(2 * share / (1 + share) for share in (overlap.value, overlap.lower, overlap.upper))),
        counts=counts,
    )
