from __future__ import annotations

import pickle
import re
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from OPRadiomicsLib.errors import StudyError
from OPRadiomicsLib.io.index import index_dicom
from OPRadiomicsLib.io.roles import judge
from OPRadiomicsLib.io.volumes import read_volume
from pydicom.dataelem import RawDataElement
from pydicom.tag import Tag

PYDICOM_FILES = Path(pydicom.__file__).parent / "data" / "test_files"


def test_every_series_of_an_examination_is_listed_for_what_it_is(examination: Path) -> None:
    listed = index_dicom(examination)
    found = [
        (s.acquisition["series_number"], s.acquisition["kind"], s.acquisition["plane"], s.acquisition["slices"]) for s in listed
    ]
    assert found[3:] == [
        (2, "image", "sagittal", 8),
        (3, "image", "sagittal", 8),
        (4, "image", "sagittal", 8),
        (5, "image", "axial", 8),
        (90, "enhanced sr", "unknown", 1),
        (99, "secondary capture (screenshot)", "unknown", 1),
    ]
    assert sorted(found[:3]) == [(1, "image", plane, 3) for plane in ("axial", "coronal", "sagittal")]
    assert [s.acquisition["part"] for s in listed[:3]] == [1, 2, 3]


def test_a_hidden_folder_such_as_a_killed_run_leaves_is_passed_over(examination: Path) -> None:
    files = [series.files for series in index_dicom(examination)]
    shutil.copytree(examination, examination / ".writing--killed")
    assert [series.files for series in index_dicom(examination)] == files


def test_an_examination_that_was_copied_twice_into_its_folder_counts_once(examination: Path) -> None:
    """Multi-frame and other objects among it; the listing stays that of the first files."""
    files = [series.files for series in index_dicom(examination)]
    shutil.copytree(examination, examination / "z copy")
    assert [series.files for series in index_dicom(examination)] == files


def test_the_acquisition_holds_what_the_header_says(examination: Path) -> None:
    t1 = next(s for s in index_dicom(examination) if s.acquisition["series_number"] == 3)
    expected = {
        "tr_ms": 726.0,
        "te_ms": 10.0,
        "field_strength_t": 3.0,
        "model": "SIGNA Architect",
        "slice_thickness_mm": 3.0,
        "slice_spacing_mm": 3.3,
        "matrix": (32, 32),
        "pixel_spacing_mm": (0.875, 0.875),
        "scan_options": ("FAST_GEMS", "FILTERED_GEMS"),
        "scanning_sequence": ("SE",),
        "image_type": ("ORIGINAL", "PRIMARY", "OTHER"),
        "modality": "MR",
        "body_part": "LSPINE",
    }
    assert {key: t1.acquisition[key] for key in expected} == expected


def test_no_series_reference_holds_patient_data(examination: Path) -> None:
    for series in index_dicom(examination):
        shown = repr((series.description, series.reason, dict(series.acquisition)))
        assert not any(word in shown for word in ("Mustermann", "Erika", "19530615", "20240801", "P1"))


def test_a_uid_that_holds_a_date_is_printed_in_no_warning(
    write_study: Any, make_stack: Any, recwarn: pytest.WarningsRecorder
) -> None:
    uid = "1.2.840.113619.2024.08.05"  # 08 and 05 break the rules for a UID (PS3.5 9.1), as dates in UIDs do
    folder = write_study(make_stack(frame_uid=uid, study_uid=uid))
    recwarn.clear()
    warnings.simplefilter("always")
    series = index_dicom(folder)[0]
    read_volume(series)
    assert (series.study_uid, series.frame_of_reference_uid) == (uid, uid)
    assert [str(warning.message) for warning in recwarn] == []


def test_slices_are_in_geometric_order_whatever_names_and_instance_numbers(write_study: Any, make_stack: Any) -> None:
    stack = make_stack(slices=9)
    series = index_dicom(write_study(stack))[0]
    places = [float(pydicom.dcmread(path).ImagePositionPatient[0]) for path in series.files]
    along = np.cross(stack.row, stack.column)[0]
    assert np.all(np.diff(np.array(places) * along) > 3.2)
    assert list(series.files) != sorted(series.files)


