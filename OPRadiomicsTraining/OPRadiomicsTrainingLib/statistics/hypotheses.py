"""First filter: features whose means differ between the classes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .arrays import Flags, FloatTable, Indices


def welch_p(features: FloatTable, ill: Flags) -> npt.NDArray[np.float64]:
    """Two-sided P of Welch's t test (Biometrika 1947) for each column; 1 where a column is constant.

    Parameters
    ----------
    features
        (n, p)
    ill
        (n,)
    """
    from scipy.special import stdtr

    groups = [features[ill], features[~ill]]
    means = [group.mean(axis=0) for group in groups]
    squared_errors = [group.var(axis=0, ddof=1) / len(group) for group in groups]
    total = squared_errors[0] + squared_errors[1]
    varies = total > 0.0
    safe = np.where(varies, total, 1.0)
    t = (means[0] - means[1]) / np.sqrt(safe)
    # Welch-Satterthwaite degrees of freedom.
    parts = [error**2 / (len(group) - 1) for error, group in zip(squared_errors, groups, strict=True)]
    freedom = safe**2 / np.where(varies, parts[0] + parts[1], 1.0)
    return np.where(varies, 2.0 * stdtr(freedom, -np.abs(t)), 1.0)


def significant(features: FloatTable, ill: Flags, p_limit: float) -> Indices:
    """Columns with P below ``p_limit``."""
    return np.flatnonzero(welch_p(features, ill) < p_limit)
