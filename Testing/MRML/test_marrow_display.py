"""The marrow region is drawn over the bodies and never taken for them."""

from __future__ import annotations

from typing import Any

import numpy as np
from OPRadiomicsLib.mrml.marrow_display import hide_marrow, show_marrow
from OPRadiomicsLib.mrml.segmentation import mask_of
from OPRadiomicsLib.types import Mask


def inner(mask: Mask, rows: slice) -> Mask:
    labels = np.zeros_like(mask.labels)
    for level in ("L1", "L2", "L3"):
        k, j, i = (slice(int(w.min()) + 1, int(w.max())) for w in np.nonzero(mask.of(level)))
        labels[k, j, i][:, rows] = mask.labels[k, j, i][:, rows]
    return Mask(labels, mask.affine)


def test_the_region_is_shown_by_its_outline_only(scene: Any, node: Any, mask: Mask) -> None:
    region = inner(mask, slice(None))
    shown = show_marrow(scene, node, region)
    assert np.array_equal(mask_of(shown).labels, region.labels)
    display = shown.GetDisplayNode()
    assert (display.GetVisibility2DFill(), display.GetVisibility2DOutline(), display.GetVisibility3D()) == (0, 1, 0)
    assert np.array_equal(mask_of(node).labels, mask.labels)


def test_its_colour_differs_from_the_bodies(scene: Any, node: Any, mask: Mask) -> None:
    shown = show_marrow(scene, node, inner(mask, slice(None)))
    bodies, region = (n.GetSegmentation().GetSegment("L1").GetColor() for n in (node, shown))
    assert bodies != region


def test_showing_again_renews_the_same_node(scene: Any, node: Any, mask: Mask) -> None:
    shown = show_marrow(scene, node, inner(mask, slice(None)))
    smaller = inner(mask, slice(2, 4))
    assert show_marrow(scene, node, smaller) is shown
    assert np.array_equal(mask_of(shown).labels, smaller.labels)


def test_hidden_it_is_gone(scene: Any, node: Any, mask: Mask) -> None:
    show_marrow(scene, node, inner(mask, slice(None)))
    hide_marrow(node)
    hide_marrow(node)
    assert scene.GetNumberOfNodesByClass("vtkMRMLSegmentationNode") == 1


def test_it_is_found_again_after_saving(scene: Any, node: Any, mask: Mask, reload: Any) -> None:
    show_marrow(scene, node, inner(mask, slice(None)))
    fresh = reload(scene)
    hide_marrow(fresh.GetFirstNode("Bodies", "vtkMRMLSegmentationNode"))
    assert fresh.GetNumberOfNodesByClass("vtkMRMLSegmentationNode") == 1
