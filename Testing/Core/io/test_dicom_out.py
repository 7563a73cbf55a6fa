"""SEG and SR of small DICOM series: voxels and record come back, whatever the order of storage, the character set or the kind
of DICOM file."""

from __future__ import annotations

import copy
import itertools
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from OPRadiomicsLib import io
from OPRadiomicsLib.errors import Cancelled, GeometryError, MaskError, MissingDependencyError, StudyError
from OPRadiomicsLib.files import all_or_nothing
from OPRadiomicsLib.geometry import reoriented
from OPRadiomicsLib.io.dicom_out import mask_path, roles_of_result, write_dicom_result
from OPRadiomicsLib.io.dicom_sources import open_source, sources_by_role, sources_of_study
from OPRadiomicsLib.io.masks import read_mask_in_any_order
from OPRadiomicsLib.levels import SNOMED_CODE
from OPRadiomicsLib.types import Mask, Role, Volume

pytest.importorskip("highdicom", reason="highdicom, an optional package, is not installed")

ORDERS = [codes for letters in itertools.product("LR", "PA", "SI") for codes in itertools.permutations(letters)]
PREDICTION: dict[str, Any] = {
    "schema_version": 1,
    "use": "Research use only, not for diagnosis",
    "demo": False,
    "outcome": "Probability of osteoporosis (QCT volumetric BMD below 80 mg/cm³)",
    "models": {
        "clinical": {
            "demo": False,
            "kind": "fitted",
            "probability": 0.1,
            "interval_95": [0.05, 1 / 3],
            "threshold": 0.5,
            "osteoporosis": False,
            "logit": -2.0,
            "provenance": {"signature": "s", "version": "1", "sha256": "ab12"},
        }
    },
    "warnings": ["L2: 边界不清"],
    "levels": [
        {"level": "L1", "accepted_by": "AB"},
        {"level": "L2", "accepted_by": "张三"},
        {"level": "L3", "accepted_by": ""},
    ],
    "segmentation": f"model lumbar-bodies 0.1.0, SHA-256 {'ab' * 32}, onnxruntime, reviewed by AB",
    "profile": {"name": "standard", "hash": "0123"},
}


@pytest.fixture
def bodies(a_mask: Mask) -> Mask:
    """L1-L3 on the T1WI of `sequences`; L3 skips a slice, as a hand-drawn mask may."""
    labels = np.where(a_mask.labels == 23, 0, a_mask.labels)
    labels[4][labels[4] == 22] = 0
    return replace(a_mask, labels=labels)


@pytest.fixture
def result_of(tmp_path: Path) -> Callable[..., Path]:
    """A folder as `predict` writes it."""

    def write(masks: dict[Role, Mask], **changes: Any) -> Path:
        folder = tmp_path / "result"
        (folder / "masks").mkdir(parents=True, exist_ok=True)
        (folder / "prediction.json").write_text(json.dumps(PREDICTION | changes), encoding="utf-8")
        for role, mask in masks.items():
            io.write_mask(mask, mask_path(folder, role))
        return folder

    return write


@pytest.fixture
def exported(tmp_path: Path, result_of: Callable[..., Path]) -> Callable[..., tuple[pydicom.Dataset, pydicom.Dataset]]:
    """Exports a T1WI's mask to a SEG and an SR, and reads both."""

    def export(images: Path, mask: Mask, **changes: Any) -> tuple[pydicom.Dataset, pydicom.Dataset]:
        out = tmp_path / "out"
        out.mkdir(exist_ok=True)
        paths = write_dicom_result(result_of({Role.T1WI: mask}, **changes), sources_by_role({Role.T1WI: images}), out)
        assert [path.name for path in paths] == ["SEG_T1WI.dcm", "SR.dcm"]
        segmentation, report = (pydicom.dcmread(path) for path in paths)
        return segmentation, report

    return export


@pytest.fixture
def t1_folder(tmp_path: Path, write_stack: Callable[..., list[Path]], sequences: Any) -> Path:
    write_stack(sequences[0], tmp_path / "t1")
    return tmp_path / "t1"


@pytest.fixture
def enhanced_file(tmp_path: Path, write_enhanced_stack: Any, sequences: Any) -> Path:
    write_enhanced_stack(sequences[0], tmp_path / "enhanced.dcm")
    return tmp_path / "enhanced.dcm"


