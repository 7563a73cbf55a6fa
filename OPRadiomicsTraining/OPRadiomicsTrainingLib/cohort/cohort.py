"""A cohort's table: one row a patient, checked as a whole before anything is fitted."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from OPRadiomicsLib.errors import ClinicalDataError, FeatureError, StudyError
from OPRadiomicsLib.models.clinical import validate_clinical
from OPRadiomicsLib.types import Role

from ..statistics.arrays import Flags, FloatTable

KEY_COLUMNS: Final = ("case", "age", "sex", "label")
PROFILE_COLUMN: Final = "profile_hash"
MASKS_COLUMN: Final = "masks"
_OTHER_COLUMNS: Final = (PROFILE_COLUMN, MASKS_COLUMN, "region", "engine")


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
        (n, len(feature_names)), finite, none constant.
    masks
        Where the masks came from, each origin once; empty where the table does not say.
    bmi, diabetes, smoking, drinking, bmd
        (n,) floats, NaN where a patient's is not recorded; None where the table has no such column. BMI in kg/m2, BMD in
        mg/cm3, yes/no as 1 and 0.
    centres, splits
        (n,) names ("A", "B"; "train", "test", "external"); empty where the table has no such column.
    excluded
        The flow of patients: reason to number of patients that the table lists and leaves out.

    Raises
    ------
    StudyError
        If a case stands twice, one class is absent, or an optional variable has another length.
    FeatureError
        If a feature is not finite or constant, a name stands twice, or a sequence has no feature.
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


def read_cohort(path: Path, profile_hash: str) -> Cohort:
    """Cohort from a CSV with the columns case, age, sex, label (osteoporosis 1), then features.

    Parameters
    ----------
    profile_hash
        Where the table has a column ``profile_hash``, every row must hold this one.

    Raises
    ------
    StudyError, ClinicalDataError, FeatureError
        If the file cannot be read, a column is absent, or a value is no number or impossible; the case is named.
    """
    header, rows = _read_rows(path)
    _require_profile(header, rows, profile_hash)
    names = _feature_names(header)
    clinical = [_clinical(row["case"], row["age"], row["sex"]) for row in rows]
    return Cohort(
        cases=tuple(row["case"] for row in rows),
        ages=np.array([age for age, _ in clinical]),
        male=np.array([male for _, male in clinical]),
        osteoporosis=np.array([_label(row["case"], row["label"]) for row in rows]),
        feature_names=names,
        features=np.array([[_number(row["case"], name, row[name]) for name in names] for row in rows]),
        masks=tuple(sorted({row[MASKS_COLUMN] for row in rows})) if MASKS_COLUMN in header else (),
    )


def _feature_names(header: list[str]) -> tuple[str, ...]:
    names = tuple(name for name in header if name not in (*KEY_COLUMNS, *_OTHER_COLUMNS))
    unknown = [name for name in names if not name.startswith(tuple(f"{role}_" for role in Role))]
    if unknown:
        raise FeatureError(
            f"{len(unknown)} columns of no known sequence, first '{unknown[0]}'",
            "feature names that begin with T1WI_, T2WI_ or FS-T2WI_",
            "rename these columns, or leave them out",
        )
    return names


def _read_rows(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream, restval="")
            rows = list(reader)
            header = list(reader.fieldnames or ())
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise StudyError(f"Cohort table {path.name} cannot be read ({error})", "a CSV file, UTF-8", "check the path") from None
    absent = [name for name in KEY_COLUMNS if name not in header]
    if absent or not rows:
        raise StudyError(
            f"Cohort table {path.name} with {len(rows)} rows and without the columns {absent}",
            f"the columns {', '.join(KEY_COLUMNS)}, then features, and a row for each patient",
            "check the table",
        )
    return header, rows


def _require_profile(header: list[str], rows: list[dict[str, str]], profile_hash: str) -> None:
    found = {row[PROFILE_COLUMN] for row in rows} if PROFILE_COLUMN in header else {profile_hash}
    if found != {profile_hash}:
        raise FeatureError(
            f"Features made with the profiles {sorted(found)}",
            f"profile {profile_hash} in every row",
            "extract all cases with one profile, and name it",
        )


def _clinical(case: str, age: str, sex: str) -> tuple[float, bool]:
    try:
        clinical = validate_clinical(age, sex)
    except ClinicalDataError as error:
        raise ClinicalDataError(f"Case {case}: {error.found}", error.expected, "correct the table") from None
    return clinical.age, clinical.male


def _label(case: str, text: str) -> bool:
    if text.strip() not in {"0", "1", "0.0", "1.0"}:
        raise StudyError(f"Case {case}: label '{text}'", "osteoporosis 1, none 0", "correct the table")
    return float(text) == 1.0


def _number(case: str, name: str, text: str) -> float:
    try:
        return float(text)
    except (TypeError, ValueError):
        raise FeatureError(f"Case {case}: {name} is '{text}'", "a number", "extract the case's features again") from None


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
    for name in ("bmi", "diabetes", "smoking", "drinking", "bmd", "centres", "splits"):
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
    constant = np.flatnonzero(np.ptp(cohort.features, axis=0) == 0.0)
    if len(constant):
        raise FeatureError(
            f"{len(constant)} features are the same in all patients, first {cohort.feature_names[constant[0]]}",
            "features that vary",
            "check the profile (one grey level makes texture constant), or leave these columns out",
        )
    absent = [str(role) for role in Role if not cohort.names(role)]
    if absent:
        raise FeatureError(
            f"No feature of {', '.join(absent)}",
            "features of T1WI, T2WI and FS-T2WI",
            "extract all three sequences of each case",
        )
