"""Three sagittal views side by side, one a sequence, linked; and how images, masks and names are shown in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import qt
import slicer

from ..mrml import level_labels
from ..types import Role
from .study import Study

LAYOUT_ID, LAYOUT_3D_ID = 50319, 50320
"""Slicer's own layouts lie below 1000; extensions choose a large number that nobody else is likely to have."""

VIEW = {Role.T1WI: "OPR-T1WI", Role.T2WI: "OPR-T2WI", Role.FST2WI: "OPR-FST2WI"}
_COLOUR = {Role.T1WI: "#EDD54C", Role.T2WI: "#6EB04B", Role.FST2WI: "#F34A33"}
_GROUP = 7
SPINE_WIDTH_MM = 130.0


def _view(role: Role) -> str:
    return (
        f'<item><view class="vtkMRMLSliceNode" singletontag="{VIEW[role]}">'
        '<property name="orientation" action="default">Sagittal</property>'
        f'<property name="viewlabel" action="default">{role.value}</property>'
        f'<property name="viewcolor" action="default">{_COLOUR[role]}</property>'
        f'<property name="viewgroup" action="default">{_GROUP}</property></view></item>'
    )


_3D = (
    '<item><view class="vtkMRMLViewNode" singletontag="1">'
    '<property name="viewlabel" action="default">1</property></view></item>'
)
LAYOUT = f'<layout type="horizontal" split="true">{"".join(map(_view, Role))}</layout>'
LAYOUT_3D = f'<layout type="horizontal" split="true">{"".join(map(_view, Role))}{_3D}</layout>'


def show(with3D: bool = False) -> None:
    """Switch the application to the three views, with a 3-D view beside them if asked for."""
    manager = slicer.app.layoutManager()
    if manager is None:
        return
    node = manager.layoutLogic().GetLayoutNode()
    for number, description in ((LAYOUT_ID, LAYOUT), (LAYOUT_3D_ID, LAYOUT_3D)):
        if not node.IsLayoutDescription(number):
            node.AddLayoutDescription(number, description)
    arrangement = LAYOUT_3D_ID if with3D else LAYOUT_ID
    if node.GetViewArrangement() != arrangement:
        node.SetViewArrangement(arrangement)
        # Views learn their size from the event loop: what is fitted before is zoomed anew by the ratio of the sizes.
        slicer.app.processEvents(qt.QEventLoop.ExcludeUserInputEvents)
    for role in Role:
        composite = compositeNode(role)
        if composite is not None:
            label = manager.sliceWidget(VIEW[role]).sliceController().findChild(qt.QLabel, "ViewLabel")
            label.setMinimumWidth(label.sizeHint.width())  # a narrow view would cut the sequence's name
            composite.SetLinkedControl(True)
            composite.SetHotLinkedControl(True)


def isShown() -> bool:
    """Whether the application shows the three views."""
    manager = slicer.app.layoutManager()
    return manager is not None and manager.layout in (LAYOUT_ID, LAYOUT_3D_ID)


def sliceNode(role: Role) -> Any:
    """The view of a sequence, or None where it is not shown."""
    manager = slicer.app.layoutManager()
    widget = manager.sliceWidget(VIEW[role]) if manager is not None else None
    return widget.mrmlSliceNode() if widget is not None else None


def compositeNode(role: Role) -> Any:
    """What a sequence's view shows, or None where it is not shown."""
    manager = slicer.app.layoutManager()
    widget = manager.sliceWidget(VIEW[role]) if manager is not None else None
    return widget.mrmlSliceCompositeNode() if widget is not None else None


def showImages(study: Study, fit: Sequence[Role] = (), like: Role | None = None) -> None:
    """Each sequence in its view; where one is missing, its view stays empty.

    Those to ``fit`` are turned to their image's planes and show all of it from its middle, or, where a view is given that
    they shall be ``like``, what that one shows.
    """
    for role in Role:
        composite = compositeNode(role)
        if composite is None:
            continue
        image = study.image(role)
        composite.SetBackgroundVolumeID(image.GetID() if image is not None else None)
        composite.SetForegroundVolumeID(None)
        composite.SetLabelVolumeID(None)
        if role in fit and image is not None:
            sliceNode(role).RotateToVolumePlane(image)
            if like is None or not _follow(role, like, image):
                slicer.app.layoutManager().sliceWidget(VIEW[role]).sliceLogic().FitSliceToBackground()
    if fit and like is None:
        _jumpToMiddle(study)