@pytest.fixture
def read_back(tmp_path: Path, a_volume: Volume) -> Callable[[], Mask]:
    """The SEG as the software's own reader sees it on the T1WI."""
    return lambda: io.read_mask(tmp_path / "out" / "SEG_T1WI.dcm", a_volume)


def test_a_mask_stored_in_any_of_48_orders_lands_on_its_voxels(tmp_path: Path, a_volume: Volume, bodies: Mask) -> None:
    assert len(set(ORDERS)) == 48
    for codes in ORDERS:
        path = io.write_mask(reoriented(bodies, codes), tmp_path / "mask.nii.gz")
        np.testing.assert_array_equal(read_mask_in_any_order(path, a_volume).labels, bodies.labels)


@pytest.mark.parametrize("codes", [None, ("S", "R", "A"), ("L", "I", "P")])
def test_voxels_survive_the_round_trip(
    t1_folder: Path, bodies: Mask, exported: Any, read_back: Callable[[], Mask], codes: Any
) -> None:
    exported(t1_folder, bodies if codes is None else reoriented(bodies, codes))
    np.testing.assert_array_equal(read_back().labels, bodies.labels)


def test_each_segment_frame_names_the_slice_that_lies_where_it_does(t1_folder: Path, bodies: Mask, exported: Any) -> None:
    segmentation, _ = exported(t1_folder, bodies)
    headers = [pydicom.dcmread(path, stop_before_pixels=True) for path in t1_folder.iterdir()]
    position = {header.SOPInstanceUID: list(header.ImagePositionPatient) for header in headers}
    assert segmentation.NumberOfFrames == 4 + 4 + 3
    for frame in segmentation.PerFrameFunctionalGroupsSequence:
        (source,) = frame.DerivationImageSequence[0].SourceImageSequence
        assert position[source.ReferencedSOPInstanceUID] == list(frame.PlanePositionSequence[0].ImagePositionPatient)


def test_segments_bear_snomed_codes_and_how_they_were_drawn(t1_folder: Path, bodies: Mask, exported: Any) -> None:
    segmentation, _ = exported(t1_folder, bodies)
    segments = segmentation.SegmentSequence
    assert [segment.SegmentLabel for segment in segments] == ["L1", "L2", "L3"]
    assert [segment.SegmentedPropertyTypeCodeSequence[0].CodeValue for segment in segments] == [
        SNOMED_CODE[level] for level in ("L1", "L2", "L3")
    ]
    assert {segment.SegmentAlgorithmType for segment in segments} == {"SEMIAUTOMATIC"}
    (algorithm,) = segments[0].SegmentationAlgorithmIdentificationSequence
    assert (algorithm.AlgorithmName, algorithm.AlgorithmVersion) == ("lumbar-bodies", "0.1.0")
    assert algorithm.AlgorithmParameters == f"SHA-256={'ab' * 32}"
    assert {segment.SegmentAlgorithmName for segment in segments} == {"lumbar-bodies"}
    assert len({segment.TrackingUID for segment in segments}) == 3
    manual, _ = exported(t1_folder, bodies, segmentation="none: the mask was given", levels=[])
    assert {segment.SegmentAlgorithmType for segment in manual.SegmentSequence} == {"MANUAL"}
    automatic, _ = exported(t1_folder, bodies, segmentation="model lumbar-bodies 0.1.0", levels=[])
    assert {segment.SegmentAlgorithmType for segment in automatic.SegmentSequence} == {"AUTOMATIC"}


def test_an_enhanced_file_with_scrambled_frames_is_segmented_frame_by_frame(
    enhanced_file: Path, bodies: Mask, exported: Any, read_back: Callable[[], Mask]
) -> None:
    segmentation, _ = exported(enhanced_file, bodies)
    np.testing.assert_array_equal(read_back().labels, bodies.labels)
    frames = pydicom.dcmread(enhanced_file).PerFrameFunctionalGroupsSequence
    for frame in segmentation.PerFrameFunctionalGroupsSequence:
        (source,) = frame.DerivationImageSequence[0].SourceImageSequence
        of_source = frames[source.ReferencedFrameNumber - 1].PlanePositionSequence[0].ImagePositionPatient
        assert list(of_source) == list(frame.PlanePositionSequence[0].ImagePositionPatient)


