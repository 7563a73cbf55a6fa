"""Table 1 and the table of agreement, from what `opradiomics harvest` and `opradiomics icc` wrote."""

from __future__ import annotations

from pathlib import Path

from OPRadiomicsLib.errors import StudyError
from OPRadiomicsLib.io.tables import read_table

from .captions import captioned_table
from .document import Table
from .formats import ABSENT


def read_acquisition(path: Path) -> Table:
    """Table 1 as `harvest` wrote it (<name>_table1.csv): a row a parameter, a column for each centre's sequence.

    Raises
    ------
    StudyError
        If the file is not such a table.
    """
    table = read_table(path)
    _require_columns(path, table.columns, ("Parameter",), "the table 1 that opradiomics harvest writes beside its table")
    rows = tuple(tuple(str(cell) or ABSENT for cell in row) for row in table.rows)
    return captioned_table("table1", table.columns, rows, "From the DICOM headers; – where they say nothing.")


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