def test_progress_ends_at_one(examination: Path) -> None:
    fractions: list[float] = []
    index_dicom(examination, lambda message, fraction: fractions.append(fraction))
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0


def test_links_that_run_in_a_circle_end(write_study: Any, make_stack: Any) -> None:
    folder = write_study(make_stack())
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    assert [s.acquisition["slices"] for s in index_dicom(folder)] == [8]


def test_a_series_reference_can_be_sent_to_another_process(examination: Path) -> None:
    index = index_dicom(examination)
    assert [series.acquisition for series in pickle.loads(pickle.dumps(index))] == [series.acquisition for series in index]


def test_one_malformed_optional_number_makes_no_series_unreadable(write_study: Any, make_stack: Any) -> None:
    folder = write_study(make_stack())
    for path in folder.rglob("IM_*"):
        repetition_time = rb"(\x18\x00\x80\x00DS..)7"  # tag (0018,0080), VR, length, first digit
        path.write_bytes(re.sub(repetition_time, rb"\1x", path.read_bytes(), count=1, flags=re.DOTALL))
    (series,) = index_dicom(folder)
    assert "tr_ms" not in series.acquisition
    assert series.acquisition["te_ms"] == 10.0


def test_mixed_patients_are_refused_without_naming_them(write_study: Any, make_stack: Any) -> None:
    folder = write_study(make_stack(number=1), make_stack(number=2, patient_id="P2"), make_stack(number=3, patient_id="P3"))
    with pytest.raises(StudyError, match="3 different values of PatientID") as caught:
        index_dicom(folder)
    assert "--study-uid" in caught.value.remedy
    assert not any(word in str(caught.value) for word in ("P2", "P3", "Mustermann"))


def test_two_studies_are_refused_and_one_can_be_chosen_by_the_end_of_its_uid(write_study: Any, make_stack: Any) -> None:
    folder = write_study(
        make_stack(number=1, study_uid="1.2.3.20240801.77"), make_stack(number=2, study_uid="1.2.3.20240801.88")
    )
    with pytest.raises(StudyError, match="2 different studies") as caught:
        index_dicom(folder)
    assert "20240801" not in str(caught.value)
    assert [s.acquisition["series_number"] for s in index_dicom(folder, study_uid="88")] == [2]
    with pytest.raises(StudyError, match="0 studies"):
        index_dicom(folder, study_uid="99")


def test_one_patient_id_with_two_birth_dates_is_a_mix(write_study: Any, make_stack: Any) -> None:
    folder = write_study(make_stack(number=1), make_stack(number=2, tags={"PatientBirthDate": "19400101"}))
    with pytest.raises(StudyError, match="2 different values of PatientBirthDate"):
        index_dicom(folder)


@pytest.mark.parametrize("kept", [150, 600, -1, -500])
def test_a_truncated_file_is_refused_by_name(write_study: Any, make_stack: Any, kept: int) -> None:
    folder = write_study(make_stack())
    victim = sorted(folder.rglob("IM_*"))[3]
    content = victim.read_bytes()
    victim.write_bytes(content[:kept])
    with pytest.raises(StudyError, match=victim.name):
        index_dicom(folder)


def test_a_truncated_file_of_a_real_scanner_is_refused(tmp_path: Path) -> None:
    shutil.copy(PYDICOM_FILES / "MR_truncated.dcm", tmp_path)
    with pytest.raises(StudyError, match=r"MR_truncated\.dcm.*8130 of 8192 bytes"):
        index_dicom(tmp_path)


