"""A cohort's table, CSV, Excel or Parquet, read and checked as a whole: every fault is listed, what is missing is counted."""

from __future__ import annotations

import difflib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from OPRadiomicsLib.io.tables import Table, read_table
from OPRadiomicsLib.types import Role
from pydantic import ValidationError

from .directions import direction_doubts
from .faults import CohortTableError, Fault
from .row import OSTEOPOROSIS_BMD, Row

COLUMNS: Final = tuple(Row.model_fields)
REQUIRED: Final = ("case", "age", "sex")
OPTIONAL_VARIABLES: Final = ("bmi", "diabetes", "smoking", "drinking", "bmd")
MISSING_RULE: Final = (
    "a patient without age, sex or class is left out and counted; any other variable that is not recorded stays missing"
)
TWO_WEEK_RULE: Final = "MRI or QCT not within the two weeks before treatment"
IN_CHINESE: Final[Mapping[str, str]] = {
    **dict.fromkeys(("病例", "病例号", "病例编号", "编号"), "case"),
    "年龄": "age",
    "性别": "sex",
    **dict.fromkeys(("标签", "骨质疏松"), "label"),
    **dict.fromkeys(("骨密度", "骨密度值", "腰椎骨密度"), "bmd"),
    **dict.fromkeys(("患者", "患者编号"), "patient"),
    **dict.fromkeys(("中心", "医院"), "centre"),
    **dict.fromkeys(("排除", "排除原因"), "exclusion"),
    **dict.fromkeys(("体重指数", "体质指数", "体质量指数"), "bmi"),
    **dict.fromkeys(("糖尿病", "糖尿病史"), "diabetes"),
    **dict.fromkeys(("吸烟", "吸烟史"), "smoking"),
    **dict.fromkeys(("饮酒", "饮酒史"), "drinking"),
}
"""Headings that mean a column, for a hint: a word alone doesn't prove what the column holds."""
FEATURE_PREFIXES: Final = tuple(f"{role}_" for role in Role)


@dataclass(frozen=True, eq=False)
class CohortTable:
    """A table without faults.

    Parameters
    ----------
    name, folder
        The file, and the folder that relative paths count from.
    table
        As read, with every column.
    rows
        The patients that take part, with the index of each in ``table.rows``.
    excluded
        The flow of patients: reason to number left out, in the order in which the reasons are applied.
    missing
        Variable to the number of taking-part patients in whom it is not recorded, of the columns that exist.
    notes
        What the reader decided, in words.
    """

    name: str
    folder: Path
    table: Table
    rows: tuple[tuple[int, Row], ...]
    excluded: Mapping[str, int] = field(default_factory=dict)
    missing: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Columns that are features, in the table's order."""
        return tuple(name for name in self.table.columns if name.startswith(FEATURE_PREFIXES))


def read_cohort_table(path: str | Path) -> CohortTable:
    """Read and check a cohort's table.

    Rule for what is missing: a patient without age, sex or class (label, or BMD) is left out and counted; a missing BMI,
    diabetes, smoking, drinking or BMD stays missing. A patient with an exclusion reason is left out first, one whose MRI or QCT
    (where all three dates are given) does not lie within the two weeks before treatment second.

    Raises
    ------
    CohortTableError
        With every fault of the table: columns absent or misspelt, cells of the wrong kind or unit, label and BMD that
        contradict each other, mixed codings, cases or patients that stand twice.
    StudyError, MissingDependencyError
        As `io.read_table`.
    """
    file = Path(path)
    table = read_table(file)
    faults = [*_column_faults(table), *_coding_faults(table)]
    parsed = _parsed(table, faults, passed_over={fault.column.removeprefix("column ") for fault in faults})
    faults.extend(_row_faults(table, parsed))
    if faults:
        raise CohortTableError(table.name, faults)
    return _sifted(file, table, parsed)


