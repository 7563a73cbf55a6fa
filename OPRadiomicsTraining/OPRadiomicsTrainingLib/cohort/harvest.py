"""Scanner and sequence parameters of a cohort from its DICOM headers, for a study's Table 1; nothing of the patient."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from OPRadiomicsLib.cohort import Case, Failure, failure_of, list_cases
from OPRadiomicsLib.errors import OPRadiomicsError
from OPRadiomicsLib.files import all_or_nothing
from OPRadiomicsLib.io import index_dicom, read_table, select_series
from OPRadiomicsLib.io.headers import scanner_of
from OPRadiomicsLib.io.tables import cell_text, csv_of_records
from OPRadiomicsLib.progress import part
from OPRadiomicsLib.types import Progress, Role, SeriesRef, no_progress

NUMBERS: Final = (
    "field_strength_t", "tr_ms", "te_ms", "ti_ms", "flip_angle_deg", "echo_train_length", "fov_rows_mm", "fov_columns_mm",
    "slice_thickness_mm", "gap_mm", "slices",
)  # fmt: skip
TEXTS: Final = ("manufacturer", "model", "matrix", "image_matrix")
KEYS: Final = ("case", "centre", "sequence", "scanner")
"""The scanner is written as a cohort's table and a signature name it."""


@dataclass(frozen=True, eq=False)
class Acquisition:
    """A row for each case and sequence, and the cases whose headers could not be read."""

    rows: tuple[Mapping[str, Any], ...]
    failures: tuple[Failure, ...] = ()
    notes: tuple[str, ...] = ()


def harvest(source: Path, *, progress: Progress = no_progress) -> Acquisition:
    """Read the headers of every case's T1WI, T2WI and FS-T2WI.

    Parameters
    ----------
    source
        As `OPRadiomicsLib.cohort.list_cases`; a table's column centre is taken along.

    Raises
    ------
    StudyError, MissingDependencyError
        As `list_cases`.
    """
    listed = list_cases(source)
    centres = _centres(source)
    rows: list[Mapping[str, Any]] = []
    failures: list[Failure] = []
    for number, case in enumerate(listed.cases):
        own = part(progress, number / len(listed.cases), (number + 1) / len(listed.cases))
        own(f"{case.name}: reading headers", 0.0)
        try:
            series = select_series(index_dicom(case.study), choices=case.series, allow_missing=True)
        except OPRadiomicsError as error:
            failures.append(failure_of(case.name, "reading", error, case.study))
            continue
        rows.extend(_row(case, centres.get(case.name, ""), role, series[role]) for role in Role if role in series)
    progress(f"{len(listed.cases) - len(failures)} of {len(listed.cases)} cases read", 1.0)
    return Acquisition(tuple(rows), tuple(failures), listed.notes)


def _centres(source: Path) -> dict[str, str]:
    if source.is_dir() or source.suffix.lower() == ".txt":
        return {}
    return {cell_text(row["case"]): cell_text(row["centre"]) for row in read_table(source).records() if "centre" in row}


def _row(case: Case, centre: str, role: Role, series: SeriesRef) -> dict[str, Any]:
    return {
        "case": case.name,
        "centre": centre,
        "sequence": str(role),
        "scanner": scanner_of(series.acquisition),
        **parameters_of(series),
    }


def parameters_of(series: SeriesRef) -> dict[str, Any]:
    """`TEXTS` and `NUMBERS` of one series, None where its header lacks one; nothing of the patient."""
    found = dict(series.acquisition)
    rows, columns = _pair(found.get("matrix"))
    along_rows, along_columns = _pair(found.get("pixel_spacing_mm"))
    thickness, spacing = found.get("slice_thickness_mm"), found.get("slice_spacing_mm")
    derived = {
        "fov_rows_mm": _product(rows, along_rows),
        "fov_columns_mm": _product(columns, along_columns),
        "gap_mm": round(spacing - thickness, 3) if isinstance(spacing, float) and isinstance(thickness, float) else None,
        "image_matrix": f"{rows:g}x{columns:g}" if rows and columns else None,
        "matrix": _acquired(found.get("acquisition_matrix")),
    }
    values = {**found, **derived}
    return {name: values.get(name) for name in (*TEXTS, *NUMBERS)}


def _pair(value: object) -> tuple[float | None, float | None]:
    if isinstance(value, tuple) and len(value) == 2:
        first, second = value
        return (None if first is None else float(first)), (None if second is None else float(second))
    return None, None


