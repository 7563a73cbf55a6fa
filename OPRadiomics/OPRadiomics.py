"""OPRadiomics in 3D Slicer: review the masks of a lumbar MRI, click "Predict OP". The panel lies in OPRadiomicsLib/gui."""

from __future__ import annotations

import shutil
import tempfile
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


class OPRadiomics(ScriptedLoadableModule):
    """Metadata of the module, its icon, its translation and its sample data."""

    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        if hasattr(slicer.app, "loadTranslations"):
            slicer.app.loadTranslations(str(resources_folder() / "Translations"))
        parent.title = _("OPRadiomics")
        parent.categories = [translate("qSlicerAbstractCoreModule", "Quantification")]
        parent.dependencies = ["Segmentations"]
        parent.contributors = ["OPRadiomics developers"]
        parent.helpText = _(
            "Osteoporosis from lumbar MRI: segments L1-L3 on T1WI, lets you review the masks, extracts radiomic features of "
            "three sequences and explains the predicted probability. Research use only, not for diagnosis."
        )
        parent.acknowledgementText = _(
            "Implements Wang W. et al., Radiologic Practice 2026(4):453-459, doi 10.13609/j.cnki.1000-0313.2026.04.016."
        )
        parent.icon = qt.QIcon(str(resources_folder() / "Icons" / "OPRadiomics.png"))
        slicer.app.connect("startupCompleted()", registerSampleData)


def registerSampleData():
    """List the demo study in the Sample Data module, where Slicer has it."""
    if hasattr(slicer.modules, "sampledata"):
        from OPRadiomicsLib.gui import demo

        demo.registerSampleData()


class OPRadiomicsWidget(ScriptedLoadableModuleWidget):
    """Loads OPRadiomics.ui and hands it to the panel."""

    def setup(self):
        ScriptedLoadableModuleWidget.setup(self)
        from OPRadiomicsLib.gui.panel import Panel

        widget = slicer.util.loadUI(str(resources_folder() / "UI" / "OPRadiomics.ui"))
        self.layout.addWidget(widget)
        self.ui = slicer.util.childWidgetVariables(widget)
        widget.setMRMLScene(slicer.mrmlScene)
        self.logic = OPRadiomicsLogic()
        self.panel = Panel(self.ui, self.logic)

    def enter(self):
        self.panel.enter()

    def exit(self):
        self.panel.leave()

    def cleanup(self):
        self.panel.close()


