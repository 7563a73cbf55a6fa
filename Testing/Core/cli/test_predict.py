"""The main job on a simulated study, from DICOM to the report."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
from OPRadiomicsLib import io, workflow
from OPRadiomicsLib.cli import main
from OPRadiomicsLib.errors import Cancelled
from OPRadiomicsLib.models.extrapolation import other_kinds
from OPRadiomicsLib.profile import load_profile
from OPRadiomicsLib.study import Study, open_study
from OPRadiomicsLib.types import Role
from OPRadiomicsTrainingLib.simulation.study import SimulatedStudy


def read_features(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_everything_that_the_readme_names_is_written(result: Path) -> None:
    expected = {"report.html", "prediction.json", "features.csv"}
    expected |= {f"masks/{role}_{region}.nii.gz" for role in Role for region in ("bodies", "marrow")}
    expected |= {f"pictures/{name}.png" for name in ("masks", "slices", "probabilities", "shap", "training")}
    assert {str(path.relative_to(result)) for path in result.rglob("*") if path.is_file()} == expected


def test_three_models_and_the_published_formula_answer(prediction: dict) -> None:
    assert set(prediction["models"]) == {"clinical", "radiomics", "combined"}
    assert prediction["published_clinical"]["probability"] == pytest.approx(1 / (1 + np.exp(6.178 - 0.097 * 71)), abs=1e-12)
    assert prediction["published_clinical"]["interval_95"] == "not published"


def test_contributions_add_up_to_the_logit(prediction: dict) -> None:
    for model in prediction["models"].values():
        total = model["base_logit"] + sum(part["shap"] for part in model["contributions"])
        assert total == pytest.approx(model["logit"], abs=1e-12)


def test_a_demo_signature_marks_every_result(result: Path, prediction: dict) -> None:
    assert prediction["demo"] is True
    assert all(model["demo"] for model in prediction["models"].values())
    assert "DEMO" in (result / "report.html").read_text(encoding="utf-8")


def test_features_are_1158_named_by_sequence(result: Path) -> None:
    (row,) = read_features(result / "features.csv")
    names = [name for name in row if name.startswith(tuple(f"{role}_" for role in Role))]
    assert len(names) == 1158
    assert all(sum(name.startswith(f"{role}_") for name in names) == 386 for role in (Role.T1WI, Role.T2WI, Role.FST2WI))
    assert row["profile_hash"] == load_profile().hash


def test_no_file_names_the_patient(result: Path, untouched_dicom: Path) -> None:
    import pydicom

    header = pydicom.dcmread(next(path for path in untouched_dicom.rglob("*") if path.is_file()))
    words = [str(header.get(keyword, "")) for keyword in ("PatientName", "PatientID", "StudyDate", "StudyInstanceUID")]
    texts = [path.read_text(encoding="utf-8") for path in result.rglob("*") if path.suffix in {".html", ".json", ".csv"}]
    assert [word for word in words if word and any(word in text for text in texts)] == []


def test_masks_lie_in_their_own_vertebrae(result: Path, simulated: SimulatedStudy) -> None:
    """The network draws inside the cortex, which the simulator's bodies hold: so inside, and half of the volume at least."""
    mask = io.read_mask(result / "masks" / "T1WI_bodies.nii.gz", simulated.volumes[Role.T1WI])
    assert mask.levels == ("L1", "L2", "L3")
    for level in mask.levels:
        drawn, true = mask.of(level), simulated.bodies.of(level)
        assert (drawn & true).sum() > 0.97 * drawn.sum()
        assert drawn.sum() > 0.5 * true.sum()


def test_the_steps_give_the_features_of_the_whole(result: Path, untouched_files: dict[Role, Path], tmp_path: Path) -> None:
    mask, table = tmp_path / "mask.nii.gz", tmp_path / "features.csv"
    t1, t2, fst2 = (str(untouched_files[role]) for role in Role)
    assert main(["segment", t1, "-o", str(mask), "--picture"]) == 0
    assert (tmp_path / "mask.png").read_bytes().startswith(b"\x89PNG")
    description = json.loads((tmp_path / "mask.json").read_text(encoding="utf-8"))
    assert {level["level"]: level["snomed_ct"] for level in description["levels"]}["L2"] == "14293000"
    masks = []
    for option, target in (("--mask-t2", t2), ("--mask-fst2", fst2)):
        carried = tmp_path / f"{option[2:]}.nii.gz"
        assert main(["propagate", str(mask), "--from", t1, "--onto", target, "-o", str(carried)]) == 0
        masks += [option, str(carried)]
    files = ["--t1", t1, "--t2", t2, "--fst2", fst2]
    assert main(["features", *files, "--mask", str(mask), *masks, "-o", str(table)]) == 0
    (whole,), (steps,) = read_features(result / "features.csv"), read_features(table)
    names = [name for name in whole if "_original_" in name or "_log-sigma" in name]
    first, second = (np.array([float(row[name]) for name in names]) for row in (whole, steps))
    # DICOM stores the affine as decimal strings and NIfTI as float32, so the grids differ by micrometres.
    assert np.allclose(first, second, rtol=5e-3, atol=1e-6)