def _follow(role: Role, like: Role, image: Any) -> bool:
    """Place and zoom of another view, where the image lies there at all."""
    view, other = sliceNode(role), sliceNode(like)
    place = [other.GetSliceToRAS().GetElement(axis, 3) for axis in range(3)]
    bounds = [0.0] * 6
    image.GetRASBounds(bounds)
    if not all(bounds[2 * axis] <= place[axis] <= bounds[2 * axis + 1] for axis in range(3)):
        return False
    width, height, depth = view.GetFieldOfView()
    shown = other.GetFieldOfView()[0]
    view.SetFieldOfView(shown, height * shown / width, depth)
    view.JumpSliceByCentering(*place)
    return True


def showMasks(study: Study, outline: bool, beforeRegistration: bool = False) -> None:
    """Each sequence's own masks in its view; where it has none, the T1WI's, which show how far the patient moved.

    A view without an image stays empty.

    ``beforeRegistration`` shows the T1WI's everywhere: where the scanner's coordinates place them.
    """
    shared = study.bodies(Role.T1WI)
    for role in (Role.T2WI, Role.FST2WI):
        _showIn(study.bodies(role), [] if beforeRegistration else [role], outline)
    if shared is not None:
        _showIn(shared, [role for role in study.images if beforeRegistration or study.bodies(role) in (None, shared)], outline)
    marrow = study.parameters.marrow
    if marrow is not None and marrow.GetDisplayNode() is not None:
        marrow.GetDisplayNode().SetVisibility(study.parameters.showMarrow)
        restrict(marrow.GetDisplayNode(), [Role.T1WI])
    if shared is not None:
        names = shared.GetNodeReference(level_labels.REFERENCE)
        if names is not None:
            names.GetDisplayNode().SetVisibility(study.parameters.showLabels)
            restrict(names.GetDisplayNode(), list(study.images))


def hideMasks(study: Study) -> None:
    """Nothing of a study over the images of another one."""
    shared = study.bodies(Role.T1WI)
    names = shared.GetNodeReference(level_labels.REFERENCE) if shared is not None else None
    for node in (*(study.bodies(role) for role in Role), study.parameters.marrow, names):
        if node is not None and node.GetDisplayNode() is not None:
            node.GetDisplayNode().SetVisibility(False)


def _showIn(node: Any | None, roles: list[Role], outline: bool) -> None:
    if node is None or node.GetDisplayNode() is None:
        return
    display = node.GetDisplayNode()
    display.SetVisibility(bool(roles))
    showFill(display, not outline)
    restrict(display, roles)


def showFill(display: Any, filled: bool) -> None:
    """Masks filled, with the image seen through them, or their outlines alone."""
    display.SetOpacity2DFill(0.35 if filled else 0.0)
    display.SetOpacity2DOutline(1.0)


def restrict(display: Any, roles: list[Role]) -> None:
    """Show in these sequences' views; Slicer's ordinary views show all, where they are in use."""
    ids = [node.GetID() for role in roles if (node := sliceNode(role)) is not None]
    manager = slicer.app.layoutManager()
    if manager is not None and not isShown():
        ids = []
    if ids and manager is not None:
        ids += [manager.threeDWidget(n).mrmlViewNode().GetID() for n in range(manager.threeDViewCount)]
    if list(ids) == [display.GetNthViewNodeID(n) for n in range(display.GetNumberOfViewNodeIDs())]:
        return
    modifying = display.StartModify()
    display.RemoveAllViewNodeIDs()
    for viewId in ids:
        display.AddViewNodeID(viewId)
    display.EndModify(modifying)


def centre3D() -> None:
    """Let the surfaces fill the 3-D views."""
    manager = slicer.app.layoutManager()
    for n in range(manager.threeDViewCount if manager is not None else 0):
        view = manager.threeDWidget(n).threeDView()
        view.resetFocalPoint()
        view.renderWindow().GetRenderers().GetFirstRenderer().ResetCamera()


def jumpTo(positionRas: Any) -> None:
    """Move the three views to a place, centred."""
    for role in Role:
        node = sliceNode(role)
        if node is not None:
            node.JumpSliceByCentering(*map(float, positionRas))


def nextSlice(image: Any, by: int) -> None:
    """So many of an image's slices further in the three views: Slicer links what the mouse does, not what a script sets."""
    for role in Role:
        node = sliceNode(role)
        if node is not None:
            node.SetSliceOffset(node.GetSliceOffset() + by * max(image.GetSpacing()))


def zoomToSpine() -> None:
    """The three views so near that some five vertebrae fill them."""
    for role in Role:
        node = sliceNode(role)
        if node is not None:
            width, height, depth = node.GetFieldOfView()
            scale = SPINE_WIDTH_MM / width
            node.SetFieldOfView(SPINE_WIDTH_MM, height * scale, depth)


def _jumpToMiddle(study: Study) -> None:
    image = study.image(Role.T1WI)
    if image is None:
        return
    bounds = [0.0] * 6
    image.GetRASBounds(bounds)
    jumpTo([(bounds[2 * axis] + bounds[2 * axis + 1]) / 2 for axis in range(3)])
