"""What goes to the worker in files is what the scene holds, and comes back to the same place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from OPRadiomicsLib import io
from OPRadiomicsLib.errors import OutputError, StudyError
from OPRadiomicsLib.geometry import require_same_grid
from OPRadiomicsLib.mrml.files import read_mask, write_bodies, write_volume
from OPRadiomicsLib.mrml.geometry import vtk_matrix
from OPRadiomicsLib.mrml.segmentation import mask_of, shift_levels, update_segmentation
from OPRadiomicsLib.mrml.volumes import add_volume, volume_of
from OPRadiomicsLib.types import Mask, Volume


@pytest.mark.parametrize("turn", [np.eye(4), np.diag([1, 1, -1, 1.0]), np.eye(4)[[2, 0, 1, 3]]])
def test_the_command_line_reads_the_image_that_the_node_holds(scene: Any, volume: Volume, tmp_path: Path, turn: Any) -> None:
    node = add_volume(scene, Volume(volume.array, volume.affine @ turn), "T1WI")
    found = io.read_volume(write_volume(node, tmp_path / "T1WI.nrrd"))
    require_same_grid(volume_of(node), found)
    assert np.array_equal(found.array, volume.array)


def test_a_transform_above_the_image_goes_into_the_file(scene: Any, volume_node: Any, tmp_path: Path) -> None:
    turn = np.array([[0, -1, 0, 5], [1, 0, 0, -6], [0, 0, 1, 7], [0, 0, 0, 1.0]])
    transform = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "turn")
    transform.SetMatrixTransformToParent(vtk_matrix(turn))
    volume_node.SetAndObserveTransformNodeID(transform.GetID())
    require_same_grid(volume_of(volume_node), io.read_volume(write_volume(volume_node, tmp_path / "T1WI.nrrd")))


def test_the_command_line_reads_the_bodies_with_all_levels(node: Any, volume_node: Any, volume: Volume, tmp_path: Path) -> None:
    shift_levels(node, 1)
    path = write_bodies(node, volume_node, tmp_path / "bodies.nrrd")
    found = io.read_mask(path, volume, levels=())
    assert np.array_equal(found.labels, mask_of(node).labels)


def test_a_mask_made_by_the_command_line_returns_to_the_node(node: Any, mask: Mask, tmp_path: Path) -> None:
    made = Mask(np.roll(mask.labels, 2, axis=1), mask.affine)
    update_segmentation(node, read_mask(io.write_mask(made, tmp_path / "made.nrrd", all_levels=True)))
    assert np.array_equal(mask_of(node).labels, made.labels)


def test_the_studys_coding_is_read_too(mask: Mask, tmp_path: Path) -> None:
    found = read_mask(io.write_mask(mask, tmp_path / "study.nrrd"))
    assert found.levels == ("L1", "L2", "L3")
    np.testing.assert_allclose(found.affine, mask.affine, atol=1e-9)


def test_an_unreadable_mask_is_said(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="cannot be read"):
        read_mask(tmp_path / "absent.nrrd")


def test_a_file_that_cannot_be_written_is_said(volume_node: Any, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="handed to the worker"):
        write_volume(volume_node, tmp_path / "absent" / "T1WI.nrrd")
