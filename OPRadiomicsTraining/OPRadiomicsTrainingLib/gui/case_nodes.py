"""One open case in the scene: its images, the masks that are drawn, and for the arbiter also reader A's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import slicer
from OPRadiomicsLib.gui import layout
from OPRadiomicsLib.io import read_mask, read_volume
from OPRadiomicsLib.levels import STUDY_LEVELS
from OPRadiomicsLib.mrml import level_labels, segmentation
from OPRadiomicsLib.mrml.segments import new_segment, segment_ids
from OPRadiomicsLib.types import Mask, Role
from slicer.i18n import tr as _

from ..project.flow import last
from ..project.session import Session
from ..project.versions import Step


class CaseNodes:
    """Loads a case; `remove` takes all of it out of the scene again.

    Parameters
    ----------
    session
        Of the reader; no version beyond its ``visible`` is loaded.
    path
        Mask to draw upon, None for the template alone: empty segments L1, L2 and L3 with their codes.
    """

    def __init__(self, scene: Any, session: Session, path: Path | None) -> None:
        self._scene = scene
        self._own: list[Any] = []
        self.images: dict[Role, Any] = {}
        for role in Role:
            file = session.case.image(role)
            if file is not None:
                node = slicer.util.loadVolume(str(file), {"name": f"{session.case.name} {role.value}", "show": False})
                self.images[role] = node
                self._own.append(node)
        self._volume = read_volume(session.case.reference)
        self.segmentation = self._add(path, f"{session.case.name} bodies")
        self._complete()
        drawn = last(session.visible, Step.DRAWN) if session.step is Step.ARBITRATED else None
        if drawn is not None:
            other = self._add(drawn.path, _("Reader {reader}").format(reader=drawn.reader))
            other.GetDisplayNode().SetOpacity2DFill(0.0)
            segmentation.show_levels(other, STUDY_LEVELS)

    @property
    def reference(self) -> Any:
        """The image that masks are drawn on."""
        return next(self.images[role] for role in Role if role in self.images)

    def image(self, role: Role) -> Any:
        """The volume node of a sequence, or None; what `layout` asks for."""
        return self.images.get(role)

    def mask(self, levels: Sequence[str] | None = None) -> Mask:
        """What is drawn; raises `MaskError` where one of ``levels`` has no voxel."""
        return segmentation.mask_of(self.segmentation, self.reference, levels)

    def shift(self, by: int) -> None:
        """Renumber all levels by one, as `segmentation.shift_levels`, which says what it raises."""
        segmentation.shift_levels(self.segmentation, by)
        self._complete()

    def _complete(self) -> None:
        """L1, L2 and L3 to draw on, empty where they are missing, shown alone and named in the views."""
        for level in STUDY_LEVELS:
            if level not in segment_ids(self.segmentation):
                self.segmentation.GetSegmentation().AddSegment(new_segment(level))
        segmentation.show_levels(self.segmentation, STUDY_LEVELS)
        names = level_labels.update_level_labels(self._scene, self.segmentation)
        if names not in self._own:
            self._own.append(names)

    def show(self) -> None:
        """The three sequences side by side, near and from the middle of what is drawn, where anything is.

        A view without an image stays empty.
        """
        layout.show()
        shown: Any = self
        layout.showImages(shown, fit=tuple(Role))
        for node in self._own:
            if node not in self.images.values():
                layout.restrict(node.GetDisplayNode(), list(self.images))
        drawn = self.mask()
        places_kji = np.argwhere(drawn.labels)
        if len(places_kji):
            x, y, z = (drawn.affine @ [*places_kji.mean(axis=0)[::-1], 1.0])[:3]
            layout.zoomToSpine()
            layout.jumpTo((-x, -y, z))

    def remove(self) -> None:
        """Take everything out of the scene."""
        for node in self._own:
            if node.GetScene() is not None:
                self._scene.RemoveNode(node)

    def _add(self, path: Path | None, name: str) -> Any:
        if path is None:
            mask = Mask(np.zeros(self._volume.shape, np.uint8), self._volume.affine)
        else:
            try:
                mask = read_mask(path, self._volume, levels=(), allow_empty=True)
            except Exception:
                self.remove()
                raise
        node = segmentation.add_segmentation(self._scene, mask, self.reference, name)
        self._own.append(node)
        return node
