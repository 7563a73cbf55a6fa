"""Area under the ROC curve, and the threshold that training data fix."""

from __future__ import annotations

import numpy as np

from .arrays import Flags, FloatTable


def auc(scores: FloatTable, ill: Flags) -> float:
    """Probability that a patient with osteoporosis scores above one without, ties counted half (Mann-Whitney)."""
    from scipy.stats import rankdata

    count = int(ill.sum())
    ranks = rankdata(scores)
    return float((ranks[ill].sum() - count * (count + 1) / 2) / (count * (len(scores) - count)))


def youden_threshold(probabilities: FloatTable, ill: Flags) -> float:
    """Cut-off that maximises sensitivity + specificity - 1 (Youden, Cancer 1950), midway between two patients.

    Positive is at or above it. Of equally good cut-offs the one nearest one half is taken.
    """
    values = np.unique(probabilities)
    cuts = np.append((values[1:] + values[:-1]) / 2, 0.5) if len(values) > 1 else np.array([0.5])
    sensitivity = (probabilities[ill][:, None] >= cuts).mean(axis=0)
    specificity = (probabilities[~ill][:, None] < cuts).mean(axis=0)
    index = sensitivity + specificity
    best = cuts[np.isclose(index, index.max(), rtol=0.0, atol=1e-12)]
    return float(best[np.argmin(np.abs(best - 0.5))])
