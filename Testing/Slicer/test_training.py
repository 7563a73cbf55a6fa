"""OPRadiomicsTraining: from an empty folder and simulated studies to saved versions, an agreement study and a job's end."""

import os
import tempfile
from pathlib import Path

import numpy as np
import slicer
from OPRadiomicsLib.gui import layout
from OPRadiomicsLib.mrml.level_labels import centroid_ras
from OPRadiomicsLib.mrml.segments import segment_ids
from OPRadiomicsLib.resources import demo_study_folder
from OPRadiomicsLib.types import Role
from OPRadiomicsTrainingLib.project import jobs, recovery
from OPRadiomicsTrainingLib.project.cases import CASE_FILE
from OPRadiomicsTrainingLib.project.claims import ClaimedError
from OPRadiomicsTrainingLib.project.flow import State
from OPRadiomicsTrainingLib.project.session import begin
from OPRadiomicsTrainingLib.project.versions import Step, versions_of
from support import SHOTS, SlicerTest, press, settle, shot, until

SECTIONS = ("datasetSection", "annotateSection", "agreementSection", "retrainSection", "fitSection", "jobsSection")


class TrainingCase(SlicerTest):
    """A project of its own; the panel's widgets are clicked as a user would."""

    def setUp(self):
        self.clear()
        self.folder = tempfile.TemporaryDirectory()
        home = Path(self.folder.name)
        os.environ["OPRADIOMICS_MODELS"] = str(home / "models")
        slicer.util.selectModule("OPRadiomicsTraining")
        settle(0.3)
        self.widget = slicer.modules.opradiomicstraining.widgetRepresentation().self()
        self.panel, self.ui = self.widget.panel, self.widget.ui
        self.panel.confirm = lambda text, title: True
        self.panel.newProject(home / "spine")
        self.ui.initialsLineEdit.text = "AA"

    def tearDown(self):
        self.panel.annotation.close()
        self.panel.project = None
        self.folder.cleanup()

    def show(self, section, picture=""):
        """Open one section; a picture of it goes where OPR_SHOTS names a folder."""
        for name in SECTIONS:
            getattr(self.ui, name).collapsed = name != section
        settle(0.3)
        if picture and SHOTS:
            getattr(self.ui, section).grab().save(str(Path(SHOTS) / f"{picture}.png"))

    def finish(self, seconds=240.0):
        """Wait for the worker; fails with its message if it failed."""
        until(lambda: not self.panel.bar.busy, seconds)
        settle()
        self.assertIsNone(self.panel.bar.fault, self.panel.bar.fault and self.panel.bar.fault.text)

    def choose(self, step):
        self.ui.stepComboBox.setCurrentIndex(self.ui.stepComboBox.findData(step.value))

    def state(self, name="sub-0001"):
        self.panel.refresh()
        return next(item.state for item in self.panel.items if item.name == name)

    def addDemoStudy(self):
        self.panel.dataset.add([str(demo_study_folder()), "--simulated", "--centre", "A"])
        self.finish()


