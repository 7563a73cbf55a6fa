"""Step 4: the masks on the other sequences, how well they lie, and the region that the features describe."""

from __future__ import annotations

from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from ..types import Role
from . import colours, layout
from .language import inWords
from .study import Study

OTHERS = (Role.T2WI, Role.FST2WI)
_WARNINGS_SHOWN = 3
"""More would push the views aside; of a patient who moved there is one a level and sequence."""


class PropagateSection:
    """Propagate, registration, marrow region, before and after."""

    def __init__(self, ui: Any, panel: Any) -> None:
        self.ui = ui
        self.panel = panel
        ui.propagateButton.connect("clicked()", self.propagate)
        ui.showMarrowCheckBox.connect("clicked(bool)", self.showMarrow)
        ui.flickerButton.connect("pressed()", lambda: self._flicker(True))
        ui.flickerButton.connect("released()", lambda: self._flicker(False))
        ui.alignmentTable.setHorizontalHeaderLabels([_("Level"), "T2WI (mm)", "FS-T2WI (mm)", _("before registration")])
        ui.alignmentTable.verticalHeader().visible = False
        ui.alignmentTable.horizontalHeader().setStretchLastSection(True)

    def update(self, study: Study | None) -> None:
        """What can be done, and the measured alignment."""
        bodies = study.bodies(Role.T1WI) if study is not None else None
        image = study.image(Role.T1WI) if study is not None else None
        roles = self._roles(study)
        ready = bodies is not None and image is not None and not self.panel.bar.busy and not self.panel.packagesMissing
        self.ui.propagateButton.enabled = ready and bool(roles)
        self.ui.showMarrowCheckBox.enabled = ready
        carried = [role for role in roles if study is not None and study.bodies(role) is not None]
        self.ui.flickerButton.enabled = bool(carried)
        self._fillTable(study, carried)

    def hideOldMarrow(self, study: Study) -> bool:
        """Show no region that was derived from masks that have changed since; whether one was shown."""
        if self.panel.bar.busy or not study.parameters.showMarrow or study.marrowIsCurrent():
            return False
        study.parameters.showMarrow = False
        return study.parameters.marrow is not None

    def propagate(self) -> None:
        """Carry the bodies to T2WI and FS-T2WI; where a reader corrected masks there, ask before they are replaced."""
        study = self.panel.study
        corrected = [role.value for role in OTHERS if study.corrected(role)]
        text = _("Corrected masks on {roles} will be replaced. Go on?").format(roles=", ".join(corrected))
        if corrected and not slicer.util.confirmOkCancelDisplay(text, windowTitle=_("Propagate again")):
            return
        job = self.panel.logic.propagate(study, start=False)
        self.panel.runJob(job, self._onPropagated)

    def _onPropagated(self, nodes: dict[Role, Any]) -> None:
        self.panel.showMasks()
        self.panel.update()
        study = self.panel.study
        found = [f"{role.value}: {warning}" for role in nodes for warning in (study.alignment(role) or {})["warnings"]]
        warnings = [inWords(warning) for warning in found]
        done = _("Masks carried to {roles}. Check them; correct them under 'Edit masks on'.")
        said = done.format(roles=", ".join(role.value for role in nodes))
        text = f"{said} {self.panel.nextStep()}"
        if len(warnings) > _WARNINGS_SHOWN:
            more = _("⚠ {count} warnings: see the table and the log.").format(count=len(warnings))
            self.panel.bar.say(f"{text}\n{more}", *warnings)
        else:
            self.panel.bar.say("\n".join([text, *(f"⚠ {warning}" for warning in warnings)]))

    def showMarrow(self, shown: bool) -> None:
        """Derive the region when it is first asked for, or after an edit."""
        study = self.panel.study
        if not shown:
            self.panel.showMasks()
            return
        if study.marrowIsCurrent():
            self.panel.showMasks()
            return
        self.panel.runJob(self.panel.logic.marrow(study, start=False), lambda node: self.panel.showMasks())

    def _roles(self, study: Study | None) -> list[Role]:
        return [role for role in OTHERS if study is not None and study.image(role) is not None]

    def _flicker(self, before: bool) -> None:
        """While held, T1WI's masks stand in the other views: what the scanner's coordinates say."""
        if self.panel.study is not None:
            layout.showMasks(self.panel.study, self.panel.review.outline, beforeRegistration=before)

    def _fillTable(self, study: Study | None, carried: list[Role]) -> None:
        aligned = {role: study.alignment(role) for role in carried} if study is not None else {}
        measured = {role: {one["level"]: one for one in found["levels"]} for role, found in aligned.items() if found}
        levels = list(dict.fromkeys(level for found in measured.values() for level in found))
        table = self.ui.alignmentTable
        table.setRowCount(len(levels))
        for row, level in enumerate(levels):
            offsets = [measured.get(role, {}).get(level) for role in OTHERS]
            before = ", ".join(f"{one['offset_unregistered_mm']:.1f}" for one in offsets if one)
            self._cell(row, 0, level, False)
            for column, one in enumerate(offsets, start=1):
                self._cell(row, column, f"{one['offset_mm']:.1f}" if one else "", bool(one and one["misaligned"]))
            self._cell(row, 3, before, False)
        table.resizeColumnsToContents()

    def _cell(self, row: int, column: int, text: str, marked: bool) -> None:
        item = qt.QTableWidgetItem(f"⚠ {text}" if marked else text)
        if marked:
            item.setForeground(qt.QBrush(qt.QColor(colours.on(self.ui.alignmentTable, colours.RED))))
        self.ui.alignmentTable.setItem(row, column, item)
