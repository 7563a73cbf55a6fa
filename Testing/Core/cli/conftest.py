"""One simulated examination as DICOM and as NIfTI, made once; tests that spoil it work on a copy."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from OPRadiomicsLib import io
from OPRadiomicsLib.cli import main
from OPRadiomicsLib.types import Role
from OPRadiomicsTrainingLib.simulation.dicom import write_dicom
from OPRadiomicsTrainingLib.simulation.patients import sample_patient
from OPRadiomicsTrainingLib.simulation.study import SimulatedStudy, simulate_study


@pytest.fixture(scope="session")
def simulated() -> SimulatedStudy:
    patient = sample_patient(np.random.default_rng(1), "A")
    return simulate_study(patient, seed=1)


@pytest.fixture(scope="session")
def untouched_dicom(simulated: SimulatedStudy, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dicom") / "study"
    write_dicom(simulated, folder, np.random.default_rng(1))
    return folder


@pytest.fixture
def dicom_study(untouched_dicom: Path, tmp_path: Path) -> Path:
    """A copy that may be spoilt."""
    return Path(shutil.copytree(untouched_dicom, tmp_path / "study"))


@pytest.fixture(scope="session")
def untouched_files(simulated: SimulatedStudy, tmp_path_factory: pytest.TempPathFactory) -> dict[Role, Path]:
    folder = tmp_path_factory.mktemp("nifti")
    return {role: io.write_volume(volume, folder / f"{role}.nii.gz") for role, volume in simulated.volumes.items()}


@pytest.fixture
def files(untouched_files: dict[Role, Path]) -> dict[Role, Path]:
    return dict(untouched_files)


@pytest.fixture
def truth_mask(simulated: SimulatedStudy, tmp_path: Path) -> Path:
    """The true bodies of L1-L3 on T1WI, as a reader's mask."""
    return io.write_mask(simulated.bodies, tmp_path / "mask.nii.gz")


@pytest.fixture(scope="session")
def result(untouched_dicom: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The main job done on the DICOM study."""
    out = tmp_path_factory.mktemp("result")
    assert main(["predict", str(untouched_dicom), "--age", "71", "--sex", "F", "--out", str(out)]) == 0
    return out


@pytest.fixture(scope="session")
def prediction(result: Path) -> dict:
    return json.loads((result / "prediction.json").read_text(encoding="utf-8"))


@pytest.fixture
def refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Run a command that must be refused: status 2, a message, and nothing written. Returns the message."""
    out = tmp_path / "out"

    def run(*arguments: object, out_option: tuple[str, ...] = ("--out",)) -> str:
        status = main([str(word) for word in (*arguments, *out_option, out)])
        message = capsys.readouterr().err
        assert status == 2, message
        written = [path for path in tmp_path.rglob("*") if out in path.parents]
        assert written == []
        assert "Expected:" in message
        assert "Remedy:" in message
        return message

    return run
