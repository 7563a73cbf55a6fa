from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk
from OPRadiomicsLib.errors import GeometryError, MaskError, MissingDependencyError, OutputError, StudyError
from OPRadiomicsLib.geometry import to_sitk
from OPRadiomicsLib.io.masks import read_mask, require_levels, write_mask
from OPRadiomicsLib.levels import SNOMED_CODE
from OPRadiomicsLib.types import Mask, Volume

SUFFIXES = (".nii.gz", ".nii", ".nrrd", ".mha")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_study_coding_is_written_and_read_back(tmp_path: Path, a_volume: Volume, a_mask: Mask, suffix: str) -> None:
    path = write_mask(a_mask, tmp_path / f"mask{suffix}")
    assert np.unique(sitk.GetArrayFromImage(sitk.ReadImage(str(path)))).tolist() == [0, 1, 2, 3]
    back = read_mask(path, a_volume)
    np.testing.assert_array_equal(back.labels, np.where(a_mask.labels == 23, 0, a_mask.labels))
    assert back.frame_of_reference_uid == a_volume.frame_of_reference_uid
    np.testing.assert_array_equal(back.affine, a_volume.affine)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_all_levels_keep_their_verse_codes(tmp_path: Path, a_volume: Volume, a_mask: Mask, suffix: str) -> None:
    back = read_mask(write_mask(a_mask, tmp_path / f"mask{suffix}", all_levels=True), a_volume)
    np.testing.assert_array_equal(back.labels, a_mask.labels)


def test_a_mask_without_study_levels_is_not_written(tmp_path: Path, a_mask: Mask) -> None:
    only_l4 = Mask(np.where(a_mask.labels == 23, 23, 0), a_mask.affine)
    with pytest.raises(MaskError, match="the mask holds L4"):
        write_mask(only_l4, tmp_path / "mask.nii.gz")
    with pytest.raises(OutputError):
        write_mask(a_mask, tmp_path / "mask.png")
    assert list(tmp_path.iterdir()) == []


def _saved(path: Path, labels: np.ndarray, volume: Volume, vector: bool = False) -> Path:
    image = sitk.GetImageFromArray(labels, isVector=vector)
    image.CopyInformation(to_sitk(volume))
    sitk.WriteImage(image, str(path))
    return path


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda labels: labels * 0, "The mask is empty"),
        (lambda labels: np.where(labels == 2, 0, labels), "Mask without L2"),
        (lambda labels: labels * 20, "Mask with unknown values: 20, 40, 60"),
        (lambda labels: np.where(labels == 3, 22, labels), "Mask with an ambiguous mix of both codings: 1, 2, 22"),
        (lambda labels: labels + (labels > 0) * 1, "Mask with unknown values: 2, 3, 4"),
        (lambda labels: labels * 0.5, "Mask with unknown values: 0.5"),
        (lambda labels: -labels.astype(np.int16), "unknown values: -3, -2, -1"),
    ],
)
def test_masks_that_say_nothing_certain_are_refused(
    tmp_path: Path, a_volume: Volume, a_mask: Mask, change: Any, message: str
) -> None:
    labels = (a_mask.labels.astype(int) - 19) * np.isin(a_mask.labels, (20, 21, 22))
    changed = change(labels.astype(np.uint8))
    changed = changed.astype(np.uint8) if changed.dtype == np.int64 else changed
    with pytest.raises(MaskError, match=message) as caught:
        read_mask(_saved(tmp_path / "mask.nrrd", changed, a_volume), a_volume)
    assert caught.value.remedy


def test_whole_numbers_in_floating_point_are_labels(tmp_path: Path, a_volume: Volume, a_mask: Mask) -> None:
    path = _saved(tmp_path / "mask.nii.gz", a_mask.labels.astype(np.float64), a_volume)
    np.testing.assert_array_equal(read_mask(path, a_volume).labels, a_mask.labels)


def test_a_mask_on_another_grid_is_refused(tmp_path: Path, a_volume: Volume, a_mask: Mask) -> None:
    shifted = a_volume.affine.copy()
    shifted[2, 3] += 0.5
    path = write_mask(Mask(a_mask.labels, shifted), tmp_path / "shifted.nii.gz")
    with pytest.raises(GeometryError, match=r"0\.50 mm apart"):
        read_mask(path, a_volume)
    path = write_mask(Mask(a_mask.labels[1:], a_mask.affine), tmp_path / "smaller.nii.gz")
    with pytest.raises(GeometryError, match="Image grid"):
        read_mask(path, a_volume)