def _product(count: float | None, step_mm: float | None) -> float | None:
    return round(count * step_mm, 1) if count and step_mm else None


def _acquired(value: object) -> str | None:
    """AcquisitionMatrix is frequency rows, columns, phase rows, columns, two of which are 0 (PS3.3 C.8.3.1)."""
    used = [number for number in value if number != "0"] if isinstance(value, tuple) else []
    return "x".join(used) if len(used) == 2 else None


def summarise(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """For each centre, sequence and parameter: number of cases, median and range; of texts each value with its count."""
    return [
        {"centre": centre, "sequence": sequence, **_parameter(name, own)}
        for (centre, sequence), own in _by_sequence(rows).items()
        for name in (*TEXTS, *NUMBERS)
    ]


def _by_sequence(rows: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], list[Mapping[str, Any]]]:
    """Rows by centre and sequence: centres by name, sequences in the study's order."""
    groups: defaultdict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[cell_text(row["centre"]), str(row["sequence"])].append(row)
    order = {str(role): place for place, role in enumerate(Role)}
    return {key: groups[key] for key in sorted(groups, key=lambda key: (key[0], order[key[1]]))}


TABLE_ROWS: Final[Mapping[str, tuple[str, ...]]] = {
    "Manufacturer": ("manufacturer",),
    "Model": ("model",),
    "Field strength / T": ("field_strength_t",),
    "TR / ms": ("tr_ms",),
    "TE / ms": ("te_ms",),
    "TI / ms": ("ti_ms",),
    "FOV / mm": ("fov_rows_mm", "fov_columns_mm"),
    "Matrix": ("matrix",),
    "Slice thickness / mm": ("slice_thickness_mm",),
    "Gap / mm": ("gap_mm",),
}
"""Rows of a paper's Table 1, and what each is made of."""


def paper_table(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Table 1 as it stands in a paper: a row a parameter, a column for each centre and sequence; median, and range if any."""
    table: list[dict[str, str]] = []
    for title, parts in TABLE_ROWS.items():
        line = {"Parameter": title}
        for (centre, sequence), own in _by_sequence(rows).items():
            line[f"{centre} {sequence}".strip()] = " x ".join(_printed(name, own) for name in parts)
        if any(text.strip(" x") for text in list(line.values())[1:]):
            table.append(line)
    return table


def _printed(name: str, rows: Sequence[Mapping[str, Any]]) -> str:
    values = [row[name] for row in rows if row[name] is not None]
    if not values:
        return ""
    if name in TEXTS:
        return "; ".join(str(value) for value, _ in Counter(values).most_common())
    least, most = min(values), max(values)
    spread = f" ({least:g}-{most:g})" if most - least > 1e-6 else ""
    return f"{float(np.median(values)):g}{spread}"


def _parameter(name: str, rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    values = [row[name] for row in rows if row[name] is not None]
    summary = {"parameter": name, "n": len(values), "median": "", "least": "", "most": "", "values": ""}
    if name in TEXTS:
        return {**summary, "values": "; ".join(f"{value} ({count})" for value, count in Counter(values).most_common())}
    if not values:
        return summary
    return {**summary, "median": float(np.median(values)), "least": min(values), "most": max(values)}


def write_acquisition(found: Acquisition, out: Path) -> tuple[Path, ...]:
    """Write the rows to ``out``, and beside it <name>_summary.csv, <name>_table1.csv (as a paper has it), <name>_failures.csv.

    Raises
    ------
    OutputError
        If they can't be written; then none is.
    """
    failures, table = [vars(failure) for failure in found.failures], paper_table(found.rows)
    texts = {
        out.name: csv_of_records((*KEYS, *TEXTS, *NUMBERS), found.rows),
        f"{out.stem}_summary.csv": csv_of_records(
            ("centre", "sequence", "parameter", "n", "median", "least", "most", "values"), summarise(found.rows)
        ),
        f"{out.stem}_table1.csv": csv_of_records(list(table[0]) if table else ("Parameter",), table),
        f"{out.stem}_failures.csv": csv_of_records(("case", "stage", "kind", "found", "expected", "remedy"), failures),
    }
    with all_or_nothing(out.parent, out.name) as folder:
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8", newline="")
    return tuple(out.parent / name for name in texts)
