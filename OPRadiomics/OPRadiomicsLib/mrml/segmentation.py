"""Masks: `Mask` from and to segmentation nodes, one segment a level."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import slicer

from ..errors import MaskError
from ..geometry import require_same_grid
from ..io.masks import onto_lattice, require_levels
from ..levels import LABEL_OF_LEVEL, LEVEL_OF_LABEL, STUDY_LEVELS
from ..types import LabelArray, Mask, Volume
from .geometry import RAS_OF_LPS, Matrix, world_of
from .segments import designate, ijk_to_ras_of, labelmap_name, labelmap_of, layer_of, new_segment, segment_ids
from .volumes import labelmap, volume_of


def add_segmentation(scene: Any, mask: Mask, volume_node: Any, name: str) -> Any:
    """A new vtkMRMLSegmentationNode with one segment for each level of the mask.

    Segments are named "L1", coded in SNOMED CT and coloured as Slicer's vertebrae. The node refers to the volume, has its
    geometry and lies under its transform.

    Parameters
    ----------
    scene
        vtkMRMLScene that gets the node.
    mask
        On the volume's grid.
    volume_node
        The vtkMRMLScalarVolumeNode that the mask was made on.
    name
        Of the new node.

    Raises
    ------
    GeometryError
        If the mask lies on another grid; nothing is then added.
    """
    require_same_grid(volume_of(volume_node), mask)
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", name)
    node.CreateDefaultDisplayNodes()
    node.SetReferenceImageGeometryParameterFromVolumeNode(volume_node)
    node.SetAndObserveTransformNodeID(volume_node.GetTransformNodeID())
    _set_levels(node, mask)
    return node


def add_empty_segmentation(scene: Any, volume_node: Any, name: str, levels: Sequence[str] = STUDY_LEVELS) -> Any:
    """As `add_segmentation`, with a segment without voxels for each level: to draw in by hand."""
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", name)
    node.CreateDefaultDisplayNodes()
    node.SetReferenceImageGeometryParameterFromVolumeNode(volume_node)
    node.SetAndObserveTransformNodeID(volume_node.GetTransformNodeID())
    for level in levels:
        node.GetSegmentation().AddSegment(new_segment(level), level)
    return node


def volume_node_of(node: Any) -> Any | None:
    """The volume node that a segmentation was made on, or None."""
    return node.GetNodeReference(node.GetReferenceImageGeometryReferenceRole())


def require_volume_node(node: Any) -> Any:
    """The volume node that a segmentation was made on.

    Raises
    ------
    MaskError
        If it refers to none.
    """
    volume_node = volume_node_of(node)
    if volume_node is None:
        raise MaskError(
            f"'{node.GetName()}' refers to no volume",
            "a segmentation made on a volume of the scene",
            "in the Segment Editor choose the volume as source volume",
        )
    return volume_node


def mask_of(node: Any, volume_node: Any | None = None, levels: Sequence[str] | None = None, origin: str = "3D Slicer") -> Mask:
    """What the segments hold, as a label map on the volume's grid; no voxel is interpolated.

    Parameters
    ----------
    node
        vtkMRMLSegmentationNode.
    volume_node
        The image whose grid the mask shall lie on; by default the one that the segmentation was made on.
    levels
        Levels that must hold voxels; None accepts any.
    origin
        Of the mask.

    Raises
    ------
    MaskError
        If a segment with voxels is no level, two are the same one or overlap, one of ``levels`` has no voxel, or there is no
        volume to put the mask on.
    GeometryError
        If a segment lies on another lattice, or reaches beyond the image.
    """
    volume = volume_of(volume_node or require_volume_node(node))
    labels = np.zeros(volume.shape, np.uint8)
    for image, named in _layers(node):
        placed = _placed(image, named, world_of(node), volume)
        _require_free(labels, placed)
        np.copyto(labels, placed, where=placed != 0)
    mask = Mask(labels, volume.affine, volume.frame_of_reference_uid, origin)
    if levels:
        require_levels(mask, levels)
    return mask


def update_segmentation(node: Any, mask: Mask, volume_node: Any | None = None) -> None:
    """Replace what the segments hold: afterwards `mask_of` gives this mask.

    Segments keep their id, visibility and order; those of levels that the mask lacks stay, empty; new levels get a segment.

    Raises
    ------
    MaskError
        If a segment with voxels is no level, or two are the same one.
    GeometryError
        If the mask doesn't lie on the volume's grid. In each case nothing is changed.
    """
    require_same_grid(volume_of(volume_node or require_volume_node(node)), mask)
    _set_levels(node, mask)


def shift_levels(node: Any, by: int) -> None:
    """Rename, recode and recolour all levels by one: +1 is caudal (L1 becomes L2), -1 cranial.

    The order is that of `opradiomics segment --shift`: T8 ... L5, L6, S1. Where S1 is drawn and L6 is not, S1 follows L5.

    Raises
    ------
    MaskError
        If a level would go beyond T8 or S1; nothing is then changed.
    """
    ids = segment_ids(node)
    order = [level for level in LABEL_OF_LEVEL if level != "L6" or "S1" not in ids or "L6" in ids]
    places = {level: order.index(level) + by for level in ids}
    beyond = [level for level, place in places.items() if not 0 <= place < len(order)]
    if beyond:
        raise MaskError(
            f"{', '.join(beyond)} cannot be shifted by {by:+d}",
            f"levels from {order[0]} to {order[-1]} after the shift",
            f"remove {', '.join(beyond)} first if it is no vertebral body of this study",
        )
    for level, place in places.items():
        designate(node.GetSegmentation().GetSegment(ids[level]), order[place])


def show_levels(node: Any, levels: Sequence[str] = STUDY_LEVELS) -> None:
    """Show the segments of these levels and hide the others."""
    display = node.GetDisplayNode()
    for level, segment_id in segment_ids(node).items():
        display.SetSegmentVisibility(segment_id, level in levels)


def _layers(node: Any) -> list[tuple[Any, dict[int, str]]]:
    """Each labelmap of the node, with the levels by the value that they have in it."""
    segmentation = node.GetSegmentation()
    source = segmentation.GetSourceRepresentationName()
    if source != labelmap_name():
        raise MaskError(
            f"'{node.GetName()}' is made of {str(source).lower()}s",
            "segments made of voxels",
            "in the Segmentations module make 'Binary labelmap' the source representation",
        )
    layers: dict[int, tuple[Any, dict[int, str]]] = {}
    for level, segment_id in segment_ids(node).items():
        segment = segmentation.GetSegment(segment_id)
        image = labelmap_of(segment)
        if image is not None:
            layers.setdefault(id(image), (image, {}))[1][int(segment.GetLabelValue())] = level
    return list(layers.values())


def _placed(image: Any, levels: dict[int, str], world: Matrix, volume: Volume) -> LabelArray:
    """The levels of one labelmap on the volume's grid."""
    values = layer_of(image)
    labels = np.zeros(values.shape, np.uint8)
    for value, level in levels.items():
        labels[values == value] = LABEL_OF_LEVEL[level]
    if not labels.any():
        return np.zeros(volume.shape, np.uint8)
    return onto_lattice(labels, RAS_OF_LPS @ world @ ijk_to_ras_of(image), volume)


