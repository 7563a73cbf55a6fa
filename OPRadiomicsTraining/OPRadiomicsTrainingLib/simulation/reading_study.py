"""A reader study of a simulated cohort: two readers' masks of each case, drawn from the truth that the simulator wrote."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from OPRadiomicsLib.cohort.listing import list_cases
from OPRadiomicsLib.errors import StudyError
from OPRadiomicsLib.files import all_or_nothing
from OPRadiomicsLib.io.masks import read_mask, write_mask
from OPRadiomicsLib.io.volumes import read_volume
from OPRadiomicsLib.types import Mask, Progress, no_progress

from ..agreement.readings import TABLE_NAME, write_reading_table
from . import cohort
from .readers import Reader, read, revise, sample_reader

TRUTH = Path("truth") / "bodies.nii.gz"
"""Where the simulator writes the true bodies, beside a case's images or in their folder."""


def simulate_readings(table: Path, out: Path, seed: int, *, progress: Progress = no_progress) -> Path:
    """Write each case's masks by reader A, by B who revised it (B), by A again (A2), and by B alone (B_alone).

    Each reader's habits are one for the whole study; a case's masks depend on the seed and the case's name alone.

    Parameters
    ----------
    table
        Columns case and study, of a cohort simulated with its truth; as `opradiomics icc --draw` writes them. Or the cohort's
        folder: all its cases. Excluded cases are left out.
    out
        Gets <case>/<reading>.nii.gz, all or nothing, and then readings.csv.

    Returns
    -------
    Path
        readings.csv.

    Raises
    ------
    StudyError
        If the table lacks case or study, a case's name is absent, stands twice or can't name a folder, or a case has no truth.
    """
    cases = _cases(table)
    habits = np.random.default_rng(seed)
    first, second = sample_reader(habits), sample_reader(habits)
    with all_or_nothing(out) as scratch:
        rows = []
        for number, (case, study) in enumerate(cases):
            progress(f"{case}: reading", number / len(cases))
            masks = _readings(_truth(case, study), first, second, np.random.default_rng([seed, zlib.crc32(case.encode())]))
            for name, mask in masks.items():
                write_mask(mask, scratch / case / f"{name}.nii.gz")
            rows.append((case, study, {name: out / case / f"{name}.nii.gz" for name in masks}))
    written = write_reading_table(rows, out / TABLE_NAME, simulated=True)  # only now: an earlier one names masks that are there
    progress(f"{len(cases)} cases read", 1.0)
    return written


def _cases(table: Path) -> list[tuple[str, Path]]:
    listed = list_cases(table / cohort.TABLE_NAME if table.is_dir() else table)
    return [(case.name, case.study) for case in listed.cases]


def _truth(case: str, study: Path) -> Mask:
    path = next((home / TRUTH for home in (study, study.parent) if (home / TRUTH).is_file()), None)
    if path is None:
        raise StudyError(
            f"Case {case} without its true bodies", f"{TRUTH.as_posix()} beside its images", "simulate the cohort anew"
        )
    return read_mask(path, read_volume(path))


def _readings(truth: Mask, first: Reader, second: Reader, rng: np.random.Generator) -> Mapping[str, Mask]:
    drawn, alone, again = read(truth, first, rng), read(truth, second, rng), read(truth, first, rng)
    return {"A": drawn, "B": revise(drawn, alone, rng), "A2": again, "B_alone": alone}