def _frames_of_two_echoes(path: Path) -> None:
    """A second echo's frames between those of the first, with other pixels."""
    dataset = pydicom.dcmread(path)
    pixels, groups = dataset.pixel_array, []
    for group in dataset.PerFrameFunctionalGroupsSequence:
        second = copy.deepcopy(group)
        second.MREchoSequence[0].EffectiveEchoTime = 80
        groups += [second, group]
    dataset.PerFrameFunctionalGroupsSequence, dataset.NumberOfFrames = groups, len(groups)
    dataset.PixelData = np.stack([3000 - pixels, pixels], axis=1).astype("<u2").tobytes()
    dataset.save_as(path)


def test_one_echo_of_a_multi_frame_file_is_segmented_on_its_own_frames(
    tmp_path: Path, enhanced_file: Path, bodies: Mask, result_of: Any, read_back: Callable[[], Mask]
) -> None:
    """Though the other echo's lie at the same places; the report points at the same frames."""
    _frames_of_two_echoes(enhanced_file)
    first = next(series for series in io.index_dicom(tmp_path) if series.acquisition["te_ms"] == 10)
    out = tmp_path / "out"
    out.mkdir()
    paths = write_dicom_result(result_of({Role.T1WI: bodies}), {Role.T1WI: replace(first, role=Role.T1WI)}, out)
    np.testing.assert_array_equal(read_back().labels, bodies.labels)
    frames = pydicom.dcmread(enhanced_file).PerFrameFunctionalGroupsSequence
    segmentation, report = (pydicom.dcmread(path) for path in paths)
    for frame in segmentation.PerFrameFunctionalGroupsSequence:
        (source,) = frame.DerivationImageSequence[0].SourceImageSequence
        of_source = frames[source.ReferencedFrameNumber - 1]
        assert of_source.MREchoSequence[0].EffectiveEchoTime == 10
        place = frame.PlanePositionSequence[0].ImagePositionPatient
        assert list(of_source.PlanePositionSequence[0].ImagePositionPatient) == list(place)
    by_segment: dict[int, list[int]] = {}
    for frame in segmentation.PerFrameFunctionalGroupsSequence:
        (source,) = frame.DerivationImageSequence[0].SourceImageSequence
        number = frame.SegmentIdentificationSequence[0].ReferencedSegmentNumber
        by_segment.setdefault(number, []).append(source.ReferencedFrameNumber)
    pointed = [list(item.value) for item in report.iterall() if item.keyword == "ReferencedFrameNumber"]
    assert pointed == [sorted(numbers) for _, numbers in sorted(by_segment.items())]


@pytest.mark.parametrize("spoil", [((0, 0, 0.5), 0), ((3.3, 0, 0), 0), ((0, 0, 0), 1)], ids=["shift", "one slice on", "cut"])
def test_a_mask_off_the_series_grid_is_refused(
    t1_folder: Path, bodies: Mask, exported: Any, tmp_path: Path, spoil: tuple[tuple[float, ...], int]
) -> None:
    shift_mm, cut = spoil
    affine = bodies.affine.copy()
    affine[:3, 3] += shift_mm
    moved = Mask(bodies.labels[cut:], affine)
    with pytest.raises(GeometryError):
        exported(t1_folder, moved)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_mask_without_a_level_is_refused(t1_folder: Path, bodies: Mask, exported: Any) -> None:
    with pytest.raises(MaskError, match="without L3"):
        exported(t1_folder, replace(bodies, labels=np.where(bodies.labels == 22, 0, bodies.labels)))


# --- the patient's record ---


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [("ISO_IR 192", "utf-8"), ("GB18030", "gb18030"), (None, "gb18030"), (None, "utf-8"), ("ISO_IR 100", "gb18030")],
)
def test_a_chinese_name_is_carried_over_whatever_its_character_set(
    t1_folder: Path, bodies: Mask, exported: Any, charset: str | None, encoding: str
) -> None:
    for path in t1_folder.iterdir():
        header = pydicom.dcmread(path)
        header.SpecificCharacterSet = charset
        right = charset not in (None, "ISO_IR 100")
        header.PatientName = "王^小明" if right else "王^小明".encode(encoding).decode("latin-1")
        header.save_as(path)
    for made in exported(t1_folder, bodies):
        assert made.SpecificCharacterSet == "ISO_IR 192"
        assert str(made.PatientName) == "王^小明"


