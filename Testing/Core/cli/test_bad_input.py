"""Bad input: status 2, what was found, what was expected, the remedy, and nothing written."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from OPRadiomicsLib import io
from OPRadiomicsLib.geometry import to_sitk
from OPRadiomicsLib.models.signature_file import load_signature, save_signature
from OPRadiomicsLib.resources import model_folder
from OPRadiomicsLib.types import Mask, Role, Volume
from OPRadiomicsTrainingLib.simulation.study import SimulatedStudy

Refused = Callable[..., str]

OPTION = {Role.T1WI: "--t1", Role.T2WI: "--t2", Role.FST2WI: "--fst2"}
PATIENT = ("--age", "71", "--sex", "F")


def options_of(files: dict[Role, Path]) -> list[object]:
    return [word for role, path in files.items() for word in (OPTION[role], path)]


def spoilt(volume: Volume, path: Path, array: np.ndarray) -> Path:
    """Another array in the image's place, as NIfTI, past this library's own checks."""
    image = sitk.GetImageFromArray(array, isVector=False)
    if array.shape == volume.shape:
        image.CopyInformation(to_sitk(volume))
    sitk.WriteImage(image, str(path))
    return path


def series_folder(study: Path, words: str) -> Path:
    return next(folder for folder in study.iterdir() if folder.name.endswith(words))


def rewrite(folder: Path, **attributes: object) -> None:
    for path in folder.iterdir():
        dataset = pydicom.dcmread(path)
        for keyword, value in attributes.items():
            setattr(dataset, keyword, value)
        dataset.save_as(path)


def test_a_missing_sequence_is_named(dicom_study: Path, refused: Refused) -> None:
    shutil.rmtree(series_folder(dicom_study, "T2_FSE_FS"))
    message = refused("predict", dicom_study, *PATIENT)
    assert "FS-T2WI" in message
    assert "--allow-missing" in message


@pytest.mark.parametrize(
    "arguments",
    [("predict", "y" * 300), ("predict", "--t1", "y" * 300 + ".nii.gz"), ("cohort", "y" * 300)],
)
def test_a_name_that_the_system_refuses_is_no_fault_of_the_software(arguments: tuple[str, ...], refused: Refused) -> None:
    assert "File name too long" in refused(*arguments)


def test_two_candidates_are_listed_with_the_way_to_choose(dicom_study: Path, refused: Refused) -> None:
    original = series_folder(dicom_study, "T1_FSE")
    twin = dicom_study / "again"
    shutil.copytree(original, twin)
    uid = pydicom.uid.generate_uid()
    for path in twin.iterdir():
        dataset = pydicom.dcmread(path)
        dataset.SeriesInstanceUID, dataset.SeriesNumber = uid, 9
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = pydicom.uid.generate_uid()
        dataset.save_as(path)
    message = refused("predict", dicom_study, *PATIENT)
    assert "2 candidates for T1WI" in message
    assert "--t1-series" in message


def test_a_folder_of_nifti_files_is_refused_with_the_way_of_each_command(files: dict[Role, Path], refused: Refused) -> None:
    message = refused("features", files[Role.T1WI].parent, out_option=("-o",))
    assert "No DICOM file among the 3 files" in message
    assert "one to `segment`, and one by one to `predict` and `features`" in message


def test_a_localiser_alone_is_refused(dicom_study: Path, refused: Refused) -> None:
    for words in ("T1_FSE", "T2_FSE", "T2_FSE_FS"):
        shutil.rmtree(series_folder(dicom_study, words))
    assert "ocaliser" in refused("predict", dicom_study, *PATIENT)


def test_a_study_of_another_modality_is_refused(dicom_study: Path, refused: Refused) -> None:
    for folder in dicom_study.iterdir():
        rewrite(folder, Modality="CT")
    assert "MR" in refused("predict", dicom_study, *PATIENT)


def test_axial_series_are_refused(dicom_study: Path, refused: Refused) -> None:
    for folder in dicom_study.iterdir():
        for path in folder.iterdir():
            dataset = pydicom.dcmread(path)
            dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
            dataset.ImagePositionPatient = [0, 0, 3.3 * int(dataset.InstanceNumber)]
            dataset.save_as(path)
    assert "sagittal" in refused("predict", dicom_study, *PATIENT)


def test_a_truncated_dicom_file_is_named(dicom_study: Path, refused: Refused) -> None:
    path = next(series_folder(dicom_study, "T1_FSE").iterdir())
    path.write_bytes(path.read_bytes()[:-5000])
    assert path.name in refused("predict", dicom_study, *PATIENT)


def test_mixed_patients_are_refused_without_their_names(dicom_study: Path, refused: Refused) -> None:
    rewrite(series_folder(dicom_study, "T1_FSE"), PatientID="SOMEBODY-ELSE", PatientName="Doe^Jane")
    message = refused("predict", dicom_study, *PATIENT)
    assert "patient" in message
    assert "SOMEBODY-ELSE" not in message
    assert "Doe" not in message


def test_sequences_of_different_frames_of_reference_are_refused(dicom_study: Path, refused: Refused) -> None:
    rewrite(series_folder(dicom_study, "T2_FSE"), FrameOfReferenceUID=pydicom.uid.generate_uid())
    assert "T1WI and T2WI with different frames of reference (FrameOfReferenceUID)" in refused("predict", dicom_study, *PATIENT)


def test_a_sequence_that_does_not_cover_a_level_is_named(dicom_study: Path, refused: Refused) -> None:
    slices = sorted(series_folder(dicom_study, "T2_FSE").iterdir(), key=lambda path: pydicom.dcmread(path).SliceLocation)
    for path in slices[: len(slices) // 2]:
        path.unlink()
    assert re.search(r"T2WI: \d+% of L\d lies outside", refused("predict", dicom_study, *PATIENT))


def test_a_dicom_folder_in_the_place_of_an_image_file_is_told_where_it_goes(dicom_study: Path, refused: Refused) -> None:
    t1 = series_folder(dicom_study, "T1_FSE")
    assert "STUDY of `predict`" in refused("predict", "--t1", t1, "--allow-missing", *PATIENT)


def faulty_arrays(volume: Volume) -> dict[str, tuple[np.ndarray, str]]:
    array = np.array(volume.array)
    with_nan = array.copy()
    with_nan[3, 40, 40] = np.nan
    with_infinity = array.copy()
    with_infinity[3, 40, 40] = np.inf
    return {
        "4-D": (np.stack([array, array]), "4"),
        "single slice": (array[:1], "slice"),
        "NaN": (with_nan, "NaN"),
        "infinity": (with_infinity, "nfinit"),
        "constant": (np.full_like(array, 7.0), "Every voxel"),
        "empty": (np.zeros_like(array), "Every voxel"),
    }


@pytest.mark.parametrize("fault", ["4-D", "single slice", "NaN", "infinity", "constant", "empty"])
def test_an_image_that_cannot_be_used_is_refused(
    fault: str, files: dict[Role, Path], simulated: SimulatedStudy, tmp_path: Path, refused: Refused
) -> None:
    array, word = faulty_arrays(simulated.volumes[Role.T2WI])[fault]
    files[Role.T2WI] = spoilt(simulated.volumes[Role.T2WI], tmp_path / "bad.nii.gz", array=array)
    assert word in refused("predict", *options_of(files), *PATIENT)


@pytest.fixture
def true_labels(simulated: SimulatedStudy) -> np.ndarray:
    return np.array(simulated.bodies.labels)


def test_a_mask_on_another_grid_is_refused(
    files: dict[Role, Path], simulated: SimulatedStudy, true_labels: np.ndarray, tmp_path: Path, refused: Refused
) -> None:
    moved = np.array(simulated.bodies.affine)
    moved[:3, 3] += 5.0
    mask = io.write_mask(Mask(true_labels, moved), tmp_path / "mask.nii.gz")
    assert "mm apart" in refused("predict", *options_of(files), *PATIENT, "--mask", mask)


def test_an_empty_mask_is_refused(files: dict[Role, Path], simulated: SimulatedStudy, tmp_path: Path, refused: Refused) -> None:
    path = spoilt(simulated.volumes[Role.T1WI], tmp_path / "mask.nii.gz", array=np.zeros(simulated.bodies.shape, np.uint8))
    assert "empty" in refused("predict", *options_of(files), *PATIENT, "--mask", path).lower()


def test_a_mask_without_L2_is_refused(
    files: dict[Role, Path], simulated: SimulatedStudy, true_labels: np.ndarray, tmp_path: Path, refused: Refused
) -> None:
    true_labels[true_labels == 21] = 0
    mask = io.write_mask(Mask(true_labels, simulated.bodies.affine), tmp_path / "mask.nii.gz")
    assert "L2" in refused("predict", *options_of(files), *PATIENT, "--mask", mask)


def test_a_mask_with_overlapping_segments_is_refused(
    files: dict[Role, Path], simulated: SimulatedStudy, true_labels: np.ndarray, tmp_path: Path, refused: Refused
) -> None:
    layers = np.stack([true_labels == 20, true_labels == 20, true_labels == 22], axis=-1).astype(np.uint8)
    image = sitk.GetImageFromArray(layers, isVector=True)
    image.CopyInformation(to_sitk(simulated.bodies))
    for number, level in enumerate(("L1", "L2", "L3")):
        image.SetMetaData(f"Segment{number}_Name", level)
        image.SetMetaData(f"Segment{number}_ID", level)
        image.SetMetaData(f"Segment{number}_LabelValue", "1")
        image.SetMetaData(f"Segment{number}_Layer", str(number))
    path = tmp_path / "mask.seg.nrrd"
    sitk.WriteImage(image, str(path))
    assert "overlap" in refused("predict", *options_of(files), *PATIENT, "--mask", path).lower()


@pytest.mark.parametrize(
    ("given", "word"),
    [
        (("--sex", "F"), "--age"),
        (("--age", "71"), "--sex"),
        (("--age", "852", "--sex", "F"), "71.0"),
        (("--age", "-3", "--sex", "F"), "Age"),
        (("--age", "71", "--sex", "2"), "M or F"),
        (("--age", "71", "--sex", "F", "--bmi", "245"), "24.5"),
    ],
)
def test_missing_or_impossible_clinical_data_are_refused(
    given: tuple[str, ...], word: str, files: dict[Role, Path], refused: Refused
) -> None:
    assert word in refused("predict", *options_of(files), *given)


def test_an_output_folder_that_is_a_file_is_refused(files: dict[Role, Path], tmp_path: Path, refused: Refused) -> None:
    (tmp_path / "out").write_text("a file")
    assert "written" in refused("predict", *options_of(files), *PATIENT)


def test_a_signature_whose_checksum_differs_is_refused(files: dict[Role, Path], tmp_path: Path, refused: Refused) -> None:
    path = tmp_path / "signature.json"
    text = (model_folder("demo-signature") / "signature.json").read_text()
    path.write_text(text.replace('"age"', '"bmi"'))
    assert "SHA-256" in refused("predict", *options_of(files), *PATIENT, "--signature", path)


def test_a_signature_of_another_profile_is_refused(files: dict[Role, Path], tmp_path: Path, refused: Refused) -> None:
    signature = load_signature("demo-signature")
    other = signature.model_copy(update={"profile": signature.profile.model_copy(update={"hash": "0" * 16})})
    save_signature(other, tmp_path / "other")
    assert "0" * 16 in refused("predict", *options_of(files), *PATIENT, "--signature", tmp_path / "other")


def test_a_damaged_segmentation_network_is_refused(files: dict[Role, Path], tmp_path: Path, refused: Refused) -> None:
    folder = Path(shutil.copytree(model_folder("lumbar-bodies"), tmp_path / "network"))
    weights = next(folder.rglob("*.onnx"))
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    assert "SHA-256" in refused("predict", *options_of(files), *PATIENT, "--model", folder)


def test_a_study_and_files_together_are_refused(dicom_study: Path, files: dict[Role, Path], refused: Refused) -> None:
    assert "Both" in refused("predict", dicom_study, *options_of(files), *PATIENT)
