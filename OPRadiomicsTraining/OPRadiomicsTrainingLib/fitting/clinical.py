"""The clinical variables: one at a time, then those that count together (the study's Table 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from OPRadiomicsLib.errors import ClinicalDataError, ModelError
from OPRadiomicsLib.models.signature import CLINICAL_PREDICTORS, YES_NO_PREDICTORS

from ..cohort.cohort import Cohort
from ..statistics.arrays import Flags, FloatTable, Indices
from ..statistics.logistic import OddsRatio, fit_logistic, odds_ratios


@dataclass(frozen=True)
class ClinicalRow:
    """One row of Table 3, per unit (year, kg/m2) or yes against no; ``n`` patients had the value.

    ``ratio`` is None where the variable could not be fitted, and ``fault`` says why.
    """

    predictor: str
    n: int
    ratio: OddsRatio | None
    fault: str = ""


@dataclass(frozen=True, eq=False)
class ClinicalChoice:
    """Which clinical predictors enter the models, why, and the values that stand in for those not recorded.

    ``missing``: a sentence for each predictor with such values; ``decided``: one for each other decision.
    """

    predictors: tuple[str, ...]
    univariable: tuple[ClinicalRow, ...]
    multivariable: tuple[ClinicalRow, ...]
    fill: Mapping[str, float]
    decided: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """Every decision that the data forced."""
        return (*self.decided, *self.missing)


def clinical_table(cohort: Cohort, rows: Indices) -> dict[str, FloatTable]:
    """Clinical predictors by name, (n,), NaN where a value is not recorded; absent where the whole column is."""
    columns: dict[str, FloatTable | None] = {
        "age": cohort.ages,
        "sex": cohort.male.astype(np.float64),
        "bmi": cohort.bmi,
        "diabetes": cohort.diabetes,
        "smoking": cohort.smoking,
        "drinking": cohort.drinking,
    }
    return {name: values[rows] for name, values in columns.items() if values is not None and np.isfinite(values[rows]).any()}


def choose_clinical(
    table: Mapping[str, FloatTable], ill: Flags, *, p_limit: float, given: tuple[str, ...] | None = None
) -> ClinicalChoice:
    """Univariable regressions on the patients who have the value; those with P below the limit enter the multivariable one.

    Where none passes, the one of least P does. A value not recorded is filled with these patients' median (yes/no: the more
    frequent answer).

    Raises
    ------
    ClinicalDataError
        If a predictor that was asked for is not in the table, or was asked for twice.
    ModelError
        If none is asked for and no variable can be fitted.
    """
    univariable = tuple(_alone(name, table[name], ill) for name in table)
    decided = [f"{row.predictor} left out of the clinical model: {row.fault}" for row in univariable if row.fault]
    p = {row.predictor: row.ratio.p for row in univariable if row.ratio is not None}
    chosen = _given(given, table) if given is not None else tuple(name for name in p if p[name] < p_limit)
    if not chosen:
        if not p:
            raise ModelError("No clinical variable can be fitted", "age and sex that vary", "check the table")
        chosen = (min(p, key=p.__getitem__),)
        decided.append(
            f"no clinical variable has a univariable P below {p_limit:g}; the one of least P, {chosen[0]}, was taken"
        )
    fill = {name: _stand_in(name, table[name]) for name in chosen}
    absent = {name: int(np.isnan(table[name]).sum()) for name in chosen}
    missing = tuple(f"{name} not recorded in {n} patients: filled with {fill[name]:g}" for name, n in absent.items() if n)
    return ClinicalChoice(chosen, univariable, _together(chosen, filled(table, fill), ill), fill, tuple(decided), missing)


def require_independent(
    table: Mapping[str, FloatTable], ill: Flags, *, p_limit: float, given: tuple[str, ...] | None = None
) -> None:
    """Prove before the work that each predictor that `choose_clinical` chooses varies, and is no combination of the others.

    A penalty would fit such predictors, but the training patients' covariance, by which a signature tells who lies outside
    them, has no inverse then.

    Raises
    ------
    ClinicalDataError
        If one does not; also as `choose_clinical`.
    """
    chosen = choose_clinical(table, ill, p_limit=p_limit, given=given)
    design = np.column_stack([np.ones(len(ill)), *filled(table, chosen.fill).values()])
    dependent = [name for place, name in enumerate(chosen.fill, 1) if np.linalg.matrix_rank(design[:, : place + 1]) <= place]
    if dependent:
        raise ClinicalDataError(
            f"Clinical predictors {', '.join(chosen.predictors)}: {', '.join(dependent)} is the same in all training patients, "
            "or follows from those before it",
            "predictors that vary, none a combination of the others",
            "leave it out: name the others with --clinical",
        )


def filled(table: Mapping[str, FloatTable], fill: Mapping[str, float]) -> dict[str, FloatTable]:
    """The chosen predictors with every gap filled."""
    return {name: np.where(np.isnan(table[name]), value, table[name]) for name, value in fill.items()}


def _given(given: tuple[str, ...], table: Mapping[str, FloatTable]) -> tuple[str, ...]:
    wrong = [name for name in given if name not in table or given.count(name) > 1]
    if wrong or not given:
        raise ClinicalDataError(
            f"Clinical predictors {', '.join(wrong) or 'none'} asked for",
            f"some of {', '.join(CLINICAL_PREDICTORS)} that the table holds ({', '.join(table)}), each once",
            "add the column to the table, or leave it out",
        )
    return given


def _stand_in(name: str, values: FloatTable) -> float:
    known = values[~np.isnan(values)]
    return float(np.mean(known) > 0.5) if name in YES_NO_PREDICTORS else float(np.median(known))


def _alone(name: str, values: FloatTable, ill: Flags) -> ClinicalRow:
    known = ~np.isnan(values)
    return _rows((name,), values[known, None], ill[known])[0]


def _together(chosen: tuple[str, ...], table: Mapping[str, FloatTable], ill: Flags) -> tuple[ClinicalRow, ...]:
    return _rows(chosen, np.column_stack([table[name] for name in chosen]), ill)


def _rows(names: tuple[str, ...], columns: FloatTable, ill: Flags) -> tuple[ClinicalRow, ...]:
    try:
        ratios = odds_ratios(fit_logistic(columns, ill), names)
    except ModelError as error:
        return tuple(ClinicalRow(name, len(ill), None, error.found) for name in names)
    return tuple(ClinicalRow(ratio.name, len(ill), ratio) for ratio in ratios)
