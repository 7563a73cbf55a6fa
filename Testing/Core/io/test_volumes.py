from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from OPRadiomicsLib.errors import GeometryError, OutputError, StudyError
from OPRadiomicsLib.geometry import affine_of, corner_distance_mm
from OPRadiomicsLib.io.index import index_dicom
from OPRadiomicsLib.io.volumes import read_volume, require_one_examination, require_sagittal, write_volume
from OPRadiomicsLib.types import Role, Volume
from scipy.spatial.transform import Rotation


@st.composite
def affines(draw: st.DrawFn) -> np.ndarray:
    """Right-handed grids at any angle: (i, j, k, 1) -> LPS mm."""
    quaternion = draw(arrays(float, 4, elements=st.floats(-1, 1)).filter(lambda q: np.linalg.norm(q) > 0.1))
    affine = np.eye(4)
    affine[:3, :3] = Rotation.from_quat(quaternion).as_matrix() * draw(st.tuples(*[st.floats(0.3, 6.0)] * 3))
    affine[:3, 3] = draw(st.tuples(*[st.floats(-400, 400)] * 3))
    return affine


@given(affine=affines(), seed=st.integers(0, 1000))
@settings(max_examples=25, deadline=None)
def test_dicom_of_any_orientation_keeps_its_corners(make_stack: Any, write_stack: Any, affine: np.ndarray, seed: int) -> None:
    """Within 1e-3 mm, slices in order whatever the names and instance numbers; values exactly."""
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    stack = make_stack(
        row=affine[:3, 0] / spacing[0],
        column=affine[:3, 1] / spacing[1],
        pixel_spacing_mm=(spacing[1], spacing[0]),
        step_mm=spacing[2],
        origin_lps=affine[:3, 3],
        seed=seed,
        size=12,
    )
    rng = np.random.default_rng(seed)
    with TemporaryDirectory() as folder:
        write_stack(stack, Path(folder), [f"{n:08x}" for n in rng.permutation(1 << 16)[:8]], rng.permutation(8))
        volume = read_volume(index_dicom(Path(folder))[0])
    assert corner_distance_mm(volume.shape, volume.affine, affine) < 1e-3
    np.testing.assert_array_equal(volume.array, stack.array)


@given(affine=affines(), flip=st.booleans(), suffix=st.sampled_from([".nii.gz", ".nii", ".nrrd", ".mha"]))
@settings(max_examples=25, deadline=None)
def test_files_keep_corners_and_values(affine: np.ndarray, flip: bool, suffix: str) -> None:
    """Within 2e-3 mm: NIfTI stores its matrix in single precision."""
    affine = affine * ([1, 1, -1, 1] if flip else [1, 1, 1, 1])
    volume = Volume(np.random.default_rng(1).normal(size=(5, 6, 7)).astype(np.float32), affine)
    with TemporaryDirectory() as folder:
        back = read_volume(write_volume(volume, Path(folder) / f"image{suffix}"))
    assert corner_distance_mm(volume.shape, back.affine, affine) < 2e-3
    np.testing.assert_array_equal(back.array, volume.array)


@pytest.mark.parametrize(("slope", "intercept"), [(1.0, 0.0), (1.7, -12.5), (0.0423, 3.0)])
def test_a_series_equals_what_itk_reads(write_study: Any, make_stack: Any, slope: float, intercept: float) -> None:
    """Geometry within 1e-3 mm; values exactly, both in float32."""
    tilted = Rotation.from_euler("xyz", [4, -7, 3], degrees=True).as_matrix() @ np.array([[0, 0, -1], [1, 0, 0], [0, -1, 0]])
    stack = make_stack(row=tilted[:, 0], column=tilted[:, 1], pixel_spacing_mm=(0.9, 0.7), slope=slope, intercept=intercept)
    folder = write_study(stack)
    series = index_dicom(folder)[0]
    volume = read_volume(series)
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(folder / "s0"), series.series_uid))
    image = reader.Execute()
    assert corner_distance_mm(volume.shape, volume.affine, affine_of(image)) < 1e-3
    np.testing.assert_array_equal(volume.array, sitk.GetArrayFromImage(image).astype(np.float32))
    assert volume.frame_of_reference_uid == series.frame_of_reference_uid is not None


def _edited(folder: Path, edit: Callable[[int, Any], bool]) -> Path:
    """Edit each slice's header in geometric order; drop the file where the edit returns False."""
    for k, path in enumerate(index_dicom(folder)[0].files):
        dataset = pydicom.dcmread(path)
        if edit(k, dataset):
            dataset.save_as(path)
        else:
            path.unlink()
    return folder


def test_a_missing_slice_is_found(write_study: Any, make_stack: Any) -> None:
    folder = _edited(write_study(make_stack()), lambda k, dataset: k != 3)
    with pytest.raises(GeometryError, match="1 slices missing"):
        read_volume(index_dicom(folder)[0])