def test_patient_and_study_are_those_of_the_images_and_all_else_is_new(t1_folder: Path, bodies: Mask, exported: Any) -> None:
    source = pydicom.dcmread(next(t1_folder.iterdir()))
    first, second = exported(t1_folder, bodies), exported(t1_folder, bodies)
    for made in (*first, *second):
        for keyword in (
            "PatientName",
            "PatientID",
            "PatientBirthDate",
            "PatientSex",
            "PatientAge",
            "StudyInstanceUID",
            "StudyDate",
        ):
            assert made[keyword].value == source[keyword].value
    assert first[0].FrameOfReferenceUID == source.FrameOfReferenceUID
    uids = [uid for made in (*first, *second) for uid in (made.SOPInstanceUID, made.SeriesInstanceUID)]
    assert len({*uids, source.SOPInstanceUID, source.SeriesInstanceUID}) == len(uids) + 2


def test_attributes_that_may_be_empty_may_be_absent_from_the_images(t1_folder: Path, bodies: Mask, exported: Any) -> None:
    for path in t1_folder.iterdir():
        header = pydicom.dcmread(path)
        for keyword in ("PatientBirthDate", "AccessionNumber", "StudyID", "StudyTime", "PatientName"):
            header.pop(keyword, None)
        header.save_as(path)
    for made in exported(t1_folder, bodies):
        assert (made.PatientBirthDate, made.AccessionNumber, made.StudyID, made.StudyTime) == ("", "", "", "")
        assert str(made.PatientName) == ""


@pytest.mark.parametrize(("keyword", "value"), [("PatientBirthDate", "1953-06-15"), ("PatientSex", "W"), ("StudyTime", "noon")])
def test_an_invalid_attribute_is_named_without_its_value(
    t1_folder: Path, bodies: Mask, exported: Any, keyword: str, value: str
) -> None:
    for path in t1_folder.iterdir():
        header = pydicom.dcmread(path)
        header.add(pydicom.DataElement(keyword, header[keyword].VR, value, validation_mode=pydicom.config.IGNORE))
        header.save_as(path)
    with pytest.raises(StudyError, match=f"{keyword} of the images") as caught:
        exported(t1_folder, bodies)
    assert value not in str(caught.value)


def test_images_without_a_frame_of_reference_are_refused(t1_folder: Path, bodies: Mask, exported: Any) -> None:
    for path in t1_folder.iterdir():
        header = pydicom.dcmread(path)
        del header.FrameOfReferenceUID
        header.save_as(path)
    with pytest.raises(StudyError, match="no frame of reference"):
        exported(t1_folder, bodies)


def test_images_that_share_an_instance_uid_are_refused(t1_folder: Path, bodies: Mask, exported: Any) -> None:
    for path in t1_folder.iterdir():
        header = pydicom.dcmread(path)
        header.SOPInstanceUID = "1.2.3"
        header.save_as(path)
    with pytest.raises(StudyError, match="8 files, some with the same SOPInstanceUID"):
        exported(t1_folder, bodies)


@pytest.mark.parametrize("keyword", ["StudyInstanceUID", "SOPInstanceUID"])
def test_images_without_a_uid_are_refused_by_its_name(t1_folder: Path, bodies: Mask, exported: Any, keyword: str) -> None:
    for path in t1_folder.iterdir():
        header = pydicom.dcmread(path)
        delattr(header, keyword)
        header.save_as(path)
    with pytest.raises(StudyError, match=f"The images have no {keyword}"):
        exported(t1_folder, bodies)


def test_a_seg_whose_uids_hold_a_date_is_read_without_printing_them(
    t1_folder: Path, bodies: Mask, exported: Any, read_back: Callable[[], Mask], recwarn: pytest.WarningsRecorder
) -> None:
    for path in t1_folder.iterdir():
        header = pydicom.dcmread(path)
        header.StudyInstanceUID = "1.2.840.2024.08.05"  # 08 and 05 break the rules for a UID, so pydicom warns of it
        header.save_as(path)
    exported(t1_folder, bodies)
    recwarn.clear()
    np.testing.assert_array_equal(read_back().labels, bodies.labels)
    assert [str(warning.message) for warning in recwarn] == []


# --- the report ---


