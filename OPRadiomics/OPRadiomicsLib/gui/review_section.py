"""Step 3: the reader corrects and accepts each level."""

from __future__ import annotations

from typing import Any

import slicer
from slicer.i18n import tr as _

from ..errors import MaskError
from ..levels import STUDY_LEVELS
from ..mrml import acceptance, level_labels
from ..mrml.segments import segment_ids
from ..types import Role
from . import layout, segment_editor
from .language import refusal
from .level_table import LevelTable
from .parameter_node import Edited
from .shortcuts import Shortcuts
from .study import Study, drawnLevels


class ReviewSection:
    """Level table, acceptance, and the embedded Segment Editor."""

    def __init__(self, ui: Any, panel: Any) -> None:
        self.ui = ui
        self.panel = panel
        self.table = LevelTable(ui.levelTable, self.goTo)
        self.shortcuts = Shortcuts()
        segment_editor.prepare(self.editor)
        ui.acceptButton.connect("clicked()", self.accept)
        ui.acceptAllButton.connect("clicked()", self.acceptAll)
        ui.withdrawButton.connect("clicked()", self.withdraw)
        ui.outlineButton.connect("toggled(bool)", lambda checked: self.panel.showMasks())
        ui.layoutButton.connect("clicked()", self.panel.showImages)
        ui.editedComboBox.connect("currentIndexChanged(int)", lambda index: self.applyEdited())
        ui.editedComboBox.connect("activated(int)", self.sayWhyEmpty)

    @property
    def outline(self) -> bool:
        """Whether only outlines are drawn."""
        return bool(self.ui.outlineButton.checked)

    @property
    def editor(self) -> Any:
        """The embedded qMRMLSegmentEditorWidget."""
        return self.ui.segmentEditorWidget

    def update(self, study: Study | None) -> None:
        """The level table, and what can be accepted."""
        node = study.bodies(Role.T1WI) if study is not None else None
        self.table.show(study if node is not None else None)
        for button in (self.ui.acceptButton, self.ui.acceptAllButton, self.ui.withdrawButton):
            button.enabled = node is not None

    def goTo(self, level: str) -> None:
        """Views to the level's centre, the level selected in table and editor."""
        study = self.panel.study
        node = study.bodies(Role.T1WI) if study is not None else None
        if node is None or level not in drawnLevels(node):
            return
        layout.jumpTo(level_labels.centroid_ras(node, level))
        self.table.select(level)
        edited = self.editor.segmentationNode()
        if edited is not None and level in (ids := segment_ids(edited)):
            self.editor.setCurrentSegmentID(ids[level])

    def nextLevel(self) -> None:
        """The next level of the table, round and round."""
        levels = self.table.levels
        if levels:
            current = levels.index(self.table.current) if self.table.current in levels else -1
            self.goTo(levels[(current + 1) % len(levels)])

    def nextSlice(self, by: int) -> None:
        """One slice further in all three views."""
        image = self.panel.study.image(Role.T1WI) if self.panel.study is not None else None
        if image is not None:
            layout.nextSlice(image, by)

    def accept(self) -> None:
        """The selected level."""
        if self.table.current:
            self._accept([self.table.current])
        else:
            self.panel.bar.say(_("Click a level in the table first."))

    def acceptAll(self) -> None:
        """L1, L2 and L3."""
        self._accept(list(STUDY_LEVELS))

    def withdraw(self) -> None:
        """Take the selected level's acceptance back."""
        if self.table.current:
            acceptance.withdraw(self.panel.study.bodies(Role.T1WI), self.table.current)
            self.panel.update()

    def _accept(self, levels: list[str]) -> None:
        study = self.panel.study
        initials = study.parameters.initials.strip()
        if not initials:
            self.panel.bar.say(_("Enter your initials first: they are kept with each accepted level."))
            self.ui.initialsLineEdit.setFocus()
            return
        try:
            for level in levels:
                acceptance.accept(study.bodies(Role.T1WI), level, initials)
        except MaskError as error:
            self.panel.bar.say(refusal(error))
            return
        finally:
            self.panel.update()
        said = _("{levels} accepted by {initials}.").format(levels=", ".join(levels), initials=initials)
        self.panel.bar.say(f"{said} {self.panel.nextStep()}")
        if len(levels) == 1 and levels[0] in STUDY_LEVELS:
            open_ = [level for level in STUDY_LEVELS if not acceptance.is_accepted(study.bodies(Role.T1WI), level)]
            if open_:
                self.goTo(open_[0])

    def editSequence(self, role: Role) -> None:
        """Let the tools work on one sequence's masks."""
        self.panel.study.parameters.edited = Edited(role.value)
        self.applyEdited()

    def applyEdited(self) -> None:
        """Give the editor the masks and the image of the chosen sequence; no tool stays active on others."""
        study = self.panel.study
        role = Role(study.parameters.edited.value) if study is not None else Role.T1WI
        node = study.bodies(role) if study is not None else None
        if self.editor.segmentationNode() is node:
            return
        self.editor.setActiveEffect(None)
        self.editor.setSegmentationNode(node)
        if node is not None:
            self.editor.setSourceVolumeNode(study.image(role))

    def sayWhyEmpty(self, index: int) -> None:
        """The user chose a sequence that has no masks yet: the tools have nothing to work on, and what to do is said."""
        study = self.panel.study
        if study is None or study.bodies(Role.T1WI) is None or study.bodies(Role(study.parameters.edited.value)) is not None:
            return
        text = _("No masks on {role} yet: click 'Propagate to T2WI and FS-T2WI' first.")
        self.panel.bar.say(text.format(role=study.parameters.edited.value))

    def release(self) -> None:
        """Let go of the scene's nodes: it is about to be closed, or another module takes over."""
        segment_editor.release(self.editor)
        self.editor.removeViewObservations()

    def enter(self) -> None:
        """Keyboard shortcuts, and an editor node of the current scene."""
        self.attach()
        self.editor.installKeyboardShortcuts()
        self.shortcuts.install(
            {
                "Shift+N": self.nextLevel,
                "Shift+A": self.accept,
                "Shift+O": self.ui.outlineButton.toggle,
                "Shift+Up": lambda: self.nextSlice(+1),
                "Shift+Down": lambda: self.nextSlice(-1),
            }
        )

    def attach(self) -> None:
        """Let the editor work on the current scene."""
        segment_editor.attach(self.editor, slicer.mrmlScene, "OPRadiomics")
        self.applyEdited()

    def leave(self) -> None:
        """Shortcuts off: they belong to this panel."""
        self.release()
        self.editor.uninstallKeyboardShortcuts()
        self.shortcuts.remove()