def _column_faults(table: Table) -> Iterator[Fault]:
    names = ("label", "bmd")
    absent = [name for name in REQUIRED if name not in table.columns]
    if not set(names) & set(table.columns):
        absent.append("label or bmd")
    for name in absent:
        close = [
            *(one for one in table.columns if _from_chinese(one) in name.split(" or ")),
            *difflib.get_close_matches(name, table.columns, 1, 0.7),
        ]
        hint = f"is it '{close[0]}'? Then rename that" if close else "add it"
        yield Fault(0, f"column {name}", "absent", "a column of this name", hint)
    if not table.rows:
        yield Fault(0, "table", "no row", "a row for each patient", "check the file")
    for name, count in Counter(table.columns).items():
        if name and count > 1:
            yield Fault(0, f"column {name}", f"it stands {count} times", "unique names of columns", "drop the others")
    unknown = [name for name in table.columns if name and name not in COLUMNS and not name.startswith(FEATURE_PREFIXES)]
    for name in unknown:
        if "_original_" in name or "_log-sigma-" in name or name.startswith(("original_", "log-sigma-")):
            yield Fault(
                0, f"column {name}", "a feature of no known sequence", "T1WI_, T2WI_ or FS-T2WI_ before it", "rename it"
            )
        elif close := _meant(name, [one for one in COLUMNS if one not in table.columns]):
            yield Fault(0, f"column {name}", "not known", f"'{close[0]}'?", "rename it, or give it a name less like that one")


def _meant(heading: str, names: list[str]) -> list[str]:
    """Which of the names a heading could stand for."""
    known = _from_chinese(heading)
    return [known] if known in names else difflib.get_close_matches(heading.lower(), names, 1, 0.8)


def _from_chinese(heading: str) -> str:
    """Name of the column that a Chinese heading means, its unit left aside; "" where it means none."""
    return IN_CHINESE.get(re.split(r"[(（/]", heading)[0].strip(), "")


def _coding_faults(table: Table) -> Iterator[Fault]:
    """Whole columns in a coding that single cells could hide: a 1 is a man in most codings, a woman in some."""
    column = table.column("sex") if "sex" in table.columns else ()
    words = {str(cell).strip().lower().removesuffix(".0") for cell in column} - {""}
    codings = {
        "M and F": {"m", "f"},
        "words": {"male", "female", "man", "woman"},
        "男 and 女": {"男", "女"},
        "numbers": {"0", "1", "2"},
    }
    used = [name for name, members in codings.items() if words & members]
    if len(used) > 1:
        yield Fault(0, "column sex", f"{len(used)} codings at once: {', '.join(used)}", "one coding", "write M and F")
    elif words <= {"1", "2"} and "2" in words:
        remedy = "in ISO/IEC 5218 1 is male and 2 female: write M and F"
        yield Fault(0, "column sex", "coded 1 and 2", "M and F, or male 1 and female 0", remedy)


def _parsed(table: Table, faults: list[Fault], passed_over: set[str]) -> dict[int, Row]:
    """Rows by index, without the cells at fault; those faults are added. Of excluded patients only the case is read."""
    known = {name: table.columns.index(name) for name in COLUMNS if name in table.columns and name not in passed_over}
    found: dict[int, Row] = {}
    for index, line in enumerate(table.rows):
        content = {name: line[place] for name, place in known.items()}
        if str(content.get("exclusion", "")):
            content = {name: content[name] for name in ("case", "patient", "exclusion") if name in content}
        try:
            found[index] = Row.model_validate(content)
        except ValidationError as error:
            broken = [_cell_fault(table.numbers[index], one) for one in error.errors()]
            faults.extend(broken)
            columns = {fault.column for fault in broken}
            found[index] = Row.model_validate({name: cell for name, cell in content.items() if name not in columns})
    return found


def _cell_fault(row: int, error: Any) -> Fault:
    context = error.get("ctx") or {}
    found = context.get("found", f"'{str(error['input'])[:40]}'")
    return Fault(row, str(error["loc"][0]), found, context.get("expected", error["msg"]), context.get("remedy", ""))


def _row_faults(table: Table, rows: Mapping[int, Row]) -> Iterator[Fault]:
    """Faults that show only where cells or rows are seen together."""
    for index, row in rows.items():
        number = table.numbers[index]
        if row.case is None and "case" in table.columns:
            yield Fault(number, "case", "empty", "a pseudonym", "name the case")
        if row.label is not None and row.bmd is not None and row.label != (row.bmd < OSTEOPOROSIS_BMD):
            yield Fault(
                number, "label", f"{int(row.label)} beside BMD {row.bmd:g}", "1 where BMD < 80 mg/cm3, else 0", "correct one"
            )
        for name in ("centre", "split"):
            if name in table.columns and getattr(row, name) is None and row.exclusion is None:
                yield Fault(number, name, "empty", "a name in every row", "fill it in, or drop the column")
    yield from _repeated(table, rows, "case")
    yield from _repeated(table, rows, "patient")


