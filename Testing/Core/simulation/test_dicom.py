from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from OPRadiomicsLib.cli import main
from OPRadiomicsLib.geometry import affine_of, corner_distance_mm, to_sitk
from OPRadiomicsLib.types import Role
from OPRadiomicsTrainingLib.simulation.dicom import write_dicom
from OPRadiomicsTrainingLib.simulation.patients import Patient
from OPRadiomicsTrainingLib.simulation.study import Options, SimulatedStudy, simulate_study

NAMES = {Role.T1WI: "Sag T1 FSE", Role.T2WI: "Sag T2 FSE", Role.FST2WI: "Sag T2 FSE FS"}


@pytest.fixture(scope="module")
def written(study_of: Callable[[str], SimulatedStudy], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return write_dicom(study_of("A"), tmp_path_factory.mktemp("dicom"), np.random.default_rng(0))


def test_simpleitk_reads_back_the_same_grid_and_the_same_values(
    study_of: Callable[[str], SimulatedStudy], written: dict[str, Path]
) -> None:
    """Corners within 1e-3 mm; stored values are the volume's own."""
    for role, volume in study_of("A").volumes.items():
        image = sitk.ReadImage(sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(written[NAMES[role]])))
        assert corner_distance_mm(volume.shape, affine_of(image), volume.affine) < 1e-3
        assert np.array_equal(sitk.GetArrayFromImage(image), volume.array)


def test_headers_tell_sequences_apart_and_say_that_no_patient_exists(written: dict[str, Path]) -> None:
    first = {name: pydicom.dcmread(sorted(folder.iterdir())[0]) for name, folder in written.items()}
    assert set(first) == {*NAMES.values(), "3-Plane Loc"}
    assert [first[NAMES[role]].EchoTime for role in Role] == [10, 123, 71]
    assert [first[NAMES[role]].get("ScanOptions") for role in Role] == ["", "", "FS"]
    assert len({d.FrameOfReferenceUID for d in first.values()}) == 1
    assert len({d.StudyInstanceUID for d in first.values()}) == 1
    assert len({d.SeriesInstanceUID for d in first.values()}) == 4
    for dataset in first.values():
        assert "SIMULATED" in str(dataset.PatientName)
        assert dataset.PatientAge.endswith("Y")


def test_a_stir_of_rare_anatomy_is_asked_for_on_the_command_line(written: dict[str, Path], tmp_path: Path) -> None:
    assert main(["simulate", "--seed", "11", "--stir", "--rare", "--out", str(tmp_path / "out")]) == 0
    first = pydicom.dcmread(next((tmp_path / "out" / "004_Sag_T2_STIR").iterdir()))
    assert first.SeriesDescription == "Sag T2 STIR"
    assert list(first.ScanningSequence) == ["SE", "IR"]
    assert 200 < first.InversionTime < 300
    assert first.pixel_array.tobytes() != pydicom.dcmread(next(written["Sag T2 FSE FS"].iterdir())).pixel_array.tobytes()


def test_decimal_strings_are_no_longer_than_dicom_allows(small: Options, a_patient: Patient, tmp_path: Path) -> None:
    """Times that stray have more digits than the 16 characters of PS3.5, 6.2."""
    study = simulate_study(a_patient, seed=3, options=replace(small, short_tau=True, protocol_spread=0.2))
    for folder in write_dicom(study, tmp_path).values():
        dataset = pydicom.dcmread(next(folder.iterdir()))
        decimals = [element for element in dataset if element.VR == "DS" and element.value is not None]
        texts = [str(value) for element in decimals for value in (element.value if element.VM > 1 else [element.value])]
        assert len(texts) > 15
        assert max(map(len, texts)) <= 16


def test_instances_are_the_same_for_the_same_study(
    study_of: Callable[[str], SimulatedStudy], written: dict[str, Path], tmp_path: Path
) -> None:
    again = write_dicom(study_of("A"), tmp_path, np.random.default_rng(0))
    for name, folder in written.items():
        for path in folder.iterdir():
            assert (again[name] / path.name).read_bytes() == path.read_bytes()


def test_images_that_differ_share_no_uid(small: Options, a_patient: Patient, tmp_path: Path) -> None:
    """One seed and centre, another patient, signal strength or option."""
    asked: list[dict[str, Any]] = [
        {},
        {"patient": replace(a_patient, age=a_patient.age + 1)},
        {"signal_strength": 0.0},
        {"options": replace(small, motion_sd_mm=2.0)},
        {"options": replace(small, short_tau=True)},
    ]
    seen: set[str] = set()
    for number, words in enumerate(asked):
        study = simulate_study(**{"patient": a_patient, "seed": 3, "options": small, **words})
        first = [
            pydicom.dcmread(folder / "IM0001.dcm")
            for folder in write_dicom(study, tmp_path / str(number), localiser=False).values()
        ]
        names = ("StudyInstanceUID", "FrameOfReferenceUID", "SeriesInstanceUID", "SOPInstanceUID")
        uids = {str(dataset[name].value) for dataset in first for name in names}
        assert len(uids) == 2 + 3 + 3
        assert not uids & seen
        seen |= uids


def test_the_localiser_holds_three_planes(written: dict[str, Path]) -> None:
    orientations = {
        tuple(np.round(np.asarray(pydicom.dcmread(p).ImageOrientationPatient, float), 3))
        for p in written["3-Plane Loc"].iterdir()
    }
    assert len(orientations) == 3


def test_dcm2niix_stacks_each_series_into_the_same_image(
    study_of: Callable[[str], SimulatedStudy], written: dict[str, Path], tmp_path: Path
) -> None:
    """A reader that isn't ours: its NIfTI file, resampled to the volume's grid, holds the volume's values."""
    dcm2niix = pytest.importorskip("dcm2niix", reason="dcm2niix is not installed (pip install dcm2niix)")
    for role, volume in study_of("A").volumes.items():
        folder = written[NAMES[role]]
        command = [dcm2niix.bin, "-b", "n", "-f", role.value, "-o", str(tmp_path), str(folder)]
        subprocess.run(command, check=True, capture_output=True)
        image = sitk.ReadImage(str(tmp_path / f"{role.value}.nii"))
        assert image.GetSize() == volume.shape[::-1]
        assert image.GetSpacing() == pytest.approx(volume.spacing_mm, abs=1e-5)
        again = sitk.Resample(image, to_sitk(volume), sitk.Transform(), sitk.sitkNearestNeighbor, -1.0, sitk.sitkFloat32)
        assert np.array_equal(sitk.GetArrayFromImage(again), volume.array)


@pytest.mark.skipif(shutil.which("dciodvfy") is None, reason="dciodvfy is not installed (Debian: apt-get install dicom3tools)")
def test_dciodvfy_finds_neither_error_nor_warning(written: dict[str, Path]) -> None:
    for folder in written.values():
        for path in sorted(folder.iterdir())[:2]:
            checked = subprocess.run(["dciodvfy", "-new", str(path)], capture_output=True, text=True, check=False)
            assert (checked.stdout + checked.stderr).split() == ["MRImage"]
