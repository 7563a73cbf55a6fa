"""Step 6: the same for many studies, without review."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import qt
from slicer.i18n import tr as _

from . import dicom_database
from .language import inWords
from .study import Study


class BatchSection:
    """A folder of studies, or those selected in the DICOM browser, through the worker."""

    def __init__(self, ui: Any, panel: Any) -> None:
        self.ui = ui
        self.panel = panel
        self._taken: tempfile.TemporaryDirectory[str] | None = None
        ui.batchButton.connect("clicked()", self.run)
        ui.batchDicomButton.connect("clicked()", self.takeSelected)
        if not dicom_database.isAvailable():
            ui.batchDicomButton.toolTip = _("This Slicer has no open DICOM database.")

    def update(self, study: Study | None) -> None:
        """A batch needs the worker for itself, and its files until it has ended."""
        ready = not self.panel.bar.busy and not self.panel.packagesMissing
        self.ui.batchButton.enabled = ready
        self.ui.batchDicomButton.enabled = ready and dicom_database.isAvailable()

    def takeSelected(self) -> None:
        """Link the selected studies' files into a temporary folder, named by number, until the next selection."""
        studies = dicom_database.filesOfSelectedStudies()
        if not studies:
            self.panel.bar.say(_("No study is selected in the DICOM browser. Select studies there first."))
            return
        self.close()
        self._taken = tempfile.TemporaryDirectory(prefix="OPRadiomics-batch-", ignore_cleanup_errors=True)
        folder = dicom_database.gather(studies, Path(self._taken.name))
        self.ui.batchInputPathLineEdit.currentPath = str(folder)
        self.panel.bar.say(_("{count} studies taken; they are named by number.").format(count=len(studies)))

    def close(self) -> None:
        """Images that were copied here name a patient: they go with the next selection, and with Slicer at the latest."""
        if self._taken is not None:
            self._taken.cleanup()
            self._taken = None

    def run(self) -> None:
        """All studies below the input folder."""
        source, target = self.ui.batchInputPathLineEdit.currentPath, self.ui.batchOutputPathLineEdit.currentPath
        if not source or not target:
            self.panel.bar.say(_("Choose the folder with the studies and one for the results."))
            return
        signature = self.panel.study.parameters.signature if self.panel.study is not None else "demo-signature"
        job = self.panel.logic.batch(Path(source), Path(target), signature, start=False)
        self.ui.batchLabel.text = ""
        kept = _("{title}: cancelled. Finished studies are kept; the same batch goes on from them.")
        self.panel.runJob(job, self._onDone, ofStudy=False, cancelledText=kept)

    def _onDone(self, lines: tuple[str, ...]) -> None:
        said = [inWords(line) for line in lines]
        self.panel.bar.say(said[0])  # how many studies: "done" would be said of a batch that failed in part too
        self.ui.batchLabel.text = "\n".join(said)
        qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(self.ui.batchOutputPathLineEdit.currentPath))
