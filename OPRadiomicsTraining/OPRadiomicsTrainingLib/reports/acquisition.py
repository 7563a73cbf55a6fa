"""Table 1 and the table of agreement, from what `opradiomics harvest` and `opradiomics icc` wrote."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from OPRadiomicsLib.errors import StudyError
from OPRadiomicsLib.io.tables import read_table

from .captions import captioned_table
from .document import Table
from .formats import ABSENT

PARAMETERS: Final[Mapping[str, str]] = {
    "manufacturer": "Manufacturer",
    "model": "Scanner",
    "field_strength_t": "Field strength / T",
    "tr_ms": "TR / ms",
    "te_ms": "TE / ms",
    "ti_ms": "TI / ms",
    "flip_angle_deg": "Flip angle / °",
    "echo_train_length": "Echo train length",
    "fov_rows_mm": "FOV, rows / mm",
    "fov_columns_mm": "FOV, columns / mm",
    "matrix": "Acquisition matrix",
    "image_matrix": "Image matrix",
    "slice_thickness_mm": "Slice thickness / mm",
    "gap_mm": "Gap / mm",
    "slices": "Slices",
}
"""Rows of Table 1 in order, by `harvest`'s names."""


def read_acquisition(path: Path) -> Table:
    """Table 1: a row a parameter, a column for each centre's sequence, from the summary of `harvest`.

    Raises
    ------
    StudyError
        If the file is not such a summary.
    """
    table = read_table(path)
    needed = ("centre", "sequence", "parameter", "median", "least", "most", "values")
    _require_columns(path, table.columns, needed, "the summary that opradiomics harvest writes beside its table")
    cells: dict[tuple[str, str], dict[str, str]] = {}
    for row in table.records():
        cells.setdefault((str(row["centre"]), str(row["sequence"])), {})[str(row["parameter"])] = _cell(row)
    rows = [
        (label, *(found.get(name, ABSENT) for found in cells.values()))
        for name, label in PARAMETERS.items()
        if any(found.get(name, ABSENT) != ABSENT for found in cells.values())
    ]
    header = ("Parameter", *(f"{centre} {sequence}".strip() for centre, sequence in cells))
    return captioned_table("table1", header, tuple(rows), "From the DICOM headers; – where they say nothing.")


def read_agreement(folder: Path) -> Table:
    """What the reader study found, from the folder of `opradiomics icc`.

    Raises
    ------
    StudyError
        If the folder holds no summary.csv of it.
    """
    path = folder / "summary.csv"
    table = read_table(path)
    needed = ("comparison", "sequence", "features", "above_threshold", "median_icc")
    _require_columns(path, table.columns, needed, "the folder that opradiomics icc wrote")
    rows = [
        (
            str(row["comparison"]),
            str(row["sequence"]),
            f"{row['above_threshold']} of {row['features']}",
            f"{float(row['median_icc']):.3f}" if str(row["median_icc"]) else ABSENT,
        )
        for row in table.records()
    ]
    header = ("Comparison", "Sequence", "Kept", "Median ICC")
    return captioned_table("agreement", header, tuple(rows), _rule(folder / "kept_features.txt"))


def _cell(row: Mapping[str, Any]) -> str:
    if str(row["values"]):
        return "; ".join(value.rsplit(" (", 1)[0] for value in str(row["values"]).split("; "))
    if not str(row["median"]):
        return ABSENT
    median, least, most = (float(row[name]) for name in ("median", "least", "most"))
    return f"{median:.4g}" if least == most else f"{median:.4g} ({least:.4g}–{most:.4g})"


def _rule(path: Path) -> str:
    """The lines of the list of features that are for people."""
    if not path.is_file():
        return ""
    said = [line.removeprefix("# ") for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    return " ".join(f"{line}." for line in said)


def _require_columns(path: Path, found: tuple[str, ...], needed: tuple[str, ...], expected: str) -> None:
    absent = [name for name in needed if name not in found]
    if absent:
        raise StudyError(f"{path.name} without the columns {', '.join(absent)}", expected, "check the path")