def _items(item: pydicom.Dataset, path: str = "") -> list[tuple[str, Any]]:
    """Every content item as (names down to it, value)."""
    found = []
    for child in item.get("ContentSequence", []):
        name = f"{path}/{child.ConceptNameCodeSequence[0].CodeMeaning}"
        if child.ValueType == "CODE":
            found.append((name, child.ConceptCodeSequence[0].CodeMeaning))
        elif child.ValueType == "PNAME":
            found.append((name, str(child.PersonName)))
        elif child.ValueType == "TEXT":
            found.append((name, child.TextValue))
        elif child.ValueType == "NUM":
            found.append((name, child.MeasuredValueSequence[0].FloatingPointValue))
        found.extend(_items(child, name))
    return found


def test_readers_are_named_by_initials_at_the_level_that_they_accepted(t1_folder: Path, bodies: Mask, exported: Any) -> None:
    _, report = exported(t1_folder, bodies)
    measured = next(
        item for item in report.ContentSequence if item.ConceptNameCodeSequence[0].CodeMeaning == "Imaging Measurements"
    )
    readers = {}
    for group in measured.ContentSequence:
        items = dict(_items(group))
        readers[items["/Tracking Identifier"]] = items.get("/Person Observer Name")
    assert readers == {"clinical model": None, "L1 on T1WI": "AB^", "L2 on T1WI": "张三^", "L3 on T1WI": None}


def test_volumes_are_those_of_the_segments(t1_folder: Path, bodies: Mask, exported: Any) -> None:
    _, report = exported(t1_folder, bodies)
    volumes = [value for name, value in _items(report) if name.endswith("/Volume")]
    voxel_ml = 0.875 * 0.875 * 3.3 / 1000
    assert volumes == pytest.approx([(bodies.labels == label).sum() * voxel_ml for label in (20, 21, 22)], rel=1e-12)


def test_use_warnings_and_settings_stand_in_the_content(t1_folder: Path, bodies: Mask, exported: Any) -> None:
    _, report = exported(t1_folder, bodies)
    said = [value for name, value in _items(report) if name.startswith("/Qualitative Evaluations/")]
    assert said == [
        PREDICTION["use"],
        PREDICTION["outcome"],
        PREDICTION["segmentation"],
        "standard 0123",
        *PREDICTION["warnings"],
    ]
    assert "DEMO" not in report.SeriesDescription


def test_a_demo_result_is_marked_wherever_the_report_is_seen(t1_folder: Path, bodies: Mask, exported: Any) -> None:
    model = PREDICTION["models"]["clinical"] | {"demo": True}
    _, report = exported(t1_folder, bodies, demo=True, demo_notice="DEMO: simulated", models={"clinical": model})
    assert "DEMO" in report.SeriesDescription
    items = _items(report)
    assert [value for name, value in items if name.endswith("Measurement Group/What the model was fitted on")] == [
        "DEMO: simulated patients; says nothing about a real one"
    ]
    assert ("/Qualitative Evaluations/What the model was fitted on", "DEMO: simulated") in items


def test_classes_of_an_ordinal_model_are_numbers_of_the_report(t1_folder: Path, bodies: Mask, exported: Any) -> None:
    classes = {"normal": 0.5, "osteopenia": 0.3, "osteoporosis": 0.2}
    _, report = exported(t1_folder, bodies, models={"combined": PREDICTION["models"]["clinical"] | {"classes": classes}})
    values = [
        value for name, value in _items(report) if "/Probability of normal" in name or "/Probability of osteopenia" in name
    ]
    assert values == [0.5, 0.3]
    assert ("/Imaging Measurements/Measurement Group/Probability of osteoporosis by the ordinal model", 0.2) in _items(report)


def test_codes_of_the_own_scheme_fit_their_fields() -> None:
    from OPRadiomicsLib.io.dicom_sr_out import CONCEPTS, SCHEME

    assert len(SCHEME) <= 16
    assert all(len(code) <= 16 for code in CONCEPTS)
    assert all(len(meaning) <= 64 for meaning in CONCEPTS.values())


@pytest.mark.parametrize("initials", ["A^B", "A=B", "A\\B", "Mustermann Erika", "X" * 13])
def test_initials_that_are_none_are_refused(t1_folder: Path, bodies: Mask, exported: Any, initials: str) -> None:
    with pytest.raises(StudyError, match=r"levels\.0\.accepted_by") as caught:
        exported(t1_folder, bodies, levels=[{"level": "L1", "accepted_by": initials}])
    assert initials not in str(caught.value)