def test_a_doubled_slice_is_found(write_study: Any, make_stack: Any) -> None:
    folder = write_study(make_stack())
    path = index_dicom(folder)[0].files[2]
    copy = Path(shutil.copy(path, path.with_name("copy")))
    assert read_volume(index_dicom(folder)[0]).shape[0] == 8, "the very same object counts once"
    content = bytearray(copy.read_bytes())
    content[-1] ^= 1  # the last pixel
    copy.write_bytes(content)
    with pytest.raises(GeometryError, match="1 of 9 slices lie where another"):
        read_volume(index_dicom(folder)[0])


def _shift(axis: int, k_shifted: int, mm: float) -> Callable[[int, Any], bool]:
    def edit(k: int, dataset: Any) -> bool:
        position = [float(value) for value in dataset.ImagePositionPatient]
        position[axis] += mm * (k == k_shifted if k_shifted >= 0 else k)
        dataset.ImagePositionPatient = [f"{value:.4f}" for value in position]
        return True

    return edit


def test_unequal_distances_are_refused(write_study: Any, make_stack: Any) -> None:
    folder = _edited(write_study(make_stack()), _shift(0, 4, 1.0))
    with pytest.raises(GeometryError, match="unequal slice distances"):
        read_volume(index_dicom(folder)[0])


def test_a_sheared_stack_is_refused(write_study: Any, make_stack: Any) -> None:
    folder = _edited(write_study(make_stack()), _shift(1, -1, 0.5))
    with pytest.raises(GeometryError, match="sheared"):
        read_volume(index_dicom(folder)[0])


def test_slices_turned_against_each_other_are_refused(write_study: Any, make_stack: Any) -> None:
    def turned(k: int, dataset: Any) -> bool:
        dataset.ImageOrientationPatient = [0, np.cos(0.005 * k), np.sin(0.005 * k), 0, np.sin(0.005 * k), -np.cos(0.005 * k)]
        return True

    folder = _edited(write_study(make_stack()), turned)
    with pytest.raises(GeometryError, match="turned or scaled"):
        read_volume(index_dicom(folder)[0])


def test_positions_rounded_by_the_scanner_are_accepted(write_study: Any, make_stack: Any) -> None:
    """Rounding to 0.01 mm moves no corner by more than 0.02 mm."""

    def rounded(k: int, dataset: Any) -> bool:
        dataset.ImagePositionPatient = [f"{float(value):.2f}" for value in dataset.ImagePositionPatient]
        return True

    stack = make_stack(step_mm=3.3333, origin_lps=(-11.123, 7.777, 3.456))
    folder = _edited(write_study(stack), rounded)
    volume = read_volume(index_dicom(folder)[0])
    assert corner_distance_mm(volume.shape, volume.affine, stack.affine) < 0.02


def test_slices_of_another_size_are_another_stack_and_break_neither(tmp_path: Path, make_stack: Any, write_stack: Any) -> None:
    write_stack(make_stack(), tmp_path / "a")
    write_stack(make_stack(size=16), tmp_path / "b")
    assert [read_volume(series).shape for series in index_dicom(tmp_path)] == [(8, 32, 32), (8, 16, 16)]


def test_a_file_that_vanished_after_indexing_is_named(write_study: Any, make_stack: Any) -> None:
    series = index_dicom(write_study(make_stack()))[0]
    series.files[0].unlink()
    with pytest.raises(StudyError, match="is gone"):
        read_volume(series)


def _saved(path: Path, array: np.ndarray, vector: bool = False) -> Path:
    sitk.WriteImage(sitk.GetImageFromArray(array, isVector=vector), str(path))
    return path


@pytest.mark.parametrize(
    ("array", "vector", "found"),
    [
        (np.ones((3, 8, 9, 10), np.float32), False, "4-D image of size 10 x 9 x 8 x 3"),
        (np.ones((1, 9, 10), np.float32), False, "single-slice image"),
        (np.ones((9, 10), np.float32), False, "2-D image"),
        (np.ones((5, 9, 10, 3), np.uint8), True, "3 values a voxel"),
        (np.zeros((5, 9, 10), np.float32), False, "is 0: the image is empty"),
        (np.full((5, 9, 10), 7, np.int16), False, "is 7: the image is empty"),
        (np.pad(np.full((3, 7, 8), np.nan, np.float32), 1), False, "NaN or infinity in 168 voxels"),
        (np.pad(np.full((1, 1, 1), np.inf, np.float32), 3), False, "NaN or infinity in 1 voxels"),
    ],
)
def test_images_that_are_no_volume_are_refused(tmp_path: Path, array: np.ndarray, vector: bool, found: str) -> None:
    suffix = ".nrrd" if vector or array.ndim == 2 else ".nii.gz"
    with pytest.raises(StudyError, match=found) as caught:
        read_volume(_saved(tmp_path / f"bad{suffix}", array, vector))
    assert caught.value.expected
    assert caught.value.remedy


