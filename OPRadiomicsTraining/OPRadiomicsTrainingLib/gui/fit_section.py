"""Section 5: the cohort's table checked, the models fitted, the signature installed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import qt
import vtk
from OPRadiomicsLib.files import write_bytes
from OPRadiomicsLib.gui.language import inWords
from slicer.i18n import tr as _

from ..project.exports import write_cohort_table
from ..project.fitting import FitPlan, commands_to_fit
from . import tables
from .fit_view import FitView, placeLegend, plotViewNode


class FitSection:
    """Clinical table, faults, fit, report, installation."""

    def __init__(self, ui: Any, panel: Any) -> None:
        self.ui = ui
        self.panel = panel
        self.view = FitView(ui)
        self._checked: Any = None  # the project whose faults are shown
        self._showFaults([])
        ui.clinicalButton.connect("clicked()", self.chooseClinical)
        ui.checkButton.connect("clicked()", self.check)
        ui.fitButton.connect("clicked()", self.fit)
        ui.fitRunComboBox.connect("currentIndexChanged(int)", lambda index: self.updateRun())
        ui.openFitButton.connect("clicked()", self.openReport)
        ui.saveFitButton.connect("clicked()", self.saveReport)
        ui.fitNodesButton.connect("clicked()", self.showNodes)
        ui.installSignatureButton.connect("clicked()", self.install)

    @property
    def run(self) -> Path | None:
        """Folder of the fit that is shown."""
        name = self.ui.fitRunComboBox.currentData
        return self.panel.project.models / "signatures" / name if self.panel.project is not None and name else None

    def update(self) -> None:
        """Fits, and lists of kept features."""
        project = self.panel.project
        if project is not self._checked:
            self._checked = project
            self._showFaults([])
        fits = sorted((project.models / "signatures").glob("*/")) if project is not None else []
        tables.choices(self.ui.fitRunComboBox, [(path.name, path.name) for path in fits])
        kept = sorted(project.designs.glob("*/result/kept_features.txt")) if project is not None else []
        studies = [(_("kept by {name}").format(name=path.parent.parent.name), str(path)) for path in kept]
        tables.choices(self.ui.keptComboBox, [(_("all"), ""), *studies])
        for button in (self.ui.clinicalButton, self.ui.checkButton, self.ui.fitButton):
            button.enabled = project is not None and not self.panel.packagesMissing
        self.updateRun()

    def updateRun(self) -> None:
        """Tables and figures of the fit, and what can be done with it."""
        run, ui = self.run, self.ui
        reported = run is not None and (run / "report.html").is_file()
        installed = not self.panel.packagesMissing
        for button in (ui.openFitButton, ui.saveFitButton):
            button.enabled = reported
        ui.fitNodesButton.enabled = reported and installed
        ui.installSignatureButton.enabled = run is not None and (run / "signature.json").is_file() and installed
        self.view.show(run)

    def chooseClinical(self) -> None:
        """Ask for a table, and keep it as the project's."""
        path = qt.QFileDialog.getOpenFileName(None, _("Clinical table"), "", _("Tables (*.csv)"))
        if path:
            self.takeClinical(Path(str(path)))

    def takeClinical(self, path: Path) -> None:
        """Keep a clinical table in the project, and check the cohort."""
        if self.panel.attempt(lambda: write_bytes(self.panel.project.clinical_table, path.read_bytes())):
            self.check()

    def check(self) -> bool:
        """Write the cohort's table and show every fault of it; whether there is none."""
        from ..cohort.faults import CohortTableError
        from ..cohort.table import flow_lines, read_cohort_table

        rows: list[tuple[str, ...]] = []

        def prove() -> None:
            path = write_cohort_table(self.panel.project)
            try:
                self.panel.bar.say("\n".join(flow_lines(read_cohort_table(path))))
            except CohortTableError as error:
                for one in error.faults:
                    said = (inWords(text) for text in (one.found, one.expected, one.remedy))
                    rows.append((str(one.row or ""), one.column, *said))
                self.panel.bar.say(_("{count} faults in the cohort: see the table.").format(count=len(rows)))

        written = self.panel.attempt(prove)
        self._showFaults(rows)
        return written and not rows

    def _showFaults(self, rows: list[tuple[str, ...]]) -> None:
        headings = (_("Row"), _("Column"), _("Found"), _("Expected"), _("What to do"))
        tables.fill(self.ui.faultsTable, headings, rows)
        self.ui.faultsTable.visible = bool(rows)

    def fit(self) -> None:
        """Features of every case, then the models, in a process of its own; what can be refused is refused before."""
        if not self.check():
            return
        ui, kept = self.ui, self.ui.keptComboBox.currentData
        plan = FitPlan(
            str(ui.fitNameLineEdit.text).strip(),
            ui.protocolComboBox.currentText,
            ui.tuneSpinBox.value,
            ui.foldsSpinBox.value,
            ui.lassoFoldsSpinBox.value,
            Path(kept) if kept else None,
        )
        found: list[list[str]] = []
        if self.panel.attempt(lambda: found.extend(commands_to_fit(self.panel.project, plan))):
            self.panel.startJob(_("Fit {name}").format(name=plan.name), found)

    def openReport(self) -> None:
        """The fit's report."""
        if self.run is not None:
            self.panel.openFile(self.run / "report.html")

    def saveReport(self) -> None:
        """The report, wherever the user wants it."""
        if self.run is not None:
            self.panel.saveReport(self.run / "report.html", f"{self.run.name}.html")

    def showNodes(self) -> None:
        """Tables and curves as nodes of the scene."""
        found: list[int] = []
        if self.panel.attempt(lambda: found.append(self.view.intoScene())):
            text = _("{count} tables and charts are in the scene now; the plot view's menu chooses another chart.")
            self.panel.bar.say(text.format(count=found[0]))
            node = plotViewNode()
            if node is not None and not self.panel.hasObserver(node, vtk.vtkCommand.ModifiedEvent, placeLegend):
                self.panel.addObserver(node, vtk.vtkCommand.ModifiedEvent, placeLegend)

    def install(self) -> None:
        """The signature into the user's models."""
        from OPRadiomicsLib.installed import install_signature

        def take() -> None:
            made = install_signature(self.run or Path())
            self.panel.bar.say(_("{name} is in OPRadiomics' list of models now.").format(name=made.name))

        self.panel.attempt(take)
