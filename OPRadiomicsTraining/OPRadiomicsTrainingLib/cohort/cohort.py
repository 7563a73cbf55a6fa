"""Patients whose class is known, with their features: checked as a whole before anything is fitted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from OPRadiomicsLib.errors import FeatureError, StudyError
from OPRadiomicsLib.types import Role

from ..statistics.arrays import Flags, FloatTable
from .features import MASKS_COLUMN, PROFILE_COLUMN, read_features
from .table import OPTIONAL_VARIABLES, CohortTable, read_cohort_table

KEY_COLUMNS: Final = ("case", "age", "sex", "label")

__all__ = ["KEY_COLUMNS", "MASKS_COLUMN", "PROFILE_COLUMN", "Cohort", "read_cohort"]


@dataclass(frozen=True, eq=False)
class Cohort:
    """Features and clinical variables of patients whose class is known.

    Parameters
    ----------
    cases
        Identifiers, unique; pseudonyms, never names.
    ages
        Years, (n,).
    male, osteoporosis
        (n,); osteoporosis is QCT BMD < 80 mg/cm3.
    feature_names
        Prefixed by the sequence: ``T1WI_original_firstorder_Mean``.
    features
        (n, len(feature_names)), finite.
    masks
        Where the masks came from, each origin once; empty where the table does not say.
    bmi, diabetes, smoking, drinking, bmd
        (n,) floats, NaN where a patient's is not recorded; None where the table has no such column. BMI in kg/m2, BMD in
        mg/cm3, yes/no as 1 and 0.
    centres, splits
        (n,) names ("A", "B"; "train", "test", "external"); empty where the table has no such column.
    scanners
        (n,) as `OPRadiomicsLib.io.headers.scanner_of` writes them, "" where a patient's is not recorded; empty where none is.
    kinds
        (n,) kinds of a patient's sequences, as `OPRadiomicsLib.io.roles.kind_of` writes them, with `KINDS_SEPARATOR` between;
        "" where a patient's are not recorded; empty where none are.
    slice_mm
        (n,), as `OPRadiomicsLib.study.Study.slice_mm`, NaN where a patient's is not recorded; None where none is told.
    excluded
        The flow of patients: reason to number of patients that the table lists and leaves out.

    Raises
    ------
    StudyError
        If a case stands twice, one class is absent, or an optional variable has another length.
    FeatureError
        If a feature is not finite, a name stands twice, or a sequence has no feature.
    """

    cases: tuple[str, ...]
    ages: FloatTable
    male: Flags
    osteoporosis: Flags
    feature_names: tuple[str, ...]
    features: FloatTable
    masks: tuple[str, ...] = ()
    bmi: FloatTable | None = None
    diabetes: FloatTable | None = None
    smoking: FloatTable | None = None
    drinking: FloatTable | None = None
    bmd: FloatTable | None = None
    centres: tuple[str, ...] = ()
    splits: tuple[str, ...] = ()
    scanners: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    slice_mm: FloatTable | None = None
    excluded: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _require_lengths(self)
        _require_cases(self)
        _require_features(self)

    def columns(self, role: Role) -> FloatTable:
        """Features of one sequence, (n, p)."""
        return self.features[:, [name.startswith(f"{role}_") for name in self.feature_names]]

    def names(self, role: Role) -> tuple[str, ...]:
        """Names of one sequence's features, in the order of `columns`."""
        return tuple(name for name in self.feature_names if name.startswith(f"{role}_"))


