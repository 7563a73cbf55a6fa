"""Step 2: the network's masks, and whether its numbering is right."""

from __future__ import annotations

from typing import Any

import slicer
from slicer.i18n import tr as _

from ..errors import MaskError
from ..levels import STUDY_LEVELS
from ..mrml import acceptance, level_labels, segmentation
from ..types import Role
from . import colours, layout
from .language import inWords, refusal
from .study import Study


class SegmentSection:
    """Segment, shift, confirm."""

    def __init__(self, ui: Any, panel: Any) -> None:
        self.ui = ui
        self.panel = panel
        ui.segmentButton.connect("clicked()", self.segment)
        ui.drawButton.connect("clicked()", self.drawByHand)
        ui.shiftUpButton.connect("clicked()", lambda: self.shift(-1))
        ui.shiftDownButton.connect("clicked()", lambda: self.shift(+1))
        ui.show3DButton.connect("toggled(bool)", self.show3D)

    def update(self, study: Study | None) -> None:
        """Buttons that make sense now, and what the network said."""
        bodies = study.bodies(Role.T1WI) if study is not None else None
        has = bodies is not None
        free = not self.panel.bar.busy
        ready = study is not None and study.image(Role.T1WI) is not None and free
        self.ui.segmentButton.enabled = ready and not self.panel.packagesMissing
        self.ui.drawButton.enabled = ready and not has
        for button in (self.ui.shiftUpButton, self.ui.shiftDownButton, self.ui.levelsConfirmedButton, self.ui.show3DButton):
            button.enabled = has
        notes = study.notes if study is not None and has else None
        self.ui.segmentNotesLabel.visible = bool(notes and notes["warnings"])
        if notes:
            self.ui.segmentNotesLabel.text = "\n".join(f"⚠ {inWords(warning)}" for warning in notes["warnings"])
            self.ui.segmentNotesLabel.styleSheet = colours.styled(self.ui.segmentNotesLabel, colours.AMBER)

    def segment(self) -> None:
        """Ask the worker; a study that was reviewed already asks before its masks are replaced."""
        study = self.panel.study
        bodies = study.bodies(Role.T1WI)
        if bodies is not None and acceptance.acceptance(bodies):
            text = _("Accepted masks will be replaced by the network's. Go on?")
            if not slicer.util.confirmOkCancelDisplay(text, windowTitle=_("Segment again")):
                return
        self.panel.runJob(self.panel.logic.segment(study, start=False), self._onSegmented)

    def _onSegmented(self, node: Any) -> None:
        self._openReview()
        self.panel.review.goTo("L2")
        layout.zoomToSpine()
        hint = _("Check the numbering, then the outline of each level. Next: accept L1, L2 and L3.")
        self.panel.bar.say(hint)

    def drawByHand(self) -> None:
        """Empty masks for L1, L2 and L3 in the editor."""
        self.panel.study.takeEmpty()
        self._openReview()
        self.panel.area.scrollTo(self.ui.editedWidget)
        layout.zoomToSpine()
        self.panel.bar.say(_("Choose a level in the list of segments, then Paint or Draw it on the T1WI, slice by slice."))

    def _openReview(self) -> None:
        self.ui.studySection.collapsed = True
        self.ui.reviewSection.collapsed = False
        self.panel.review.editSequence(Role.T1WI)
        self.panel.update()

    def shift(self, by: int) -> None:
        """Renumber all levels on all sequences by one; acceptance and confirmation are taken back."""
        study = self.panel.study
        nodes = [study.bodies(role) for role in Role if study.bodies(role) is not None]
        try:
            for node in nodes:
                segmentation.shift_levels(node, by)
        except MaskError as error:
            self.panel.bar.say(refusal(error))
            return
        study.shiftNotes(by)
        for node in nodes:
            acceptance.withdraw_changed(node)
            segmentation.show_levels(node)
        study.parameters.levelsConfirmed = False
        study.forgetMarrow()
        level_labels.update_level_labels(study.scene, nodes[0])
        layout.showMasks(study, self.panel.review.outline)
        self.panel.update()
        said = _("What was L2 is {level} now; acceptance is taken back. Check that L1 is L1, then click 'Levels are right'.")
        self.panel.bar.say(said.format(level=STUDY_LEVELS[1 + by]))

    def show3D(self, shown: bool) -> None:
        """Surfaces in a 3-D view beside the slices, made on demand."""
        node = self.panel.study.bodies(Role.T1WI) if self.panel.study is not None else None
        if node is None:
            return
        if shown:
            node.CreateClosedSurfaceRepresentation()
        else:
            node.RemoveClosedSurfaceRepresentation()
        layout.show(with3D=shown)
        layout.showImages(self.panel.study)
        layout.showMasks(self.panel.study, self.panel.review.outline)
        layout.centre3D()
