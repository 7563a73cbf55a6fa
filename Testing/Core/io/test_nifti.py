"""A NIfTI file is checked against its own header, whatever that says."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import numpy as np
import pytest
from OPRadiomicsLib.errors import StudyError
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
