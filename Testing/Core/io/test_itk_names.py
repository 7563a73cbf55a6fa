"""Under Windows ITK knows ASCII alone: images and masks are read and written all the same, and no copy is left about."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk
from OPRadiomicsLib.errors import OutputError, StudyError
from OPRadiomicsLib.geometry import to_sitk
from OPRadiomicsLib.io import itk
from OPRadiomicsLib.io.masks import read_mask, write_mask
from OPRadiomicsLib.io.volumes import read_volume, write_volume
from OPRadiomicsLib.types import Mask, Volume

SUFFIXES = (".nii.gz", ".nii", ".nrrd", ".mha")


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of a user 张三 under Windows with the code page 936, temporary folder included; ITK finds nothing in it."""
    home = tmp_path / "张三"
    monkeypatch.setattr(itk, "WINDOWS", True)
    monkeypatch.setattr(itk, "_code_page", lambda: 936)
    monkeypatch.setattr(tempfile, "tempdir", str(home / "Temp"))
    monkeypatch.setenv("SYSTEMROOT", str(tmp_path / "Windows"))
    monkeypatch.setenv("PROGRAMDATA", str(tmp_path / "ProgramData"))
    for folder in (home / "Temp", tmp_path / "ProgramData"):
        folder.mkdir(parents=True)

    def ascii_alone(call: Any, place: int) -> Any:
        def called(*given: Any, **named: Any) -> Any:
            if not given[place].isascii():
                raise RuntimeError(f'The file "{given[place]}" does not exist.')
            return call(*given, **named)

        return called

    monkeypatch.setattr(sitk, "ReadImage", ascii_alone(sitk.ReadImage, 0))
    monkeypatch.setattr(sitk, "WriteImage", ascii_alone(sitk.WriteImage, 1))
    monkeypatch.setattr(sitk.ImageFileReader, "SetFileName", ascii_alone(sitk.ImageFileReader.SetFileName, 1))
    return home


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_images_and_masks_lie_in_folders_of_any_name(user: Path, a_volume: Volume, a_mask: Mask, suffix: str) -> None:
    image = write_volume(a_volume, user / f"病例 1{suffix}")
    np.testing.assert_array_equal(read_volume(image).array, a_volume.array.astype(np.float32))
    mask = write_mask(a_mask, user / f"mask{suffix}", all_levels=True)
    np.testing.assert_array_equal(read_mask(mask, a_volume).labels, a_mask.labels)
    assert [list(folder.iterdir()) for folder in (user / "Temp", user.parent / "ProgramData")] == [[], []]


def test_a_header_without_its_voxels_is_refused_with_the_remedy(user: Path) -> None:
    (user / "image.mhd").write_text("ObjectType = Image\n")
    with pytest.raises(StudyError, match="other letters than A to Z") as refused:
        read_volume(user / "image.mhd")
    assert ".nii.gz" in refused.value.remedy


def test_where_no_folder_serves_the_remedy_names_the_variable(
    user: Path, a_volume: Volume, monkeypatch: pytest.MonkeyPatch
) -> None:
    (user.parent / "ProgramData").rmdir()
    with pytest.raises(OutputError, match="variable TEMP"):
        write_volume(a_volume, user / "image.nrrd")


def test_a_python_whose_code_page_is_utf_8_copies_nothing(user: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(itk, "_code_page", lambda: 65001)
    with itk.readable_by_itk(user / "a.nrrd") as name:
        assert name == str(user / "a.nrrd")


def test_a_segmentation_of_slicer_is_read_too(user: Path, a_volume: Volume, a_mask: Mask) -> None:
    labels = sitk.GetImageFromArray(np.where(a_mask.labels == 23, 0, a_mask.labels))
    labels.CopyInformation(to_sitk(a_volume))
    for number, level in enumerate(("L1", "L2", "L3")):
        fields = {"ID": f"Segment_{number}", "Name": level, "LabelValue": str(20 + number), "Layer": "0", "Tags": ""}
        for key, text in fields.items():
            labels.SetMetaData(f"Segment{number}_{key}", text)
    written = user.parent / "a.seg.nrrd"
    sitk.WriteImage(labels, str(written))
    read = read_mask(written.rename(user / "审阅.seg.nrrd"), a_volume)
    assert read.levels == ("L1", "L2", "L3")
