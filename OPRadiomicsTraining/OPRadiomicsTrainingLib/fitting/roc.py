"""Area under the ROC curve, and the threshold that training data fix."""

from __future__ import annotations

import numpy as np

from .cohort import Flags, FloatTable


def auc(scores: FloatTable, osteoporosis: Flags) -> float:
    """Probability that a patient with osteoporosis scores above one without, ties counted half (Mann-Whitney)."""
    from scipy.stats import rankdata

    ill = int(osteoporosis.sum())
    ranks = rankdata(scores)
    return float((ranks[osteoporosis].sum() - ill * (ill + 1) / 2) / (ill * (len(scores) - ill)))


def youden_threshold(probabilities: FloatTable, osteoporosis: Flags) -> float:
    """Cut-off that maximises sensitivity + specificity - 1 (Youden, Cancer 1950), midway between two patients.

    Positive is at or above it. Of equally good cut-offs the one nearest one half is taken.
    """
    values = np.unique(probabilities)
    cuts = np.append((values[1:] + values[:-1]) / 2, 0.5) if len(values) > 1 else np.array([0.5])
    sensitivity = (probabilities[osteoporosis][:, None] >= cuts).mean(axis=0)
    specificity = (probabilities[~osteoporosis][:, None] < cuts).mean(axis=0)
    index = sensitivity + specificity
    best = cuts[np.isclose(index, index.max(), rtol=0.0, atol=1e-12)]
    return float(best[np.argmin(np.abs(best - 0.5))])
