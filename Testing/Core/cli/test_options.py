"""Options that contradict each other and places that cannot take results are refused before any work."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pydicom
import pytest
from OPRadiomicsLib import cli, commands
from OPRadiomicsLib.cli import build_parser, main
from OPRadiomicsLib.errors import Cancelled, ClinicalDataError, OutputError, StudyError
from OPRadiomicsLib.models.clinical import validate_clinical
from OPRadiomicsLib.options import RESULTS, remove_earlier_results, require_consistent
from OPRadiomicsLib.types import Role, no_progress

Refused = Callable[..., str]

PATIENT = ("--age", "71", "--sex", "F")


@pytest.mark.parametrize(
    "contradiction", [("--shift", "1"), ("--model", "lumbar-bodies"), ("--backend", "torch"), ("--single-scale",)]
)
def test_an_option_of_the_network_beside_a_mask_is_refused(
    contradiction: tuple[str, ...], files: dict[Role, Path], truth_mask: Path, refused: Refused
) -> None:
    arguments = ("--t1", files[Role.T1WI], "--allow-missing", "--mask", truth_mask, *PATIENT)
    assert contradiction[0] in refused("predict", *arguments, *contradiction)


def test_a_scanner_that_dicom_does_not_tell_is_the_one_that_is_given(dicom_study: Path) -> None:
    options = build_parser().parse_args(["predict", str(dicom_study), "--out", "out", "--scanner", "Siemens, Vida, 3 T"])
    assert "Siemens" not in commands._open(options, no_progress).scanner, "DICOM tells another one"
    for path in dicom_study.rglob("*.dcm"):
        dataset = pydicom.dcmread(path)
        del dataset.Manufacturer, dataset.ManufacturerModelName, dataset.MagneticFieldStrength
        dataset.save_as(path)
    assert commands._open(options, no_progress).scanner == "Siemens, Vida, 3 T"


def test_a_kind_that_files_do_not_tell_is_the_one_that_is_given(files: dict[Role, Path], dicom_study: Path) -> None:
    given = ("--allow-missing", "--out", "out", "--kind", "T1WI:T1 FLAIR")
    options = build_parser().parse_args(["predict", "--t1", str(files[Role.T1WI]), *given])
    assert commands._open(options, no_progress).kinds == ("T1WI: T1 FLAIR",)
    assert commands.open_study(dicom_study).kinds == tuple(f"{role}: as the study's" for role in Role)


@pytest.mark.parametrize("kind", ["STIR", "T1WI:", "T3WI: STIR", "T1WI: T1 FLAIR; FS-T2WI: STIR", "FS-T2WI: STIR"])
def test_a_kind_without_its_sequence_is_refused(kind: str, files: dict[Role, Path], refused: Refused) -> None:
    said = refused("predict", "--t1", files[Role.T1WI], "--allow-missing", *PATIENT, "--kind", kind)
    assert f"--kind '{kind}'" in said
    assert "a colon and the kind" in said


def test_two_kinds_of_one_sequence_and_one_beside_dicom_are_refused(
    files: dict[Role, Path], dicom_study: Path, refused: Refused
) -> None:
    kind = ("--kind", "T1WI: T1 FLAIR")
    twice = ("--t1", files[Role.T1WI], "--allow-missing", *PATIENT, *kind, "--kind", "T1WI: a 3-D acquisition")
    assert "once for each sequence" in refused("predict", *twice)
    assert "DICOM tells it" in refused("predict", dicom_study, *PATIENT, *kind)


@pytest.mark.parametrize("option", ["--t1-series", "--t2-series", "--fst2-series", "--study-uid"])
def test_an_option_that_names_a_series_is_refused_among_files(option: str) -> None:
    options = build_parser().parse_args(["features", "--t1", "t1.nii.gz", option, "5", "-o", "f.csv"])
    with pytest.raises(StudyError, match=option):
        require_consistent(options)


def test_a_file_in_the_place_of_the_study_is_named_so(files: dict[Role, Path], refused: Refused) -> None:
    assert "STUDY is a file" in refused("predict", files[Role.T1WI], *PATIENT)


def test_a_signature_without_a_name_is_refused(files: dict[Role, Path], refused: Refused) -> None:
    arguments = ("--t1", files[Role.T1WI], "--allow-missing", *PATIENT)
    assert "--signature without a name" in refused("predict", *arguments, "--signature", "")


def test_bad_input_leaves_no_folder_that_was_made_for_the_results(files: dict[Role, Path], tmp_path: Path) -> None:
    arguments = ["predict", "--t1", str(files[Role.T1WI]), *PATIENT]
    assert main([*arguments, "--out", str(tmp_path / "new" / "out")]) == 2
    assert not (tmp_path / "new").exists()


def test_an_output_that_is_a_folder_or_an_input_is_refused(
    files: dict[Role, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = shutil.copy(files[Role.T1WI], tmp_path / "image.nii.gz")
    before = image.read_bytes()
    (tmp_path / "folder.nii.gz").mkdir()
    for out, word in ((image, "is read by this command"), (tmp_path / "folder.nii.gz", "is a folder")):
        for command in (["segment", image], ["propagate", image, "--from", image, "--onto", image]):
            assert main([str(word) for word in (*command, "-o", out)]) == 2
            assert word in capsys.readouterr().err
    assert image.read_bytes() == before


def test_the_mask_that_predict_reads_is_not_overwritten(files: dict[Role, Path], truth_mask: Path, tmp_path: Path) -> None:
    mask = tmp_path / "out" / "masks" / "T1WI_bodies.nii.gz"
    mask.parent.mkdir(parents=True)
    shutil.copy(truth_mask, mask)
    arguments = ["predict", "--t1", files[Role.T1WI], "--allow-missing", "--mask", mask, *PATIENT, "--out", tmp_path / "out"]
    assert main([str(word) for word in arguments]) == 2
    assert mask.read_bytes() == truth_mask.read_bytes()


def test_only_results_of_an_earlier_run_are_removed(tmp_path: Path) -> None:
    for name in (*RESULTS, "notes.txt", "masks/mine.nii.gz"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    remove_earlier_results(tmp_path, [tmp_path / "report.html"])
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"report.html", "notes.txt", "masks/mine.nii.gz"}


def test_an_earlier_result_that_cannot_be_removed_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "report.html").mkdir()
    with pytest.raises(OutputError, match=r"report\.html"):
        remove_earlier_results(tmp_path, [])


def test_segmenting_a_folder_needs_only_its_t1wi(dicom_study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With two T2WI, where `predict` asks which; and the levels said are those in the file."""
    original = next(folder for folder in dicom_study.iterdir() if folder.name.endswith("T2_FSE"))
    twin = Path(shutil.copytree(original, dicom_study / "again"))
    uid = pydicom.uid.generate_uid()
    for path in twin.iterdir():
        dataset = pydicom.dcmread(path)
        dataset.SeriesInstanceUID, dataset.SeriesNumber = uid, 9
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = pydicom.uid.generate_uid()
        dataset.save_as(path)
    out = tmp_path / "mask.nii.gz"
    assert main(["segment", str(dicom_study), "--study-uid", dataset.StudyInstanceUID, "-o", str(out)]) == 0
    assert f"{out}: L1, L2, L3\n" in capsys.readouterr().out
    assert json.loads((tmp_path / "mask.json").read_text(encoding="utf-8"))["levels"]


