"""The panel's first guess: which volume is which sequence, and why."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from OPRadiomicsLib.mrml.sequences import contradiction, guess_roles, judge_node, kind, other_examination, other_patient
from OPRadiomicsLib.mrml.volumes import add_volume
from OPRadiomicsLib.types import Role, Volume


@pytest.fixture
def named(scene: Any, volume: Volume) -> Any:
    return lambda *names: [add_volume(scene, volume, name) for name in names]


def found(nodes: Sequence[Any], **options: Any) -> dict[str, str | None]:
    return {str(role): guess.node and guess.node.GetName() for role, guess in guess_roles(nodes, **options).items()}


def test_the_demo_study_is_known_by_its_names(named: Any) -> None:
    assert found(named("FS-T2WI", "T1WI", "T2WI")) == {"T1WI": "T1WI", "T2WI": "T2WI", "FS-T2WI": "FS-T2WI"}


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("3: Sag T1 FSE", Role.T1WI),
        ("t2_tse_sag_fs", Role.FST2WI),
        ("STIR sag", Role.FST2WI),
        ("T2矢状位压脂", Role.FST2WI),
        ("T2 sag ohne FS", Role.T2WI),
        ("T1 sag +C", None),
        ("T1 fs sag", None),
        ("PD sag", None),
        ("Volume", None),
    ],
)
def test_names_are_read_by_the_rules_of_the_command_line(named: Any, name: str, role: Role | None) -> None:
    verdict = judge_node(named(name)[0])
    assert verdict.role is role
    assert verdict.reason


def test_a_reason_says_that_a_name_is_weak_evidence(named: Any) -> None:
    assert "weak evidence: described as T1" in guess_roles(named("T1WI"))[Role.T1WI].reason


def test_two_candidates_leave_the_choice_to_the_reader(named: Any) -> None:
    guess = guess_roles(named("T1 sag", "T1 sag repeat"))[Role.T1WI]
    assert guess.node is None
    assert "2 volumes could be T1WI: 'T1 sag'" in guess.reason
    assert "'T1 sag repeat'" in guess.reason


def test_without_a_candidate_the_reasons_against_are_given(named: Any) -> None:
    guess = guess_roles(named("T1 sag +C"))[Role.T1WI]
    assert guess.node is None
    assert "no volume looks like T1WI ('T1 sag +C': after contrast agent)" in guess.reason


def test_an_empty_scene_has_no_candidate() -> None:
    assert guess_roles([])[Role.T1WI].reason == "no volume looks like T1WI"


def test_an_axial_stack_is_no_candidate(scene: Any, volume: Volume) -> None:
    affine = np.diag([0.9, 0.9, 4.0, 1.0])
    verdict = judge_node(add_volume(scene, Volume(volume.array, affine), "T2 tra"))
    assert (verdict.role, verdict.reason) == (None, "axial plane, not sagittal")


def test_a_fragment_is_no_candidate(scene: Any, volume: Volume) -> None:
    verdict = judge_node(add_volume(scene, Volume(volume.array[:3], volume.affine), "T1 sag"))
    assert "3 slices" in verdict.reason


def write_header(path: Path, **values: Any) -> Path:
    """One DICOM slice: what the headers' reader asks for."""
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian, generate_uid

    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.4"
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = generate_uid(), generate_uid()
    dataset.Modality, dataset.Rows, dataset.Columns = "MR", 2, 2
    dataset.BitsAllocated = dataset.BitsStored = 16
    dataset.HighBit, dataset.PixelRepresentation, dataset.SamplesPerPixel = 15, 0, 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.PixelData = bytes(8)
    for key, value in values.items():
        setattr(dataset, key, value)
    dataset.save_as(path, enforce_file_format=True)
    return path


