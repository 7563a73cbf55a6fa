"""A cohort is read exactly, whatever the format and wherever its features stand; each fault is an error that names it."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from OPRadiomicsLib.errors import FeatureError, StudyError
from OPRadiomicsLib.types import Role
from OPRadiomicsTrainingLib.cohort.cohort import Cohort, read_cohort
from OPRadiomicsTrainingLib.cohort.faults import CohortTableError

HASH = "0123456789abcdef"
PATIENTS, PER_ROLE = 12, 4
NAMES = tuple(f"{role}_original_firstorder_F{number}" for role in Role for number in range(PER_ROLE))

Edit = Callable[[list[str], list[list[str]]], Any]


def unchanged(header: list[str], rows: list[list[str]]) -> None:
    """Spoil nothing."""


@pytest.fixture
def values() -> np.ndarray:
    return np.random.default_rng(0).normal(100, 10, (PATIENTS, len(NAMES)))


@pytest.fixture
def clinical() -> list[list[str]]:
    return [[f"sim{n:04d}", f"{60 + n}.5", "MF"[n % 2], "10"[n % 3 == 0]] for n in range(PATIENTS)]


@pytest.fixture
def write(values: np.ndarray, clinical: list[list[str]], tmp_path: Path) -> Callable[..., Path]:
    """The cohort as CSV after an edit of its heading and rows."""

    def written(edit: Edit = unchanged) -> Path:
        header = ["case", "age", "sex", "label", *NAMES]
        rows = [[*one, *map(repr, own.tolist())] for one, own in zip(clinical, values, strict=True)]
        edit(header, rows)
        path = tmp_path / "table.csv"
        with path.open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream).writerows([header, *rows])
        return path

    return written


def require_equal(found: Cohort, values: np.ndarray, clinical: list[list[str]], digits: int = 17) -> None:
    """17 digits hold every double; Excel's own files keep 16."""
    np.testing.assert_array_equal(found.features, [[float(f"{value:.{digits}g}") for value in row] for row in values])
    assert found.feature_names == NAMES
    assert found.cases == tuple(one[0] for one in clinical)
    np.testing.assert_array_equal(found.ages, [float(one[1]) for one in clinical])
    np.testing.assert_array_equal(found.male, [one[2] == "M" for one in clinical])
    np.testing.assert_array_equal(found.osteoporosis, [one[3] == "1" for one in clinical])


def test_a_table_is_read_back_exactly(write: Callable[..., Path], values: np.ndarray, clinical: list[list[str]]) -> None:
    require_equal(read_cohort(write(), HASH), values, clinical)


@pytest.mark.parametrize("ending", [".xlsx", ".parquet"])
def test_excel_and_parquet_say_the_same_as_csv(
    ending: str, write: Callable[..., Path], values: np.ndarray, clinical: list[list[str]], tmp_path: Path
) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_csv(write())
    path = tmp_path / f"table{ending}"
    frame.to_excel(path, index=False) if ending == ".xlsx" else frame.to_parquet(path, index=False)
    require_equal(read_cohort(path, HASH), values, clinical, digits=16 if ending == ".xlsx" else 17)


