"""The panel: one study at a time, six steps, one job; what changes in the scene reaches the widgets within a moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import qt
import slicer
import vtk
from slicer.i18n import tr as _
from slicer.util import VTKObservationMixin

from ..errors import OPRadiomicsError
from ..mrml import acceptance, level_labels
from ..mrml.terminology import terminology_path
from ..types import Role
from . import installation, layout
from .batch_section import BatchSection
from .job_bar import JobBar
from .jobs import Job
from .language import refusal
from .predict_section import PredictSection
from .propagate_section import PropagateSection
from .requirements import nextStep
from .review_section import ReviewSection
from .sections_area import SectionsArea
from .segment_section import SegmentSection
from .study import MODULE, Study, addStudyNode, studyNodes
from .study_section import StudySection

SETTLE_MS = 120
"""Changes come in bursts, as with every stroke of a brush: the panel follows when they have settled."""


class Panel(VTKObservationMixin):
    """Owns the sections and the observers.

    Parameters
    ----------
    ui
        Widgets by name, from OPRadiomics.ui.
    logic
        OPRadiomicsLogic: the same calls that scripts use.
    """

    def __init__(self, ui: Any, logic: Any) -> None:
        VTKObservationMixin.__init__(self)
        self.ui = ui
        self.logic = logic
        self.study: Study | None = None
        self.packagesMissing: tuple[str, ...] = ()
        self._guiTag: int | None = None
        self._imagesShown: dict[Role, str] = {}
        self._timer = qt.QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE_MS)
        self._timer.connect("timeout()", self.update)
        self.bar = JobBar(ui)
        self.bar.onIdle = self.update
        self.start = StudySection(ui, self)
        self.segmentation = SegmentSection(ui, self)
        self.review = ReviewSection(ui, self)
        self.propagation = PropagateSection(ui, self)
        self.prediction = PredictSection(ui, self)
        self.batch = BatchSection(ui, self)
        self.sections = (self.start, self.segmentation, self.review, self.propagation, self.prediction, self.batch)
        self.area = SectionsArea(ui.sectionsScrollArea)
        self._watchScene()
        self._prepareSelector()
        if hasattr(slicer.modules, "terminologies"):
            slicer.modules.terminologies.logic().LoadTerminologyFromFile(str(terminology_path()))

    # --- which study ---

    def newStudy(self, name: str) -> Study:
        """A further study in the scene."""
        return Study(addStudyNode(slicer.mrmlScene, slicer.mrmlScene.GenerateUniqueName(name)))

    def setStudy(self, node: Any | None) -> None:
        """Show another study; None lets go of the scene."""
        if self.study is not None and self.study.node is node:
            return
        if self.study is not None:
            self._letGo(self.study)
        self.study = Study(node) if node is not None else None
        if self.study is not None:
            self._guiTag = self.study.parameters.connectGui(self.ui)
            self.addObserver(node, vtk.vtkCommand.ModifiedEvent, self.onParametersChanged)
            self._watchBodies()
        self.ui.studySelector.setCurrentNode(node)
        self.showImages()

    def _letGo(self, study: Study) -> None:
        layout.hideMasks(study)
        study.parameters.disconnectGui(self._guiTag)
        self._guiTag = None
        self.removeObservers(self.onParametersChanged)
        self.removeObservers(self.onBodiesChanged)
        self.removeObservers(self.onBodiesReplaced)
        self.review.release()

    def _prepareSelector(self) -> None:
        self.ui.studySelector.addAttribute("vtkMRMLScriptedModuleNode", "ModuleName", MODULE)
        self.ui.studySelector.connect("currentNodeChanged(vtkMRMLNode*)", self.onStudySelected)
        self.ui.studySelector.connect("nodeAddedByUser(vtkMRMLNode*)", self.onStudyAdded)

    def onStudyAdded(self, node: Any) -> None:
        """The selector's "new" made a node: make it a study."""
        node.SetModuleName(MODULE)
        node.SetAttribute("ModuleName", MODULE)

    def onStudySelected(self, node: Any | None) -> None:
        """The user chose a study, or removed the one that was shown."""
        if node is None and studyNodes(slicer.mrmlScene):
            return
        self.setStudy(node)

    # --- coming and going ---

    def enter(self) -> None:
        """The module is shown: a study, the views, the shortcuts."""
        self.checkPackages()
        self.ensureStudy()
        self.review.enter()
        self.start.fillInIfEmpty()
        self.update()

    def leave(self) -> None:
        """Another module is shown."""
        self.review.leave()

    def ensureStudy(self) -> None:
        """A study is shown; the scene gets one where it has none."""
        if self.study is not None:
            return
        nodes = studyNodes(slicer.mrmlScene)
        self.setStudy(nodes[-1] if nodes else self.newStudy(_("Study")).node)

    def close(self) -> None:
        """The module is reloaded or Slicer ends: no observer, no process, no timer stays."""
        self._timer.stop()
        self.area.close()
        self.bar.onIdle = lambda: None  # a job that ends with the worker finds no panel to update
        self.setStudy(None)
        self.review.leave()
        self.removeObservers()
        self.logic.close()
        self.batch.close()

    def checkPackages(self) -> None:
        """Look for missing packages; nothing is installed."""
        self.packagesMissing = installation.missing()
        self.update()

    # --- the scene ---

    def _watchScene(self) -> None:
        scene = slicer.mrmlScene
        self.addObserver(scene, scene.StartCloseEvent, self.onSceneStartClose)
        self.addObserver(scene, scene.EndCloseEvent, self.onSceneReady)
        self.addObserver(scene, scene.EndImportEvent, self.onSceneReady)
        self.addObserver(scene, scene.NodeAboutToBeRemovedEvent, self.onNodeRemoved)

    def onSceneStartClose(self, caller: Any, event: Any) -> None:
        """Let go of everything before it goes."""
        if self.bar.busy:
            self.bar.cancel()
        self.setStudy(None)

    def onSceneReady(self, caller: Any, event: Any) -> None:
        """A scene was emptied, or one was loaded: then its study is shown, not the empty one that stood there before."""
        if not self.ui.studySelector.visible:
            return
        others = [node for node in studyNodes(slicer.mrmlScene) if self.study is None or node is not self.study.node]
        if others and self.study is not None and self.study.isEmpty():
            empty = self.study.node
            self.setStudy(others[-1])
            slicer.mrmlScene.RemoveNode(empty)
        self.ensureStudy()
        self.review.attach()
        if not self.bar.busy:
            self.start.sayNext()

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def onNodeRemoved(self, caller: Any, event: Any, node: Any) -> None:
        """A study or masks vanish."""
        if self.study is not None and node is self.study.node:
            self.setStudy(None)
            if not slicer.mrmlScene.IsClosing():
                qt.QTimer.singleShot(0, self.ensureStudy)
        elif node.IsA("vtkMRMLScalarVolumeNode"):
            self._forgetImage(node)
        elif node.IsA("vtkMRMLSegmentationNode"):
            if self.review.editor.segmentationNode() is node:
                self.review.release()
            self._timer.start()

    def _forgetImage(self, node: Any) -> None:
        """Empty its selector before it goes: of itself a selector would choose the next image in the list."""
        study = self.study
        for role in study.images if study is not None else ():
            if study is not None and study.image(role) is node:
                study.setImage(role, None)

    def onParametersChanged(self, caller: Any, event: Any) -> None:
        """An entry or a node of the study changed."""
        self._watchBodies()
        self._timer.start()

    def onBodiesChanged(self, caller: Any, event: Any) -> None:
        """Masks were edited."""
        self._timer.start()

    onBodiesReplaced = onBodiesChanged

    def _watchBodies(self) -> None:
        """Observe the masks that the study holds now, and no others."""
        self.removeObservers(self.onBodiesChanged)
        kind = slicer.vtkSegmentation
        events = (kind.RepresentationModified, kind.SegmentModified, kind.SegmentAdded, kind.SegmentRemoved)
        for role in Role:
            node = self.study.bodies(role) if self.study is not None else None
            if node is not None:
                for event in events:
                    self.addObserver(node.GetSegmentation(), event, self.onBodiesChanged)

    # --- showing ---

    def update(self) -> None:
        """Everything that depends on the study's state; of masks that cannot be read nothing is predicted, and why is said."""
        try:
            self._update()
        except OPRadiomicsError as error:
            self.bar.say(refusal(error))
            self.prediction.refuse(refusal(error))

    def _update(self) -> None:
        """Edits after acceptance withdraw it, and hide what was derived before; then each section in turn."""
        study = self.study
        bodies = study.bodies(Role.T1WI) if study is not None else None
        if study is not None and bodies is not None:
            withdrawn = acceptance.withdraw_changed(bodies)
            level_labels.update_level_labels(study.scene, bodies)
            said = []
            if withdrawn:
                said.append(_("{levels} changed: acceptance withdrawn.").format(levels=", ".join(withdrawn)))
            if self.propagation.hideOldMarrow(study):
                said.append(_("The masks have changed: the marrow region is hidden. Show it again to derive it anew."))
            if said:
                self.bar.say("\n".join(said))
        for section in self.sections:
            section.update(study)
        if study is not None:
            self.review.applyEdited()
            self._followImages(study)
            self.showMasks()
        self.area.fit()

    def _followImages(self, study: Study) -> None:
        """An image that was chosen by hand is shown as well as one that was filled in; the others stay as they stand."""
        chosen = {role: str(node.GetID()) for role, node in study.images.items()}
        if chosen != self._imagesShown and self.ui.studySelector.visible:
            kept = [role for role, image in chosen.items() if self._imagesShown.get(role) == image]
            self._imagesShown = chosen
            layout.show()
            layout.showImages(study, fit=[role for role in chosen if role not in kept], like=next(iter(kept), None))

    def showImages(self) -> None:
        """The three views with the study's images, from the middle."""
        self._imagesShown = {}
        self.update()

    def showMasks(self) -> None:
        """Each sequence's masks in its view."""
        if self.study is not None:
            layout.showMasks(self.study, self.review.outline)

    def nextStep(self) -> str:
        """What the study that is shown needs next, in words."""
        try:
            return nextStep(self.study.state(self.packagesMissing)) if self.study is not None else ""
        except OPRadiomicsError as error:  # of masks that cannot be read
            return refusal(error)

    def runJob(self, job: Job, onDone: Callable[[Any], None], ofStudy: bool = True, cancelledText: str = "") -> None:
        """Show and start a job; the steps wait until it has ended.

        What is done ``ofStudy`` lies in the study that the job was started for, whichever is shown at its end;
        ``cancelledText`` as `JobBar.run`.
        """
        study = self.study if ofStudy else None

        def finished(result: Any) -> None:
            if study is None or (self.study is not None and self.study.node is study.node):
                onDone(result)
            else:
                layout.hideMasks(study)
                self.bar.say(_("{title}: done, in the study that it was started for.").format(title=job.title))
            self.update()

        self.bar.run(job, finished, cancelledText)
        self.update()