def test_a_dicom_header_decides_and_says_its_numbers(named: Any, tmp_path: Path) -> None:
    nodes = named("5: sag", "6: sag")
    files = [
        write_header(tmp_path / "a", RepetitionTime=726, EchoTime=10, ScanningSequence="SE"),
        write_header(tmp_path / "b", RepetitionTime=2682, EchoTime=71, ScanningSequence="SE", ScanOptions="FS"),
    ]
    guesses = guess_roles(nodes, files_of=lambda node: [files[nodes.index(node)]])
    assert guesses[Role.T1WI].node is nodes[0]
    assert "TR 726 / TE 10 ms" in guesses[Role.T1WI].reason
    assert guesses[Role.FST2WI].node is nodes[1]
    assert "ScanOptions FS" in guesses[Role.FST2WI].reason


def test_a_name_that_contradicts_the_header_decides_nothing(named: Any, tmp_path: Path) -> None:
    (node,) = named("T2 sag")
    file = write_header(tmp_path / "a", RepetitionTime=726, EchoTime=10, ScanningSequence="SE")
    verdict = judge_node(node, lambda _: [file])
    assert verdict.role is None
    assert "contradiction" in verdict.reason


def test_an_unreadable_header_leaves_the_name_and_says_so(named: Any, tmp_path: Path) -> None:
    (node,) = named("T1 sag")
    verdict = judge_node(node, lambda _: [tmp_path / "gone"])
    assert verdict.role is Role.T1WI
    assert "DICOM header was not read" in verdict.reason


def test_an_image_chosen_for_another_sequence_is_told_without_its_name(named: Any) -> None:
    (node,) = named("DOE^JANE T2 sag")
    said = contradiction(Role.T1WI, node)
    assert said.startswith("T1WI: the chosen image looks like T2WI (")
    assert "DOE" not in said
    assert contradiction(Role.T2WI, node) == ""


def test_an_image_of_which_nothing_is_known_contradicts_no_choice(named: Any) -> None:
    (node,) = named("Volume")
    assert {contradiction(role, node) for role in Role} == {""}


def test_the_kind_of_a_sequence_is_known_by_its_header_or_where_the_name_tells_another(named: Any, tmp_path: Path) -> None:
    stir, plain = named("DOE^JANE SAG STIR", "T2")
    assert kind(Role.FST2WI, stir) == "FS-T2WI: fat suppressed by inversion (STIR)"
    assert kind(Role.T2WI, plain) == kind(Role.T2WI, plain, lambda _: [tmp_path / "gone"]) == ""
    file = write_header(tmp_path / "a", RepetitionTime=1500, EchoTime=120, MRAcquisitionType="3D")
    assert kind(Role.T2WI, plain, lambda _: [file]) == "T2WI: a 3-D acquisition"
    usual = write_header(tmp_path / "b", RepetitionTime=3000, EchoTime=100, MRAcquisitionType="2D")
    assert kind(Role.T2WI, plain, lambda _: [usual]) == "T2WI: as the study's"


def test_images_of_two_examinations_are_told_apart_by_their_headers(named: Any, tmp_path: Path) -> None:
    first, second, third, unknown = nodes = named("T1", "T2", "T2", "T2")
    files = [
        [write_header(tmp_path / "a", StudyInstanceUID="1.2.3", PatientID="A")],
        [write_header(tmp_path / "b", StudyInstanceUID="1.2.3", PatientID="A")],
        [write_header(tmp_path / "c", StudyInstanceUID="1.2.4", PatientID="B")],
        [],
    ]

    def other(node: Any) -> str:
        return other_examination(Role.T2WI, node, first, lambda asked: files[nodes.index(asked)])

    assert [other(node) for node in (second, unknown)] == ["", ""]
    assert other(third) == "T2WI: the chosen image is of another examination than the T1WI"


def test_an_age_or_sex_that_the_header_contradicts_is_told(named: Any, tmp_path: Path) -> None:
    (node,) = named("T1")
    file = write_header(tmp_path / "a", PatientAge="063Y", PatientSex="F")

    def said(age: float, male: bool | None) -> str:
        return other_patient(node, age, male, lambda _: [file])

    assert [said(63, False), said(64, None), said(0, None)] == ["", "", ""]
    assert said(77, True) == "age 77 was entered, the T1WI's header says 63; sex M was entered, the T1WI's header says F"
    assert other_patient(node, 77, True) == ""
    assert other_patient(node, 77, True, lambda _: [tmp_path / "away"]) == ""