def _require_free(labels: LabelArray, placed: LabelArray) -> None:
    """Raise `MaskError` where both hold a level."""
    both = (labels != 0) & (placed != 0)
    if not both.any():
        return
    one, other = (LEVEL_OF_LABEL[int(each[both][0])] for each in (labels, placed))
    raise MaskError(
        f"Overlapping segments: {one} and {other} share {np.count_nonzero(both)} voxels",
        "each voxel in at most one vertebra",
        "in the Segment Editor draw with 'Modify other segments: Overwrite all', or erase the doubled voxels",
    )


def _set_levels(node: Any, mask: Mask) -> None:
    """Fill segments that exist, add those that don't: the added ones share one labelmap."""
    segmentation = node.GetSegmentation()
    ids = segment_ids(node)
    ijk_to_ras = np.linalg.inv(world_of(node)) @ RAS_OF_LPS @ mask.affine
    modifying = node.StartModify()
    for segment_id in ids.values():
        slicer.vtkSlicerSegmentationsModuleLogic.ClearSegment(node, segment_id)
    for level in mask.levels:
        if level in ids:
            _replace(node, ids[level], mask.of(level), ijk_to_ras)
    added = [level for level in mask.levels if level not in ids]
    values = [LABEL_OF_LEVEL[level] for level in added]
    shared = labelmap(np.where(np.isin(mask.labels, values), mask.labels, np.uint8(0)), ijk_to_ras) if added else None
    for level, value in zip(added, values, strict=True):
        segment = new_segment(level)
        segment.SetLabelValue(value)
        segment.AddRepresentation(labelmap_name(), shared)
        segmentation.AddSegment(segment, segmentation.GenerateUniqueSegmentID(level))
    node.EndModify(modifying)


def _replace(node: Any, segment_id: str, voxels: npt.NDArray[np.bool_], ijk_to_ras: Matrix) -> None:
    """Give a segment new voxels, (k, j, i)."""
    image = labelmap(voxels.astype(np.uint8), ijk_to_ras)
    slicer.vtkSlicerSegmentationsModuleLogic.SetBinaryLabelmapToSegment(image, node, segment_id)
