"""Section 1: studies come in, and the work list."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import qt
from OPRadiomicsLib.gui import dicom_database
from slicer.i18n import tr as _

from ..project import claims
from ..project.flow import FINAL_STATES, State
from ..project.worklist import count_states, filter_work
from . import tables
from .case_pictures import CasePictures
from .scene_studies import SceneStudy, sceneStudies, writeStudies
from .words import stateWord, timeWord

Words = list[str] | Callable[[Path], list[str]]


class DatasetSection:
    """Adding, filters, the list of cases."""

    def __init__(self, ui: Any, panel: Any) -> None:
        self.ui = ui
        self.panel = panel
        self.shown: tuple[Any, ...] = ()
        self._pictures = CasePictures(ui.casesTable, panel)
        states = [(_("all states"), ""), *((stateWord(state), state.value) for state in State)]
        tables.choices(ui.stateComboBox, states)
        ui.stateComboBox.connect("currentIndexChanged(int)", lambda index: self.filter())
        ui.filterLineEdit.connect("textChanged(QString)", lambda text: self.filter())
        ui.freeCheckBox.connect("toggled(bool)", lambda checked: self.filter())
        ui.addStudyButton.connect("clicked()", lambda: self._addChosen([]))
        ui.addFolderButton.connect("clicked()", lambda: self._addChosen(["--each"]))
        ui.addTableButton.connect("clicked()", self.addTable)
        ui.addDicomButton.connect("clicked()", self.addSelectedInBrowser)
        ui.addSceneButton.connect("clicked()", self.addScene)
        ui.presegmentButton.connect("clicked()", self.presegment)
        ui.breakClaimButton.connect("clicked()", self.breakClaim)
        ui.casesTable.connect("itemDoubleClicked(QTableWidgetItem*)", lambda item: panel.annotation.openSelected())
        ui.casesTable.connect("itemSelectionChanged()", self._updateButtons)
        ui.casesTable.setMinimumHeight(260)
        ui.datasetSection.connect("contentsCollapsed(bool)", lambda collapsed: self._pictures.comeIntoView())

    @property
    def selected(self) -> str:
        """Name of the selected case, "" where none is."""
        return tables.firstCell(self.ui.casesTable)

    def filter(self) -> None:
        """Another filter: sections that take the cases shown follow."""
        self.update()
        self.panel.retraining.update()
        self.panel.agreement.update()

    def update(self) -> None:
        """The list as filtered, the counts, buttons that make sense now."""
        state = self.ui.stateComboBox.currentData
        self.shown = shown = filter_work(
            self.panel.items,
            states=[State(state)] if state else [],
            text=str(self.ui.filterLineEdit.text),
            in_work=False if self.ui.freeCheckBox.checked else None,
        )
        headings = (_("Case"), _("State"), _("In work by"), _("Readers"), _("Age, sex"), _("Centre, scanner"))
        tables.fill(self.ui.casesTable, headings, [self._row(item) for item in shown])
        self._pictures.update(shown)
        counts = count_states(self.panel.items)
        words = ", ".join(f"{count} {stateWord(one)}" for one, count in counts.items() if count)
        total = len(self.panel.items)
        self.ui.countsLabel.text = _("{shown} of {total} cases shown. {counts}").format(
            shown=len(shown), total=total, counts=words
        )
        self.ui.doneProgressBar.setMaximum(max(total, 1))
        self.ui.doneProgressBar.setValue(sum(counts[state] for state in FINAL_STATES))
        self._updateButtons()

    def _row(self, item: Any) -> tuple[str, ...]:
        claim = item.claim
        stale = _("(forgotten?)") if claim is not None and claim.is_stale() else ""
        who = f"{claim.reader} {timeWord(claim.since)} {stale}".strip() if claim is not None else ""
        age = f"{item.case.age:g} {item.case.sex}" if item.case.age is not None else item.case.sex
        place = ", ".join(text for text in (item.case.centre, item.case.scanner) if text)
        return item.name, stateWord(item.state), who, " ".join(item.readers), age, place

    def _updateButtons(self) -> None:
        project, free = self.panel.project is not None, not self.panel.bar.busy
        ready = project and free and not self.panel.packagesMissing
        ui = self.ui
        for button in (ui.addStudyButton, ui.addFolderButton, ui.addTableButton, ui.addDicomButton, ui.addSceneButton):
            button.enabled = ready
        ui.presegmentButton.enabled = ready and any(item.state is State.NEW for item in self.panel.items)
        claimed = {item.name for item in self.panel.items if item.claim is not None}
        ui.breakClaimButton.enabled = self.selected in claimed

    def addTable(self) -> None:
        """Ask for a table of studies."""
        path = qt.QFileDialog.getOpenFileName(None, _("A table of studies"), "", _("Tables (*.csv *.xlsx *.parquet)"))
        if path:
            self.add([str(path)])

    def _addChosen(self, options: list[str]) -> None:
        folder = qt.QFileDialog.getExistingDirectory(None, _("Folder with the studies"))
        if folder:
            self.add([str(folder), *options])

    def addSelectedInBrowser(self) -> None:
        """The studies that are selected in the DICOM browser."""
        studies = dicom_database.filesOfSelectedStudies()
        if not studies:
            self.panel.bar.say(_("No study is selected in the DICOM browser. Select studies there first."))
            return
        self.add(lambda folder: [str(dicom_database.gather(studies, folder / "studies")), "--each"])

    def addScene(self) -> None:
        """The studies that OPRadiomics shows, or the images of the scene."""
        studies: list[SceneStudy] = []
        if not self.panel.attempt(lambda: studies.extend(sceneStudies())):
            return
        if not studies:
            self.panel.bar.say(_("The scene holds no images of a study. Load them, or choose them in the OPRadiomics module."))
            return
        self.add(lambda folder: [str(writeStudies(tuple(studies), folder))])

    def add(self, words: Words) -> None:
        """Add studies in the worker: paths, and options of `opradiomics project add`, or a function that gives them."""
        if self.panel.project is None:
            return
        centre = str(self.ui.centreLineEdit.text).strip()
        more = [*(["--centre", centre] if centre else []), *(["--simulated"] if self.ui.simulatedCheckBox.checked else [])]

        def all_(folder: Path) -> list[str]:
            return [*(words(folder) if callable(words) else words), *more]

        self.panel.runJob(self.panel.logic.add(self.panel.project, all_, start=False))

    def presegment(self) -> None:
        """The network proposes masks for all new cases."""
        if self.panel.project is not None:
            self.panel.runJob(self.panel.logic.presegment(self.panel.project, start=False))

    def breakClaim(self) -> None:
        """Ask for a reason, and take the selected case's claim away."""
        item = next((one for one in self.panel.items if one.name == self.selected), None)
        if item is None or item.claim is None:
            return
        text = _("{case} is in work by {reader} since {since}. Why is the claim broken? The reason is kept.")
        question = text.format(case=item.name, reader=item.claim.reader, since=timeWord(item.claim.since))
        reason = qt.QInputDialog.getText(None, _("Break the claim"), question)
        if reason:
            self.panel.attempt(lambda: claims.break_claim(self.panel.project, item.claim, self.panel.initials, str(reason)))
            self.panel.refresh()