def test_layers_of_a_label_file_are_called_overlapping(tmp_path: Path, a_volume: Volume, a_mask: Mask) -> None:
    layers = np.stack([a_mask.labels, a_mask.labels], axis=-1)
    with pytest.raises(MaskError, match="overlapping"):
        read_mask(_saved(tmp_path / "mask.nrrd", layers, a_volume, vector=True), a_volume)


def test_a_truncated_mask_is_called_damaged(tmp_path: Path, a_volume: Volume, a_mask: Mask) -> None:
    path = write_mask(a_mask, tmp_path / "mask.nii.gz")
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(StudyError, match="damaged"):
        read_mask(path, a_volume)


def test_required_levels_are_those_asked_for(tmp_path: Path, a_volume: Volume, a_mask: Mask) -> None:
    only_l2 = Mask(np.where(a_mask.labels == 21, 21, 0), a_mask.affine)
    path = write_mask(only_l2, tmp_path / "mask.nii.gz")
    assert read_mask(path, a_volume, levels=()).levels == ("L2",)
    with pytest.raises(MaskError, match=r"without L1, L3 \(it has L2\)"):
        require_levels(only_l2)


# --- 3D Slicer's .seg.nrrd ---


def _segment(number: int, name: str, value: int, code: str = "", layer: int = 0) -> dict[str, str]:
    tags = "Segmentation.Status:inprogress|"
    if code:
        tags += f"TerminologyEntry:Segmentation category and type~SCT^123037004^Anatomical Structure~SCT^{code}^Vertebra~^^~|"
    fields = {"ID": f"Segment_{number}", "Name": name, "LabelValue": str(value), "Layer": str(layer), "Tags": tags}
    return {f"Segment{number}_{key}": text for key, text in fields.items()}


def _seg_nrrd(path: Path, image: sitk.Image, *segments: dict[str, str]) -> Path:
    for segment in segments:
        for key, value in segment.items():
            image.SetMetaData(key, value)
    sitk.WriteImage(image, str(path), useCompression=True)
    return path


def _label_image(labels: np.ndarray, volume: Volume, vector: bool = False) -> sitk.Image:
    image = sitk.GetImageFromArray(labels, isVector=vector)
    image.CopyInformation(to_sitk(volume))
    return image


def test_slicer_segments_are_known_by_name_or_code_whatever_their_values(
    tmp_path: Path, a_volume: Volume, a_mask: Mask
) -> None:
    """The order of the values is reversed, and one segment has a name in the reader's language."""
    values = np.select([a_mask.labels == 20, a_mask.labels == 21, a_mask.labels == 22], [3, 2, 1]).astype(np.uint8)
    path = _seg_nrrd(
        tmp_path / "reviewed.seg.nrrd",
        _label_image(values, a_volume),
        _segment(0, "L1", 3),
        _segment(1, "zweiter Lendenwirbel", 2, SNOMED_CODE["L2"]),
        _segment(2, "vertebra L3", 1, SNOMED_CODE["L3"]),
    )
    np.testing.assert_array_equal(read_mask(path, a_volume).labels, np.where(a_mask.labels == 23, 0, a_mask.labels))


def test_a_cropped_slicer_segmentation_is_put_back_in_place(tmp_path: Path, a_volume: Volume, a_mask: Mask) -> None:
    crop = _label_image(a_mask.labels, a_volume)[8:22, 1:31, 2:6]
    path = _seg_nrrd(tmp_path / "m.seg.nrrd", crop, *(_segment(n, f"L{n + 1}", 20 + n) for n in range(4)))
    np.testing.assert_array_equal(read_mask(path, a_volume).labels, a_mask.labels)


def test_a_segmentation_whose_axes_run_another_way_is_put_in_place(tmp_path: Path, a_volume: Volume, a_mask: Mask) -> None:
    turned = sitk.PermuteAxes(sitk.Flip(_label_image(a_mask.labels, a_volume), [True, False, False]), [2, 0, 1])
    path = _seg_nrrd(tmp_path / "m.seg.nrrd", turned, *(_segment(n, f"L{n + 1}", 20 + n) for n in range(4)))
    np.testing.assert_array_equal(read_mask(path, a_volume).labels, a_mask.labels)


