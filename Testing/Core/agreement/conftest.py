"""A reader study on three simulated examinations, extracted and judged once by the command itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from OPRadiomicsLib.cli import main
from OPRadiomicsTrainingLib.simulation.cohort import CohortPlan, simulate_cohort
from OPRadiomicsTrainingLib.simulation.reading_study import simulate_readings
from OPRadiomicsTrainingLib.simulation.study import Options


@pytest.fixture(scope="session")
def readings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with readings.csv and the masks of readings A, B, A2 and B_alone."""
    folder = tmp_path_factory.mktemp("readings")
    plan = CohortPlan({"A": 2, "B": 1}, seed=4, format="nifti", options=Options(slices=9, pixels=256))
    return simulate_readings(simulate_cohort(plan, folder / "cohort"), folder / "readings", seed=1).parent


@pytest.fixture(scope="session")
def result(readings: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("icc") / "result"
    assert main(["icc", str(readings), "-o", str(out), "--workers", "0"]) == 0
    return out
