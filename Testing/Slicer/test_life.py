"""The panel lives with the scene: closing, deleting and reloading leave nothing behind; the event loop never waits long."""

import slicer
from OPRadiomicsLib.types import Role
from support import PanelTest, Ticks, press, settle


class LifeTest(PanelTest):
    """What happens around the flow."""

    def test_closing_the_scene_and_starting_again(self):
        self.loadAndSegment()
        for _ in range(2):
            slicer.mrmlScene.Clear(0)
            settle()
            self.assertIsNotNone(self.panel.study)
            self.assertEqual(self.panel.study.images, {})
        self.click(self.ui.loadDemoButton)
        settle()
        self.assertEqual(set(self.panel.study.images), set(Role))

    def test_deleting_images_masks_and_study_is_survived(self):
        self.loadAndSegment()
        study = self.panel.study
        slicer.mrmlScene.RemoveNode(study.bodies(Role.T1WI))
        settle()
        self.assertFalse(self.ui.acceptAllButton.enabled)
        slicer.mrmlScene.RemoveNode(study.image(Role.T2WI))
        settle()
        slicer.mrmlScene.RemoveNode(study.node)
        settle()
        self.assertIsNotNone(self.panel.study)
        self.assertIsNot(self.panel.study.node, study.node)

    def test_segmenting_again_leaves_one_list_of_names_and_one_draft(self):
        self.click(self.ui.loadDemoButton)
        settle()
        for _ in range(2):
            self.click(self.ui.segmentButton)
            self.finish()
        for kind in ("vtkMRMLMarkupsFiducialNode", "vtkMRMLLabelMapVolumeNode"):
            self.assertEqual(slicer.mrmlScene.GetNumberOfNodesByClass(kind), 1, kind)

    def test_keys_show_the_next_level_the_next_slice_and_outlines(self):
        self.loadAndSegment()
        self.panel.review.goTo("L1")
        for level in ("L2", "L3"):
            press("Shift+N")
            self.assertEqual(self.panel.review.table.current, level)
        self.assertSlicesStep(max(self.panel.study.image(Role.T1WI).GetSpacing()))
        press("Shift+O")
        self.assertTrue(self.ui.outlineButton.checked)
        self.assertEqual(self.panel.study.bodies(Role.T1WI).GetDisplayNode().GetOpacity2DFill(), 0.0)
        press("Shift+O")

    def test_leaving_and_entering_keeps_no_shortcut_twice(self):
        for _ in range(3):
            slicer.util.selectModule("Data")
            settle(0.2)
            self.assertEqual(len(self.panel.review.shortcuts), 0)
            slicer.util.selectModule("OPRadiomics")
            settle(0.2)
            self.assertEqual(len(self.panel.review.shortcuts), 5)

    def test_reloading_the_module_leaves_no_observer_and_no_worker(self):
        self.loadAndSegment()
        old = self.panel
        slicer.util.reloadScriptedModule("OPRadiomics")
        settle(1.0)
        self.assertEqual(list(old.Observations), [])
        self.assertEqual(old.logic.worker.processId, 0)
        fresh = slicer.modules.opradiomics.widgetRepresentation().self()
        self.assertIsNot(fresh.panel, old)
        fresh.panel.enter()
        settle()
        self.assertEqual(set(fresh.panel.study.images), set(Role))

    def test_reloading_the_module_in_the_middle_of_a_job_leaves_no_copy_of_the_images(self):
        self.click(self.ui.loadDemoButton)
        settle()
        self.click(self.ui.segmentButton)
        settle(0.3)
        scratch = self.panel.bar.job._folder
        self.assertTrue(scratch.is_dir())
        slicer.util.reloadScriptedModule("OPRadiomics")
        settle(1.0)
        self.assertFalse(scratch.exists())

    def test_the_event_loop_keeps_ticking_while_the_worker_computes(self):
        self.click(self.ui.loadDemoButton)
        settle(1.0)
        with Ticks() as ticks:
            self.click(self.ui.segmentButton)
            settle(2.0)
        self.finish()
        print(f"longest pause of the event loop while segmenting: {1000 * ticks.longest:.0f} ms")
        self.assertLess(ticks.longest, 1.0)
