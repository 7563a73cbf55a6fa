"""Section 4: train on the project's masks, watch, compare, install."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from OPRadiomicsLib import installed
from slicer.i18n import tr as _

from ..project.exports import DRAWN_STATES, TRAINING_SET
from ..project.flow import FINAL_STATES
from . import tables, training_packages

SHIPPED = "lumbar-bodies"


class RetrainSection:
    """Start, curves and preview, comparison, the active network."""

    def __init__(self, ui: Any, panel: Any) -> None:
        self.ui = ui
        self.panel = panel
        self._shown: tuple[str, float] = ("", 0.0)
        ui.trainButton.connect("clicked()", lambda: self.train(resume=False))
        ui.resumeButton.connect("clicked()", lambda: self.train(resume=True))
        ui.trainingPackagesButton.connect("clicked()", self.installPackages)
        ui.runComboBox.connect("currentIndexChanged(int)", lambda index: self.updateRun())
        ui.installNetworkButton.connect("clicked()", self.install)
        ui.activeComboBox.connect("activated(int)", lambda index: self.activate())
        ui.oneReaderCheckBox.connect("toggled(bool)", lambda checked: self.update())

    @property
    def run(self) -> Path | None:
        """Folder of the run that is shown."""
        name = self.ui.runComboBox.currentData
        return self.panel.project.models / "networks" / name if self.panel.project is not None and name else None

    def update(self) -> None:
        """Where to start from, runs, the active network."""
        networks = [(path.name, str(path)) for path in installed.installed_networks()]
        tables.choices(self.ui.startComboBox, [(_("the shipped network"), SHIPPED), *networks, (_("scratch"), "")])
        tables.choices(self.ui.activeComboBox, [(_("the shipped network"), ""), *((name, name) for name, _path in networks)])
        active = installed.active_network()
        self.ui.activeComboBox.setCurrentIndex(max(self.ui.activeComboBox.findData(active.name if active else ""), 0))
        project = self.panel.project
        runs = sorted((project.models / "networks").glob("*/")) if project is not None else []
        tables.choices(self.ui.runComboBox, [(path.name, path.name) for path in runs])
        states = DRAWN_STATES if self.ui.oneReaderCheckBox.checked else FINAL_STATES
        usable = sum(item.state in states for item in self.panel.items)
        self.ui.trainButton.text = _("Train on {count} cases").format(count=usable)
        self.ui.trainButton.enabled = usable > 0
        self.updateRun()

    def updateRun(self) -> None:
        """Curves, preview and comparison of the run, as far as it is."""
        run = self.run
        curves = run / "curves.png" if run is not None else None
        changed = curves.stat().st_mtime if curves is not None and curves.is_file() else 0.0
        if (str(run), changed) != self._shown:
            self._shown = (str(run), changed)
            tables.showPicture(self.ui.curvesLabel, curves)
            tables.showPicture(self.ui.previewLabel, run / "preview.png" if run is not None else None, 300)
        finished = run is not None and (run / "bundle" / "SHA256SUMS").is_file()
        self.ui.installNetworkButton.enabled = finished
        self.ui.resumeButton.enabled = run is not None and (run / "checkpoint.safetensors").is_file() and not finished
        self.ui.comparisonLabel.text = self._comparison(run)

    def _comparison(self, run: Path | None) -> str:
        try:
            found = json.loads((run / "comparison.json").read_text(encoding="utf-8")) if run is not None else {}
        except (OSError, ValueError):
            return ""
        if not found:
            return ""
        text = _("{count} held-out cases: Dice {new} with the new network, {before} with {name}.")
        new, before = f"{found['new']:.3f}", f"{found['before']:.3f}"
        return text.format(count=len(found["cases"]), new=new, before=before, name=found["before_name"])

    def train(self, resume: bool) -> None:
        """Write the cases' images and masks, and train, in a process of its own."""
        project, ui = self.panel.project, self.ui
        name = self.run.name if resume and self.run is not None else str(ui.trainNameLineEdit.text).strip()
        out = project.models / "networks" / name
        if not name or Path(name).name != name or (out.exists() and not resume):
            self.panel.bar.say(_("Choose a name that no run of the project has."))
            return
        start = ["--start", str(ui.startComboBox.currentData)] if ui.startComboBox.currentData else []
        export = ["project", "export", str(project.folder), "training", "-o", str(out / "data")]
        training = ["train", "segmentation", "--data", str(out / "data"), "--set", TRAINING_SET, "--out", str(out), *start]
        training += ["--name", name, "--epochs", str(ui.epochsSpinBox.value), "--device", str(ui.deviceComboBox.currentText)]
        commands = [[*training, "--resume"]] if resume else [[*export, *self._which()], training]
        self.panel.startJob(_("Training {name}").format(name=name), commands)

    def _which(self) -> list[str]:
        return ["--one-reader"] if self.ui.oneReaderCheckBox.checked else []

    def installPackages(self) -> None:
        """Torch and what else training needs, once asked for."""
        try:
            complete = training_packages.install()
        except RuntimeError as error:
            self.panel.bar.say(_("The installation failed: {error}").format(error=error))
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

    def activate(self) -> None:
        """Use another installed network."""
        self.panel.attempt(lambda: installed.activate_network(self.ui.activeComboBox.currentData or None))
        self.update()