def read_cohort(path: Path, profile_hash: str, features: Path | None = None) -> Cohort:
    """Cohort of the patients that take part: clinical variables of a cohort's table, and their features.

    Columns: case, age, sex, label or bmd; and where they exist patient, centre, split, exclusion, bmi, diabetes, smoking,
    drinking, scanner, kinds, mri_date, qct_date, treatment_date. The features are columns of the table itself (``T1WI_...``),
    or stand in the file that its column ``features`` names for each case, or in one table for all cases.

    Parameters
    ----------
    profile_hash
        Where the features have a column ``profile_hash``, every row must hold this one.
    features
        A table of all cases' features, as `opradiomics cohort` writes it; rows in any order, further cases are passed over.

    Raises
    ------
    CohortTableError
        As `table.read_cohort_table`, which also has the rule for missing values and the two weeks.
    StudyError, FeatureError
        If a case has no features, a value is no number, or as `Cohort`.
    """
    table = read_cohort_table(path)
    rows = [row for _, row in table.rows]
    found = read_features(table, profile_hash, features)
    return Cohort(
        cases=tuple(str(row.case) for row in rows),
        ages=np.array([row.age for row in rows], dtype=np.float64),
        male=np.array([row.sex for row in rows], dtype=np.bool_),
        osteoporosis=np.array([row.osteoporosis for row in rows], dtype=np.bool_),
        feature_names=found.names,
        features=found.values,
        masks=found.masks,
        centres=_texts(table, "centre"),
        splits=_texts(table, "split"),
        scanners=found.scanners,
        kinds=found.kinds,
        slice_mm=found.slice_mm,
        excluded=table.excluded,
        **{name: _numbers(table, name) for name in OPTIONAL_VARIABLES},
    )


def _numbers(table: CohortTable, name: str) -> FloatTable | None:
    """A variable with NaN where it is not recorded; None without such a column."""
    if name not in table.table.columns:
        return None
    values = [getattr(row, name) for _, row in table.rows]
    return np.array([np.nan if value is None else float(value) for value in values])


def _texts(table: CohortTable, name: str) -> tuple[str, ...]:
    return tuple(str(getattr(row, name)) for _, row in table.rows) if name in table.table.columns else ()


def _require_cases(cohort: Cohort) -> None:
    twice = [case for case, count in Counter(cohort.cases).items() if count > 1]
    if twice:
        raise StudyError(
            f"Case {twice[0]} stands {Counter(cohort.cases)[twice[0]]} times", "one row a patient", "drop the others"
        )
    ill = int(cohort.osteoporosis.sum())
    if not 0 < ill < len(cohort.cases):
        raise StudyError(
            f"{ill} of {len(cohort.cases)} patients with osteoporosis: one class only",
            "patients with and without osteoporosis",
            "check the labels, or add patients of the other class",
        )


def _require_lengths(cohort: Cohort) -> None:
    for name in ("bmi", "diabetes", "smoking", "drinking", "bmd", "centres", "splits", "scanners", "kinds", "slice_mm"):
        values = getattr(cohort, name)
        if values is not None and len(values) not in {len(cohort.cases), 0 if isinstance(values, tuple) else -1}:
            raise StudyError(
                f"{len(values)} values of {name} for {len(cohort.cases)} cases", "one for each case", "check the table"
            )


def _require_features(cohort: Cohort) -> None:
    if len(set(cohort.feature_names)) != len(cohort.feature_names):
        name = next(name for name, count in Counter(cohort.feature_names).items() if count > 1)
        raise FeatureError(f"Feature {name} stands twice", "unique column names", "drop one column")
    broken = np.argwhere(~np.isfinite(cohort.features))
    if len(broken):
        row, column = broken[0]
        raise FeatureError(
            f"{len(broken)} feature values are not finite, first {cohort.feature_names[column]} of case {cohort.cases[row]}",
            "finite features",
            "leave out the case, or extract it again",
        )
    twins = _identical_rows(cohort.features)
    if twins is not None:
        raise FeatureError(
            f"Cases {cohort.cases[twins[0]]} and {cohort.cases[twins[1]]} have the same value of every feature",
            "different images for each case",
            "one study was given to two cases: correct the table, and drop one",
        )
    absent = [str(role) for role in Role if not cohort.names(role)]
    if absent:
        raise FeatureError(
            f"No feature of {', '.join(absent)}",
            "features of T1WI, T2WI and FS-T2WI",
            "extract all three sequences of each case",
        )


def _identical_rows(values: FloatTable) -> tuple[int, int] | None:
    seen: dict[bytes, int] = {}
    for number, row in enumerate(np.ascontiguousarray(values)):
        first = seen.setdefault(row.tobytes(), number)
        if first != number:
            return first, number
    return None