def test_a_mask_that_is_replaced_takes_its_picture_along(untouched_files: dict[Role, Path], tmp_path: Path) -> None:
    command = ["segment", str(untouched_files[Role.T1WI]), "-o", str(tmp_path / "mask.nii.gz")]
    (tmp_path / "mask.png").write_bytes(b"the user's own")
    assert main(command) == 0
    assert (tmp_path / "mask.png").read_bytes() == b"the user's own"
    assert main([*command, "--picture"]) == 0
    assert main(command) == 0
    assert {path.name for path in tmp_path.iterdir()} == {"mask.nii.gz", "mask.json"}


def test_two_runs_are_bit_identical(result: Path, untouched_dicom: Path, tmp_path: Path) -> None:
    assert main(["predict", str(untouched_dicom), "--age", "71", "--sex", "F", "--out", str(tmp_path)]) == 0
    for name in ("prediction.json", "features.csv"):
        assert (tmp_path / name).read_bytes() == (result / name).read_bytes()


def test_paper_literal_warns_of_one_grey_level_or_two(
    untouched_files: dict[Role, Path], truth_mask: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["features", "--t1", str(untouched_files[Role.T1WI]), "--allow-missing", "--mask", str(truth_mask)]
    assert main([*arguments, "--profile", "paper-literal", "--per-level", "-o", str(tmp_path / "f.csv")]) == 0
    assert "all fall into" in capsys.readouterr().out
    rows = read_features(tmp_path / "f.csv")
    assert [row["region"] for row in rows] == ["L1-L3", "L1", "L2", "L3"]


def test_a_spike_and_a_blank_slice_are_warnings(
    untouched_files: dict[Role, Path], truth_mask: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One blank slice within L1 to L3 changes nine features of ten by more than 1 % in real images."""
    volume = io.read_volume(untouched_files[Role.T1WI])
    array = volume.array.copy()
    array[len(array) // 2] = 0
    array[5, 100, 100] = 1e6
    image = io.write_volume(replace(volume, array=array), tmp_path / "t1.nii.gz")
    arguments = ["features", "--t1", str(image), "--allow-missing", "--mask", str(truth_mask)]
    assert main([*arguments, "-o", str(tmp_path / "f.csv")]) == 0
    told = capsys.readouterr().out
    assert "T1WI: Voxels brighter than" in told
    assert "T1WI: Blank slices between others: 1." in told
    assert main(["segment", str(image), "-o", str(tmp_path / "drawn.nii.gz")]) == 0
    assert "Blank slices between others: 1." in capsys.readouterr().out


def test_a_mask_of_specks_and_of_half_an_image_is_a_warning(
    untouched_files: dict[Role, Path], truth_mask: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    volume = io.read_volume(untouched_files[Role.T1WI])
    mask = io.read_mask(truth_mask, volume)
    ranks = [np.argwhere(mask.of(level))[:, 1] for level in ("L1", "L3")]
    labels = np.where(np.arange(volume.shape[1])[:, None] > ranks[1].min(), 22, mask.labels * (mask.labels == 21))
    labels[5:9, ranks[0].min() : ranks[0].min() + 20, 150:160] = 20
    path = io.write_mask(replace(mask, labels=labels.astype(np.uint8)), tmp_path / "odd.nii.gz")
    arguments = ["features", "--t1", str(untouched_files[Role.T1WI]), "--allow-missing", "--mask"]
    assert main([*arguments, str(path), "-o", str(tmp_path / "f.csv")]) == 0
    told = capsys.readouterr().out
    assert all(f"T1WI: {level} holds" in told for level in ("L1", "L3")) and "L2 holds" not in told
    assert main([*arguments, str(truth_mask), "-o", str(tmp_path / "f.csv")]) == 0
    assert "holds" not in capsys.readouterr().out


def test_an_image_without_a_vertebra_is_said_to_be_one(
    untouched_files: dict[Role, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    volume = io.read_volume(untouched_files[Role.T1WI])
    noise = np.random.default_rng(0).normal(100, 30, volume.shape).astype(np.float32)
    image = io.write_volume(replace(volume, array=noise), tmp_path / "noise.nii.gz")
    assert main(["segment", str(image), "-o", str(tmp_path / "mask.nii.gz")]) == 2
    assert "No vertebral body was found" in capsys.readouterr().err
    assert not (tmp_path / "mask.nii.gz").exists()


def test_a_choice_that_the_header_contradicts_is_a_warning(untouched_dicom: Path) -> None:
    swapped = open_study(untouched_dicom, choices={Role.T1WI: "3", Role.T2WI: "2"})
    assert [warning.partition(" (")[0] for warning in swapped.warnings] == [
        "T1WI is series 'Sag T2 FSE', chosen by the user, although judged T2WI",
        "T2WI is series 'Sag T1 FSE', chosen by the user, although judged T1WI",
    ]
    assert open_study(untouched_dicom, choices={Role.T1WI: "2"}).warnings == ()


def test_an_age_or_sex_that_the_header_contradicts_is_a_warning(untouched_dicom: Path) -> None:
    study = open_study(untouched_dicom)
    assert study.age is not None
    assert study.doubts_about_patient(study.age + 1, study.male) == study.doubts_about_patient(None, None) == ()
    (sentence,) = study.doubts_about_patient(study.age - 9, not study.male)
    assert sentence.startswith("Are these the patient's images? Age ")
    assert sentence.count("was entered, the T1WI's header says") == 2
    assert replace(study, age=126.0).doubts_about_patient(71, study.male) == ()  # born in 1900, as de-identification writes


def test_a_series_that_was_compressed_with_loss_is_a_warning(dicom_study: Path) -> None:
    assert open_study(dicom_study).warnings == ()
    for path in next(dicom_study.glob("*T2_FSE_FS")).iterdir():
        dataset = pydicom.dcmread(path)
        dataset.LossyImageCompression = "01"
        dataset.save_as(path)
    (warning,) = open_study(dicom_study).warnings
    assert warning.startswith("Compressed with loss: FS-T2WI.")


def test_a_stir_or_3d_series_is_a_warning(dicom_study: Path) -> None:
    for folder, changes in (("*T2_FSE_FS", {"SeriesDescription": "Sag STIR"}), ("*T2_FSE", {"MRAcquisitionType": "3D"})):
        for path in next(dicom_study.glob(folder)).iterdir():
            dataset = pydicom.dcmread(path)
            dataset.update(changes)
            dataset.save_as(path)
    t2, fs = other_kinds((), open_study(dicom_study).kinds)
    assert t2.startswith("T2WI is of another kind than the study's sequence (a 3-D acquisition)")
    assert fs.startswith("FS-T2WI is of another kind than the study's sequence (fat suppressed by inversion (STIR))")


def test_without_a_sequence_only_the_clinical_model_answers(
    untouched_files: dict[Role, Path], truth_mask: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = ["--t1", str(untouched_files[Role.T1WI]), "--fst2", str(untouched_files[Role.FST2WI]), "--allow-missing"]
    out = tmp_path / "out"
    stale = out / "masks" / "T2WI_bodies.nii.gz"
    stale.parent.mkdir(parents=True)
    stale.write_text("of another patient")
    assert main(["predict", *files, "--mask", str(truth_mask), "--age", "71", "--sex", "F", "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert "Missing: T2WI" in said
    assert "(threshold 0." in said
    assert set(json.loads((out / "prediction.json").read_text(encoding="utf-8"))["models"]) == {"clinical"}
    assert not stale.exists()


def test_the_report_can_be_chinese_while_the_json_stays_english(
    untouched_files: dict[Role, Path], truth_mask: Path, tmp_path: Path
) -> None:
    arguments = ["--t1", str(untouched_files[Role.T1WI]), "--allow-missing", "--mask", str(truth_mask), "--age", "71"]
    assert main(["predict", *arguments, "--sex", "F", "--language", "zh", "--out", str(tmp_path)]) == 0
    assert "骨质疏松" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "骨质疏松" not in (tmp_path / "prediction.json").read_text(encoding="utf-8")


def test_cancel_stops_the_analysis(simulated: SimulatedStudy) -> None:
    def cancel_after_the_body(message: str, fraction: float) -> None:
        if "bias" in message:
            raise Cancelled

    with pytest.raises(Cancelled):
        workflow.analyse(Study(simulated.volumes), simulated.bodies, load_profile(), progress=cancel_after_the_body)


def test_an_interrupt_leaves_nothing_behind(untouched_dicom: Path, truth_mask: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = [sys.executable, "-m", "OPRadiomicsLib.cli", "predict", str(untouched_dicom), "--mask", str(truth_mask)]
    with subprocess.Popen(
        [*command, "--out", str(out)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        while "bias" not in process.stderr.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        process.communicate()
    assert process.returncode == 130
    assert not out.exists()
