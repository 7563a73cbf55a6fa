"""The marrow region over the bodies: a second segmentation node, outlines only, that the first refers to."""

from __future__ import annotations

from typing import Any, Final

from ..types import Mask
from .segmentation import add_segmentation, require_volume_node, update_segmentation

REFERENCE: Final = "OPRadiomics.Marrow"
RGB: Final = (0.0, 0.9, 0.9)
"""Unlike any bone colour, so that the outline stands out on the body's fill."""


def show_marrow(scene: Any, node: Any, marrow: Mask) -> Any:
    """Draw a marrow region, from `segmentation.marrow_region`, over the bodies; returns its vtkMRMLSegmentationNode.

    Parameters
    ----------
    scene
        Of the node.
    node
        The bodies' vtkMRMLSegmentationNode.
    marrow
        On the grid of the bodies' volume.

    Raises
    ------
    MaskError
        If the bodies refer to no volume.
    GeometryError
        If the region lies on another grid. Nothing is then changed.
    """
    shown = node.GetNodeReference(REFERENCE)
    if shown is None:
        shown = add_segmentation(scene, marrow, require_volume_node(node), f"{node.GetName()} (marrow)")
        node.SetNodeReferenceID(REFERENCE, shown.GetID())
        _outline_only(shown.GetDisplayNode())
    else:
        update_segmentation(shown, marrow)
    segmentation = shown.GetSegmentation()
    for index in range(segmentation.GetNumberOfSegments()):
        segmentation.GetNthSegment(index).SetColor(*RGB)
    return shown


def hide_marrow(node: Any) -> None:
    """Remove the marrow region from the scene, if it is shown: it is derived, and stale after the next edit."""
    shown = node.GetNodeReference(REFERENCE)
    if shown is not None:
        node.RemoveNodeReferenceIDs(REFERENCE)
        shown.GetScene().RemoveNode(shown)


def _outline_only(display: Any) -> None:
    display.SetVisibility2DFill(False)
    display.SetVisibility2DOutline(True)
    display.SetVisibility3D(False)