class TrainingTest(TrainingCase):
    """Three readers, claims, a list of the paper's size."""

    def test_a_misnumbered_proposal_is_shifted_and_a_level_removed_elsewhere_is_survived(self):
        self.addDemoStudy()
        self.ui.presegmentButton.click()
        self.finish()
        self.show("annotateSection")
        slicer.app.layoutManager().setLayout(slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView)
        settle()
        self.ui.nextCaseButton.click()
        settle(1.0)
        for role in Role:  # in views that have just been made
            self.assertAlmostEqual(layout.sliceNode(role).GetFieldOfView()[0], layout.SPINE_WIDTH_MM, delta=20)
        nodes = self.panel.annotation.nodes
        for role in Role:
            self.assertEqual(layout.compositeNode(role).GetBackgroundVolumeID(), nodes.image(role).GetID())
        second = nodes.mask().of("L2")
        self.ui.shiftUpButton.click()
        settle()
        self.assertTrue(np.array_equal(nodes.mask().of("L1"), second))
        nodes.segmentation.GetSegmentation().RemoveSegment(segment_ids(nodes.segmentation)["L1"])
        self.panel.leave()
        self.panel.enter()
        settle()
        for role in Role:
            self.assertEqual(layout.compositeNode(role).GetBackgroundVolumeID(), nodes.image(role).GetID())
        self.ui.saveButton.click()
        settle()
        self.assertIn("L1", self.ui.jobLabel.text)
        self.ui.leaveButton.click()
        settle()
        self.assertIsNone(self.ui.segmentEditorWidget.sourceVolumeNode())  # it would take the next image, and log errors
        said = "{case} is put back. Your drawing is kept, and offered when you open the case again."
        self.assertEqual(self.ui.jobLabel.text, slicer.app.translate("gui.annotate_section", said).format(case="sub-0001"))
        for kind in ("vtkMRMLSegmentationNode", "vtkMRMLMarkupsFiducialNode"):
            self.assertEqual(slicer.mrmlScene.GetNumberOfNodesByClass(kind), 0, kind)

    def test_keys_show_the_next_level_the_next_slice_and_outlines(self):
        self.addDemoStudy()
        self.ui.presegmentButton.click()
        self.finish()
        self.show("annotateSection")
        self.ui.nextCaseButton.click()
        settle(1.0)
        nodes, view = self.panel.annotation.nodes, layout.sliceNode(Role.T2WI)
        ids = segment_ids(nodes.segmentation)
        for level in ("L2", "L3", "L1"):
            press("Shift+N")
            self.assertEqual(self.ui.segmentEditorWidget.currentSegmentID(), ids[level])
            middle = centroid_ras(nodes.segmentation, level)
            for axis in range(3):
                self.assertAlmostEqual(view.GetSliceToRAS().GetElement(axis, 3), middle[axis], delta=5)  # mm: a slice's place
        self.assertSlicesStep(max(nodes.reference.GetSpacing()))
        display = nodes.segmentation.GetDisplayNode()
        for fill in (0.0, 0.35):
            press("Shift+O")
            self.assertAlmostEqual(display.GetOpacity2DFill(), fill)
        self.ui.outlineButton.click()
        self.ui.leaveButton.click()
        self.ui.nextCaseButton.click()
        settle(1.0)
        self.assertEqual(self.panel.annotation.nodes.segmentation.GetDisplayNode().GetOpacity2DFill(), 0.0)
        self.ui.outlineButton.click()
        slicer.app.layoutManager().setLayout(slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView)
        self.ui.layoutButton.click()
        self.assertTrue(layout.isShown())
        slicer.util.selectModule("Data")
        self.assertEqual(len(self.panel.annotation.shortcuts), 0)
        slicer.util.selectModule("OPRadiomics")
        press("Shift+O")  # answered by one panel alone
        slicer.util.selectModule("OPRadiomicsTraining")
        press("Shift+O")

    def test_three_readers_take_a_study_from_the_network_s_proposal_to_arbitration(self):
        self.show("datasetSection")
        shot("20-training-empty")
        self.addDemoStudy()
        self.assertEqual(self.state(), State.NEW)
        self.ui.presegmentButton.click()
        self.finish()
        shot("21-training-dataset")
        self.assertEqual(self.state(), State.PRESEGMENTED)

        self.show("annotateSection")
        self.choose(Step.DRAWN)
        self.ui.nextCaseButton.click()
        settle(1.0)
        self.assertIsNotNone(self.panel.annotation.session, self.ui.jobLabel.text)
        shot("22-training-annotate")
        self.show("annotateSection", "22-training-section")
        self.assertTrue({"L1", "L2", "L3"} <= set(segment_ids(self.panel.annotation.nodes.segmentation)))
        self.panel.annotation.autosave()
        self.assertEqual(len(recovery.kept(self.panel.project, "AA")), 1)
        self.ui.saveButton.click()
        settle()
        self.assertEqual(self.state(), State.DONE, self.ui.jobLabel.text)
        self.assertEqual(recovery.kept(self.panel.project, "AA"), ())

        for reader, step, button in (("BB", Step.REVIEWED, "disputeButton"), ("CC", Step.ARBITRATED, "saveButton")):
            self.ui.initialsLineEdit.text = reader
            self.choose(step)
            self.ui.nextCaseButton.click()
            settle(1.0)
            self.assertIsNotNone(self.panel.annotation.session, self.ui.jobLabel.text)
            shot(f"23-training-{reader}")
            getattr(self.ui, button).click()
            settle()
        self.assertEqual(self.state(), State.ARBITRATED)
        versions = versions_of(self.panel.project, "sub-0001")
        self.assertEqual([one.record()["parent"] for one in versions], [None, 1, 2, 3])
        self.assertEqual(slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLSegmentationNode"), 0)

        self.show("datasetSection", "23-training-list")
        self.ui.checkButton.click()
        faults = {self.ui.faultsTable.item(row, 1).text() for row in range(self.ui.faultsTable.rowCount)}
        self.assertIn("column label or bmd", faults)
        self.ui.fitButton.click()
        self.assertEqual(jobs.list_jobs(self.panel.project), ())
        self.show("fitSection", "24-training-fit")
        self.assertFalse(self.ui.fitTableRow.visible)
        self.show("retrainSection", "25-training-retrain")
        job = jobs.create_job(self.panel.project, "Table", [["project", "export", str(self.panel.project.folder), "cohort"]])
        self.panel.logic.startDetached(self.panel.project, job)
        until(lambda: jobs.read_job(self.panel.project, job.id).state in jobs.ENDED, 120)
        self.assertEqual(jobs.read_job(self.panel.project, job.id).state, jobs.JobState.DONE)
        self.panel.jobs.select(job.id)
        self.assertIn(job.id, self.ui.commandLineEdit.text)
        self.show("jobsSection", "26-training-jobs")

    def test_a_case_without_proposal_starts_from_empty_levels_and_a_second_person_cannot_take_it(self):
        self.addDemoStudy()
        self.choose(Step.DRAWN)
        self.ui.nextCaseButton.click()
        settle(1.0)
        nodes = self.panel.annotation.nodes
        self.assertEqual(set(segment_ids(nodes.segmentation)), {"L1", "L2", "L3"})
        self.assertFalse(np.any(nodes.mask().labels))
        self.ui.saveButton.click()
        self.assertIsNotNone(self.panel.annotation.session)
        self.assertIn("L1", self.ui.jobLabel.text)
        held = self.panel.annotation.session
        slicer.mrmlScene.Clear(0)
        settle()
        self.assertIsNone(self.panel.annotation.session)
        self.assertEqual(len(recovery.kept(self.panel.project, "AA")), 1)
        self.ui.nextCaseButton.click()
        settle(1.0)
        with self.assertRaises(ClaimedError):
            begin(self.panel.project, "sub-0001", Step.DRAWN, "BB")
        self.ui.leaveButton.click()
        settle()
        self.assertIsNone(self.panel.annotation.session)
        with begin(self.panel.project, "sub-0001", Step.DRAWN, "BB") as other:
            self.assertNotEqual(other.claim.token, held.claim.token)

    def test_a_list_of_the_paper_s_size_is_shown(self):
        project = self.panel.project
        for number in range(1, 1096):
            folder = project.images / f"sub-{number:04d}"
            folder.mkdir()
            (folder / CASE_FILE).write_text('{"sequences": ["T1WI"], "age": 70, "sex": "F", "centre": "A"}')
        self.panel.refresh()
        self.assertEqual(self.ui.casesTable.rowCount, 1095)
        self.ui.filterLineEdit.text = "0012"
        self.assertEqual(self.ui.casesTable.rowCount, 1)
        self.ui.filterLineEdit.text = ""
        self.show("datasetSection", "27-training-1095")
