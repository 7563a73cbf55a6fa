"""SHAP values of a linear model, which are exact: coefficient x (value - mean), in logits.

Lundberg & Lee, "A unified approach to interpreting model predictions" (NeurIPS 2017), corollary 1, for independent inputs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from ..types import Contribution
from .signature import RADSCORE_PREFIX, LogisticModel, Radscore

Vector = npt.NDArray[np.float64]


def linear_shap(coefficients: npt.ArrayLike, values: npt.ArrayLike, means: npt.ArrayLike) -> Vector:
    """Return coefficient x (value - mean); for many patients give values of shape (n, predictors)."""
    shap: Vector = np.asarray(coefficients, dtype=np.float64) * (np.asarray(values, dtype=np.float64) - np.asarray(means))
    return shap


def logit(model: LogisticModel, values: npt.ArrayLike) -> float:
    """Return intercept + sum of coefficient x (value - mean) / sd, for raw values in the order of ``model.predictors``."""
    standardised = (np.asarray(values, dtype=np.float64) - np.asarray(model.means)) / np.asarray(model.sds)
    return float(model.intercept + np.dot(standardised, model.coefficients))


def contributions(model: LogisticModel, values: npt.ArrayLike) -> tuple[Contribution, ...]:
    """SHAP value of each predictor against ``model.reference``; with the logit of the reference they add up to the logit.

    Parameters
    ----------
    values
        Raw values (years, Radscores) in the order of ``model.predictors``.
    """
    numbers = np.asarray(values, dtype=np.float64)
    shap = linear_shap(np.asarray(model.coefficients) / np.asarray(model.sds), numbers, model.reference)
    rows = zip(model.predictors, numbers.tolist(), model.reference, shap.tolist(), strict=True)
    return tuple(Contribution(*row) for row in rows)


def shares(terms: Sequence[Contribution]) -> dict[str, float]:
    """Each predictor's share of the sum of |SHAP|, largest first; all zero where every contribution is."""
    total = sum(abs(term.shap) for term in terms)
    ordered = sorted(terms, key=lambda term: -abs(term.shap))
    return {term.name: abs(term.shap) / total if total else 0.0 for term in ordered}


def sequence_shares(terms: Sequence[Contribution]) -> dict[str, float]:
    """Share of the sum of |SHAP| per sequence (T1WI, ...), and of all clinical variables together as "clinical"."""
    return by_sequence(shares(terms))


def by_sequence(of_predictors: Mapping[str, float]) -> dict[str, float]:
    """Predictors' shares added up per sequence (T1WI, ...), those of all clinical variables as "clinical"; largest first."""
    grouped: dict[str, float] = {}
    for name, share in of_predictors.items():
        group = name.removeprefix(RADSCORE_PREFIX) if name.startswith(RADSCORE_PREFIX) else "clinical"
        grouped[group] = grouped.get(group, 0.0) + share
    return dict(sorted(grouped.items(), key=lambda item: -item[1]))


def radscore_contributions(radscore: Radscore, features: Mapping[str, float]) -> tuple[Contribution, ...]:
    """A Radscore taken apart: coefficient x (feature - mean) / sd of each feature, in units of the Radscore.

    They add up to the Radscore less its intercept, which is the Radscore of the mean training patient.
    """
    values = [features[name] for name in radscore.features]
    shap = linear_shap(np.asarray(radscore.coefficients) / np.asarray(radscore.sds), values, radscore.means)
    rows = zip(radscore.features, values, radscore.means, shap.tolist(), strict=True)
    return tuple(Contribution(*row) for row in rows)
