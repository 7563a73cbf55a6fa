"""Level names drawn in the views: a locked, hidden markups list with one point in front of each body."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import slicer

from ..errors import MaskError
from .geometry import world_of
from .segments import ijk_to_ras_of, labelmap_of, segment_ids, segment_of, voxels_of_segment
from .terminology import level_terms

REFERENCE: Final = "OPRadiomics.LevelLabels"
NAME_WIDTH_MM: Final = 16.0
"""Names run from their point backwards in a sagittal view: so far in front of the body they begin."""


def centroid_ras(node: Any, level: str) -> tuple[float, float, float]:
    """Mean place of a level's voxels, in world RAS mm: where to jump to.

    Raises
    ------
    MaskError
        If the level has no segment or no voxel.
    """
    segment = segment_of(node, level)
    voxels = voxels_of_segment(segment)
    if not voxels.any():
        raise MaskError(f"{level} has no voxel", f"a drawn body of {level}", f"draw {level} first")
    x, y, z = _centroid(node, segment, voxels)
    return x, y, z


def update_level_labels(scene: Any, node: Any) -> Any:
    """Make or renew the labels of a segmentation node; returns its vtkMRMLMarkupsFiducialNode.

    Call it after edits and shifts. Levels without voxels get no label.
    """
    labels = node.GetNodeReference(REFERENCE) or _new_labels(scene, node)
    wanted = _names_and_places(node)
    if wanted == _shown(labels):
        return labels  # drawing them anew costs the views more than all the rest
    modifying = labels.StartModify()
    labels.RemoveAllControlPoints()
    for level, place in wanted:
        index = labels.AddControlPoint(*place, level)
        labels.SetNthControlPointLocked(index, True)
        labels.SetNthControlPointSelected(index, False)
    labels.EndModify(modifying)
    return labels


def remove_level_labels(node: Any) -> None:
    """Remove the labels from the scene, if there are any."""
    labels = node.GetNodeReference(REFERENCE)
    if labels is not None:
        node.RemoveNodeReferenceIDs(REFERENCE)
        labels.GetScene().RemoveNode(labels)


def _centroid(node: Any, segment: Any, voxels: npt.NDArray[np.bool_]) -> list[float]:
    k, j, i = (found.mean() for found in np.nonzero(voxels))
    place = world_of(node) @ ijk_to_ras_of(labelmap_of(segment)) @ [i, j, k, 1]
    return [float(value) for value in place[:3]]


Placed = list[tuple[str, tuple[float, ...]]]


def _names_and_places(node: Any) -> Placed:
    """Each drawn level and where its name goes, to 0.01 mm."""
    found = []
    for level, segment_id in segment_ids(node).items():
        segment = node.GetSegmentation().GetSegment(segment_id)
        voxels = voxels_of_segment(segment)
        if voxels.any():
            found.append((level, _rounded(_before(node, segment, voxels))))
    return found


def _shown(labels: Any) -> Placed:
    numbers = range(labels.GetNumberOfControlPoints())
    return [(labels.GetNthControlPointLabel(n), _rounded(labels.GetNthControlPointPositionWorld(n))) for n in numbers]


def _rounded(place: Sequence[float]) -> tuple[float, ...]:
    return tuple(round(float(value), 2) for value in place)


def _before(node: Any, segment: Any, voxels: npt.NDArray[np.bool_]) -> list[float]:
    """Where the name goes: in front of the body, so that it hides neither marrow nor outline. World RAS mm."""
    front = _anterior_mm(node, segment, voxels) + NAME_WIDTH_MM
    x, _, z = _centroid(node, segment, voxels)
    return [x, front, z]


def _anterior_mm(node: Any, segment: Any, voxels: npt.NDArray[np.bool_]) -> float:
    """The most anterior place of a body's voxels."""
    k, j, i = np.nonzero(voxels)
    to_world = world_of(node) @ ijk_to_ras_of(labelmap_of(segment))
    return float((to_world[1, :3] @ [i, j, k]).max() + to_world[1, 3])


def _new_labels(scene: Any, node: Any) -> Any:
    labels = slicer.vtkMRMLMarkupsFiducialNode()
    labels.SetName(f"{node.GetName()} (levels)")
    labels.SetHideFromEditors(True)  # before it is added: Slicer's lists ask only then
    labels.SetSelectable(False)
    labels.SetLocked(True)
    scene.AddNode(labels)
    labels.CreateDefaultDisplayNodes()
    display = labels.GetDisplayNode()
    display.SetColor(*level_terms()["L1"].rgb)
    display.SetPointLabelsVisibility(True)
    display.SetUseGlyphScale(False)
    display.SetGlyphSize(0.5)  # mm: the name alone is to be seen
    display.SetTextScale(4.0)
    display.SetSliceProjection(True)  # the name stands in every slice through the spine, not only in that of the centroid
    display.SetVisibility3D(False)
    node.SetNodeReferenceID(REFERENCE, labels.GetID())
    return labels