@pytest.mark.parametrize("name", ["MR_small.dcm", "MR_small_implicit.dcm", "MR_small_bigendian.dcm", "MR_small_RLE.dcm"])
def test_real_files_of_every_transfer_syntax_are_indexed(tmp_path: Path, name: str) -> None:
    shutil.copy(PYDICOM_FILES / name, tmp_path / "noextension")
    series = index_dicom(tmp_path)[0]
    assert (series.acquisition["tr_ms"], series.acquisition["te_ms"], series.acquisition["plane"]) == (4000.0, 240.0, "axial")


def test_dicomdir_and_ct_are_read_for_what_they_are() -> None:
    ct = PYDICOM_FILES / "dicomdirtests" / "98892001"
    assert {s.acquisition["modality"] for s in index_dicom(ct)} == {"CT"}


def test_a_dicomdir_alone_is_no_study(tmp_path: Path) -> None:
    shutil.copy(PYDICOM_FILES / "dicomdirtests" / "DICOMDIR", tmp_path)
    with pytest.raises(StudyError, match="No DICOM file among the 1 files"):
        index_dicom(tmp_path)


def test_a_dicomdir_beside_files_without_ending_is_no_blank_slice(write_study: Any, make_stack: Any) -> None:
    """As on a CD whose images are called IM00001: both begin with 128 null bytes and have no ending."""
    folder = write_study(make_stack())
    shutil.copy(PYDICOM_FILES / "dicomdirtests" / "DICOMDIR", folder / "s0" / "DICOMDIR")
    assert [series.acquisition["slices"] for series in index_dicom(folder)] == [8]


def test_a_missing_or_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="does not exist"):
        index_dicom(tmp_path / "absent")
    with pytest.raises(StudyError, match="No DICOM file among the 0 files"):
        index_dicom(tmp_path)


def test_two_echoes_in_one_series_are_two_stacks(tmp_path: Path, make_stack: Any, write_stack: Callable[..., Any]) -> None:
    write_stack(make_stack(te_ms=20, tr_ms=3000), tmp_path / "a")
    write_stack(make_stack(te_ms=100, tr_ms=3000), tmp_path / "b")
    listed = index_dicom(tmp_path)
    assert [(s.acquisition["part"], s.acquisition["te_ms"], s.acquisition["slices"]) for s in listed] == [
        (1, 20, 8),
        (2, 100, 8),
    ]


@pytest.mark.parametrize("keyword", ["SOPClassUID", "SeriesInstanceUID"])
def test_a_whole_file_that_lacks_an_identifier_is_named_with_it(write_study: Any, make_stack: Any, keyword: str) -> None:
    folder = write_study(make_stack())
    victim = sorted(folder.rglob("IM_*"))[3]
    dataset = pydicom.dcmread(victim)
    delattr(dataset, keyword)
    dataset.save_as(victim)
    with pytest.raises(StudyError, match=f"'{victim.name}' .*lacks {keyword}"):
        index_dicom(folder)


def test_slices_without_position_are_counted(write_study: Any, make_stack: Any) -> None:
    folder = write_study(make_stack(tags={"ImagePositionPatient": None}))
    with pytest.raises(StudyError, match="8 of 8 slices without position or orientation"):
        read_volume(index_dicom(folder)[0])


@pytest.mark.parametrize("charset", [None, "ISO_IR 100", ["", "ISO 2022 IR 58"]])
@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_chinese_text_is_read_where_its_character_set_is_not_declared_or_wrongly(
    write_study: Any, make_stack: Any, charset: Any, encoding: str
) -> None:
    raw = "矢状位T2压脂".encode(encoding).decode("latin-1")
    folder = write_study(make_stack(description=raw, tags={"SpecificCharacterSet": "ISO_IR 100"}))
    for path in folder.rglob("IM_*"):
        dataset = pydicom.dcmread(path)
        dataset.SpecificCharacterSet = charset
        dataset.save_as(path)
    assert index_dicom(folder)[0].description == "矢状位T2压脂"


@pytest.mark.parametrize("text", ["T2 Wirbelsäule Übergröße", "séquence créée", "localizações", "OSag T2"])
def test_text_of_latin_1_stays_as_it_is(write_study: Any, make_stack: Any, text: str) -> None:
    folder = write_study(make_stack(description=text, tags={"SpecificCharacterSet": "ISO_IR 100"}))
    assert index_dicom(folder)[0].description == text


