"""The training panel: one project at a time; what others change in its folder is seen at the next look."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import qt
import slicer
from OPRadiomicsLib.errors import OPRadiomicsError
from OPRadiomicsLib.files import write_bytes
from OPRadiomicsLib.gui import installation
from OPRadiomicsLib.gui.job_bar import JobBar
from OPRadiomicsLib.gui.jobs import Job
from OPRadiomicsLib.gui.language import inWords, refusal
from OPRadiomicsLib.gui.sections_area import SectionsArea
from slicer.i18n import tr as _
from slicer.util import VTKObservationMixin

from ..project import jobs as projectJobs
from ..project.folder import Project, create_project, open_project
from ..project.versions import Step
from ..project.worklist import WorkItem, list_work
from . import tables
from .agreement_section import AgreementSection
from .annotate_section import AnnotateSection
from .dataset_section import DatasetSection
from .fit_section import FitSection
from .jobs_section import JobsSection
from .retrain_section import RetrainSection
from .words import STEPS, stepWord

POLL_MS = 1500
_LAST_PROJECT = "OPRadiomicsTraining/Project"
_INITIALS = "OPRadiomicsTraining/Initials"


class Panel(VTKObservationMixin):
    """Owns the sections.

    Parameters
    ----------
    ui
        Widgets by name, from OPRadiomicsTraining.ui.
    logic
        OPRadiomicsTrainingLogic: the same calls that scripts use.
    """

    def __init__(self, ui: Any, logic: Any) -> None:
        VTKObservationMixin.__init__(self)
        self.ui = ui
        self.logic = logic
        self.project: Project | None = None
        self.items: tuple[WorkItem, ...] = ()
        self.packagesMissing: tuple[str, ...] = ()
        self.bar = JobBar(ui)
        self.bar.onIdle = self.refresh
        self.bar.cancelledText = _("{title}: stopped. What was finished stays.")
        self.dataset = DatasetSection(ui, self)
        self.annotation = AnnotateSection(ui, self)
        self.agreement = AgreementSection(ui, self)
        self.retraining = RetrainSection(ui, self)
        self.fitting = FitSection(ui, self)
        self.jobs = JobsSection(ui, self)
        self.sections = (self.dataset, self.annotation, self.agreement, self.retraining, self.fitting, self.jobs)
        self.area = SectionsArea(ui.sectionsScrollArea)
        self._prepareTop()
        self._timer = qt.QTimer()
        self._timer.setInterval(POLL_MS)
        self._timer.connect("timeout()", self.poll)
        scene = slicer.mrmlScene
        self.addObserver(scene, scene.StartCloseEvent, self.onSceneStartClose)

    def _prepareTop(self) -> None:
        ui = self.ui
        tables.choices(ui.stepComboBox, [(stepWord(step), step.value) for step in STEPS])
        ui.initialsLineEdit.text = str(qt.QSettings().value(_INITIALS) or "")
        ui.initialsLineEdit.connect("editingFinished()", lambda: qt.QSettings().setValue(_INITIALS, self.initials))
        ui.stepComboBox.connect("currentIndexChanged(int)", lambda index: self.refresh())
        ui.openProjectButton.connect("clicked()", self.chooseProject)
        ui.newProjectButton.connect("clicked()", self.chooseNewProject)
        ui.refreshButton.connect("clicked()", self.refresh)
        ui.installButton.connect("clicked()", self.installPackages)

    @property
    def initials(self) -> str:
        """Of the reader, as typed."""
        return str(self.ui.initialsLineEdit.text).strip().upper()

    @property
    def step(self) -> Step:
        """What the reader does."""
        return Step(self.ui.stepComboBox.currentData)

    # --- which project ---

    def chooseProject(self) -> None:
        """Ask for a project's folder."""
        folder = qt.QFileDialog.getExistingDirectory(None, _("Open a project"), self._lastFolder())
        if folder:
            self.openProject(Path(folder))

    def chooseNewProject(self) -> None:
        """Ask for an empty folder."""
        folder = qt.QFileDialog.getExistingDirectory(None, _("An empty folder for the new project"), self._lastFolder())
        if not folder:
            return
        text = _("Days between a reader's first and second reading of a case (the study waited 60):")
        days = qt.QInputDialog.getInt(None, _("New project"), text, 60, 0, 3650)
        self.newProject(Path(folder), int(days))

    def openProject(self, folder: Path) -> None:
        """Open a project; what is open now is put back first."""
        self.attempt(lambda: self._take(open_project(folder)))

    def newProject(self, folder: Path, intervalDays: int = 60) -> None:
        """Make a project in an empty folder."""

        def make() -> None:
            self._take(create_project(folder, interval_days=intervalDays))
            text = _("Project made. The key to the patients will lie in {folder}: keep it apart.")
            self.bar.say(text.format(folder=self.project.key_folder.name if self.project else ""))

        self.attempt(make)

    def _take(self, project: Project) -> None:
        self.annotation.close()
        self.project = project
        qt.QSettings().setValue(_LAST_PROJECT, str(project.folder))
        self.refresh()

    def _lastFolder(self) -> str:
        return str(qt.QSettings().value(_LAST_PROJECT) or "")

    # --- coming and going ---

    def enter(self) -> None:
        """The module is shown: the last project, what runs in it, the editor."""
        self.packagesMissing = installation.missing()
        last = self._lastFolder()
        if self.project is None and last and (Path(last) / "project.json").is_file():
            self.openProject(Path(last))
        self.annotation.enter()
        self._timer.start()
        self.refresh()

    def leave(self) -> None:
        """Another module is shown; a case that is open stays claimed and is kept as it grows."""
        self.annotation.leave()
        self._timer.stop()

    def close(self) -> None:
        """The module is reloaded or Slicer ends; jobs of the project go on."""
        self._timer.stop()
        self.area.close()
        self.bar.onIdle = lambda: None  # a job that ends with the worker finds no panel to update
        self.removeObservers()
        self.annotation.close()
        self.annotation.leave()
        self.logic.close()

    def onSceneStartClose(self, caller: Any, event: Any) -> None:
        """Keep what is drawn, and give the case back, before its nodes go."""
        self.annotation.close()
        self.refresh()

    def installPackages(self) -> None:
        """What the panel's work needs; training also needs torch, which is asked for apart."""
        try:
            installation.install()
        except RuntimeError as error:
            self.bar.say(installation.failure(error))
        self.logic.restartWorker()
        self.packagesMissing = installation.missing()
        self.refresh()

    # --- showing ---

    def refresh(self) -> None:
        """Look at the folder, and show everything."""
        if self.project is not None:
            self.attempt(self._look)
        none = _("No project is open: open one, or make a new one in an empty folder.")
        self.ui.projectLabel.text = str(self.project.folder) if self.project is not None else none
        self.ui.installFrame.visible = bool(self.packagesMissing)
        missing = _("Packages are missing: {names}.")
        self.ui.installLabel.text = missing.format(names=", ".join(self.packagesMissing))
        for section in self.sections:
            section.update()
        self.area.fit()

    def _look(self) -> None:
        assert self.project is not None
        self.items = list_work(self.project)

    def poll(self) -> None:
        """What goes on in other processes."""
        if self.project is not None:
            self.jobs.update()
            self.retraining.updateRun()

    def attempt(self, action: Callable[[], Any]) -> bool:
        """Do something to the project; an error is shown with its remedy. Whether it went well."""
        try:
            action()
        except OPRadiomicsError as error:
            self.bar.say(refusal(error))
            return False
        except OSError as error:
            self.bar.say(_("The project's folder cannot be used ({reason}).").format(reason=inWords(str(error.strerror))))
            return False
        return True

    def runJob(self, job: Job) -> None:
        """Show and start a short job in the worker; its lines are shown when it has ended."""
        self.bar.run(job, lambda lines: self.bar.say("\n".join(lines)) if lines else None)
        self.refresh()

    def startJob(self, title: str, commands: list[list[str]]) -> None:
        """Keep a long job in the project, and start it here unless another computer shall run it."""
        if self.project is None:
            return

        def start() -> None:
            assert self.project is not None
            job = projectJobs.create_job(self.project, title, commands)
            if self.ui.hereCheckBox.checked:
                self.logic.startDetached(self.project, job)
                self.bar.say(_("{title}: started in a process of its own; see Jobs.").format(title=title))
            else:
                self.bar.say(_("{title}: waits; its command line is under Jobs.").format(title=title))
            self.jobs.select(job.id)

        self.attempt(start)
        self.refresh()

    def openFile(self, path: Path) -> None:
        """A report in the browser."""
        if not path.is_file():
            self.bar.say(_("There is no report yet."))
            return
        qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(str(path)))

    def saveReport(self, path: Path, name: str) -> None:
        """A copy of a report, pictures inside, wherever the user wants it."""
        target = qt.QFileDialog.getSaveFileName(None, _("Save the report as"), name, _("Reports (*.html)"))
        if target and self.attempt(lambda: write_bytes(Path(str(target)), path.read_bytes())):
            self.bar.say(_("The report is in {file}.").format(file=Path(str(target)).name))

    def confirm(self, text: str, title: str) -> bool:
        """Ask the user; tests replace this."""
        return bool(slicer.util.confirmYesNoDisplay(text, windowTitle=title))
