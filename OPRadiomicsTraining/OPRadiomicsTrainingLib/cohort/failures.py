"""Patients whose images could not be used: excluded from the study, with the reason in its flow of patients."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

from OPRadiomicsLib.errors import StudyError
from OPRadiomicsLib.io.tables import Table, cell_text, read_table

from .table import CohortTable

EXCLUSION = "exclusion"


def exclude_failures(cohort: CohortTable, failures: Path) -> CohortTable:
    """The cohort without the cases of failures.csv, as `opradiomics cohort` writes it; the reason is the stage that failed.

    Raises
    ------
    StudyError
        If the file lacks the columns case and stage, or no patient is left.
    """
    table = read_table(failures)
    if not {"case", "stage"} <= set(table.columns):
        raise StudyError(
            f"Table of failures {failures.name} with the columns {', '.join(table.columns)}",
            "case and stage",
            "give failures.csv as opradiomics cohort wrote it",
        )
    reasons = {cell_text(row["case"]): f"images or masks not usable ({row['stage']})" for row in table.records()}
    kept = tuple((index, row) for index, row in cohort.rows if str(row.case) not in reasons)
    left_out = {index: reasons[str(row.case)] for index, row in cohort.rows if str(row.case) in reasons}
    if not kept:
        raise StudyError("Every patient's images failed", "at least one usable patient", "see failures.csv")
    counts = Counter(left_out.values())
    return replace(
        cohort, table=_marked(cohort.table, left_out), rows=kept, excluded={**cohort.excluded, **dict(sorted(counts.items()))}
    )


def _marked(table: Table, reasons: dict[int, str]) -> Table:
    """The table with a column of exclusions, filled in for these rows."""
    columns = table.columns if EXCLUSION in table.columns else (*table.columns, EXCLUSION)
    place = columns.index(EXCLUSION)
    rows = [list(row) + [""] * (len(columns) - len(row)) for row in table.rows]
    for index, reason in reasons.items():
        rows[index][place] = reason
    return replace(table, columns=columns, rows=tuple(tuple(row) for row in rows))
