"""What a reader study has: for each case its images and one mask for each reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from OPRadiomicsLib.errors import MaskError, StudyError
from OPRadiomicsLib.files import write_text
from OPRadiomicsLib.io.output import IMAGE_SUFFIXES
from OPRadiomicsLib.io.tables import cell_text, csv_text, path_from, read_table
from OPRadiomicsLib.models.clinical import parse_exclusion

READINGS: Final[Mapping[str, str]] = {
    "A": "reader A's first mask",
    "B": "reader B's revision of it",
    "A2": "reader A's again, weeks later",
    "B_alone": "reader B's own, without seeing A's",
    "network": "the network's, nobody's review",
}
"""Names of readings that the standard comparisons know; other names take part through --compare."""

NETWORK: Final = "network"
READINGS_FOLDER: Final = "readings"
TABLE_NAME: Final = "readings.csv"
SIMULATED: Final = "simulated"
"""Column that marks what computed images or readers have made: 1."""

_NOT_READINGS: Final = ("case", "study", "exclusion", SIMULATED)


@dataclass(frozen=True)
class ReaderStudy:
    """Cases with their images and masks.

    Parameters
    ----------
    cases
        Pseudonyms, unique.
    studies
        Folder of each case's images.
    masks
        Reading to the path of each case's mask on T1WI, in the order of ``cases``; None where a case wasn't read so (the cases
        of the inter- and the intra-observer study may differ). The network's reading has no paths.
    simulated
        Whether images or readers are simulated.
    """

    cases: tuple[str, ...]
    studies: tuple[Path, ...]
    masks: Mapping[str, tuple[Path | None, ...]]
    simulated: bool = False

    def with_network(self) -> ReaderStudy:
        """The same, with the network as one more reader."""
        return replace(self, masks={**self.masks, NETWORK: (None,) * len(self.cases)})


def read_reader_study(source: str | Path) -> ReaderStudy:
    """Readings of a table, or of a folder.

    Parameters
    ----------
    source
        A table (CSV, Excel, Parquet) with the columns case and study and one more for each reading, which holds the mask's path
        from the table's place, or nothing; or a folder with such a readings.csv; or a folder of cases, each a study folder with
        a folder ``readings`` of masks, which are named for their readings (A.nii.gz, B.nii.gz, A2.nii.gz).

    Raises
    ------
    StudyError
        If it cannot be read, or fewer than two cases or two readings are found.
    MaskError
        If masks are absent; all of them are listed.
    """
    path = Path(source)
    if path.is_dir():
        listed = path / TABLE_NAME
        study = _of_table(listed) if listed.is_file() else _of_folder(path)
    else:
        study = _of_table(path)
    if len(study.cases) < 2 or len(study.masks) < 1:
        raise StudyError(
            f"{len(study.cases)} cases with {len(study.masks)} readings" + "".join(f", {name}" for name in study.masks),
            "at least two cases, and for each reading a column (in a folder of cases: files) with the masks' paths",
            f"add the columns {', '.join(READINGS)} that there are, or any others and --compare",
        )
    _require_masks(study)
    return study


def _of_table(path: Path) -> ReaderStudy:
    table = read_table(path)
    absent = [name for name in ("case", "study") if name not in table.columns]
    if absent:
        raise StudyError(
            f"Table {table.name} without the column {' and '.join(absent)}",
            "the columns case, study and one for each reading",
            "add it",
        )
    rows = [row for row in table.records() if parse_exclusion(row.get("exclusion")) is None]
    names = [name for name in table.columns if name not in _NOT_READINGS and _is_reading([row[name] for row in rows])]
    _require_unique([cell_text(row["case"]) for row in rows], table.name)
    return ReaderStudy(
        tuple(cell_text(row["case"]) for row in rows),
        tuple(path.parent / str(row["study"]) for row in rows),
        {name: tuple(path.parent / str(row[name]) if row[name] != "" else None for row in rows) for name in names},
        any(str(row.get(SIMULATED, "")) not in ("", "0") for row in rows),
    )


def _is_reading(cells: Sequence[Any]) -> bool:
    """A cohort table may be given whole: a reading's column holds paths of images in some row."""
    return any(str(cell).lower().endswith((*IMAGE_SUFFIXES, ".dcm")) for cell in cells)