def test_enhanced_multi_frame_is_read_in_geometric_order(tmp_path: Path, make_stack: Any, write_enhanced_stack: Any) -> None:
    stack = make_stack(slope=2.0, intercept=-5.0)
    write_enhanced_stack(stack, tmp_path / "multi")
    series = index_dicom(tmp_path)[0]
    assert (series.acquisition["slices"], series.acquisition["tr_ms"], series.acquisition["te_ms"]) == (8, 726.0, 10.0)
    assert series.acquisition["scanning_sequence"] == ("SE",)
    volume = read_volume(series)
    np.testing.assert_array_equal(volume.array, stack.array * 2.0 - 5.0)
    np.testing.assert_allclose(volume.affine, stack.affine, atol=1e-5)


def test_what_philips_repeats_in_private_sequences_places_no_frame(
    tmp_path: Path, make_stack: Any, write_enhanced_stack: Any, recwarn: pytest.WarningsRecorder
) -> None:
    """(2005,xx0F) of each frame holds half a classic header, here of an axial slice of 9 mm pixels; none of it is printed."""
    stack = make_stack()
    write_enhanced_stack(stack, tmp_path / "multi")
    dataset = pydicom.dcmread(tmp_path / "multi")
    for frame in dataset.PerFrameFunctionalGroupsSequence:
        classic = pydicom.Dataset()
        classic.ImageOrientationPatient, classic.ImagePositionPatient = [1, 0, 0, 0, 1, 0], [0, 0, 0]
        classic.PixelSpacing, classic.RepetitionTime, classic.EchoTime = [9, 9], 5000, 99
        frame.private_block(0x2005, "Philips MR Imaging DD 005", create=True).add_new(0x0F, "SQ", [classic])
        frame[0x20051010] = RawDataElement(Tag(0x20051010), "UI", 14, b"1.2.2024.08.05", 0, False, True)
    dataset.save_as(tmp_path / "multi")
    recwarn.clear()
    warnings.simplefilter("always")
    (series,) = index_dicom(tmp_path)
    assert (series.acquisition["plane"], series.acquisition["tr_ms"], series.acquisition["te_ms"]) == ("sagittal", 726, 10)
    np.testing.assert_allclose(read_volume(series).affine, stack.affine, atol=1e-5)
    assert [str(warning.message) for warning in recwarn] == []


@pytest.mark.parametrize("enhanced", [False, True])
def test_a_contrast_agent_that_only_a_code_names_is_seen(
    tmp_path: Path, make_stack: Any, write_stack: Any, write_enhanced_stack: Any, enhanced: bool
) -> None:
    agent = pydicom.Dataset()
    agent.CodeValue, agent.CodingSchemeDesignator, agent.CodeMeaning = "C-17800", "SRT", "Gadolinium"
    stack = make_stack(tags={"ContrastBolusAgentSequence": [agent]})
    write_enhanced_stack(stack, tmp_path / "multi") if enhanced else write_stack(stack, tmp_path)
    (series,) = index_dicom(tmp_path)
    assert (judge(series).role, judge(series).reason) == (None, "after contrast agent")


def _with_raw_element(path: Path, tag: int, vr: str, value: bytes) -> None:
    """Store an element exactly as given, as a faulty exporter would."""
    dataset = pydicom.dcmread(path)
    dataset._dict[Tag(tag)] = RawDataElement(Tag(tag), vr, len(value), value, 0, False, True)
    dataset.save_as(path)


