"""The Segment Editor inside a panel: what correcting vertebral bodies needs of it, and its parameter set in each scene."""

from __future__ import annotations

from typing import Any

import slicer

EFFECTS = (
    "Paint",
    "Erase",
    "Draw",
    "Scissors",
    "Smoothing",
    "Islands",
    "Fill between slices",
    "Threshold",
    "Margin",
    "Logical operators",
)
"""What correcting a vertebral body needs, in the order in which it is needed."""


def prepare(editor: Any) -> None:
    """Show these effects alone; the panel chooses masks and image."""
    editor.setEffectNameOrder(list(EFFECTS))
    editor.unorderedEffectsVisible = False
    editor.setMaximumNumberOfUndoStates(30)
    editor.segmentationNodeSelectorVisible = False
    editor.sourceVolumeNodeSelectorVisible = False
    editor.switchToSegmentationsButtonVisible = False
    editor.addRemoveSegmentButtonsVisible = False  # a level has a name and a code: shift, or draw the empty ones
    editor.show3DButtonVisible = False
    editor.autoShowSourceVolumeNode = False  # it would put one sequence into the views of all


def attach(editor: Any, scene: Any, tag: str) -> None:
    """Give the editor the scene's parameter set of this tag, made where it is missing, and the views of the layout."""
    node = scene.GetSingletonNode(tag, "vtkMRMLSegmentEditorNode")
    if node is None:
        node = scene.CreateNodeByClass("vtkMRMLSegmentEditorNode")
        node.UnRegister(None)
        node.SetSingletonTag(tag)
        node = scene.AddNode(node)
        node.SetOverwriteMode(slicer.vtkMRMLSegmentEditorNode.OverwriteAllSegments)
    editor.setMRMLSegmentEditorNode(node)
    editor.setupViewObservations()


def release(editor: Any) -> None:
    """Let go of the masks: no tool stays active on them."""
    editor.setActiveEffect(None)
    editor.setSourceVolumeNode(None)  # when it goes, the editor would take the next image, without masks, and log errors
    editor.setSegmentationNode(None)