def test_a_slicer_segmentation_off_the_lattice_is_refused(tmp_path: Path, a_volume: Volume, a_mask: Mask) -> None:
    crop = _label_image(a_mask.labels, a_volume)[8:22, 1:31, 2:6]
    crop.SetOrigin([value + 0.3 for value in crop.GetOrigin()])
    path = _seg_nrrd(tmp_path / "m.seg.nrrd", crop, *(_segment(n, f"L{n + 1}", 20 + n) for n in range(4)))
    with pytest.raises(GeometryError, match="do not coincide"):
        read_mask(path, a_volume)


def test_a_slicer_segmentation_that_leaves_the_image_is_refused(tmp_path: Path, a_volume: Volume, a_mask: Mask) -> None:
    image = sitk.ConstantPad(_label_image(a_mask.labels, a_volume), [0, 0, 1], [0, 0, 0], 20)
    path = _seg_nrrd(tmp_path / "m.seg.nrrd", image, *(_segment(n, f"L{n + 1}", 20 + n) for n in range(4)))
    with pytest.raises(GeometryError, match="beyond the image"):
        read_mask(path, a_volume)


def _layers(a_mask: Mask, shared_rows: int) -> np.ndarray:
    """L1 and L3 in the first layer, L2 in the second, grown upwards into L1 by some rows."""
    first = np.select([a_mask.labels == 20, a_mask.labels == 22], [1, 2]).astype(np.uint8)
    second = (a_mask.labels == 21).astype(np.uint8)
    for _ in range(shared_rows):
        second[:, :-1] |= second[:, 1:]
    return np.stack([first, second], axis=-1)


_LAYERED = (_segment(0, "L1", 1), _segment(1, "L3", 2), _segment(2, "L2", 1, layer=1))


def test_layers_without_common_voxels_are_one_mask(tmp_path: Path, a_volume: Volume, a_mask: Mask) -> None:
    path = _seg_nrrd(tmp_path / "m.seg.nrrd", _label_image(_layers(a_mask, 0), a_volume, vector=True), *_LAYERED)
    np.testing.assert_array_equal(read_mask(path, a_volume).labels, np.where(a_mask.labels == 23, 0, a_mask.labels))


def test_overlapping_slicer_segments_are_refused(tmp_path: Path, a_volume: Volume, a_mask: Mask) -> None:
    path = _seg_nrrd(tmp_path / "m.seg.nrrd", _label_image(_layers(a_mask, 4), a_volume, vector=True), *_LAYERED)
    with pytest.raises(MaskError, match=r"Overlapping segments: L2 shares voxels with L1"):
        read_mask(path, a_volume)


@pytest.mark.parametrize(
    ("segment", "message"),
    [
        (_segment(0, "Segment_1", 20), "'Segment_1' is not one vertebral level"),
        (_segment(0, "L1", 20, SNOMED_CODE["L2"]), "'L1' is not one vertebral level .by its code L2."),
        (_segment(0, "L1-L3", 20), "is not one vertebral level"),
        (_segment(0, "L2", 20), "Two segments are L2"),
    ],
)
def test_segments_that_name_no_level_are_refused(
    tmp_path: Path, a_volume: Volume, a_mask: Mask, segment: dict[str, str], message: str
) -> None:
    path = _seg_nrrd(tmp_path / "m.seg.nrrd", _label_image(a_mask.labels, a_volume), segment, _segment(1, "L2", 21))
    with pytest.raises(MaskError, match=message):
        read_mask(path, a_volume)


# --- DICOM SEG ---


