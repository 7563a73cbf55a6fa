"""Section 2: one case at a time, claimed, drawn in the Segment Editor, kept as it grows, saved as a version."""

from __future__ import annotations

from typing import Any

import qt
import slicer
from OPRadiomicsLib.gui import layout, segment_editor
from OPRadiomicsLib.gui.shortcuts import Shortcuts
from OPRadiomicsLib.gui.study import drawnLevels
from OPRadiomicsLib.levels import STUDY_LEVELS
from OPRadiomicsLib.mrml import level_labels
from OPRadiomicsLib.mrml.segments import segment_ids
from slicer.i18n import tr as _

from ..project import recovery
from ..project.claims import ClaimedError
from ..project.session import Session, begin
from ..project.versions import Step
from ..project.worklist import next_case
from .case_nodes import CaseNodes
from .words import nothingFree, stepWord, timeWord


class AnnotateSection:
    """Next case, the editor, save or put back."""

    def __init__(self, ui: Any, panel: Any) -> None:
        self.ui = ui
        self.panel = panel
        self.session: Session | None = None
        self.nodes: CaseNodes | None = None
        self.shortcuts = Shortcuts()
        self._timer = qt.QTimer()
        self._timer.setInterval(recovery.AUTOSAVE_S * 1000)
        self._timer.connect("timeout()", self.autosave)
        segment_editor.prepare(self.editor)
        ui.nextCaseButton.connect("clicked()", self.openNext)
        ui.openCaseButton.connect("clicked()", self.openSelected)
        ui.saveButton.connect("clicked()", lambda: self.save(dispute=False))
        ui.disputeButton.connect("clicked()", lambda: self.save(dispute=True))
        ui.leaveButton.connect("clicked()", self.putBack)
        ui.shiftUpButton.connect("clicked()", lambda: self.shift(-1))
        ui.shiftDownButton.connect("clicked()", lambda: self.shift(+1))
        ui.outlineButton.connect("toggled(bool)", lambda checked: self.showOutline())
        ui.layoutButton.connect("clicked()", self.showCase)

    @property
    def editor(self) -> Any:
        """The embedded qMRMLSegmentEditorWidget."""
        return self.ui.segmentEditorWidget

    def update(self) -> None:
        """Buttons that make sense now, and what is open."""
        ui, session = self.ui, self.session
        ready = self.panel.project is not None and session is None
        ui.nextCaseButton.enabled = ready
        ui.openCaseButton.enabled = ready
        for button in (ui.saveButton, ui.leaveButton, ui.shiftUpButton, ui.shiftDownButton, ui.layoutButton):
            button.enabled = session is not None
        ui.disputeButton.enabled = session is not None and session.step is Step.REVIEWED
        if session is None:
            ui.caseLabel.text = _("No case is open.")
            return
        start = session.start
        begun = _("from the bare image") if start is None else f"v{start.number} {start.reader}"
        text = _("{case}: {step}, reader {reader}, begun {start}.")
        ui.caseLabel.text = text.format(case=session.case.name, step=stepWord(session.step), reader=session.reader, start=begun)

    def openNext(self) -> None:
        """The next free case of this reader and step."""
        step = self.panel.step
        if step in (Step.AGAIN, Step.ALONE):
            name = self.panel.agreement.nextReading(step)
        else:
            item = next_case(self.panel.items, step, self.panel.initials)
            name = item.name if item is not None else ""
        if not name:
            self.panel.bar.say(nothingFree(step))
            return
        self.open(name)

    def openSelected(self) -> None:
        """The case that is selected in the list."""
        if self.panel.dataset.selected and self.session is None:
            self.open(self.panel.dataset.selected)

    def open(self, name: str) -> None:
        """Claim a case and load it: the recovered drawing if the reader wants it, else what the step starts from."""
        if self.panel.project is None:
            return
        step = self.panel.step
        if not self.panel.attempt(lambda: self._begin(name, step)):
            self.panel.refresh()
            return
        assert self.session is not None
        if not self.panel.attempt(self._load):
            self._end()
            self.panel.refresh()
            return
        self._timer.start()
        self.panel.bar.say(_("{case} is open: check the numbering and every slice, then save the version.").format(case=name))
        self.ui.annotateSection.collapsed = False
        self.ui.autosaveLabel.text = _("Kept every {seconds} s: a crash loses a minute at most.").format(
            seconds=recovery.AUTOSAVE_S
        )
        self.panel.refresh()

    def _begin(self, name: str, step: Step) -> None:
        self.session = begin(self.panel.project, name, step, self.panel.initials)

    def _load(self) -> None:
        session = self.session
        assert session is not None
        path = session.start.path if session.start is not None else None
        found = session.recovered
        question = _("A drawing of yours from {time} was not saved. Go on with it? No starts anew.")
        if found is not None and self.panel.confirm(question.format(time=timeWord(found.time)), _("Recovered drawing")):
            path = found.path
        self.nodes = CaseNodes(slicer.mrmlScene, session, path)
        self.attach()
        self.showCase()

    def showCase(self) -> None:
        """The case in its three views, from the middle of what is drawn."""
        if self.nodes is not None:
            self.nodes.show()
            self.showOutline()

    def showOutline(self) -> None:
        """Only the outline of what is drawn, or filled."""
        if self.nodes is not None:
            layout.showFill(self.nodes.segmentation.GetDisplayNode(), not self.ui.outlineButton.checked)

    def nextLevel(self) -> None:
        """The next of L1, L2 and L3 in the editor, round and round, and in the views where it is drawn."""
        ids = segment_ids(self.nodes.segmentation) if self.nodes is not None else {}
        levels = [level for level in STUDY_LEVELS if level in ids]
        if self.nodes is None or not levels:
            return
        current = next((n for n, level in enumerate(levels) if ids[level] == self.editor.currentSegmentID()), -1)
        level = levels[(current + 1) % len(levels)]
        self.editor.setCurrentSegmentID(ids[level])
        if level in drawnLevels(self.nodes.segmentation):
            layout.jumpTo(level_labels.centroid_ras(self.nodes.segmentation, level))

    def nextSlice(self, by: int) -> None:
        """One slice further in all three views."""
        if self.nodes is not None:
            layout.nextSlice(self.nodes.reference, by)

    def shift(self, by: int) -> None:
        """Renumber all levels by one: the network counts from what it takes for the sacrum."""
        nodes = self.nodes
        if nodes is not None and self.panel.attempt(lambda: nodes.shift(by)):
            self._selectFirst()

    def autosave(self) -> bool:
        """Keep the drawing and renew the claim, and whether that went well; of a broken claim the drawing is kept too."""
        session, nodes = self.session, self.nodes
        if session is None or nodes is None:
            return False
        try:
            kept = self.panel.attempt(lambda: session.keep(nodes.mask()))
        except ClaimedError:
            kept = False
        if kept:
            now = qt.QTime.currentTime().toString("HH:mm:ss")
            self.ui.autosaveLabel.text = _("Drawing kept at {time}.").format(time=now)
        return kept

    def save(self, dispute: bool) -> None:
        """The next version, and the case is given back; where it can't be, everything stays as it is."""
        session, nodes = self.session, self.nodes
        if session is None or nodes is None:
            return
        tool = f"3D Slicer {slicer.app.applicationVersion}, Segment Editor"
        note = str(self.ui.noteLineEdit.text).strip()

        def write() -> None:
            version = session.save(nodes.mask(STUDY_LEVELS), tool=tool, note=note, dispute=dispute)
            self.panel.bar.say(_("{case}: version {number} saved.").format(case=version.case, number=version.number))

        if self.panel.attempt(write):
            self.ui.noteLineEdit.text = ""
            self._end()
        self.panel.refresh()

    def putBack(self) -> None:
        """Give the case back; what was drawn is kept for this reader."""
        name = self.session.case.name if self.session is not None else ""
        kept = self.autosave()
        self._end()
        if kept:
            said = _("{case} is put back. Your drawing is kept, and offered when you open the case again.")
            self.panel.bar.say(said.format(case=name))
        self.panel.refresh()

    def close(self) -> None:
        """The panel closes or another project opens."""
        if self.session is not None:
            self.autosave()
        self._end()

    def _end(self) -> None:
        self._timer.stop()
        segment_editor.release(self.editor)
        if self.nodes is not None:
            self.nodes.remove()
        if self.session is not None:
            self.session.close()
        self.session, self.nodes = None, None
        self.ui.autosaveLabel.text = ""

    # --- the editor ---

    def enter(self) -> None:
        """Let the tools and the keys work again on what is open."""
        self.editor.installKeyboardShortcuts()
        self.shortcuts.install(
            {
                "Shift+N": self.nextLevel,
                "Shift+O": self.ui.outlineButton.toggle,
                "Shift+Up": lambda: self.nextSlice(+1),
                "Shift+Down": lambda: self.nextSlice(-1),
            }
        )
        self.attach()

    def attach(self) -> None:
        """Give the editor this scene's parameter set, the masks and the image."""
        segment_editor.attach(self.editor, slicer.mrmlScene, "OPRadiomicsTraining")
        if self.nodes is not None:
            self.editor.setSegmentationNode(self.nodes.segmentation)
            self.editor.setSourceVolumeNode(self.nodes.reference)
            self._selectFirst()

    def _selectFirst(self) -> None:
        """L1, where the reader has not removed it elsewhere."""
        ids = segment_ids(self.nodes.segmentation) if self.nodes is not None else {}
        first = next((ids[level] for level in STUDY_LEVELS if level in ids), "")
        self.editor.setCurrentSegmentID(first)

    def leave(self) -> None:
        """Another module is shown."""
        self.editor.setActiveEffect(None)
        self.editor.removeViewObservations()
        self.editor.uninstallKeyboardShortcuts()
        self.shortcuts.remove()
