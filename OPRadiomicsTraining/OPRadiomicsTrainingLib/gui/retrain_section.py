"""Section 4: train on the project's masks, watch, stop and go on, compare, install."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from OPRadiomicsLib import installed
from OPRadiomicsLib.gui import installation
from slicer.i18n import tr as _

from ..project import jobs, retraining
from ..project.exports import DRAWN_STATES
from ..project.flow import FINAL_STATES
from ..project.retraining import SHIPPED, TrainingPlan
from . import tables, training_packages
from .comparison_view import ComparisonView
from .pictures import Picture


class RetrainSection:
    """Start, curves and preview, comparison, the active network."""

    def __init__(self, ui: Any, panel: Any) -> None:
        self.ui = ui
        self.panel = panel
        self.comparison = ComparisonView(ui)
        self._curves = Picture(ui.curvesButton, 460)
        self._preview = Picture(ui.previewButton, 300)
        self._shown: tuple[str, float] = ("", 0.0)
        ui.trainButton.connect("clicked()", self.train)
        ui.resumeButton.connect("clicked()", self.goOn)
        ui.stopTrainingButton.connect("clicked()", self.stop)
        ui.trainingPackagesButton.connect("clicked()", self.installPackages)
        ui.runComboBox.connect("currentIndexChanged(int)", lambda index: self.updateRun())
        ui.installNetworkButton.connect("clicked()", self.install)
        ui.activeComboBox.connect("activated(int)", lambda index: self.activate(ui.activeComboBox.currentData))
        ui.backButton.connect("clicked()", lambda: self.activate(self._nameOf(installed.network_before())))
        for box in (ui.oneReaderCheckBox, ui.shownOnlyCheckBox):
            box.connect("toggled(bool)", lambda checked: self.update())

    @property
    def run(self) -> Path | None:
        """Folder of the run that is shown."""
        name = self.ui.runComboBox.currentData
        return self.panel.project.models / "networks" / name if self.panel.project is not None and name else None

    def update(self) -> None:
        """Where to start from, runs, the active network."""
        ui, project = self.ui, self.panel.project
        networks = [(path.name, str(path)) for path in installed.installed_networks()]
        tables.choices(ui.startComboBox, [(_("the shipped network"), SHIPPED), *networks, (_("scratch"), "")])
        self._updateActive([name for name, _path in networks])
        runs = retraining.runs_of(project) if project is not None else ()
        tables.choices(ui.runComboBox, [(path.name, path.name) for path in runs])
        ui.trainButton.text = _("Train on {count} cases").format(count=len(self.cases()))
        ui.trainButton.enabled = bool(self.cases())
        self.updateRun()

    def _updateActive(self, names: list[str]) -> None:
        box, active, before = self.ui.activeComboBox, installed.active_network(), installed.network_before()
        tables.choices(box, [(_("the shipped network"), ""), *((name, name) for name in names)])
        box.setCurrentIndex(max(box.findData(self._nameOf(active)), 0))
        self.ui.backButton.enabled = active != before

    def _nameOf(self, network: Path | None) -> str:
        return network.name if network is not None else ""

    def cases(self) -> tuple[str, ...]:
        """Names of the cases that a run would take."""
        states = DRAWN_STATES if self.ui.oneReaderCheckBox.checked else FINAL_STATES
        items = self.panel.dataset.shown if self.ui.shownOnlyCheckBox.checked else self.panel.items
        return tuple(item.name for item in items if item.state in states)

    def updateRun(self) -> None:
        """Curves, preview and comparison of the run, as far as it is."""
        run, ui = self.run, self.ui
        curves = run / "curves.png" if run is not None else None
        changed = curves.stat().st_mtime if curves is not None and curves.is_file() else 0.0
        if (str(run), changed) != self._shown:
            self._shown = (str(run), changed)
            self._curves.show(curves)
            self._preview.show(run / "preview.png" if run is not None else None)
        finished = run is not None and retraining.is_finished(run)
        job = retraining.job_of(self.panel.project, run) if run is not None and not finished else None
        ui.installNetworkButton.enabled = finished
        ui.resumeButton.enabled = job is not None and job.state in jobs.ENDED
        ui.stopTrainingButton.enabled = job is not None and job.state not in jobs.ENDED
        self.comparison.show(run)

    def train(self) -> None:
        """Write the cases' images and masks, and train, in a process of its own."""
        ui, project = self.ui, self.panel.project
        start = str(ui.startComboBox.currentData)
        plan = TrainingPlan(
            str(ui.trainNameLineEdit.text).strip(),
            (SHIPPED if start == SHIPPED else Path(start)) if start else None,
            installed.active_network() or SHIPPED,
            ui.epochsSpinBox.value,
            ui.batchesSpinBox.value,
            str(ui.deviceComboBox.currentText),
            self.cases() if ui.shownOnlyCheckBox.checked else (),
            bool(ui.oneReaderCheckBox.checked),
        )
        self._start(plan.name, lambda: retraining.commands_to_train(project, plan))

    def goOn(self) -> None:
        """From the last epoch of the run that is shown."""
        run = self.run
        if run is not None:
            self._start(run.name, lambda: retraining.commands_to_go_on(self.panel.project, run))

    def _start(self, name: str, commands: Any) -> None:
        found: list[list[str]] = []
        if self.panel.attempt(lambda: found.extend(commands())):
            self.panel.startJob(_("Training {name}").format(name=name), found)
            self.ui.runComboBox.setCurrentIndex(self.ui.runComboBox.findData(name))

    def stop(self) -> None:
        """Ask the job of the run that is shown to stop."""
        job = retraining.job_of(self.panel.project, self.run) if self.run is not None else None
        if job is not None:
            self.panel.attempt(lambda: jobs.cancel_job(self.panel.project, job.id))
            self.panel.poll()

    def installPackages(self) -> None:
        """Torch and what else training needs, once asked for."""
        try:
            complete = training_packages.install()
        except RuntimeError as error:
            self.panel.bar.say(installation.failure(error))
            return
        if complete:
            self.panel.bar.say(_("All packages are installed."))

    def install(self) -> None:
        """The run's network into the user's models, in use from now on."""

        def take() -> None:
            assert self.run is not None
            made = installed.install_network(self.run / "bundle")
            self.panel.bar.say(_("{name} is the active network now; the one before stays installed.").format(name=made.name))

        self.panel.attempt(take)
        self.update()

    def activate(self, name: str) -> None:
        """Use another installed network, "" for the one that ships."""

        def take() -> None:
            installed.activate_network(name or None)
            self.panel.bar.say(_("{name} is the active network now.").format(name=name or _("the shipped network")))

        self.panel.attempt(take)
        self.update()
