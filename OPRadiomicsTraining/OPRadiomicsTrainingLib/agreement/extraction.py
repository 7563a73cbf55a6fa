"""Features of every reading of every case, through the same chain as a cohort's: resumable, several at once."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from OPRadiomicsLib.cohort import Case, CohortSettings, Failure, run_cohort
from OPRadiomicsLib.errors import FeatureError, StudyError
from OPRadiomicsLib.io.tables import Table, cell_text, read_table
from OPRadiomicsLib.levels import UNION
from OPRadiomicsLib.types import Progress, Role

from ..statistics.arrays import Flags
from .comparison import Ratings
from .readings import NETWORK, ReaderStudy

SEPARATOR: Final = "__"
"""Between a case and its reading in the name of a result folder."""


@dataclass(frozen=True, eq=False)
class Extracted:
    """Features and masks of every reading, and what failed."""

    ratings: Ratings
    masks: Mapping[str, tuple[Path | None, ...]]
    failures: tuple[Failure, ...]


def extract_readings(
    study: ReaderStudy,
    settings: CohortSettings,
    work: Path,
    *,
    workers: int = 0,
    scheduler: str | None = None,
    progress: Progress,
) -> Extracted:
    """Extract the features of each reading's mask into ``work``, where a stopped run goes on.

    A reading that fails is absent: its case takes part in the comparisons that don't need it.

    Raises
    ------
    StudyError
        If no reading could be extracted.
    Cancelled, OutputError, MissingDependencyError
        As `OPRadiomicsLib.cohort.run_cohort`.
    """
    jobs = [
        Case(f"{case}{SEPARATOR}{name}", images, {} if mask is None else {Role.T1WI: mask})
        for name, masks in study.masks.items()
        for case, images, mask in zip(study.cases, study.studies, masks, strict=True)
        if mask is not None or name == NETWORK
    ]
    result = run_cohort(jobs, settings, work, workers=workers, scheduler=scheduler, progress=progress)
    features = _by_case(result.tables["features"])
    names = [name for name in next(iter(features.values())) if name.startswith(tuple(f"{role}_" for role in Role))]
    unread = dict.fromkeys(names, "nan")
    rows = {reading: [features.get(f"{case}{SEPARATOR}{reading}", unread) for case in study.cases] for reading in study.masks}
    values = {reading: np.array([[float(row[name]) for name in names] for row in own]) for reading, own in rows.items()}
    absent = {reading: np.array([row is unread for row in own]) for reading, own in rows.items()}
    return Extracted(
        Ratings(study.cases, tuple(names), values, settings.profile.hash, absent),
        {reading: _masks(study.cases, reading, work, absent[reading]) for reading in study.masks},
        result.failures,
    )


def _masks(cases: Sequence[str], reading: str, work: Path, absent: Flags) -> tuple[Path | None, ...]:
    """The bodies that the run wrote on T1WI; None where there is no such reading."""
    place = Path("masks") / f"{Role.T1WI}_bodies.nii.gz"
    return tuple(
        None if missing else work / "cases" / f"{case}{SEPARATOR}{reading}" / place
        for case, missing in zip(cases, absent, strict=True)
    )


def _by_case(path: Path) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return {row["case"]: row for row in csv.DictReader(stream) if row["region"] == UNION}


def read_ratings(tables: Mapping[str, Path], profile_hash: str | None = None) -> Ratings:
    """Ratings from a ready features table for each reading, as `opradiomics cohort` writes them.

    Parameters
    ----------
    tables
        Reading to a table with the column case and the same features; rows may stand in any order.
    profile_hash
        Where given, the one that every row must hold.

    Raises
    ------
    StudyError
        If the tables don't hold the same cases.
    FeatureError
        If they don't hold the same features, or of different profiles, or a value is no number.
    """
    read = {name: _rows(read_table(path)) for name, path in tables.items()}
    first_name, (first, columns) = next(iter(read.items()))
    for name, (rows, found) in read.items():
        if set(rows) != set(first):
            odd = sorted(set(rows) ^ set(first))
            raise StudyError(
                f"Readings {first_name} and {name} differ in {len(odd)} cases, first {odd[0]}",
                "the same cases in every table",
                "leave out cases that were not read by all",
            )
        if found != columns:
            raise FeatureError(
                f"Readings {first_name} and {name} with {len(columns)} and {len(found)} features, or in another order",
                "the same features in every table",
                "extract all readings with one profile",
            )
    hashes = {str(row.get("profile_hash", "")) for rows, _ in read.values() for row in rows.values()}
    if len(hashes) > 1 or (profile_hash is not None and hashes != {profile_hash}):
        raise FeatureError(
            f"Features made with the profiles {sorted(hashes)}", profile_hash or "one profile", "extract all readings again"
        )
    cases = tuple(first)
    values = {name: _numbers(rows, cases, columns) for name, (rows, _) in read.items()}
    return Ratings(cases, tuple(columns), values, hashes.pop())


def _rows(table: Table) -> tuple[dict[str, dict[str, object]], list[str]]:
    columns = [name for name in table.columns if name.startswith(tuple(f"{role}_" for role in Role))]
    if "case" not in table.columns or not columns:
        raise StudyError(
            f"Table {table.name} with {len(columns)} features{'' if 'case' in table.columns else ' and no column case'}",
            "the column case, and features that begin with T1WI_, T2WI_ or FS-T2WI_",
            "make it with opradiomics cohort",
        )
    rows = [row for row in table.records() if str(row.get("region", UNION)) == UNION]
    by_case = {cell_text(row["case"]): row for row in rows}
    if len(by_case) != len(rows):
        raise StudyError(f"A case stands twice in {table.name}", "one row a case", "drop the others")
    return by_case, columns


def _numbers(
    rows: Mapping[str, Mapping[str, object]], cases: tuple[str, ...], columns: list[str]
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    try:
        return np.array([[float(str(rows[case][name])) for name in columns] for case in cases])
    except ValueError as error:
        raise FeatureError(f"A feature value is no number ({error})", "numbers", "extract the readings again") from None
