"""Features of a cohort's patients: columns of its table, a file for each case, or one table of all cases."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
from OPRadiomicsLib.errors import ClinicalDataError, FeatureError, StudyError
from OPRadiomicsLib.io.tables import Table, cell_text, read_table
from OPRadiomicsLib.levels import UNION

from ..statistics.arrays import FloatTable
from .faults import CohortTableError, Fault
from .row import parse_kinds, parse_slice_mm
from .table import FEATURE_PREFIXES, CohortTable

PROFILE_COLUMN: Final = "profile_hash"
MASKS_COLUMN: Final = "masks"
SCANNER_COLUMN: Final = "scanner"
KINDS_COLUMN: Final = "kinds"
SLICE_COLUMN: Final = "slice_mm"
REGION_COLUMN: Final = "region"

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Features:
    """Names (p), values (n, p) in the order of the patients, where the masks came from, each origin once, scanners (n), kinds
    of sequences (n) and distances of slices (n), NaN where one is not recorded.
    """

    names: tuple[str, ...]
    values: FloatTable
    masks: tuple[str, ...] = ()
    scanners: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    slice_mm: FloatTable | None = None


@dataclass(frozen=True, eq=False)
class Line:
    """One patient's features: where they were found, and the cells by column."""

    place: str
    row: int
    cells: Mapping[str, Any]


def read_features(cohort: CohortTable, profile_hash: str, features: Path | None = None) -> Features:
    """Features of the patients that take part; see `cohort.read_cohort`.

    Raises
    ------
    CohortTableError
        With every cell that is no number.
    StudyError
        If a case has no features, or the file that it names can't be read.
    FeatureError
        If there is no feature, cases differ in their features, or the profile is another.
    """
    lines, names = _lines(cohort, features)
    if not names:
        raise FeatureError(
            f"Cohort table {cohort.name} without features",
            "columns that begin with T1WI_, T2WI_ or FS-T2WI_, a column features, or a table of features",
            "extract them with opradiomics cohort",
        )
    hashes = {str(line.cells[PROFILE_COLUMN]) for line in lines if PROFILE_COLUMN in line.cells}
    if hashes - {profile_hash}:
        raise FeatureError(
            f"Features made with the profiles {sorted(hashes)}",
            f"profile {profile_hash} in every row",
            "extract all cases with one profile, and name it",
        )
    masks = {str(line.cells[MASKS_COLUMN]) for line in lines if line.cells.get(MASKS_COLUMN, "") != ""}
    pairs = [(row, line) for (_, row), line in zip(cohort.rows, lines, strict=True)]
    scanners = [row.scanner or str(line.cells.get(SCANNER_COLUMN, "")) for row, line in pairs]
    kinds = [row.kinds or _read(line, KINDS_COLUMN, parse_kinds, "") for row, line in pairs]
    slices = [
        _read(line, SLICE_COLUMN, parse_slice_mm, math.nan) if row.slice_mm is None else row.slice_mm for row, line in pairs
    ]
    return Features(
        names,
        _values(cohort.name, lines, names),
        tuple(sorted(masks)),
        tuple(scanners) if any(scanners) else (),
        tuple(kinds) if any(kinds) else (),
        np.array(slices, dtype=np.float64),
    )


def _read(line: Line, column: str, parse: Callable[[Any], T], absent: T) -> T:
    cell = line.cells.get(column, "")
    try:
        return absent if cell == "" else parse(cell)
    except ClinicalDataError as error:
        raise FeatureError(f"{error.found} in {line.place}", error.expected, "extract the case's features again") from None


def _lines(cohort: CohortTable, features: Path | None) -> tuple[list[Line], tuple[str, ...]]:
    own = cohort.feature_names
    per_case = any(row.features is not None for _, row in cohort.rows)
    if sum((bool(own), per_case, features is not None)) > 1:
        raise FeatureError(
            f"Features of {cohort.name} in several places (columns, files of the cases, a table)",
            "one place",
            "drop the others",
        )
    if features is not None:
        return _of_table(cohort, read_table(features))
    if per_case:
        return _of_files(cohort)
    table = cohort.table
    cells = [dict(zip(table.columns, table.rows[index], strict=True)) for index, _ in cohort.rows]
    return [Line(table.name, table.numbers[index], one) for (index, _), one in zip(cohort.rows, cells, strict=True)], own


def _of_table(cohort: CohortTable, table: Table) -> tuple[list[Line], tuple[str, ...]]:
    by_case = lines_by_case(cohort, table)
    return [by_case[str(row.case)] for _, row in cohort.rows], _feature_names(table)


def lines_by_case(cohort: CohortTable, table: Table) -> dict[str, Line]:
    """Rows of a table of features by case, further cases among them; raises `StudyError` where a patient has none, or two."""
    if "case" not in table.columns:
        raise StudyError(f"Table of features {table.name} without the column case", "case and features", "name the cases")
    by_case: dict[str, Line] = {}
    for number, cells in _union_rows(table):
        case = cell_text(cells["case"])
        if case in by_case:
            raise StudyError(f"Case {case} stands twice in {table.name}", "one row a case", "drop the others")
        by_case[case] = Line(table.name, number, cells)
    absent = [str(row.case) for _, row in cohort.rows if str(row.case) not in by_case]
    if absent:
        raise StudyError(
            f"{len(absent)} of {len(cohort.rows)} cases have no row in {table.name}: {', '.join(absent[:10])}"
            f"{', ...' if len(absent) > 10 else ''}",
            "features of every patient that takes part",
            "extract them, or give these patients an exclusion",
        )
    return by_case


def _of_files(cohort: CohortTable) -> tuple[list[Line], tuple[str, ...]]:
    lines: list[Line] = []
    names: tuple[str, ...] | None = None
    for _, row in cohort.rows:
        if row.features is None:
            raise StudyError(f"Case {row.case} without a file of features", "a path in the column features", "fill it in")
        table = read_table(cohort.folder / row.features)
        found = list(_union_rows(table))
        if len(found) != 1:
            raise StudyError(f"Case {row.case}: {len(found)} rows of {UNION} in {table.name}", "one", "extract the case again")
        names = _feature_names(table) if names is None else names
        if _feature_names(table) != names:
            raise FeatureError(f"Case {row.case} with other features than the first case", "one profile", "extract it again")
        lines.append(Line(f"{row.case}: {table.name}", *found[0]))
    return lines, names or ()


def _union_rows(table: Table) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, cells in zip(table.numbers, table.records(), strict=True):
        if cells.get(REGION_COLUMN, UNION) == UNION:
            yield number, cells


def _feature_names(table: Table) -> tuple[str, ...]:
    return tuple(name for name in table.columns if name.startswith(FEATURE_PREFIXES))


def _values(table: str, lines: Sequence[Line], names: tuple[str, ...]) -> FloatTable:
    try:
        return np.array([[float(line.cells[name]) for name in names] for line in lines])
    except (TypeError, ValueError):
        raise CohortTableError(table, list(_number_faults(lines, names))) from None


def _number_faults(lines: Sequence[Line], names: tuple[str, ...]) -> Iterator[Fault]:
    for line in lines:
        for name in names:
            try:
                float(line.cells[name])
            except (TypeError, ValueError):
                found = f"'{str(line.cells[name])[:30]}' in {line.place}"
                yield Fault(line.row, name, found, "a number", "extract the case's features again")
