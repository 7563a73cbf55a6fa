"""Probabilities of ordered classes from a signature's ordinal model."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .signature import OrdinalModel


def class_probabilities(model: OrdinalModel, values: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Probability of each class, in the order of ``model.classes``.

    Parameters
    ----------
    values
        Raw values in the order of ``model.predictors``, (predictors,) or (n, predictors).

    Returns
    -------
    numpy.ndarray
        (classes,) or (n, classes); each row adds up to 1.
    """
    standardised = (np.asarray(values, dtype=np.float64) - np.asarray(model.means)) / np.asarray(model.sds)
    score = standardised @ np.asarray(model.slopes)
    below = 0.5 * (1.0 + np.tanh(0.5 * (np.asarray(model.cuts) - score[..., None])))
    return np.diff(below, axis=-1, prepend=0.0, append=1.0)