def _repeated(table: Table, rows: Mapping[int, Row], column: str) -> Iterator[Fault]:
    by_name: defaultdict[str, list[int]] = defaultdict(list)
    for index, row in rows.items():
        if (name := getattr(row, column)) is not None and row.exclusion is None:
            by_name[name.casefold()].append(index)  # cases name folders: a is A on Windows; and p1 is who P1 is
    for places in by_name.values():
        if len(places) > 1:
            names = " or ".join(f"'{name}'" for name in dict.fromkeys(getattr(rows[place], column) for place in places))
            numbers = ", ".join(str(table.numbers[place]) for place in places)
            splits = sorted({rows[place].split or "" for place in places})
            what = f"in the splits {' and '.join(splits)}" if len(splits) > 1 else f"{len(places)} times"
            yield Fault(
                table.numbers[places[1]],
                column,
                f"{names} stands {what} (rows {numbers})",
                "one row a patient",
                "keep one, exclude the others",
            )


def _sifted(file: Path, table: Table, rows: Mapping[int, Row]) -> CohortTable:
    excluded: Counter[str] = Counter()
    kept: list[tuple[int, Row]] = []
    order: dict[str, list[str]] = {"given": [], "rule": [], "missing": []}
    for index, row in rows.items():
        step, reason = _reason(row)
        if reason:
            excluded[reason] += 1
            if reason not in order[step]:
                order[step].append(reason)
        else:
            kept.append((index, row))
    if not kept:
        reasons = ", ".join(f"{count}: {reason}" for reason, count in excluded.items())
        found = f"every patient is left out ({reasons})"
        raise CohortTableError(table.name, [Fault(0, "table", found, "at least one", "correct what leaves them out")])
    variables = [name for name in OPTIONAL_VARIABLES if name in table.columns]
    missing: dict[str, int] = {name: sum(getattr(row, name) is None for _, row in kept) for name in variables}
    return CohortTable(
        file.name,
        file.parent,
        table,
        tuple(kept),
        {reason: excluded[reason] for reasons in order.values() for reason in reasons},
        missing,
        (*table.notes, *_notes(table, missing, excluded), *_direction_notes([row for _, row in kept])),
    )


def _reason(row: Row) -> tuple[str, str]:
    """Why a patient is left out, and at which step; empty where they take part."""
    if row.exclusion is not None:
        return "given", row.exclusion
    if row.within_two_weeks is False:
        return "rule", TWO_WEEK_RULE
    absent = [
        name for name, value in (("age", row.age), ("sex", row.sex), ("label and BMD", row.osteoporosis)) if value is None
    ]
    return ("missing", f"missing {' and '.join(absent)}") if absent else ("", "")


def _notes(table: Table, missing: Mapping[str, int], excluded: Mapping[str, int]) -> Iterator[str]:
    ignored = [name for name in table.columns if name and name not in COLUMNS and not name.startswith(FEATURE_PREFIXES)]
    if ignored:
        yield f"Columns that were not read: {', '.join(ignored[:10])}{', ...' if len(ignored) > 10 else ''}."
    absent = [f"{name} in {count}" for name, count in missing.items() if count]
    if absent:
        yield f"Not recorded: {', '.join(absent)}."
    if any(reason.startswith("missing") for reason in excluded):
        yield f"Rule: {MISSING_RULE}."


def _direction_notes(rows: Sequence[Row]) -> tuple[str, ...]:
    ages = np.array([row.age for row in rows], dtype=np.float64)
    male, ill = (np.array([getattr(row, name) for row in rows], dtype=np.bool_) for name in ("sex", "osteoporosis"))
    return tuple(f"{doubt[0].upper()}{doubt[1:]}." for doubt in direction_doubts(ages, male, ill))


def flow_lines(cohort: CohortTable) -> list[str]:
    """The flow of patients and what is missing, as a person reads it."""
    listed = len(cohort.rows) + sum(cohort.excluded.values())
    lines = [f"{listed} patients in {cohort.name}"]
    lines += [f"  - {count}: {reason}" for reason, count in cohort.excluded.items()]
    ill = sum(row.osteoporosis is True for _, row in cohort.rows)
    lines.append(f"{len(cohort.rows)} take part, {ill} with osteoporosis, {len(cohort.rows) - ill} without")
    for column in ("centre", "split"):
        if column in cohort.table.columns:
            counts = Counter(str(getattr(row, column)) for _, row in cohort.rows)
            lines.append(f"  by {column}: {', '.join(f'{name} {count}' for name, count in sorted(counts.items()))}")
    return lines + list(cohort.notes)
