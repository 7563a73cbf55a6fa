"""The study that the extension ships is the simulator's, small, and predicts as its DICOM original does."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from OPRadiomicsLib import io
from OPRadiomicsLib.cli import main
from OPRadiomicsLib.errors import StudyError
from OPRadiomicsLib.geometry import require_same_grid
from OPRadiomicsLib.resources import demo_study_folder
from OPRadiomicsLib.types import Role
from OPRadiomicsTrainingLib.simulation.demo_study import write_demo_study
from OPRadiomicsTrainingLib.simulation.study import SimulatedStudy

PATHS = {role: demo_study_folder() / f"{role}.nrrd" for role in Role}


def test_the_shipped_images_are_the_simulators(simulated: SimulatedStudy) -> None:
    for role, path in PATHS.items():
        shipped, made = io.read_volume(path), simulated.volumes[role]
        require_same_grid(made, shipped)
        assert shipped.shape == (17, 320, 320)
        # Half a unit of rounding; a little more where another version of a library computes the last digit otherwise.
        np.testing.assert_allclose(shipped.array, made.array, atol=0.51)


def test_the_shipped_patient_is_the_simulators_and_said_to_be_none(simulated: SimulatedStudy) -> None:
    said = json.loads((demo_study_folder() / "demo.json").read_text(encoding="utf-8"))
    assert (said["age"], said["sex"], said["bmi"]) == (simulated.patient.age, "F", simulated.patient.bmi)
    assert said["notice"].startswith("SIMULATED")


def test_the_shipped_study_is_small() -> None:
    assert sum(path.stat().st_size for path in demo_study_folder().iterdir()) < 7e6


def test_the_files_are_written_the_same_each_time(simulated: SimulatedStudy, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_demo_study(simulated, tmp_path / name)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == ["FS-T2WI.nrrd", "T1WI.nrrd", "T2WI.nrrd", "demo.json"]


def test_the_shipped_study_predicts_as_the_dicom_one(prediction: dict, tmp_path: Path) -> None:
    images = [word for role in Role for word in (io.OPTION_OF_ROLE[role].removesuffix("-series"), str(PATHS[role]))]
    assert main(["predict", *images, "--age", "71", "--sex", "F", "--out", str(tmp_path / "out")]) == 0
    shipped = json.loads((tmp_path / "out" / "prediction.json").read_text(encoding="utf-8"))
    for name, model in prediction["models"].items():
        # Both store whole units; in steps of 4 a slice at the marrow rule's limit fell out and moved it by 0.017.
        assert shipped["models"][name]["probability"] == pytest.approx(model["probability"], abs=1e-6)


def test_the_patient_s_file_holds_the_command_that_makes_it_again(simulated: SimulatedStudy, tmp_path: Path) -> None:
    write_demo_study(simulated, tmp_path)
    shipped = (demo_study_folder() / "demo.json").read_bytes()
    assert (tmp_path / "demo.json").read_bytes() == shipped
    asked = ["--centre", "B", "--signal-strength", "0.5", "--motion-mm", "2", "--motion-deg", "1.5", "--rare", "--stir"]
    assert main(["simulate", "--demo-study", "--seed", "3", *asked, "--out", str(tmp_path / "asked")]) == 0
    said = json.loads((tmp_path / "asked" / "demo.json").read_text(encoding="utf-8"))["made_by"]
    assert said == f"opradiomics simulate --demo-study --seed 3 {' '.join(asked)} --out FOLDER"


def test_a_cohort_is_no_demo_study(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--demo-study", "--cohort", "2", "--out", str(tmp_path / "out")]) == 2
    assert StudyError.__name__ not in (said := capsys.readouterr().err)
    assert "Two of --cohort, --demo-study and --readers" in said
    assert not (tmp_path / "out").exists()
