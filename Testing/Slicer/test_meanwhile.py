"""What a user does to the scene while a job runs: no result lands where it does not belong, and no job stays for ever."""

import numpy as np
import slicer
from OPRadiomicsLib.errors import OPRadiomicsError
from OPRadiomicsLib.gui.language import inWords
from OPRadiomicsLib.mrml.segments import segment_ids
from OPRadiomicsLib.types import Role
from support import PanelTest, settle, until


class MeanwhileTest(PanelTest):
    """Remove, edit, switch during a job."""

    def setUp(self):
        super().setUp()
        self.click(self.ui.loadDemoButton)
        settle()

    def segmented(self):
        self.click(self.ui.segmentButton)
        self.finish()
        return self.panel.study

    def ended(self):
        until(lambda: not self.panel.bar.busy, 120)
        settle()

    def test_what_a_job_was_started_for_is_removed(self):
        for removed in (lambda study: study.image(Role.T1WI), lambda study: study.node):
            self.click(self.ui.loadDemoButton)
            settle()
            self.click(self.ui.segmentButton)
            settle(0.3)
            slicer.mrmlScene.RemoveNode(removed(self.panel.study))
            self.ended()
            removed_meanwhile = inWords("The study, its images or its masks were exchanged or removed in the meantime")
            self.assertIn(removed_meanwhile, self.ui.jobLabel.text)
            self.assertEqual(slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLSegmentationNode"), 0)

    def test_a_removed_image_is_replaced_by_none(self):
        slicer.mrmlScene.RemoveNode(self.panel.study.image(Role.T1WI))
        settle()
        self.assertEqual(set(self.panel.study.images), {Role.T2WI, Role.FST2WI})
        self.assertFalse(self.ui.segmentButton.enabled)

    def test_masks_without_their_t1wi_are_carried_nowhere(self):
        study = self.segmented()
        study.setImage(Role.T1WI, None)
        settle()
        self.assertFalse(self.ui.propagateButton.enabled)
        self.assertFalse(self.ui.showMarrowCheckBox.enabled)
        with self.assertRaisesRegex(OPRadiomicsError, inWords("No T1WI is chosen")):
            self.panel.logic.propagate(study).wait()

    def test_masks_edited_while_it_predicts_leave_the_result_out_of_date(self):
        study = self.segmented()
        self.click(self.ui.predictButton)
        settle(0.3)
        node, image = study.bodies(Role.T1WI), study.image(Role.T1WI)
        voxels = slicer.util.arrayFromSegmentBinaryLabelmap(node, segment_ids(node)["L2"], image)
        voxels[:, :, int(np.median(np.nonzero(voxels)[2])) :] = 0
        slicer.util.updateSegmentBinaryLabelmapFromArray(voxels, node, segment_ids(node)["L2"], image)
        self.finish()
        self.assertEqual(study.resultState(), "stale")

    def test_a_moved_image_leaves_the_result_out_of_date(self):
        study = self.segmented()
        before = study.inputsDigest()
        transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
        matrix = slicer.util.arrayFromTransformMatrix(transform)
        matrix[0, 3] = 5.0
        slicer.util.updateTransformMatrixFromArray(transform, matrix)
        study.image(Role.T2WI).SetAndObserveTransformNodeID(transform.GetID())
        self.assertNotEqual(study.inputsDigest(), before)

    def test_the_result_lands_in_the_study_that_asked_for_it(self):
        first = self.segmented()
        self.click(self.ui.propagateButton)
        self.click(self.ui.loadDemoButton)
        self.finish()
        self.assertSays("gui.panel", "{title}: done, in the study that it was started for.")
        self.assertIsNotNone(first.bodies(Role.T2WI))
        self.assertIsNone(self.panel.study.bodies(Role.T2WI))
        for role in Role:
            self.assertFalse(first.bodies(role).GetDisplayNode().GetVisibility())
        self.ui.studySelector.setCurrentNode(first.node)
        settle()
        for role in Role:
            self.assertTrue(first.bodies(role).GetDisplayNode().GetVisibility())

    def test_a_second_job_of_a_script_is_refused_with_a_remedy_and_leaves_the_first_alone(self):
        logic, study = self.panel.logic, self.panel.study
        first = logic.segment(study)
        with self.assertRaises(OPRadiomicsError) as refused:
            logic.segment(study)
        self.assertTrue(refused.exception.remedy)
        self.assertEqual(set(segment_ids(first.wait())) & {"L1", "L2", "L3"}, {"L1", "L2", "L3"})

    def test_masks_that_cannot_be_read_stop_the_prediction_and_the_panel_says_why(self):
        study = self.segmented()
        self.assertTrue(self.ui.predictButton.enabled)
        segmentation = study.bodies(Role.T1WI).GetSegmentation()
        ids = segment_ids(study.bodies(Role.T1WI))
        foreign = slicer.vtkSegment()
        foreign.DeepCopy(segmentation.GetSegment(ids["L2"]))
        foreign.SetName("foo")
        foreign.RemoveTag(slicer.vtkSegment.GetTerminologyEntryTagName())
        segmentation.AddSegment(foreign, "foo")
        settle()
        self.assertFalse(self.ui.predictButton.enabled)
        self.assertIn("foo", self.ui.predictButton.toolTip)
        self.assertIn("foo", self.ui.requirementsLabel.text)
        self.assertIn("foo", self.ui.jobLabel.text)
        self.assertIn("foo", self.panel.nextStep())
        segmentation.RemoveSegment("foo")
        settle()
        self.assertTrue(self.ui.predictButton.enabled, self.ui.predictButton.toolTip)

    def test_a_worker_that_is_started_anew_ends_the_job_and_its_files(self):
        self.click(self.ui.segmentButton)
        settle(0.3)
        scratch = self.panel.bar.job._folder
        self.panel.logic.restartWorker()
        self.ended()
        self.assertSays("gui.job_bar", "{title}: cancelled. Nothing was changed.")
        self.assertFalse(scratch.exists())
        self.assertTrue(self.ui.segmentButton.enabled)
