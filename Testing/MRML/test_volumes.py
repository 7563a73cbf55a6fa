"""Images pass to nodes and back unchanged, whatever their axes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import vtk
from OPRadiomicsLib.errors import GeometryError, StudyError
from OPRadiomicsLib.geometry import reoriented, require_same_grid
from OPRadiomicsLib.mrml.geometry import RAS_OF_LPS, vtk_matrix
from OPRadiomicsLib.mrml.volumes import add_volume, volume_of
from OPRadiomicsLib.types import Volume

FLIPS = [np.diag([a, b, c, 1.0]) for a in (1, -1) for b in (1, -1) for c in (1, -1)]
EXCHANGED = np.eye(4)[[2, 0, 1, 3]]


@pytest.mark.parametrize("turn", [*FLIPS, EXCHANGED])
def test_an_image_keeps_voxels_and_place_through_a_node(scene: Any, volume: Volume, turn: np.ndarray) -> None:
    turned = Volume(volume.array, volume.affine @ turn)
    found = volume_of(add_volume(scene, turned, "T1WI"))
    assert np.array_equal(found.array, volume.array)
    np.testing.assert_allclose(found.affine, turned.affine, atol=1e-9)


def test_a_voxel_lies_in_the_node_where_the_image_says(scene: Any, volume: Volume) -> None:
    node = add_volume(scene, volume, "T1WI")
    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    at_lps = volume.affine @ [3, 5, 7, 1]
    np.testing.assert_allclose(matrix.MultiplyPoint((3, 5, 7, 1)), RAS_OF_LPS @ at_lps)
    assert node.GetImageData().GetScalarComponentAsDouble(3, 5, 7, 0) == volume.array[7, 5, 3]


def test_the_image_is_a_copy(volume_node: Any) -> None:
    found = volume_of(volume_node)
    before = found.array[0, 0, 0]
    volume_node.GetImageData().SetScalarComponentFromDouble(0, 0, 0, 0, before + 1)
    assert found.array[0, 0, 0] == before


def test_a_linear_transform_moves_the_image(scene: Any, volume: Volume, volume_node: Any) -> None:
    move = np.eye(4)
    move[:3, 3] = (4, -5, 6)  # RAS
    transform = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "move")
    transform.SetMatrixTransformToParent(vtk_matrix(move))
    volume_node.SetAndObserveTransformNodeID(transform.GetID())
    np.testing.assert_allclose(volume_of(volume_node).affine[:3, 3] - volume.affine[:3, 3], (-4, 5, 6), atol=1e-9)


def test_a_non_linear_transform_is_refused(scene: Any, volume_node: Any) -> None:
    transform = scene.AddNewNodeByClass("vtkMRMLBSplineTransformNode", "bend")
    warp = vtk.vtkThinPlateSplineTransform()
    transform.SetAndObserveTransformToParent(warp)
    volume_node.SetAndObserveTransformNodeID(transform.GetID())
    with pytest.raises(GeometryError, match=r"non-linear transform 'bend'.*harden"):
        volume_of(volume_node)


def test_a_node_without_image_is_refused(scene: Any) -> None:
    with pytest.raises(StudyError, match="'empty' holds no image"):
        volume_of(scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "empty"))


def test_a_colour_image_is_refused(scene: Any) -> None:
    node = scene.AddNewNodeByClass("vtkMRMLVectorVolumeNode", "photo")
    image = vtk.vtkImageData()
    image.SetDimensions(4, 4, 1)
    image.AllocateScalars(vtk.VTK_UNSIGNED_CHAR, 3)
    node.SetAndObserveImageData(image)
    with pytest.raises(StudyError, match="'photo' with 3 values a voxel"):
        volume_of(node)


def test_an_image_saved_in_a_scene_comes_back(scene: Any, volume: Volume, volume_node: Any, reload: Any) -> None:
    found = volume_of(reload(scene).GetFirstNode("T1WI", "vtkMRMLScalarVolumeNode"))
    # Slicer stores images right-handed: the slices may come back in the other order, at the same places.
    require_same_grid(reoriented(volume), reoriented(found))
    assert np.array_equal(reoriented(found).array, reoriented(volume).array)
