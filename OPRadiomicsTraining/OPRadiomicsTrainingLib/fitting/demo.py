"""The demo signature: the study's models fitted on simulated patients, marked as such."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from OPRadiomicsLib.errors import FeatureError
from OPRadiomicsLib.models.explanation import linear_shap
from OPRadiomicsLib.models.signature import (
    ClassQuantiles,
    LogisticModel,
    ModelName,
    Models,
    ProfileReference,
    Provenance,
    Radscore,
    Signature,
    Training,
)
from OPRadiomicsLib.profile import Profile
from OPRadiomicsLib.types import Role

from ..statistics.arrays import Flags, FloatTable
from ..statistics.roc import auc, youden_threshold
from .cohort import Cohort
from .nested import SecondStage, TwoStages, fit_two_stages, nested_logits
from .radscore import LinearScore, SelectionSettings

QUANTILE_LEVELS: Final = (0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0)


def fit_demo_signature(cohort: Cohort, profile: Profile, seed: int, settings: SelectionSettings | None = None) -> Signature:
    """Signature of simulated patients: Radscores, clinical, radiomics and combined model, thresholds, distributions.

    Thresholds (Youden) and AUC come from nested cross-validation; the models are fitted on out-of-fold Radscores, whose means
    are the reference of the SHAP values. The same cohort, profile, seed and library versions give the same signature.

    Raises
    ------
    StudyError, FeatureError, ModelError
        As `fit_two_stages`; also if no feature of any sequence is selected.
    """
    settings = settings if settings is not None else SelectionSettings()
    rng = np.random.default_rng(seed)
    stages = fit_two_stages(cohort, np.arange(len(cohort.cases)), settings, rng)
    if not stages.scores:
        raise FeatureError(
            f"No feature of any sequence is associated with the label (t test at {settings.p_limit:g}, then LASSO)",
            "at least one sequence with a Radscore",
            "check labels and features, or add patients",
        )
    logits = nested_logits(cohort, settings, rng)
    ill = cohort.osteoporosis
    return Signature(
        name="demo-signature",
        version="1",
        kind="fitted",
        demo=True,
        provenance=_provenance(cohort, stages, logits, settings, seed),
        profile=ProfileReference(name=profile.name, hash=profile.hash),
        radscores=tuple(_radscore(role, score, cohort) for role, score in stages.scores.items()),
        models=Models(**{name: _model(model, stages.table, logits[name], ill) for name, model in stages.models.items()}),
        training=_training(stages.table),
    )


def _radscore(role: Role, score: LinearScore, cohort: Cohort) -> Radscore:
    names = cohort.names(role)
    return Radscore(
        sequence=role.value,
        features=tuple(names[column] for column in score.columns),
        means=_numbers(score.means),
        sds=_numbers(score.sds),
        coefficients=_numbers(score.coefficients),
        intercept=score.intercept,
    )


def _model(model: SecondStage, table: Mapping[str, FloatTable], nested: FloatTable, ill: Flags) -> LogisticModel:
    values = np.column_stack([table[name] for name in model.predictors])
    reference = values.mean(axis=0)
    shap = linear_shap(model.fit.coefficients[1:] / model.sds, values, reference)
    return LogisticModel(
        predictors=model.predictors,
        means=_numbers(model.means),
        sds=_numbers(model.sds),
        coefficients=_numbers(model.fit.coefficients[1:]),
        intercept=float(model.fit.coefficients[0]),
        covariance=tuple(_numbers(row) for row in _symmetric(model.fit.covariance)),
        threshold=youden_threshold(1.0 / (1.0 + np.exp(-nested)), ill),
        reference=_numbers(reference),
        reference_kind="training",
        mean_abs_shap=_numbers(np.abs(shap).mean(axis=0)),
        out_of_fold=ClassQuantiles(
            levels=QUANTILE_LEVELS,
            without_osteoporosis=_numbers(np.quantile(nested[~ill], QUANTILE_LEVELS)),
            with_osteoporosis=_numbers(np.quantile(nested[ill], QUANTILE_LEVELS)),
        ),
    )


def _training(table: Mapping[str, FloatTable]) -> Training:
    values = np.column_stack(list(table.values()))
    covariance = _symmetric(np.cov(values, rowvar=False))
    centred = values - values.mean(axis=0)
    squared_distances = np.einsum("ni,ni->n", centred, np.linalg.solve(covariance, centred.T).T)
    return Training(
        predictors=tuple(table),
        means=_numbers(values.mean(axis=0)),
        covariance=tuple(_numbers(row) for row in covariance),
        quantile_levels=QUANTILE_LEVELS,
        quantiles=tuple(_numbers(np.quantile(column, QUANTILE_LEVELS)) for column in values.T),
        squared_distance_limit=float(np.quantile(squared_distances, 0.99)),
    )


def _provenance(
    cohort: Cohort, stages: TwoStages, logits: Mapping[ModelName, FloatTable], settings: SelectionSettings, seed: int
) -> Provenance:
    ill = cohort.osteoporosis
    areas = ", ".join(f"{name} {auc(values, ill):.3f}" for name, values in logits.items())
    selected = ", ".join(f"{role} {len(score.columns)} of {len(cohort.names(role))}" for role, score in stages.scores.items())
    left_out = [str(role) for role in Role if role not in stages.scores]
    notes = [
        f"Features selected: {selected}. Welch's t test (P < {settings.p_limit:g}), LASSO at lambda.min with "
        f"{settings.lasso_folds} folds, second stage on out-of-fold Radscores ({settings.folds} folds), seed {seed}.",
        "Thresholds: Youden on nested out-of-fold predictions.",
    ]
    if cohort.masks:
        notes.append(f"Masks: {', '.join(cohort.masks)}.")
    if left_out:
        notes.append(f"Left out, because no feature was selected: {', '.join(left_out)}.")
    return Provenance(
        trained_on=f"{len(ill)} SIMULATED patients: images, ages and labels from this software's simulator, no real person",
        n_training=len(ill),
        n_osteoporosis=int(ill.sum()),
        validation=f"nested {settings.folds}-fold cross-validation on the same SIMULATED patients, AUC: {areas}",
        citation="None: a demonstration of the procedure of Wang et al., Radiologic Practice 2026(4):453-459",
        notes=tuple(notes),
    )


def _symmetric(matrix: FloatTable) -> FloatTable:
    return (matrix + matrix.T) / 2.0


def _numbers(values: FloatTable) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