def test_a_prediction_file_of_another_kind_is_refused(t1_folder: Path, bodies: Mask, exported: Any) -> None:
    with pytest.raises(StudyError, match="schema_version"):
        exported(t1_folder, bodies, schema_version=2)
    with pytest.raises(StudyError, match=r"models\.clinical\.probability"):
        exported(t1_folder, bodies, models={"clinical": PREDICTION["models"]["clinical"] | {"probability": 1.5}})


# --- where the images are ---


def test_a_list_of_files_a_folder_and_a_study_name_the_same_series(
    tmp_path: Path, examination: Path, sequences: Any, write_stack: Any
) -> None:
    listed = tmp_path / "t1.txt"
    paths = write_stack(sequences[0], tmp_path / "apart")
    listed.write_text("\n".join([str(paths[0]), "", *(f"apart/{path.name}" for path in paths[1:])]), encoding="utf-8")
    by_list = sources_by_role({Role.T1WI: listed})[Role.T1WI]
    by_folder = sources_by_role({Role.T1WI: tmp_path / "apart"})[Role.T1WI]
    of_study = sources_of_study(examination, (Role.T1WI,))[Role.T1WI]
    assert by_list.files == by_folder.files
    assert {by_list.series_uid, by_folder.series_uid, of_study.series_uid} == {sequences[0].series_uid}
    assert [header.SOPInstanceUID for header in open_source(by_list).headers] == [
        header.SOPInstanceUID for header in open_source(of_study).headers
    ]


def test_places_that_hold_no_series_say_why(tmp_path: Path, examination: Path, t1_folder: Path) -> None:
    (tmp_path / "t1.nii.gz").write_bytes(b"")
    (tmp_path / "gone.txt").write_text("\na.dcm\nb" + "b" * 5000, encoding="utf-8")
    (tmp_path / "empty.txt").write_text("\n", encoding="utf-8")
    (tmp_path / "binary").write_bytes(bytes(range(256)))
    (tmp_path / "none").mkdir()
    for name, message in {
        "t1.nii.gz": "is no DICOM image",
        "gone.txt": r"2 of the 2 files that 'gone.txt' lists do not exist, the first in line 2",
        "empty.txt": "lists no file",
        "binary": "not UTF-8",
        "absent": "No such file",
        "none": "No DICOM file",
    }.items():
        with pytest.raises(StudyError, match=message):
            sources_by_role({Role.T1WI: tmp_path / name})
    with pytest.raises(StudyError, match="One series given for both"):
        sources_by_role({Role.T1WI: t1_folder, Role.T2WI: t1_folder})
    with pytest.raises(StudyError, match="is no folder"):
        sources_of_study(tmp_path / "t1.nii.gz", (Role.T1WI,))
    with pytest.raises(StudyError, match=r"masks/<sequence>_bodies\.nii\.gz"):
        roles_of_result(tmp_path / "none")


def test_images_of_two_patients_are_refused(tmp_path: Path, write_stack: Any, sequences: Any) -> None:
    write_stack(sequences[0], tmp_path / "t1")
    write_stack(replace(sequences[1], patient_id="P2"), tmp_path / "t2")
    with pytest.raises(StudyError, match="mixes patients"):
        sources_by_role({Role.T1WI: tmp_path / "t1", Role.T2WI: tmp_path / "t2"})


def test_without_highdicom_the_error_names_the_package(
    monkeypatch: pytest.MonkeyPatch, t1_folder: Path, bodies: Mask, exported: Any
) -> None:
    monkeypatch.setitem(sys.modules, "highdicom", None)
    with pytest.raises(MissingDependencyError, match="pip install highdicom"):
        exported(t1_folder, bodies)


@pytest.mark.parametrize("when", ["reading", "segmentation", "report"])
def test_cancel_leaves_nothing(tmp_path: Path, t1_folder: Path, bodies: Mask, result_of: Any, when: str) -> None:
    def cancel(message: str, fraction: float) -> None:
        if when in message:
            raise Cancelled

    out = tmp_path / "out"
    series = sources_by_role({Role.T1WI: t1_folder})
    with pytest.raises(Cancelled), all_or_nothing(out) as folder:
        write_dicom_result(result_of({Role.T1WI: bodies}), series, folder, cancel)
    assert not out.exists()
