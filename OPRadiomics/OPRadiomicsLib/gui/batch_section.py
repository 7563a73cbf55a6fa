"""Step 6: the same for many studies, without review."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import qt
from slicer.i18n import tr as _

from . import dicom_database
from .study import Study


class BatchSection:
    """A folder of studies, or those selected in the DICOM browser, through the worker."""

    def __init__(self, ui: Any, panel: Any) -> None:
        self.ui = ui
        self.panel = panel
        ui.batchButton.connect("clicked()", self.run)
        ui.batchDicomButton.connect("clicked()", self.takeSelected)
        ui.batchDicomButton.enabled = dicom_database.isAvailable()
        if not dicom_database.isAvailable():
            ui.batchDicomButton.toolTip = _("This Slicer has no open DICOM database.")

    def update(self, study: Study | None) -> None:
        """A batch needs the worker for itself."""
        self.ui.batchButton.enabled = not self.panel.bar.busy and not self.panel.packagesMissing

    def takeSelected(self) -> None:
        """Link the selected studies' files into a temporary folder, one subfolder each, named by number."""
        studies = dicom_database.filesOfSelectedStudies()
        if not studies:
            self.panel.bar.say(_("No study is selected in the DICOM browser. Select studies there first."))
            return
        folder = dicom_database.gather(studies, Path(tempfile.mkdtemp(prefix="OPRadiomics-batch-")))
        self.ui.batchInputPathLineEdit.currentPath = str(folder)
        self.panel.bar.say(_("{count} studies taken; they are named by number.").format(count=len(studies)))

    def run(self) -> None:
        """All studies below the input folder."""
        source, target = self.ui.batchInputPathLineEdit.currentPath, self.ui.batchOutputPathLineEdit.currentPath
        if not source or not target:
            self.panel.bar.say(_("Choose the folder with the studies and one for the results."))
            return
        signature = self.panel.study.parameters.signature if self.panel.study is not None else "demo-signature"
        job = self.panel.logic.batch(Path(source), Path(target), signature, start=False)
        self.panel.runJob(job, self._onDone, ofStudy=False)

    def _onDone(self, lines: tuple[str, ...]) -> None:
        self.ui.batchLabel.text = "\n".join(lines)
        qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(self.ui.batchOutputPathLineEdit.currentPath))