def _of_folder(folder: Path) -> ReaderStudy:
    homes = [one for one in sorted(folder.iterdir()) if (one / READINGS_FOLDER).is_dir()]
    found = [{_stem(path): path for path in sorted((home / READINGS_FOLDER).iterdir()) if _is_image(path)} for home in homes]
    names = list(dict.fromkeys(name for masks in found for name in masks))
    ordered = [*(name for name in READINGS if name in names), *(name for name in names if name not in READINGS)]
    masks = {name: tuple(one.get(name) for one in found) for name in ordered}
    return ReaderStudy(tuple(home.name for home in homes), tuple(_study_below(home) for home in homes), masks)


def _study_below(home: Path) -> Path:
    return home / "dicom" if (home / "dicom").is_dir() else home


def _is_image(path: Path) -> bool:
    return path.name.lower().endswith(IMAGE_SUFFIXES) and not path.name.startswith(".")


def _stem(path: Path) -> str:
    ending = next((one for one in IMAGE_SUFFIXES if path.name.lower().endswith(one)), "")
    return path.name[: len(path.name) - len(ending)]


def _require_unique(cases: Sequence[str], name: str) -> None:
    twice = sorted({case for case in cases if cases.count(case) > 1})
    if twice:
        raise StudyError(
            f"{len(twice)} cases stand more than once in {name}: {', '.join(twice)}", "one row a case", "drop the others"
        )


def _require_masks(study: ReaderStudy) -> None:
    absent = [
        f"{case} {name}"
        for name, paths in study.masks.items()
        for case, path in zip(study.cases, paths, strict=True)
        if path is not None and not path.is_file()
    ]
    if absent:
        raise MaskError(
            f"{len(absent)} masks are absent: {', '.join(absent[:20])}{', ...' if len(absent) > 20 else ''}",
            "every reading of every case",
            "add them, or leave the case out (column exclusion)",
        )


def draw_cases(table: Path, count: int, seed: int, out: Path) -> tuple[str, ...]:
    """Draw cases of a cohort table at random and write them, with their studies, as the table that readings are added to.

    Excluded patients aren't drawn. The same table, count and seed draw the same cases, in the table's order.

    Returns
    -------
    tuple of str
        The cases.

    Raises
    ------
    StudyError
        If the table lacks case or study, or has fewer patients.
    OutputError
        If ``out`` can't be written.
    """
    found = read_table(table)
    absent = [name for name in ("case", "study") if name not in found.columns]
    rows = [] if absent else [row for row in found.records() if parse_exclusion(row.get("exclusion")) is None]
    if len(rows) < count or count < 2:
        raise StudyError(
            f"{count} cases to draw from {len(rows)} in {found.name}{f', without the columns {absent}' if absent else ''}",
            "at least two, and as many in the table, with the columns case and study",
            "draw fewer, or check the table",
        )
    chosen = np.sort(np.random.default_rng(seed).choice(len(rows), count, replace=False))
    drawn = [rows[int(place)] for place in chosen]
    write_reading_table([(cell_text(row["case"]), table.parent / str(row["study"]), {}) for row in drawn], out)
    return tuple(cell_text(row["case"]) for row in drawn)


def write_reading_table(rows: Sequence[tuple[str, Path, Mapping[str, Path]]], out: Path, *, simulated: bool = False) -> Path:
    """Write case, study and a column for each reading; paths count from ``out``'s folder where they can.

    Parameters
    ----------
    simulated
        Marks every row so, which the report then says.
    """
    names = list(dict.fromkeys(name for _, _, masks in rows for name in masks))
    mark = {SIMULATED: 1} if simulated else {}
    lines = (
        (case, path_from(study, out.parent), *(path_from(masks[name], out.parent) for name in names), *mark.values())
        for case, study, masks in rows
    )
    return write_text(out, csv_text(("case", "study", *names, *mark), lines))