def test_features_in_one_table_or_in_a_file_a_case_say_the_same_as_columns(
    write: Callable[..., Path], values: np.ndarray, clinical: list[list[str]], tmp_path: Path
) -> None:
    def without_features(header: list[str], rows: list[list[str]]) -> None:
        for row in (header, *rows):
            del row[4:]

    table = write(without_features)
    head = ["case", "region", "profile_hash", *NAMES]
    lines = [[one[0], "L1-L3", HASH, *map(repr, own.tolist())] for one, own in zip(clinical, values, strict=True)]
    levels = [[line[0], "L1", *line[2:3], *(["0"] * len(NAMES))] for line in lines]
    with (tmp_path / "features.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([head, *levels, *reversed(lines), ["further", "L1-L3", HASH, *(["1"] * len(NAMES))]])
    require_equal(read_cohort(table, HASH, tmp_path / "features.csv"), values, clinical)
    for line in lines:
        with (tmp_path / f"{line[0]}.csv").open("w", newline="") as stream:
            csv.writer(stream).writerows([head[1:], line[1:]])

    def named(header: list[str], rows: list[list[str]]) -> None:
        without_features(header, rows)
        header.append("features")
        for row in rows:
            row.append(f"{row[0]}.csv")

    require_equal(read_cohort(write(named), HASH), values, clinical)
    with pytest.raises(StudyError, match="1 of 12 cases have no row"):
        with (tmp_path / "features.csv").open("w", newline="") as stream:
            csv.writer(stream).writerows([head, *lines[1:]])
        read_cohort(write(without_features), HASH, tmp_path / "features.csv")


def test_a_sequence_gets_its_own_columns_and_t2_none_of_fs_t2(write: Callable[..., Path], values: np.ndarray) -> None:
    cohort = read_cohort(write(), HASH)
    assert len(cohort.names(Role.T2WI)) == PER_ROLE
    np.testing.assert_array_equal(cohort.columns(Role.T2WI), values[:, PER_ROLE : 2 * PER_ROLE])


def test_optional_variables_are_missing_where_they_are_not_recorded(write: Callable[..., Path]) -> None:
    def edit(header: list[str], rows: list[list[str]]) -> None:
        header += ["bmi", "smoking", "centre", "exclusion"]
        for n, row in enumerate(rows):
            row += ["" if n == 2 else "24.5", "" if n == 3 else "yes", "A", "fracture" if n == 5 else ""]

    cohort = read_cohort(write(edit), HASH)
    assert len(cohort.cases) == PATIENTS - 1
    assert cohort.excluded == {"fracture": 1}
    assert cohort.bmi is not None and np.flatnonzero(np.isnan(cohort.bmi)).tolist() == [2]
    assert cohort.smoking is not None and np.flatnonzero(np.isnan(cohort.smoking)).tolist() == [3]
    assert cohort.drinking is None
    assert set(cohort.centres) == {"A"}
    assert cohort.splits == ()


@pytest.mark.parametrize(
    ("edit", "error", "named"),
    [
        (lambda header, rows: [row.__setitem__(3, "0") for row in rows], StudyError, "one class only"),
        (lambda header, rows: rows[3].__setitem__(5, "nan"), FeatureError, r"T1WI_original_firstorder_F1 of case sim0003"),
        (lambda header, rows: rows[3].__setitem__(5, ""), CohortTableError, "row 5, T1WI_original_firstorder_F1"),
        (lambda header, rows: rows[3].pop(), CohortTableError, "row 5, FS-T2WI_original_firstorder_F3"),
        (lambda header, rows: header.__setitem__(5, header[4]), CohortTableError, "it stands 2 times"),
        (
            lambda header, rows: header.__setitem__(8, "DWI_original_firstorder_F0"),
            CohortTableError,
            "feature of no known sequence",
        ),
        (
            lambda header, rows: [row.__delitem__(slice(12, 16)) for row in [header, *rows]],
            FeatureError,
            "No feature of FS-T2WI",
        ),
        (lambda header, rows: [row.__delitem__(slice(4, 16)) for row in [header, *rows]], FeatureError, "without features"),
        (lambda header, rows: rows[3].__setitem__(slice(4, 16), rows[7][4:]), FeatureError, "sim0003 and sim0007"),
    ],
)
def test_faults_are_named(write: Callable[..., Path], edit: Edit, error: type[Exception], named: str) -> None:
    with pytest.raises(error, match=named):
        read_cohort(write(edit), HASH)


def test_features_of_another_profile_are_refused(write: Callable[..., Path]) -> None:
    def foreign(header: list[str], rows: list[list[str]]) -> None:
        header.append("profile_hash")
        for number, row in enumerate(rows):
            row.append("f" * 16 if number == 7 else HASH)

    with pytest.raises(FeatureError, match="ffffffffffffffff"):
        read_cohort(write(foreign), HASH)
