"""Which files of a series form one stack, where identifiers, image types or places are not as they should be."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from OPRadiomicsLib.errors import StudyError
from OPRadiomicsLib.files import sha256_of
from OPRadiomicsLib.io import index
from OPRadiomicsLib.io.index import index_dicom
from OPRadiomicsLib.io.selection import describe_series
from OPRadiomicsLib.io.volumes import read_volume


def _with_equal_uids(folder: Path) -> Path:
    """As careless de-identification leaves them."""
    for path in folder.rglob("IM_*"):
        dataset = pydicom.dcmread(path)
        dataset.StudyInstanceUID = dataset.SeriesInstanceUID = dataset.FrameOfReferenceUID = "1.2.3"
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = "1.2.3"
        dataset.save_as(path)
    return folder


def test_series_whose_uids_are_all_equal_are_told_apart_by_number_and_description(write_study: Any, make_stack: Any) -> None:
    """Also where echo time and matrix are the same and slices lie between each other's."""
    t2, fs = make_stack(number=3, description="T2", te_ms=90), make_stack(number=4, description="T2 FS", te_ms=90, slices=7)
    twin = make_stack(number=4, description="T2 STIR", te_ms=90, origin_lps=(-10.0, -140.0, 140.0), seed=1)
    listed = index_dicom(_with_equal_uids(write_study(t2, fs, twin)))
    found = {series.description: read_volume(series).array for series in listed}
    assert sorted(found) == ["T2", "T2 FS", "T2 STIR"]
    for stack in (t2, fs, twin):
        np.testing.assert_array_equal(found[stack.description], stack.array)


def test_files_of_one_instance_uid_are_each_read_once(
    write_study: Any, make_stack: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Compared in pairs, the 500 files of a study with equal UIDs had meant 125 000 comparisons."""
    read: list[Path] = []
    monkeypatch.setattr(index, "sha256_of", lambda path: read.append(path) or sha256_of(path))
    folder = _with_equal_uids(write_study(make_stack()))
    copy = shutil.copy(sorted(folder.rglob("IM_*"))[0], folder / "copy")
    assert [series.acquisition["slices"] for series in index_dicom(folder)] == [8]
    assert sorted(read) == sorted([*folder.rglob("IM_*"), Path(copy)])


def test_every_second_slice_is_no_volume(write_study: Any, make_stack: Any) -> None:
    """Two image types that alternate: each half would be read with twice the distance."""
    folder = write_study(make_stack())
    for path in index_dicom(folder)[0].files[::2]:
        dataset = pydicom.dcmread(path)
        dataset.ImageType = ["ORIGINAL", "PRIMARY", "M", "NORM"]
        dataset.save_as(path)
    halves = index_dicom(folder)
    assert [series.acquisition["slices"] for series in halves] == [4, 4]
    for series in halves:
        with pytest.raises(StudyError, match="4 of its slices, in line with the other 4, differ"):
            read_volume(series)


def test_stations_of_a_spine_in_one_series_are_stacks_that_their_height_tells_apart(
    tmp_path: Path, make_stack: Any, write_stack: Callable[..., Any]
) -> None:
    """Whose slices lie at the same places from left to right, or between each other's."""
    stations = {
        height: make_stack(origin_lps=(-11.5 + height / 400, -140.0, 140.0 + height), seed=height) for height in (0, 280, 560)
    }
    for height, stack in stations.items():
        write_stack(stack, tmp_path / str(height))
        for number, path in enumerate((tmp_path / str(height)).iterdir()):
            dataset = pydicom.dcmread(path)
            dataset.SOPInstanceUID = f"1.2.{height}.{number}"
            dataset.save_as(path)
    listed = index_dicom(tmp_path)
    for series, (height, stack) in zip(listed, stations.items(), strict=True):
        np.testing.assert_array_equal(read_volume(series).array, stack.array)
        middle_mm = 140.0 + height - 32 * 0.875 / 2
        assert series.acquisition["height_mm"] == pytest.approx(middle_mm, abs=0.05)
        assert f"centred at S {middle_mm:+.0f} mm" in describe_series(series)
    assert "height_mm" not in index_dicom(tmp_path / "0")[0].acquisition