@pytest.mark.parametrize("suffix", [".nrrd", ".mha", ".nii"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_nan_is_found_in_every_format(tmp_path: Path, suffix: str, dtype: type) -> None:
    array = np.random.default_rng(0).normal(size=(5, 6, 7)).astype(dtype)
    array[2, 3, 4] = np.nan
    with pytest.raises(StudyError, match=r"NaN or infinity in 1 voxels"):
        read_volume(_saved(tmp_path / f"nan{suffix}", array))


@pytest.mark.parametrize("suffix", [".nrrd", ".nii"])
def test_values_beyond_single_precision_are_not_called_infinite(tmp_path: Path, suffix: str) -> None:
    array = np.random.default_rng(0).normal(size=(5, 6, 7))
    array[2, 3, 4] = -1e39
    with pytest.raises(StudyError, match=r"Values up to 1e\+39 in file"):
        read_volume(_saved(tmp_path / f"large{suffix}", array))


@pytest.mark.parametrize(("slope", "said"), [("0", "has RescaleSlope 0"), ("1e40", r"RescaleSlope 1e\+40 .* beyond 3.4e38")])
def test_a_rescale_slope_that_cannot_be_is_named(write_study: Any, make_stack: Any, slope: str, said: str) -> None:
    def edit(_k: int, dataset: Any) -> bool:
        dataset.RescaleSlope = slope
        return True

    with pytest.raises(StudyError, match=said) as caught:
        read_volume(index_dicom(_edited(write_study(make_stack()), edit))[0])
    assert "damaged" not in str(caught.value)


def test_a_fourth_dimension_of_one_is_no_time_series(tmp_path: Path) -> None:
    array = np.random.default_rng(0).normal(size=(1, 5, 6, 7)).astype(np.float32)
    np.testing.assert_array_equal(read_volume(_saved(tmp_path / "one.nii.gz", array)).array, array[0])


@pytest.mark.parametrize("name", ["absent.nii.gz", "notes.txt", "folder"])
def test_what_is_no_image_file_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    with pytest.raises(StudyError, match="Remedy"):
        read_volume(tmp_path / name)


@pytest.mark.parametrize("suffix", [".nii.gz", ".nii", ".nrrd", ".mha"])
@pytest.mark.parametrize("kept", [0.0, 0.02, 0.5, 0.95])
def test_a_truncated_file_is_called_damaged(tmp_path: Path, a_volume: Volume, suffix: str, kept: float) -> None:
    path = write_volume(a_volume, tmp_path / f"cut{suffix}")
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(StudyError, match="damaged"):
        read_volume(path)


def test_an_image_larger_than_a_person_is_refused(tmp_path: Path, a_volume: Volume) -> None:
    """Spacings in micrometres, read as millimetres: on the 1 mm grid it would ask for terabytes."""
    scale = np.diag([1000.0, 1000.0, 1000.0, 1.0])
    path = write_volume(Volume(a_volume.array, scale @ a_volume.affine), tmp_path / "image.nrrd")
    with pytest.raises(GeometryError, match="mm large"):
        read_volume(path)


def test_an_unknown_ending_is_refused_on_writing(tmp_path: Path, a_volume: Volume) -> None:
    with pytest.raises(OutputError, match=r"image\.jpg"):
        write_volume(a_volume, tmp_path / "image.jpg")
    assert list(tmp_path.iterdir()) == []


def _placed(shift_mm: tuple[float, float, float], frame: str | None = "1.2") -> Volume:
    affine = np.diag([3.3, 0.875, 0.875, 1.0])
    affine[:3, 3] = shift_mm
    return Volume(np.random.default_rng(0).normal(size=(32, 32, 8)), affine, frame)


def test_sequences_of_different_frames_of_reference_are_refused() -> None:
    with pytest.raises(GeometryError, match="T1WI and T2WI with different frames of reference"):
        require_one_examination({Role.T1WI: _placed((0, 0, 0)), Role.T2WI: _placed((0, 0, 0), "1.3")})


def test_sequences_of_different_regions_are_refused() -> None:
    require_one_examination({Role.T1WI: _placed((0, 0, 0)), Role.T2WI: _placed((3, -5, 4), None)})
    with pytest.raises(GeometryError, match=r"T1WI and FS-T2WI share 0 %"):
        require_one_examination({Role.T1WI: _placed((0, 0, 0)), Role.FST2WI: _placed((0, 0, 200), None)})


def test_axial_slices_in_a_file_are_not_sagittal() -> None:
    axial = Volume(np.random.default_rng(0).normal(size=(8, 32, 32)), np.diag([0.9, 0.9, 4.0, 1.0]))
    with pytest.raises(StudyError, match="not stacked left to right"):
        require_sagittal(axial, "T1WI")
    require_sagittal(_placed((0, 0, 0)), "T1WI")
    require_sagittal(Volume(axial.array, np.eye(4)), "isotropic")
