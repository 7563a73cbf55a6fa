"""A real result as DICOM: equal to what `predict` wrote, valid, filed with its examination, and silent about the patient."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from OPRadiomicsLib import io
from OPRadiomicsLib.cli import main
from OPRadiomicsLib.types import Role

sr = pytest.importorskip("highdicom.sr", reason="highdicom, an optional package, is not installed")

DICOM_FILES = {"SEG_T1WI.dcm", "SEG_T2WI.dcm", "SEG_FS-T2WI.dcm", "SR.dcm"}
SERIES_FOLDERS = {"--t1-dicom": "002_Sag_T1_FSE", "--t2-dicom": "003_Sag_T2_FSE", "--fst2-dicom": "004_Sag_T2_FSE_FS"}


@pytest.fixture(scope="module")
def exported(result: Path, untouched_dicom: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("exported")
    assert main(["export", str(result), "--study", str(untouched_dicom), "--out", str(out)]) == 0
    return out


@pytest.fixture(scope="module")
def report(exported: Path) -> Any:
    return sr.srread(exported / "SR.dcm")


def _by_role(untouched_dicom: Path, *options: str) -> list[str]:
    return [word for option in options for word in (option, str(untouched_dicom / SERIES_FOLDERS[option]))]


def test_seg_holds_the_voxels_of_each_sequence(exported: Path, result: Path, untouched_dicom: Path) -> None:
    assert {path.name for path in exported.iterdir()} == DICOM_FILES
    series = io.select_series(io.index_dicom(untouched_dicom))
    for role in Role:
        volume = io.read_volume(series[role])
        written = io.read_mask(result / "masks" / f"{role}_bodies.nii.gz", volume)
        np.testing.assert_array_equal(io.read_mask(exported / f"SEG_{role}.dcm", volume).labels, written.labels)


def test_numbers_of_each_model_equal_prediction_json(report: Any, prediction: dict[str, Any]) -> None:
    """To the last bit: NUM items carry doubles beside their decimal strings."""
    groups = {group.tracking_identifier: group for group in report.content.get_image_measurement_groups()}
    models = {f"{name} model": model for name, model in prediction["models"].items()}
    models["published clinical formula"] = prediction["published_clinical"]
    assert set(groups) == set(models)
    for name, model in models.items():
        found = {measurement.name.value: measurement.value for measurement in groups[name].get_measurements()}
        expected = {"probability": model["probability"], "logit": model["logit"], **model["radscores"]}
        if name != "published clinical formula":
            low, high = model["interval_95"]
            expected |= {"interval-low": low, "interval-high": high, "threshold": model["threshold"]}
        assert found == expected
        verdicts = {one.name.value: one.value.value for one in groups[name].get_qualitative_evaluations()}
        assert verdicts["use"] == "research"
        assert verdicts["data"] == ("demo" if model["demo"] else "patients")
        assert verdicts["class"] == {True: "above", False: "below", "not published": "not-published"}[model["osteoporosis"]]


def test_each_model_names_its_version_checksum_and_training(report: Any, prediction: dict[str, Any]) -> None:
    for group in report.content.get_image_measurement_groups():
        texts = [(item.name.meaning, item.value) for item in group[0].ContentSequence if item.ValueType == "TEXT"]
        parameters = [value for name, value in texts if name == "Algorithm Parameters"]
        name = group.tracking_identifier.removesuffix(" model")
        origin = prediction["models"].get(name, prediction["published_clinical"])["provenance"]
        assert ("Algorithm Name", f"{origin['signature']}, {group.tracking_identifier}") in texts
        assert ("Algorithm Version", origin["version"]) in texts
        assert f"SHA-256: {origin['sha256']}" in parameters
        assert f"trained on: {origin['trained on']}" in parameters


def test_each_level_points_at_its_segment(report: Any, exported: Path) -> None:
    segmentations = {role: pydicom.dcmread(exported / f"SEG_{role}.dcm") for role in Role}
    segments = {
        (one.SOPInstanceUID, segment.SegmentNumber): f"{segment.SegmentLabel} on {role}"
        for role, one in segmentations.items()
        for segment in one.SegmentSequence
    }
    groups = report.content.get_volumetric_roi_measurement_groups()
    assert len(groups) == 9
    for group in groups:
        (reference,) = [item for item in group[0].ContentSequence if item.name.meaning == "Referenced Segment"]
        place = reference.ReferencedSOPSequence[0]
        assert segments[place.ReferencedSOPInstanceUID, int(place.ReferencedSegmentNumber)] == group.tracking_identifier
        (volume,) = group.get_measurements()
        assert volume.value > 1


def test_the_report_is_marked_demo(report: Any, prediction: dict[str, Any]) -> None:
    assert "DEMO" in report.SeriesDescription
    assert report.VerificationFlag == "UNVERIFIED"
    said = [item.value for item in report.content[0].ContentSequence[-1].ContentSequence]
    assert {prediction["demo_notice"], prediction["use"], *prediction["warnings"]} <= set(said)


@pytest.mark.skipif(shutil.which("dciodvfy") is None, reason="dciodvfy is not installed (Debian: apt-get install dicom3tools)")
def test_dciodvfy_finds_no_error(exported: Path) -> None:
    for name in DICOM_FILES:
        checked = subprocess.run(["dciodvfy", "-new", str(exported / name)], capture_output=True, text=True, check=False)
        lines = (checked.stdout + checked.stderr).splitlines()
        assert any(line in ("Segmentation", "ComprehensiveSR") for line in lines), lines
        assert [line for line in lines if line.startswith("Error")] == []


def test_images_by_role_from_lists_of_files(result: Path, untouched_dicom: Path, tmp_path: Path) -> None:
    """As a panel hands them over: the files that its DICOM database holds for each series."""
    arguments = []
    for option, folder in SERIES_FOLDERS.items():
        listed = tmp_path / f"{option[2:]}.txt"
        listed.write_text("\n".join(str(path) for path in (untouched_dicom / folder).iterdir()), encoding="utf-8")
        arguments += [option, str(listed)]
    assert main(["export", str(result), *arguments, "--out", str(tmp_path / "out")]) == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == DICOM_FILES


def test_exchanged_sequences_of_one_grid_are_told(
    result: Path, untouched_dicom: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exchanged = {**SERIES_FOLDERS, "--t2-dicom": "004_Sag_T2_FSE_FS", "--fst2-dicom": "003_Sag_T2_FSE"}
    for folders, warned in ((exchanged, 2), (SERIES_FOLDERS, 0)):
        places = [word for option, name in folders.items() for word in (option, str(untouched_dicom / name))]
        assert main(["export", str(result), *places, "--out", str(tmp_path / "out")]) == 0
        assert capsys.readouterr().out.count("by its header") == warned


def test_an_earlier_export_does_not_outlive_the_next(result: Path, untouched_dicom: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    for name in (*DICOM_FILES, "own.txt"):
        (out / name).write_text("of another patient")
    arguments = _by_role(untouched_dicom, "--t1-dicom", "--fst2-dicom")
    assert main(["export", str(result), *arguments, "--allow-missing", "--out", str(out)]) == 0
    assert {path.name for path in out.iterdir()} == (DICOM_FILES - {"SEG_T2WI.dcm"}) | {"own.txt"}


def test_nothing_of_the_patient_is_printed(result: Path, dicom_study: Path, tmp_path: Path) -> None:
    """Values that pydicom and highdicom would warn of, quoting them."""
    for path in dicom_study.rglob("*.dcm"):
        header = pydicom.dcmread(path)
        header.PatientName = "Mustermann"  # highdicom warns of a name without ^
        header.add(
            pydicom.DataElement("PatientID", "LO", "Secret" * 12, validation_mode=pydicom.config.IGNORE)
        )  # pydicom warns of an LO of more than 64 characters
        header.save_as(path)
    command = [sys.executable, "-m", "OPRadiomicsLib.cli", "export", str(result), "--study", str(dicom_study)]
    done = subprocess.run([*command, "--out", str(tmp_path / "out")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said = done.stdout + done.stderr
    assert "Mustermann" not in said
    assert "Secret" not in said
    assert str(pydicom.dcmread(tmp_path / "out" / "SR.dcm").PatientName) == "Mustermann"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "No DICOM images were given"),
        (("--t1-dicom", "--study"), "Both --study and --...-dicom"),
        (("--t1-dicom",), "No DICOM images of T2WI, FS-T2WI"),
        (("--t1-dicom", "--t1-series"), "--t1-series given with images that leave no series to choose"),
    ],
)
def test_images_not_told_once_are_refused(
    result: Path, untouched_dicom: Path, refused: Callable[..., str], options: tuple[str, ...], message: str
) -> None:
    value = {"--study": str(untouched_dicom), "--t1-series": "2"}
    arguments = [word for option in options for word in (option, value.get(option, str(untouched_dicom / "002_Sag_T1_FSE")))]
    assert message in refused("export", result, *arguments)


def test_a_result_of_nifti_needs_the_dicom_images(
    result: Path, untouched_files: dict[Role, Path], refused: Callable[..., str]
) -> None:
    assert "cannot become DICOM" in refused("export", result, "--t1-dicom", untouched_files[Role.T1WI], "--allow-missing")
    assert "No DICOM file" in refused("export", result, "--study", untouched_files[Role.T1WI].parent)


def test_images_that_the_masks_do_not_lie_on_are_refused(result: Path, dicom_study: Path, refused: Callable[..., str]) -> None:
    """As of another examination with the same protocol: one shape, 1 mm apart."""
    for path in (dicom_study / "003_Sag_T2_FSE").iterdir():
        header = pydicom.dcmread(path)
        x, y, z = header.ImagePositionPatient
        header.ImagePositionPatient = [x, y, z + 1]
        header.save_as(path)
    assert "1.00 mm apart" in refused("export", result, "--study", dicom_study)


def test_the_images_themselves_are_not_overwritten(result: Path, dicom_study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = dicom_study / "002_Sag_T1_FSE"
    one = next(iter(folder.iterdir()))
    one.rename(folder / "SR.dcm")
    before = (folder / "SR.dcm").read_bytes()
    assert main(["export", str(result), "--t1-dicom", str(folder), "--allow-missing", "--out", str(folder)]) == 2
    assert "would be overwritten" in capsys.readouterr().err
    assert (folder / "SR.dcm").read_bytes() == before


def test_the_worker_exports_too(result: Path, untouched_dicom: Path, tmp_path: Path) -> None:
    script = Path(sys.modules["OPRadiomicsLib"].__file__ or "").parent / "worker" / "__main__.py"
    arguments = ["export", str(result), "--study", str(untouched_dicom), "--out", str(tmp_path / "out")]
    with subprocess.Popen([sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdin is not None
        assert worker.stdout is not None
        print(json.dumps({"id": 1, "arguments": arguments}), file=worker.stdin, flush=True)
        answers = (json.loads(line) for line in worker.stdout)
        last = next(answer for answer in answers if answer["event"] != "progress")
        worker.stdin.close()
    assert last["event"] == "done", last
    assert {Path(path).name for path in last["files"]} == {path.name for path in (tmp_path / "out").iterdir()} == DICOM_FILES