def _dicom_seg(path: Path, files: Any, mask: Mask, levels: tuple[str, ...]) -> Path:
    hd = pytest.importorskip("highdicom", reason="highdicom, an optional package, is not installed")
    from pydicom import dcmread
    from pydicom.sr.codedict import codes

    descriptions = [
        hd.seg.SegmentDescription(
            segment_number=number,
            segment_label=f"Segment {number}",
            segmented_property_category=codes.SCT.AnatomicalStructure,
            segmented_property_type=hd.sr.CodedConcept(SNOMED_CODE[level], "SCT", f"{level} vertebra"),
            algorithm_type=hd.seg.SegmentAlgorithmTypeValues.MANUAL,
        )
        for number, level in enumerate(levels, start=1)
    ]
    hd.seg.Segmentation(
        source_images=[dcmread(file) for file in files],
        pixel_array=np.stack([mask.of(level) for level in levels], axis=-1).astype(np.uint8),
        segmentation_type="BINARY",
        segment_descriptions=descriptions,
        series_instance_uid=hd.UID(),
        series_number=100,
        sop_instance_uid=hd.UID(),
        instance_number=1,
        manufacturer="test",
        manufacturer_model_name="test",
        software_versions="1",
        device_serial_number="1",
        omit_empty_frames=True,
    ).save_as(path)
    return path


def test_a_dicom_seg_is_read_by_its_codes(tmp_path: Path, write_study: Any, sequences: Any, a_mask: Mask) -> None:
    from OPRadiomicsLib.io.index import index_dicom
    from OPRadiomicsLib.io.volumes import read_volume

    series = index_dicom(write_study(sequences[0]))[0]
    volume = read_volume(series)
    path = _dicom_seg(tmp_path / "seg", series.files, a_mask, ("L3", "L1", "L2"))
    back = read_mask(path, volume)
    np.testing.assert_array_equal(back.labels, np.where(a_mask.labels == 23, 0, a_mask.labels))


def test_a_dicom_image_is_no_mask(write_study: Any, sequences: Any, a_volume: Volume) -> None:
    pytest.importorskip("highdicom", reason="highdicom, an optional package, is not installed")
    path = next(write_study(sequences[0]).rglob("IM_*"))
    with pytest.raises(MaskError, match="is a DICOM image, not a segmentation"):
        read_mask(path, a_volume)


def test_a_dicom_seg_without_highdicom_names_the_package(
    tmp_path: Path, a_volume: Volume, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "highdicom", None)
    path = tmp_path / "seg"
    path.write_bytes(bytes(128) + b"DICM" + bytes(100))
    with pytest.raises(MissingDependencyError, match="pip install highdicom"):
        read_mask(path, a_volume)


@pytest.mark.parametrize("order", [(22, 21, 20), (20, 22, 21), (21, 20, 22)])
def test_levels_out_of_order_in_the_patient_are_refused(
    tmp_path: Path, a_volume: Volume, a_mask: Mask, order: tuple[int, ...]
) -> None:
    labels = np.select([a_mask.labels == value for value in (20, 21, 22)], order).astype(np.uint8)
    with pytest.raises(MaskError, match="out of order") as caught:
        read_mask(_saved(tmp_path / "mask.nrrd", labels, a_volume), a_volume)
    assert "renumber" in caught.value.remedy


@pytest.mark.parametrize(("field", "value"), [("LabelValue", "one"), ("Layer", ""), ("Layer", "-1"), ("Layer", "7")])
def test_a_segment_with_an_impossible_label_value_or_layer_is_refused(
    tmp_path: Path, a_volume: Volume, a_mask: Mask, field: str, value: str
) -> None:
    segment = {**_segment(0, "L1", 20), f"Segment0_{field}": value}
    path = _seg_nrrd(tmp_path / "m.seg.nrrd", _label_image(a_mask.labels, a_volume), segment)
    with pytest.raises(StudyError, match="Segment"):
        read_mask(path, a_volume)


def test_a_path_that_the_system_refuses_is_a_study_error(tmp_path: Path, a_volume: Volume) -> None:
    with pytest.raises(StudyError, match="cannot be read"):
        read_mask(tmp_path / ("x" * 300 + ".nii.gz"), a_volume)


def test_a_mask_without_a_voxel_is_read_where_a_drawing_may_have_only_begun(tmp_path: Path, a_volume: Volume) -> None:
    path = _saved(tmp_path / "empty.nii.gz", np.zeros(a_volume.shape, np.uint8), a_volume)
    assert read_mask(path, a_volume, (), allow_empty=True).levels == ()
    with pytest.raises(MaskError, match="empty"):
        read_mask(path, a_volume, ())
