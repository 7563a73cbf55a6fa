"""A signature on a whole cohort at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from OPRadiomicsLib.errors import FeatureError
from OPRadiomicsLib.models.explanation import linear_shap
from OPRadiomicsLib.models.signature import LogisticModel, ModelName, Radscore, Signature

from ..cohort.cohort import Cohort
from ..fitting.clinical import clinical_table
from ..fitting.second_stage import Table, columns_of
from ..statistics.arrays import FloatTable, Indices


@dataclass(frozen=True, eq=False)
class Applied:
    """Predictors of the rows by name and the logits of each model, all (n,); ``rows`` of the cohort that could be predicted.

    ``left_out`` counts patients without a clinical value that a model needs.
    """

    rows: Indices
    table: Table
    logits: dict[ModelName, FloatTable]
    left_out: int


def apply_signature(signature: Signature, cohort: Cohort, rows: Indices) -> Applied:
    """Radscores and logits of patients of a cohort, as `predict` gives them one by one.

    Raises
    ------
    FeatureError
        If the table lacks a feature of a Radscore, or a clinical column of a model.
    """
    clinical = clinical_table(cohort, rows)
    table = {**clinical, **{score.predictor: radscore_of(score, cohort, rows) for score in signature.radscores}}
    needed = sorted({name for _, model in signature.models.present() for name in model.predictors})
    absent = [name for name in needed if name not in table]
    if absent:
        raise FeatureError(
            f"The table has no {', '.join(absent)}", f"what signature '{signature.name}' needs", "add the columns to the table"
        )
    known = np.all([np.isfinite(table[name]) for name in needed], axis=0)
    kept = {name: table[name][known] for name in needed}
    logits = {name: logits_of(model, kept) for name, model in signature.models.present()}
    return Applied(rows[known], kept, logits, int((~known).sum()))


def apply_by_centre(by_centre: Mapping[str, Signature], signature: Signature, cohort: Cohort, rows: Indices) -> Applied:
    """As `apply_signature`, patients of a centre that has a signature of its own with that one."""
    own = [centre for centre in by_centre if centre in cohort.centres]
    if not own:
        return apply_signature(signature, cohort, rows)
    centres = np.array([cohort.centres[row] for row in rows])
    parts = [(by_centre[centre], rows[centres == centre]) for centre in own]
    parts.append((signature, rows[~np.isin(centres, own)]))
    applied = [apply_signature(one, cohort, part) for one, part in parts if len(part)]
    order = np.argsort(np.concatenate([part.rows for part in applied]), kind="stable")

    def joined(pieces: Sequence[FloatTable]) -> FloatTable:
        return np.concatenate(pieces)[order]

    return Applied(
        np.concatenate([part.rows for part in applied])[order],
        {name: joined([part.table[name] for part in applied]) for name in applied[0].table},
        {name: joined([part.logits[name] for part in applied]) for name in applied[0].logits},
        sum(part.left_out for part in applied),
    )


def radscore_of(radscore: Radscore, cohort: Cohort, rows: Indices) -> FloatTable:
    """One sequence's Radscore of each patient, (n,); raises `FeatureError` where the cohort lacks one of its features."""
    place = {name: column for column, name in enumerate(cohort.feature_names)}
    absent = [name for name in radscore.features if name not in place]
    if absent:
        raise FeatureError(
            f"{radscore.sequence} Radscore: {len(absent)} of {len(radscore.features)} features are absent, first {absent[0]}",
            "every feature that the signature names",
            "extract all sequences with the signature's profile",
        )
    values = cohort.features[rows][:, [place[name] for name in radscore.features]]
    scores: FloatTable = radscore.intercept + ((values - radscore.means) / radscore.sds) @ np.asarray(radscore.coefficients)
    return scores


def logits_of(model: LogisticModel, table: Table) -> FloatTable:
    """Logits of patients whose predictors are given by name."""
    standardised = (columns_of(table, model.predictors) - np.asarray(model.means)) / np.asarray(model.sds)
    logits: FloatTable = model.intercept + standardised @ np.asarray(model.coefficients)
    return logits


def shap_of(model: LogisticModel, table: Table) -> FloatTable:
    """Exact SHAP values, (n, predictors), against the training patients' means."""
    slopes = np.asarray(model.coefficients) / np.asarray(model.sds)
    return linear_shap(slopes, columns_of(table, model.predictors), model.reference)
