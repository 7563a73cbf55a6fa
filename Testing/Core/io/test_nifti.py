"""A NIfTI file is checked against its own header, whatever that says."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import numpy as np
import pytest
from OPRadiomicsLib.errors import GeometryError, StudyError
from OPRadiomicsLib.io.nifti import require_intact_nifti
from OPRadiomicsLib.io.volumes import write_volume
from OPRadiomicsLib.types import Volume


@pytest.mark.parametrize("offset", [float("nan"), float("inf"), -1.0, 1e30])
def test_an_impossible_offset_of_the_voxels_is_damage(tmp_path: Path, a_volume: Volume, offset: float) -> None:
    path = tmp_path / "image.nii"
    write_volume(a_volume, path)
    content = bytearray(path.read_bytes())
    struct.pack_into("<f", content, 108, offset)  # vox_offset of nifti1.h
    path.write_bytes(content)
    with pytest.raises(StudyError, match="is damaged"):
        require_intact_nifti(path)


@pytest.mark.parametrize("axes", [(3, 0, 32, 8), (3, -32, -32, 8), (0, 1, 1, 1)])
def test_impossible_dimensions_are_damage(tmp_path: Path, a_volume: Volume, axes: tuple[int, ...]) -> None:
    path = tmp_path / "image.nii"
    write_volume(a_volume, path)
    content = bytearray(path.read_bytes())
    content[40:48] = np.array(axes, "<i2").tobytes()
    path.write_bytes(content)
    with pytest.raises(StudyError, match="is damaged"):
        require_intact_nifti(path)


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz"])
def test_a_path_that_cannot_be_read_is_not_called_damaged(tmp_path: Path, a_volume: Volume, suffix: str) -> None:
    with pytest.raises(StudyError, match="cannot be read"):
        require_intact_nifti(tmp_path / ("x" * 300 + suffix))
    if os.geteuid() == 0:
        pytest.skip("the superuser may read every file")
    path = tmp_path / f"image{suffix}"
    write_volume(a_volume, path)
    path.chmod(0)
    with pytest.raises(StudyError, match="cannot be read"):
        require_intact_nifti(path)


@pytest.mark.parametrize("sform", [1, 0])
def test_voxels_of_two_sizes_are_refused_where_the_second_is_in_use(tmp_path: Path, a_volume: Volume, sform: int) -> None:
    """ITK reads such a file with the one size, other software with the other."""
    path = tmp_path / "image.nii"
    write_volume(a_volume, path)
    content = bytearray(path.read_bytes())
    rows = np.frombuffer(content, "<f4", 12, 280)
    content[280:328] = (rows * np.float32(1.3)).tobytes()
    struct.pack_into("<h", content, 254, sform)
    path.write_bytes(content)
    if not sform:
        require_intact_nifti(path)
        return
    with pytest.raises(GeometryError, match=r"pixdim.* and .*sform"):
        require_intact_nifti(path)


def test_voxels_of_two_sizes_are_refused_in_version_2_too(tmp_path: Path) -> None:
    content = bytearray(544 + 8)
    struct.pack_into("<i", content, 0, 540)
    struct.pack_into("<2h", content, 12, 2, 8)
    struct.pack_into("<8q", content, 16, 3, 2, 2, 2, 1, 1, 1, 1)
    struct.pack_into("<8d", content, 104, 1, 1, 1, 3, 0, 0, 0, 0)
    struct.pack_into("<q", content, 168, 544)
    struct.pack_into("<i", content, 348, 1)
    path = tmp_path / "image.nii"
    for depth_mm in (3.0, 4.0):
        struct.pack_into("<12d", content, 400, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, depth_mm, 0)
        path.write_bytes(content)
        if depth_mm == 3.0:
            require_intact_nifti(path)
    with pytest.raises(GeometryError, match="1 x 1 x 4 mm"):
        require_intact_nifti(path)
