"""Three simulated examinations on a coarse grid, as NIfTI, with their true bodies as masks; made once."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from OPRadiomicsLib import io
from OPRadiomicsTrainingLib.simulation.cohort import CohortPlan, simulate_cohort
from OPRadiomicsTrainingLib.simulation.study import Options

CASES = ("case_0001", "case_0002", "case_0003")


@pytest.fixture(scope="session")
def untouched_cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cohort")
    simulate_cohort(CohortPlan({"A": 2, "B": 1}, seed=3, format="nifti", options=Options(slices=5, pixels=96)), folder)
    for case in CASES:
        truth = io.read_mask(folder / case / "truth" / "bodies.nii.gz", io.read_volume(folder / case / "T1WI.nii.gz"))
        io.write_mask(truth, folder / case / "mask.nii.gz")
    return folder


@pytest.fixture
def studies(untouched_cohort: Path, tmp_path: Path) -> Path:
    """A copy that may be spoilt."""
    return Path(shutil.copytree(untouched_cohort, tmp_path / "studies"))


@pytest.fixture
def a_table(studies: Path) -> Callable[..., Path]:
    """Write cases.csv beside the studies: case, study, mask, and whatever more is given by column."""

    def write(**more: list[object]) -> Path:
        path = studies / "cases.csv"
        with path.open("w", newline="", encoding="utf-8") as stream:
            table = csv.writer(stream)
            table.writerow(("case", "study", "mask", *more))
            for n, case in enumerate(CASES):
                table.writerow((case, case, f"{case}/mask.nii.gz", *(values[n] for values in more.values())))
        return path

    return write