class OPRadiomicsLogic(ScriptedLoadableModuleLogic):
    """Everything that the panel does, for scripts: each call starts a job in the worker process and returns it.

    In Slicer's Python console, or in a file for ``Slicer --no-main-window --python-script FILE``::

        from OPRadiomics import OPRadiomicsLogic
        logic = OPRadiomicsLogic()
        study = logic.loadDemoStudy()              # or logic.newStudy("Case 7") and study.setImage(Role.T1WI, volumeNode), ...
        logic.segment(study).wait()                # the masks, as a segmentation node
        logic.accept(study, "AB")                  # L1, L2 and L3, as they are drawn now
        logic.propagate(study).wait()              # masks on T2WI and FS-T2WI
        result = logic.predict(study).wait()       # what prediction.json holds, as a dict
        print(result["models"]["combined"]["probability"])
        logic.close()                              # ends the worker

    One job at a time: a second one is refused. ``wait`` lets the event loop run; it raises `OPRadiomicsError` with a remedy
    where the job failed. A job that was cancelled or failed leaves the scene as it was.
    """

    def __init__(self):
        ScriptedLoadableModuleLogic.__init__(self)
        from OPRadiomicsLib.gui.worker_process import WorkerProcess, pythonSlicer

        self.worker = WorkerProcess(pythonSlicer())
        self._results = {}

    def newStudy(self, name):
        """A new, empty study in the scene."""
        from OPRadiomicsLib.gui.study import Study, addStudyNode

        return Study(addStudyNode(slicer.mrmlScene, name))

    def loadDemoStudy(self):
        """The demo study: simulated images, age and sex."""
        from OPRadiomicsLib.gui import demo

        study = self.newStudy("Demo study")
        demo.loadInto(study)
        return study

    def segment(self, study, start=True):
        """The network's bodies on the T1WI; the result is the segmentation node. Masks that were there are replaced."""
        from OPRadiomicsLib.gui import steps

        return self._job(_("Segment"), steps.segment(study), start=start)

    def accept(self, study, initials, levels=("L1", "L2", "L3")):
        """Record that a reader accepts levels as they are drawn; raises `MaskError` where one has no voxel."""
        from OPRadiomicsLib.mrml import acceptance
        from OPRadiomicsLib.types import Role

        for level in levels:
            acceptance.accept(study.bodies(Role.T1WI), level, initials)

    def propagate(self, study, start=True):
        """The bodies carried to T2WI and FS-T2WI; the result holds the segmentation nodes by role."""
        from OPRadiomicsLib.gui import steps
        from OPRadiomicsLib.types import Role

        roles = [role for role in (Role.T2WI, Role.FST2WI) if study.image(role) is not None]
        return self._job(_("Propagate"), steps.propagate(study, roles), requests=len(roles), start=start)

    def marrow(self, study, start=True):
        """The region that the features describe; the result is its segmentation node."""
        from OPRadiomicsLib.gui import steps

        return self._job(_("Marrow region"), steps.marrow(study), start=start)

    def predict(self, study, start=True):
        """The prediction, kept in the scene; the result is prediction.json's content. See `resultFolder` for its files."""
        from OPRadiomicsLib.gui import steps

        return self._job(_("Predict OP"), self._keeping(study, steps.predict), start=start)

    def batch(self, source, target, signature="demo-signature", start=True):
        """Every study below a folder, without review; the result holds the lines of the summary."""
        from OPRadiomicsLib.gui import steps

        return self._job(_("Batch"), steps.batch(Path(source), Path(target), signature), start=start)

    def exportDicom(self, study, target, start=True):
        """Masks as DICOM SEG and the result as DICOM SR, beside which the T1WI's own instances are needed."""
        from OPRadiomicsLib.gui import steps

        return self._job(_("Export DICOM"), steps.exportDicom(study, self.resultFolder(study), Path(target)), start=start)

    def resultFolder(self, study):
        """The files of the study's last prediction in this session (report.html, masks, ...), or None."""
        folder = self._results.get(study.node.GetID())
        return folder if folder is not None and (folder / "report.html").is_file() else None

    def restartWorker(self):
        """End the warm process: the next job starts one that sees newly installed packages."""
        self.worker.stop()

    def close(self):
        """End the worker and remove the results' temporary folders."""
        self.worker.stop()
        for folder in self._results.values():
            shutil.rmtree(folder, ignore_errors=True)
        self._results.clear()

    def _job(self, title, steps, requests=1, start=True):
        from OPRadiomicsLib.gui.jobs import Job

        job = Job(title, self.worker, steps, requests)
        return job.start() if start else job

    def _keeping(self, study, steps):
        """The steps of a study, into a folder of their own; it is kept on success, and removed otherwise."""

        def kept(scratch):
            folder = Path(tempfile.mkdtemp(prefix="OPRadiomics-result-"))
            done = False
            try:
                result = yield from steps(study, folder)(scratch)
                done = True
            finally:
                if not done:
                    shutil.rmtree(folder, ignore_errors=True)
            old = self._results.pop(study.node.GetID(), None)
            if old is not None:
                shutil.rmtree(old, ignore_errors=True)
            self._results[study.node.GetID()] = folder
            return result

        return kept


class OPRadiomicsTest(ScriptedLoadableModuleTest):
    """Runs the tests under Testing/Slicer where the source tree is at hand; else proves that the core finds its resources."""

    def runTest(self):
        slicer.mrmlScene.Clear()
        self.assertTrue((resources_folder() / "Params" / "standard.yaml").is_file())
