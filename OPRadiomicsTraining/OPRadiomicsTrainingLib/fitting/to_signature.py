"""A fitted procedure as the signatures that the clinical module loads."""

from __future__ import annotations

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
from ..statistics.arrays import numbers, symmetric
from ..statistics.roc import youden_threshold
from .fitted import Fitted
from .harmonisation import for_centre, largest_centre
from .provenance import provenance_of
from .radscore import LinearScore
from .second_stage import Table, columns_of

QUANTILE_LEVELS: Final = (0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0)


def signatures_of(
    fitted: Fitted, profile: Profile, *, ordinal: OrdinalModel | None = None, notes: tuple[str, ...] = ()
) -> dict[str, Signature]:
    """The signature of a fit under ""; with ComBat one for each training centre's images, the largest centre's under "".

    Parameters
    ----------
    profile
        That the features were made with.
    ordinal
        The model of three classes, where there is one.
    notes
        What the signature says of its making, each without a full stop.
    """

    def of_centre(centre: str) -> Signature:
        said = (*notes, f"this signature is for images of centre {centre}") if centre else notes
        return _signature(fitted, profile, ordinal, centre, provenance_of(fitted, centre, said))

    combat = fitted.stages.combat
    if combat is None:
        return {"": of_centre("")}
    by_centre = {centre: of_centre(centre) for centre in combat.centres}
    return {"": by_centre[largest_centre(fitted.cohort, fitted.rows)], **by_centre}


def _signature(
    fitted: Fitted, profile: Profile, ordinal: OrdinalModel | None, centre: str, provenance: Provenance
) -> Signature:
    """Radscores, models, thresholds and distributions; of a centre, on whose features it shall work as they are."""
    stages, settings = fitted.stages, fitted.settings
    scores = dict(stages.scores)
    if stages.combat is not None and centre:
        scores = {role: for_centre(score, role, fitted.cohort, stages.combat, centre) for role, score in scores.items()}
    models = {name: _model(fitted, name) for name, model in stages.models.items() if model.predictors}
    return Signature(
        name=settings.name,
        version="1",
        kind="fitted",
        demo=settings.demo,
        provenance=provenance,
        profile=ProfileReference(name=profile.name, hash=profile.hash) if stages.scores else None,
        radscores=tuple(_radscore(role, score, fitted.cohort) for role, score in scores.items()),
        models=Models(**models),
        training=_training(stages.table),
        ordinal=ordinal,
    )


def _cautions(backward_auc: float | None) -> tuple[str, ...]:
    """What is said with every prediction of a model that is turned round."""
    if backward_auc is None:
        return ()
    return (
        "Do not use this model: it gave its own training patients with osteoporosis the lower probabilities "
        f"(apparent AUC {backward_auc:.3f}).",
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


def _model(fitted: Fitted, name: ModelName) -> LogisticModel:
    model, logits, ill = fitted.stages.models[name], fitted.predictions[name], fitted.ill
    values = columns_of(fitted.stages.table, model.predictors)
    reference = values.mean(axis=0)
    shap = linear_shap(model.fit.coefficients[1:] / model.sds, values, reference)
    probabilities = 1.0 / (1.0 + np.exp(-logits))
    chosen = fitted.settings.threshold
    return LogisticModel(
        predictors=model.predictors,
        means=numbers(model.means),
        sds=numbers(model.sds),
        coefficients=numbers(model.fit.coefficients[1:]),
        intercept=float(model.fit.coefficients[0]),
        covariance=tuple(numbers(row) for row in symmetric(model.fit.covariance)),
        threshold=youden_threshold(probabilities, ill) if chosen is None else chosen,
        reference=numbers(reference),
        reference_kind="training",
        mean_abs_shap=numbers(np.abs(shap).mean(axis=0)),
        out_of_fold=ClassQuantiles(
            levels=QUANTILE_LEVELS,
            without_osteoporosis=numbers(np.quantile(logits[~ill], QUANTILE_LEVELS)),
            with_osteoporosis=numbers(np.quantile(logits[ill], QUANTILE_LEVELS)),
        ),
        cautions=_cautions(fitted.backward.get(name)),
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
