"""What the fullest model rests on, over a whole set: exact SHAP values, shares, and each predictor's own correlation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from OPRadiomicsLib.models.explanation import by_sequence
from OPRadiomicsLib.models.signature import ModelName, Signature

from ..fitting.second_stage import Table, columns_of
from ..statistics.arrays import Flags, FloatTable
from ..statistics.hypotheses import Correlation, point_biserial
from .apply import shap_of


@dataclass(frozen=True, eq=False)
class Explanation:
    """SHAP values (n, p) and raw values (n, p) of ``predictors``; shares of mean |SHAP| of each and by sequence.

    ``correlations``: point-biserial r of each predictor with osteoporosis.
    """

    model: ModelName
    predictors: tuple[str, ...]
    values: FloatTable
    shap: FloatTable
    shares: Mapping[str, float]
    sequence_shares: Mapping[str, float]
    correlations: Mapping[str, Correlation]


def explain(signature: Signature, table: Table, ill: Flags) -> Explanation:
    """Explain the combined model, or the fullest that there is."""
    name, model = list(signature.models.present())[-1]
    shap = shap_of(model, table)
    mean = np.abs(shap).mean(axis=0)
    total = float(mean.sum())
    shares = {p: float(size) / total if total else 0.0 for p, size in zip(model.predictors, mean, strict=True)}
    return Explanation(
        model=name,
        predictors=model.predictors,
        values=columns_of(table, model.predictors),
        shap=shap,
        shares=dict(sorted(shares.items(), key=lambda item: -item[1])),
        sequence_shares=by_sequence(shares),
        correlations={p: point_biserial(ill, table[p]) for p in model.predictors if np.ptp(table[p]) > 0.0},
    )