def test_an_age_with_an_underscore_is_no_number() -> None:
    with pytest.raises(ClinicalDataError, match="7_1"):
        validate_clinical("7_1", "F")


def test_a_reader_that_has_gone_is_no_fault_of_the_software() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "OPRadiomicsLib.cli", "predict", "nothing", "--out", "nowhere"]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert done.returncode == 141
    assert done.stderr == ""


def test_windows_calls_a_reader_that_has_gone_an_invalid_argument(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert cli._reader_gone(OSError(errno.EINVAL, "Invalid argument"))
    assert not cli._reader_gone(OSError(errno.EINVAL, "Invalid argument", "C:/a?.csv"))


@pytest.mark.parametrize(
    ("stop", "said"), [(KeyboardInterrupt(), "nothing was written"), (Cancelled("2 cases are kept"), "2 cases are kept")]
)
def test_a_stop_says_what_became_of_the_work(
    stop: BaseException, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(*_: object) -> None:
        raise stop

    monkeypatch.setattr(commands, "segment", stopped)
    assert main(["segment", "t1.nii.gz", "-o", str(tmp_path / "mask.nii.gz")]) == 130
    assert capsys.readouterr().err == f"opradiomics segment: stopped; {said}\n"


def test_a_stop_while_the_commands_are_gathered_ends_quietly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Those of the training library are imported for that, before the command is known."""

    def stopped() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("OPRadiomicsLib.cli.build_parser", stopped)
    assert main(["segment", "t1.nii.gz", "-o", "mask.nii.gz"]) == 130
    assert capsys.readouterr().err == "opradiomics: stopped; nothing was written\n"


def test_a_package_that_is_not_installed_is_named_with_the_way_to_install_it(
    monkeypatch: pytest.MonkeyPatch, refused: Refused
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    message = refused("train", "segmentation", "--data", "images")
    assert "torch is not installed" in message
    assert "opradiomics[training]" in message


def test_a_missing_module_of_the_software_itself_is_its_own_fault(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "OPRadiomicsLib.commands", None)
    monkeypatch.delattr("OPRadiomicsLib.commands")
    with pytest.raises(ModuleNotFoundError):
        main(["segment", "t1.nii.gz", "-o", str(tmp_path / "mask.nii.gz")])


def test_one_image_for_two_sequences_is_refused(files: dict[Role, Path], refused: Refused) -> None:
    image = files[Role.T1WI]
    message = refused("predict", "--t1", image, "--t2", image, "--fst2", files[Role.FST2WI], *PATIENT)
    assert "T1WI and T2WI are the same image" in message
