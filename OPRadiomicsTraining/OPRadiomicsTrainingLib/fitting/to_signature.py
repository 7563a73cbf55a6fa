"""A fitted procedure as the signature that the clinical module loads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from OPRadiomicsLib.models.explanation import linear_shap
from OPRadiomicsLib.models.signature import (
    ClassQuantiles,
    LogisticModel,
    ModelName,
    Models,
    OrdinalModel,
    ProfileReference,
    Provenance,
    Radscore,
    Signature,
    Training,
)
from OPRadiomicsLib.profile import Profile
from OPRadiomicsLib.types import Role

from ..cohort.cohort import Cohort
from ..statistics.arrays import Flags, FloatTable
from ..statistics.roc import youden_threshold
from .harmonisation import for_centre
from .nested import TwoStages
from .radscore import LinearScore
from .second_stage import SecondStage, Table, columns_of
from .settings import FitSettings

QUANTILE_LEVELS: Final = (0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0)


def to_signature(
    stages: TwoStages,
    cohort: Cohort,
    ill: Flags,
    logits: Mapping[ModelName, FloatTable],
    *,
    profile: Profile,
    settings: FitSettings,
    provenance: Provenance,
    ordinal: OrdinalModel | None = None,
    centre: str | None = None,
) -> Signature:
    """Radscores, models, thresholds and distributions of one fit.

    Parameters
    ----------
    ill
        Class of the training patients, (n,).
    logits
        Their predictions by model, from which thresholds and distributions come: out of fold, or in protocol paper their own.
    centre
        With ComBat: the training centre whose features, as they are, the signature shall take.
    """
    scores = dict(stages.scores)
    if stages.combat is not None and centre is not None:
        scores = {role: for_centre(score, role, cohort, stages.combat, centre) for role, score in scores.items()}
    models = {
        name: _model(model, stages.table, logits[name], ill, settings)
        for name, model in stages.models.items()
        if model.predictors
    }
    return Signature(
        name=settings.name,
        version="1",
        kind="fitted",
        demo=settings.demo,
        provenance=provenance,
        profile=ProfileReference(name=profile.name, hash=profile.hash) if stages.scores else None,
        radscores=tuple(_radscore(role, score, cohort) for role, score in scores.items()),
        models=Models(**models),
        training=_training(stages.table),
        ordinal=ordinal,
    )


def _radscore(role: Role, score: LinearScore, cohort: Cohort) -> Radscore:
    names = cohort.names(role)
    return Radscore(
        sequence=role.value,
        features=tuple(names[column] for column in score.columns),
        means=numbers(score.means),
        sds=numbers(score.sds),
        coefficients=numbers(score.coefficients),
        intercept=score.intercept,
    )


def _model(model: SecondStage, table: Table, logits: FloatTable, ill: Flags, settings: FitSettings) -> LogisticModel:
    values = columns_of(table, model.predictors)
    reference = values.mean(axis=0)
    shap = linear_shap(model.fit.coefficients[1:] / model.sds, values, reference)
    probabilities = 1.0 / (1.0 + np.exp(-logits))
    return LogisticModel(
        predictors=model.predictors,
        means=numbers(model.means),
        sds=numbers(model.sds),
        coefficients=numbers(model.fit.coefficients[1:]),
        intercept=float(model.fit.coefficients[0]),
        covariance=tuple(numbers(row) for row in symmetric(model.fit.covariance)),
        threshold=settings.threshold if settings.threshold is not None else youden_threshold(probabilities, ill),
        reference=numbers(reference),
        reference_kind="training",
        mean_abs_shap=numbers(np.abs(shap).mean(axis=0)),
        out_of_fold=ClassQuantiles(
            levels=QUANTILE_LEVELS,
            without_osteoporosis=numbers(np.quantile(logits[~ill], QUANTILE_LEVELS)),
            with_osteoporosis=numbers(np.quantile(logits[ill], QUANTILE_LEVELS)),
        ),
    )


def _training(table: Table) -> Training:
    values = np.column_stack(list(table.values()))
    covariance = symmetric(np.atleast_2d(np.cov(values, rowvar=False)))
    centred = values - values.mean(axis=0)
    squared_distances = np.einsum("ni,ni->n", centred, np.linalg.solve(covariance, centred.T).T)
    return Training(
        predictors=tuple(table),
        means=numbers(values.mean(axis=0)),
        covariance=tuple(numbers(row) for row in covariance),
        quantile_levels=QUANTILE_LEVELS,
        quantiles=tuple(numbers(np.quantile(column, QUANTILE_LEVELS)) for column in values.T),
        squared_distance_limit=float(np.quantile(squared_distances, 0.99)),
    )


def symmetric(matrix: FloatTable) -> FloatTable:
    """The matrix without the asymmetry that rounding leaves."""
    return (matrix + matrix.T) / 2.0


def numbers(values: FloatTable) -> tuple[float, ...]:
    """Plain floats, for JSON."""
    return tuple(float(value) for value in values)
