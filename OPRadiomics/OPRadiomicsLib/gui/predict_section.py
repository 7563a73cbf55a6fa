"""Step 5: the prediction, explained, and its ways out of the panel."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from . import colours, models
from .language import inWords
from .requirements import Light, Requirement, blocking, lightsHtml, requirements
from .result_html import Palette, resultHtml, resultText
from .study import Study


class PredictSection:
    """Model choice, traffic lights, the result, copy, save, export."""

    def __init__(self, ui: Any, panel: Any) -> None:
        self.ui = ui
        self.panel = panel
        self._models: tuple[models.ModelFolder, ...] = ()
        ui.modelComboBox.connect("activated(int)", self.chooseModel)
        ui.modelCardButton.connect("clicked()", self.showCard)
        ui.modelFolderButton.connect("clicked()", self.openModelFolder)
        ui.predictButton.connect("clicked()", self.predict)
        ui.copyButton.connect("clicked()", self.copy)
        ui.saveButton.connect("clicked()", self.save)
        ui.openReportButton.connect("clicked()", self.openReport)
        ui.exportButton.connect("clicked()", self.export)
        self.listModels()

    def update(self, study: Study | None) -> None:
        """Lights, button, result."""
        if study is None:
            self.ui.predictButton.enabled = False
            return
        state = study.state(self.panel.packagesMissing)
        self._showLights(requirements(state))
        stops = blocking(state)
        self.ui.predictButton.enabled = not stops and not self.panel.bar.busy
        self.ui.predictButton.toolTip = "\n".join(one.text for one in stops) or _("Everything needed is there.")
        self._selectModel(study.parameters.signature)
        self._showResult(study, state.result)

    def refuse(self, reason: str) -> None:
        """The masks cannot be read: nothing can be predicted, and the light says why."""
        self._showLights((Requirement(_("Masks"), Light.RED, reason),))
        self.ui.predictButton.enabled = False
        self.ui.predictButton.toolTip = reason

    def listModels(self) -> None:
        """Look for model folders again."""
        self._models = models.modelFolders()
        self.ui.modelComboBox.clear()
        for model in self._models:
            self.ui.modelComboBox.addItem(model.title)

    def chooseModel(self, index: int) -> None:
        """The signature that predicts; a result of another one becomes out of date."""
        if self.panel.study is not None and 0 <= index < len(self._models):
            self.panel.study.parameters.signature = self._models[index].argument

    def showCard(self) -> None:
        """What is known of the chosen model."""
        index = self.ui.modelComboBox.currentIndex
        if 0 <= index < len(self._models):
            slicer.util.infoDisplay(models.card(self._models[index]), windowTitle=_("Model card"))

    def openModelFolder(self) -> None:
        """Where own models go: a folder each with its signature.json."""
        folder = models.userFolder()
        folder.mkdir(parents=True, exist_ok=True)
        qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(str(folder)))
        self.listModels()

    def predict(self) -> None:
        """Ask the worker."""
        job = self.panel.logic.predict(self.panel.study, start=False)
        self.panel.runJob(job, self._onPredicted)

    def _onPredicted(self, content: Any) -> None:
        self.panel.update()
        self.panel.area.scrollTo(self.ui.resultBrowser)

    def copy(self) -> None:
        """The result as text to the clipboard."""
        content = self.panel.study.result()
        if content is not None:
            slicer.app.clipboard().setText(resultText(content))
            self.panel.bar.say(_("Result copied."))

    def save(self) -> None:
        """The whole result folder, copied to where the user wants it."""
        source = self._resultFolder()
        if source is None:
            return
        target = qt.QFileDialog.getExistingDirectory(None, _("Folder for the report and its parts"))
        if target:
            self.saveTo(Path(target))

    def saveTo(self, target: Path) -> None:
        """Copy the result into a folder of its own below ``target``."""
        source = self._resultFolder()
        if source is None:
            return
        folder = _freeName(target / "OPRadiomics result")
        try:
            shutil.copytree(source, folder)
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            self.panel.bar.say(
                _("The result could not be saved ({reason}). Choose another folder.").format(
                    reason=inWords(str(error.strerror))
                )
            )
            return
        self.panel.bar.say(_("Saved to {folder}.").format(folder=folder))

    def openReport(self) -> None:
        """The report in the browser."""
        source = self._resultFolder()
        if source is not None:
            qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(str(source / "report.html")))

    def export(self) -> None:
        """Masks as DICOM SEG and the result as DICOM SR, where the T1WI came from DICOM."""
        target = qt.QFileDialog.getExistingDirectory(None, _("Folder for DICOM SEG and SR"))
        if target:
            job = self.panel.logic.exportDicom(self.panel.study, Path(target), start=False)
            said = _("Exported: {files}.")
            self.panel.runJob(job, lambda files: self.panel.bar.say(said.format(files=", ".join(files))), ofStudy=False)

    def _resultFolder(self) -> Path | None:
        folder = self.panel.logic.resultFolder(self.panel.study)
        if folder is None:
            self.panel.bar.say(
                _("The files of this result are gone (they last as long as Slicer runs). Click 'Predict OP' again.")
            )
        return folder

    def _showLights(self, found: Sequence[Requirement]) -> None:
        html = lightsHtml(found, colours.isDark(self.ui.resultBrowser))
        if self.ui.requirementsLabel.text != html:
            self.ui.requirementsLabel.text = html

    def _selectModel(self, argument: str) -> None:
        index = next((n for n, model in enumerate(self._models) if model.argument == argument), -1)
        if self.ui.modelComboBox.currentIndex != index:
            self.ui.modelComboBox.currentIndex = index

    def _showResult(self, study: Study, state: str) -> None:
        content = study.result()
        for button in (self.ui.copyButton, self.ui.saveButton, self.ui.openReportButton, self.ui.exportButton):
            button.enabled = content is not None
        self.ui.exportButton.enabled = content is not None and not self.panel.bar.busy
        dark = colours.isDark(self.ui.resultBrowser)
        html = resultHtml(content, DARK if dark else Palette(), state == "stale") if content is not None else ""
        if self.ui.resultBrowser.property("OPRadiomicsHtml") != html:
            self.ui.resultBrowser.setProperty("OPRadiomicsHtml", html)
            self.ui.resultBrowser.setHtml(html)
            self.ui.resultBrowser.setMinimumHeight(int(self.ui.resultBrowser.document.size.height()) + 12)
        self.ui.resultBrowser.visible = bool(html)


DARK = Palette(towards="#ec7063", away="#5dade2", neutral="#99a3a4", rule="#4d5656", warning="#f5b041")


def _freeName(folder: Path) -> Path:
    """The folder, or with a number where it exists: nothing is overwritten."""
    number = 2
    free = folder
    while free.exists():
        free = folder.with_name(f"{folder.name} {number}")
        number += 1
    return free
