"""Run a cohort: what is finished is kept, what fails is recorded, and the tables are joined at the end."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .. import io
from ..errors import Cancelled, OutputError, StudyError
from ..progress import part
from ..types import Progress, no_progress
from .case import Case, CohortSettings, Failure, key_of, read_finished
from .scheduling import in_process, on_dask
from .tables import Twins, write_tables

CASES: Final = "cases"


@dataclass(frozen=True)
class CohortResult:
    """What a run left: the tables by name (features, predictions, failures, warnings), and how many cases went which way."""

    tables: Mapping[str, Path]
    finished: int
    kept: int
    failures: tuple[Failure, ...]
    twins: Twins = ()


def run_cohort(
    cases: Sequence[Case],
    settings: CohortSettings,
    out: Path,
    *,
    workers: int = 0,
    scheduler: str | None = None,
    progress: Progress = no_progress,
) -> CohortResult:
    """Compute every case into out/cases/<name>, then join features.csv, predictions.csv, failures.csv and warnings.csv.

    A case that an earlier run finished with the same input, profile, software version, models and options is kept. The result
    doesn't depend on where the cases are computed, nor on their order in time.

    Parameters
    ----------
    workers
        Processes of a local Dask cluster; 0 computes one case after another in this process and needs no Dask.
    scheduler
        Address of a running Dask scheduler instead, whose workers see the same files under the same paths.
    progress
        Called with the fraction of cases done; when it raises `Cancelled`, finished cases stay for the next run, and no
        half-written one does.

    Raises
    ------
    StudyError
        If no case could be computed; failures.csv then says why.
    OutputError
        If ``out`` can't be written, or a case's mask lies among its own results.
    MissingDependencyError, OPRadiomicsError
        As `scheduling.on_dask`.
    """
    io.require_writable(out)
    _require_masks_apart(cases, out)
    progress("Looking for cases that an earlier run finished", 0.0)
    todo = [case for case in cases if not _is_finished(case, settings, out)]
    kept = len(cases) - len(todo)
    own = part(progress, kept / len(cases), 1.0)
    try:
        failures = _compute(todo, settings, out, workers=workers, scheduler=scheduler, progress=own) if todo else {}
    except (Cancelled, KeyboardInterrupt):
        finished = sum(_is_finished(case, settings, out) for case in cases)
        raise Cancelled(f"{finished} finished cases are kept; the same command goes on from there") from None
    results = [case for case in cases if case.name not in failures]
    folders = [(case.name, out / CASES / case.name) for case in results]
    tables, twins = write_tables(folders, list(failures.values()), out)
    if not results:
        first = next(iter(failures.values()))
        raise StudyError(
            f"None of {len(cases)} cases could be computed; the first, {first.case}, stopped at {first.stage}: {first.found}",
            first.expected,
            f"{first.remedy}; {tables['failures'].name} lists them all",
        )
    progress(f"{len(results)} of {len(cases)} cases finished", 1.0)
    return CohortResult(tables, len(results), kept, tuple(failures.values()), twins)


def _compute(
    todo: Sequence[Case],
    settings: CohortSettings,
    out: Path,
    *,
    workers: int,
    scheduler: str | None,
    progress: Progress,
) -> dict[str, Failure]:
    def folder_of(case: Case) -> Path:
        return out / CASES / case.name

    if workers or scheduler is not None:
        outcomes = on_dask(todo, settings, folder_of, progress, workers=workers, address=scheduler)
    else:
        outcomes = in_process(todo, settings, folder_of, progress)
    found = {case.name: failure for case, failure in outcomes if failure is not None}
    return {case.name: found[case.name] for case in todo if case.name in found}


def _is_finished(case: Case, settings: CohortSettings, out: Path) -> bool:
    key = read_finished(out / CASES / case.name).get("key")
    return key is not None and bool(key == key_of(case, settings))


def _require_masks_apart(cases: Sequence[Case], out: Path) -> None:
    home = os.path.realpath(out / CASES)
    inside = [case.name for case in cases for mask in case.masks.values() if os.path.realpath(mask).startswith(home + os.sep)]
    if inside:
        raise OutputError(
            f"{len(inside)} cases' masks lie among the results that this run would replace, first that of {inside[0]}",
            "results apart from what they are made of",
            "choose another output folder, or copy the masks elsewhere first",
        )
