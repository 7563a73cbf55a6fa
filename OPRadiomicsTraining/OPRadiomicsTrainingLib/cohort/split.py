"""Training, internal test and external validation set of a cohort's table: stratified, by patient, one centre kept apart."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from OPRadiomicsLib.errors import OutputError, StudyError
from OPRadiomicsLib.files import write_text
from OPRadiomicsLib.io.tables import csv_text, path_from, read_table

from .faults import CohortTableError, Fault
from .features import lines_by_case
from .row import Row
from .table import FEATURE_PREFIXES, CohortTable

TRAIN: Final = "train"
TEST: Final = "test"
EXTERNAL: Final = "external"
EXCLUDED: Final = "excluded"
STRATA: Final = ("label", "sex", "centre")


def parse_ratio(text: str) -> float:
    """Share of the test set from "8:2" (training to test).

    Raises
    ------
    StudyError
        If the text is no pair of positive, finite numbers.
    """
    try:
        train, test = (float(part) for part in text.split(":"))
        if not (0 < train < math.inf and 0 < test < math.inf):
            raise ValueError
    except ValueError:
        raise StudyError(f"--ratio '{text}'", "training to test, such as 8:2", "give two positive numbers") from None
    return test / (train + test)


def split_cohort(
    cohort: CohortTable, *, by: Sequence[str] = ("label",), test_share: float, seed: int, external: str | None = None
) -> dict[int, str]:
    """The split of every row of the table, by its index.

    Parameters
    ----------
    by
        What has the same shares in training and test: among `STRATA`.
    external
        Centre that is kept apart as the external validation set.

    Returns
    -------
    dict
        "train", "test", "external", and "excluded" for patients that take no part. The test set holds the next whole number of
        patients above ``test_share``.

    Raises
    ------
    StudyError
        If a stratum has fewer than two patients, a set has fewer patients than there are strata, the external centre doesn't
        exist or is the only one, or ``by`` is unknown.
    """
    from sklearn.model_selection import train_test_split

    unknown = [name for name in by if name not in STRATA]
    if unknown:
        raise StudyError(f"--by {','.join(by)}", f"among {', '.join(STRATA)}", "leave the others out")
    found = dict.fromkeys(range(len(cohort.table.rows)), EXCLUDED)
    apart, rest = _by_centre(cohort, external)
    found.update(dict.fromkeys(apart, EXTERNAL))
    strata = [tuple(_stratum(row, name) for name in by) for index, row in cohort.rows if index in rest]
    few = [stratum for stratum, count in Counter(strata).items() if count < 2]
    if few or len(set(strata)) < 2:
        raise StudyError(
            f"{len(few)} strata of {', '.join(by)} with one patient" if few else f"One stratum of {', '.join(by)} only",
            "at least two patients in each of at least two strata",
            "stratify by fewer variables, or check the labels",
        )
    tested = math.ceil(test_share * len(strata))
    if min(tested, len(strata) - tested) < len(set(strata)):
        raise StudyError(
            f"{len(strata) - tested} training and {tested} test patients, {len(set(strata))} strata of {', '.join(by)}",
            "in both sets at least as many patients as strata",
            "take another --ratio, stratify by fewer variables, or add patients",
        )
    codes = np.unique(strata, axis=0, return_inverse=True)[1].reshape(-1)
    places = sorted(rest)
    train, test = train_test_split(places, test_size=test_share, random_state=seed, stratify=codes)
    return {**found, **dict.fromkeys(train, TRAIN), **dict.fromkeys(test, TEST)}


def _by_centre(cohort: CohortTable, external: str | None) -> tuple[set[int], set[int]]:
    places = {index for index, _ in cohort.rows}
    if external is None:
        return set(), places
    apart = {index for index, row in cohort.rows if row.centre == external}
    if not apart or apart == places:
        centres = sorted({str(row.centre) for _, row in cohort.rows})
        raise StudyError(
            f"--external {external}; the table has the centres {', '.join(centres)}", "one of several centres", "check the name"
        )
    return apart, places - apart


def _stratum(row: Row, name: str) -> str:
    return str({"label": row.osteoporosis, "sex": row.sex, "centre": row.centre}[name])


def write_split(cohort: CohortTable, splits: Mapping[int, str], out: Path, features: Path | None = None) -> Path:
    """Write the table as CSV with the column split, and with the features of another table joined by case.

    Raises
    ------
    OutputError
        If ``out`` doesn't end in .csv or can't be written.
    StudyError
        If the table has a split already, or the features lack a patient that takes part or hold a case twice.
    """
    table = cohort.table
    if out.suffix.lower() != ".csv":
        raise OutputError(f"Table '{out.name}'", "a name that ends in .csv", "change the name's ending")
    if "split" in table.columns:
        raise CohortTableError(
            table.name, [Fault(0, "column split", "present already", "a table that isn't split", "drop or rename that column")]
        )
    joined = _joined(cohort, features)
    heading = next(iter(joined.values()), {})
    rows = (
        (
            *_moved(row, table.columns, cohort.folder, out.parent),
            splits[index],
            *(joined.get(index, {}).get(name, "") for name in heading),
        )
        for index, row in enumerate(table.rows)
    )
    return write_text(out, csv_text((*table.columns, "split", *heading), rows))


def _moved(cells: Sequence[Any], columns: Sequence[str], home: Path, to: Path) -> list[Any]:
    """Cells; those with a path count from the new table's folder."""
    paths = ("study", "mask", "mask_t2", "mask_fst2", "features")
    return [
        path_from(home / str(cell), to) if name in paths and cell != "" else cell
        for name, cell in zip(columns, cells, strict=True)
    ]


def _joined(cohort: CohortTable, features: Path | None) -> dict[int, dict[str, Any]]:
    """Profile, masks, acquisition and features of each patient that takes part, by row's index; what the table has stays."""
    if features is None:
        return {}
    if cohort.feature_names:
        raise StudyError(f"{cohort.name} holds features already", "a table without, or no --features", "leave one out")
    table = read_table(features)
    by_case = lines_by_case(cohort, table)
    named = [name for name in ("profile_hash", "masks", "scanner", "kinds", "slice_mm") if name not in cohort.table.columns]
    kept = [name for name in table.columns if name in named or name.startswith(FEATURE_PREFIXES)]
    return {index: {name: by_case[str(row.case)].cells[name] for name in kept} for index, row in cohort.rows}
