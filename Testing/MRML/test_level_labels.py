"""Level names stand where the bodies lie, and follow them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from OPRadiomicsLib.errors import MaskError
from OPRadiomicsLib.geometry import ijk_to_lps
from OPRadiomicsLib.mrml.geometry import vtk_matrix
from OPRadiomicsLib.mrml.level_labels import NAME_WIDTH_MM, centroid_ras, remove_level_labels, update_level_labels
from OPRadiomicsLib.mrml.segmentation import shift_levels
from OPRadiomicsLib.types import Mask


def names(labels: Any) -> list[str]:
    return [labels.GetNthControlPointLabel(n) for n in range(labels.GetNumberOfControlPoints())]


def test_a_centroid_is_the_mean_place_of_the_voxels(node: Any, mask: Mask) -> None:
    expected_lps = ijk_to_lps(mask.affine, np.argwhere(mask.of("L2"))[:, ::-1]).mean(axis=0)
    np.testing.assert_allclose(centroid_ras(node, "L2"), expected_lps * (-1, -1, 1), atol=1e-6)


def test_each_level_has_its_name_in_front_of_it_at_its_height(scene: Any, node: Any, mask: Mask) -> None:
    labels = update_level_labels(scene, node)
    assert names(labels) == list(mask.levels)
    for n, level in enumerate(mask.levels):
        x, y, z = labels.GetNthControlPointPositionWorld(n)
        front_lps = ijk_to_lps(mask.affine, np.argwhere(mask.of(level))[:, ::-1])[:, 1].min()
        assert y == pytest.approx(-front_lps + NAME_WIDTH_MM, abs=0.006)
        np.testing.assert_allclose((x, z), np.array(centroid_ras(node, level))[[0, 2]], atol=0.006)


def test_names_cannot_be_dragged_and_show_without_a_list_entry(scene: Any, node: Any) -> None:
    labels = update_level_labels(scene, node)
    assert labels.GetLocked()
    assert labels.GetHideFromEditors()
    assert not labels.GetSelectable()
    assert all(labels.GetNthControlPointLocked(n) for n in range(labels.GetNumberOfControlPoints()))
    assert labels.GetDisplayNode().GetPointLabelsVisibility()


def test_an_update_moves_and_renames_the_same_labels(scene: Any, node: Any, edit: Any) -> None:
    labels = update_level_labels(scene, node)
    shift_levels(node, 1)
    edit(node, "L5", np.s_[:, :, :], False)
    assert update_level_labels(scene, node) is labels
    assert names(labels) == ["L1", "L2", "L3", "L4"]
    assert scene.GetNumberOfNodesByClass("vtkMRMLMarkupsFiducialNode") == 1


def test_a_transform_moves_the_centroid(scene: Any, node: Any) -> None:
    before = centroid_ras(node, "L1")
    move = np.eye(4)
    move[:3, 3] = (1, 2, 3)
    transform = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "move")
    transform.SetMatrixTransformToParent(vtk_matrix(move))
    node.SetAndObserveTransformNodeID(transform.GetID())
    np.testing.assert_allclose(np.subtract(centroid_ras(node, "L1"), before), (1, 2, 3), atol=1e-9)


def test_a_level_without_voxels_has_no_place(node: Any, edit: Any) -> None:
    edit(node, "L1", np.s_[:, :, :], False)
    with pytest.raises(MaskError, match="L1 has no voxel"):
        centroid_ras(node, "L1")


def test_labels_are_found_again_after_saving(scene: Any, node: Any, mask: Mask, reload: Any) -> None:
    update_level_labels(scene, node)
    fresh = reload(scene)
    labels = update_level_labels(fresh, fresh.GetFirstNode("Bodies", "vtkMRMLSegmentationNode"))
    assert fresh.GetNumberOfNodesByClass("vtkMRMLMarkupsFiducialNode") == 1
    assert names(labels) == list(mask.levels)


def test_removed_labels_leave_nothing(scene: Any, node: Any) -> None:
    labels = update_level_labels(scene, node)
    remove_level_labels(node)
    assert labels.GetReferenceCount() == 1  # this test's own
    assert scene.GetNumberOfNodesByClass("vtkMRMLMarkupsFiducialNode") == 0
