"""OPRadiomicsTraining in 3D Slicer: annotate, measure agreement, retrain, fit. The panel lies in OPRadiomicsTrainingLib/gui."""

from __future__ import annotations

from pathlib import Path

import qt
import slicer
from OPRadiomicsLib.resources import resources_folder
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)


class OPRadiomicsTraining(ScriptedLoadableModule):
    """Metadata of the module."""

    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        parent.title = _("OPRadiomics Training")
        parent.categories = [translate("qSlicerAbstractCoreModule", "Quantification")]
        parent.dependencies = ["OPRadiomics"]
        parent.contributors = ["OPRadiomics developers"]
        parent.helpText = _(
            "Turns a department's own lumbar MRI into its own models: annotate by three readers, measure their agreement, "
            "retrain the segmentation network, fit signatures. Research use only, not for diagnosis."
        )
        parent.acknowledgementText = _(
            "Implements Wang W. et al., Radiologic Practice 2026(4):453-459, doi 10.13609/j.cnki.1000-0313.2026.04.016."
        )
        parent.icon = qt.QIcon(str(resources_folder() / "Icons" / "OPRadiomicsTraining.png"))


class OPRadiomicsTrainingWidget(ScriptedLoadableModuleWidget):
    """Loads OPRadiomicsTraining.ui and hands it to the panel."""

    def setup(self):
        ScriptedLoadableModuleWidget.setup(self)
        from OPRadiomicsTrainingLib.gui.panel import Panel

        widget = slicer.util.loadUI(str(resources_folder() / "UI" / "OPRadiomicsTraining.ui"))
        self.layout.addWidget(widget)
        self.ui = slicer.util.childWidgetVariables(widget)
        widget.setMRMLScene(slicer.mrmlScene)
        self.logic = OPRadiomicsTrainingLogic()
        self.panel = Panel(self.ui, self.logic)

    def enter(self):
        self.panel.enter()

    def exit(self):
        self.panel.leave()

    def cleanup(self):
        self.panel.close()


class OPRadiomicsTrainingLogic(ScriptedLoadableModuleLogic):
    """What the panel does, for scripts: short work is a job in the worker, long work a detached process with its state on disk.

    The project itself is Python without Slicer: see ``OPRadiomicsTrainingLib.project`` and ``opradiomics project --help``.
    """

    def __init__(self):
        ScriptedLoadableModuleLogic.__init__(self)
        import OPRadiomicsTrainingLib
        from OPRadiomicsLib.gui.worker_process import WorkerProcess, pythonSlicer

        script = Path(OPRadiomicsTrainingLib.__file__).parent / "worker" / "__main__.py"
        self.worker = WorkerProcess(pythonSlicer(), script)

    def add(self, project, words, start=True):
        """Add studies: words as after ``opradiomics project add PROJECT``, or a function that gives them.

        The function is called with a folder that vanishes with the job: copies of a patient's images go there.
        """
        return self._job(_("Add studies"), words, start, lambda found: ["project", "add", str(project.folder), *found])

    def presegment(self, project, start=True):
        """The network's proposal for every new case."""
        return self._job(_("Pre-segment"), ["project", "presegment", str(project.folder)], start)

    def startDetached(self, project, job):
        """Run a job of the project in a process that goes on when Slicer is closed."""
        from OPRadiomicsLib.gui.worker_process import pythonSlicer
        from OPRadiomicsTrainingLib.project.jobs import start_detached

        return start_detached(project, job, pythonSlicer())

    def restartWorker(self):
        """End the warm process: the next job starts one that sees newly installed packages."""
        self.worker.stop()

    def close(self):
        """End the worker; detached jobs go on."""
        self.worker.stop()

    def _job(self, title, words, start, command=list):
        from OPRadiomicsLib.gui.jobs import Job

        def steps(folder):
            ending = yield command(words(folder) if callable(words) else words)
            return ending.lines

        job = Job(title, self.worker, steps)
        return job.start() if start else job


class OPRadiomicsTrainingTest(ScriptedLoadableModuleTest):
    """Runs the tests under Testing/Slicer where the source tree is at hand; else proves that the panel's file is there."""

    def runTest(self):
        self.assertTrue((resources_folder() / "UI" / "OPRadiomicsTraining.ui").is_file())