@pytest.mark.parametrize(
    ("tag", "vr", "value"),
    [
        (0x00280010, "US", b"\x20\x00\x20\x00"),  # Rows, twice
        (0x00280002, "US", b"\x01"),  # SamplesPerPixel, half of it
        (0x00181310, "US", b"abc"),  # AcquisitionMatrix, odd length
        (0x00280030, "ZZ", b"1\\1 "),  # PixelSpacing of an unknown VR
        (0x52009230, "LO", b"text"),  # PerFrameFunctionalGroupsSequence that is no sequence
        (0x52009230, "SQ", b"abcdef"),
        (0x52009229, "SQ", b"abcdef"),
        (0x00281053, "DS", b"0 "),  # RescaleSlope
        (0x00281053, "DS", b"abc "),
        (0x00281053, "DS", b"1\\2 "),
        (0x00281053, "DS", b"inf "),
        (0x00281053, "DS", b"1e300 "),
    ],
)
def test_an_element_that_contradicts_its_type_never_ends_in_a_traceback(
    write_study: Any, make_stack: Any, tag: int, vr: str, value: bytes
) -> None:
    folder = write_study(make_stack())
    reference = read_volume(index_dicom(folder)[0]).array
    _with_raw_element(sorted(folder.rglob("IM_*"))[3], tag, vr, value)
    try:
        volume = read_volume(index_dicom(folder)[0])
    except StudyError as error:
        assert re.search(r"is damaged: .*(cannot be (read|decoded)|frames announced)|RescaleSlope (0|inf|1e\+300)", error.found)
    else:  # the element is not needed for a classic slice
        np.testing.assert_array_equal(volume.array, reference)


def test_file_meta_information_of_an_unknown_type_is_damage(write_study: Any, make_stack: Any) -> None:
    folder = write_study(make_stack())
    victim = sorted(folder.rglob("IM_*"))[3]
    victim.write_bytes(victim.read_bytes().replace(b"\x02\x00\x02\x00UI", b"\x02\x00\x02\x00U\xcd", 1))
    with pytest.raises(StudyError, match=f"'{victim.name}' .* is damaged: a value in its header cannot be read"):
        index_dicom(folder)


def test_a_file_without_preamble_and_file_meta_is_read_as_it_is_encoded(write_study: Any, make_stack: Any) -> None:
    folder = write_study(make_stack())
    reference = read_volume(index_dicom(folder)[0]).array
    for number, path in enumerate(sorted(folder.rglob("IM_*"))):
        dataset = pydicom.Dataset(pydicom.dcmread(path))
        dataset.save_as(path, implicit_vr=number % 2 == 0, little_endian=True)
    np.testing.assert_array_equal(read_volume(index_dicom(folder)[0]).array, reference)


@pytest.mark.parametrize("content", [b"", bytes(100), bytes(4096)])
def test_a_blank_file_among_slices_is_a_lost_slice(write_study: Any, make_stack: Any, content: bytes) -> None:
    folder = write_study(make_stack())
    lost = min(folder.rglob("IM_*"), key=lambda path: pydicom.dcmread(path).ImagePositionPatient[0])
    (lost.parent / "notes.txt").write_bytes(content)
    assert index_dicom(folder)[0].acquisition["slices"] == 8
    lost.write_bytes(content)
    with pytest.raises(StudyError, match=f"'{lost.name}' .* is damaged: it is blank"):
        index_dicom(folder)


@pytest.mark.parametrize("changes", [{"EchoTime": 99.0}, {"Rows": None}])
def test_a_slice_split_off_by_its_header_is_not_left_out_silently(
    write_study: Any, make_stack: Any, changes: dict[str, Any]
) -> None:
    folder = write_study(make_stack())
    path = min(folder.rglob("IM_*"), key=lambda path: pydicom.dcmread(path).ImagePositionPatient[0])
    dataset = pydicom.dcmread(path)
    for keyword, value in changes.items():
        setattr(dataset, keyword, value) if value is not None else delattr(dataset, keyword)
    dataset.save_as(path)
    stack = max(index_dicom(folder), key=lambda series: len(series.files))
    with pytest.raises(StudyError, match="1 of its slices, in line with the other 7, differ"):
        read_volume(stack)


def test_a_folder_that_the_system_refuses_is_a_study_error(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="cannot be read"):
        index_dicom(tmp_path / ("x" * 300))
