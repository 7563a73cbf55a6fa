"""The whole flow on the demo study, with the real worker and the shipped network, by clicking the panel's own widgets."""

import json
import os
import tempfile
import time
from pathlib import Path

import numpy as np
import qt
import slicer
from OPRadiomicsLib.gui import layout
from OPRadiomicsLib.gui.language import inWords
from OPRadiomicsLib.mrml import acceptance
from OPRadiomicsLib.mrml.segmentation import mask_of
from OPRadiomicsLib.mrml.segments import segment_ids
from OPRadiomicsLib.types import Role
from support import PanelTest, settle, shot, until


class FlowTest(PanelTest):
    """Load, segment, correct, accept, propagate, predict, save, reload."""

    def test_a_newcomer_goes_from_the_demo_study_to_a_saved_explained_result(self):
        shot("01-empty")
        self.show("studySection")
        self.click(self.ui.loadDemoButton)
        settle()
        shot("02-study")
        self.assertEqual(set(self.panel.study.images), set(Role))
        self.assertEqual(self.ui.ageSpinBox.value, 71)

        self.show("segmentSection")
        self.click(self.ui.segmentButton)
        settle(0.3)
        shot("03-segmenting")
        self.finish()
        self.show("segmentSection")
        shot("04-segmented")
        node = self.panel.study.bodies(Role.T1WI)
        self.assertTrue({"L1", "L2", "L3"} <= set(segment_ids(node)))

        self.click(self.ui.levelsConfirmedButton)
        self.show("reviewSection")
        self.panel.review.goTo("L2")
        self.ui.initialsLineEdit.text = "AB"
        settle()
        shot("05-review")
        self.click(self.ui.acceptAllButton)
        settle()
        self.assertEqual(set(acceptance.acceptance(node)), {"L1", "L2", "L3"})
        shot("06-accepted")

        self.show("propagateSection")
        self.click(self.ui.propagateButton)
        self.finish()
        self.ui.showMarrowCheckBox.click()
        self.finish()
        self.panel.showMasks()
        shot("07-propagated")
        self.assertEqual(self.ui.alignmentTable.rowCount >= 3, True)

        self.show("predictSection")
        shot("08-ready")
        self.click(self.ui.predictButton)
        self.finish()
        shot("09-predicted")
        shot("09-result", self.ui.resultBrowser)
        first = self.panel.study.result()
        self.assertEqual(set(first["models"]), {"clinical", "radiomics", "combined"})
        self.assertEqual(
            {one["level"]: one["accepted_by"] for one in first["levels"] if one["level"] in ("L1", "L2", "L3")},
            {"L1": "AB", "L2": "AB", "L3": "AB"},
        )

        self.click(self.ui.copyButton)
        self.assertIn("DEMO", slicer.app.clipboard().text())
        with tempfile.TemporaryDirectory() as folder:
            self.panel.prediction.saveTo(Path(folder))
            names = {path.name for path in Path(folder).rglob("*")}
        self.assertTrue({"report.html", "prediction.json", "features.csv"} <= names)

    def test_views_that_have_just_been_made_show_the_whole_image(self):
        slicer.app.layoutManager().setLayout(slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView)
        settle()
        self.click(self.ui.loadDemoButton)
        settle()
        bounds = [0.0] * 6
        self.panel.study.image(Role.T1WI).GetRASBounds(bounds)
        width, height = layout.sliceNode(Role.T1WI).GetFieldOfView()[:2]
        self.assertGreaterEqual(width * 1.05, bounds[3] - bounds[2])
        self.assertGreaterEqual(height * 1.05, bounds[5] - bounds[4])

    def test_painting_in_l2_changes_features_and_probability_and_survives_mrb(self):
        self.loadAndSegment()
        self.ui.initialsLineEdit.text = "AB"
        settle()
        self.click(self.ui.acceptAllButton)
        self.click(self.ui.predictButton)
        self.finish()
        before = self.panel.study.result()

        self.erasePart("L2")
        settle(1.0)
        node = self.panel.study.bodies(Role.T1WI)
        self.assertEqual(set(acceptance.acceptance(node)), {"L1", "L3"})
        self.assertEqual(self.panel.study.resultState(), "stale")
        shot("10-edited")
        self.click(self.ui.predictButton)
        self.finish()
        after = self.panel.study.result()
        self.assertNotEqual(before["models"]["combined"]["radscores"], after["models"]["combined"]["radscores"])
        self.assertNotEqual(before["models"]["combined"]["probability"], after["models"]["combined"]["probability"])
        self.assertTrue(any("L2" in warning for warning in after["warnings"]))

        labels = mask_of(node).labels.copy()
        with tempfile.TemporaryDirectory() as folder:
            path = str(Path(folder) / "study.mrb")
            self.assertTrue(slicer.util.saveScene(path))
            slicer.mrmlScene.Clear(0)
            settle()
            slicer.util.loadScene(path)
            settle(1.0)
        study = self.panel.study
        self.assertSays("gui.study_section", "The scene's study is shown.")
        self.assertEqual(study.result(), after)
        self.assertEqual(study.resultState(), "fresh")
        self.assertEqual(set(acceptance.acceptance(study.bodies(Role.T1WI))), {"L1", "L3"})
        self.assertTrue(np.array_equal(mask_of(study.bodies(Role.T1WI)).labels, labels))
        self.assertEqual(study.parameters.age, 71)
        shot("11-reloaded")

    def test_a_marrow_region_of_masks_that_have_changed_is_not_shown(self):
        self.loadAndSegment()
        self.ui.showMarrowCheckBox.click()
        self.finish()
        marrow = self.panel.study.parameters.marrow
        self.assertTrue(marrow.GetDisplayNode().GetVisibility())
        self.erasePart("L2")
        settle(1.0)
        self.assertFalse(marrow.GetDisplayNode().GetVisibility())
        self.assertFalse(self.ui.showMarrowCheckBox.checked)
        self.ui.showMarrowCheckBox.click()
        self.finish()
        self.assertTrue(self.panel.study.parameters.marrow.GetDisplayNode().GetVisibility())

    def test_l1_to_l3_are_seen_together_in_the_table(self):
        self.loadAndSegment()
        table = self.ui.levelTable
        for row in range(3):
            self.assertTrue(table.viewport().rect.contains(table.visualItemRect(table.item(row, 0)).center()))
        for column in (2, 3, 4):  # numbers, whose headings are too short to say what they are
            self.assertTrue(table.horizontalHeaderItem(column).toolTip(), column)

    def test_choosing_masks_that_are_not_there_says_what_to_do(self):
        self.loadAndSegment()
        self.ui.editedComboBox.currentIndex = 1
        self.ui.editedComboBox.activated(1)
        settle()
        self.assertIn("T2WI", self.ui.jobLabel.text)
        self.assertIsNone(self.ui.segmentEditorWidget.segmentationNode())

    def test_a_view_without_an_image_stays_empty(self):
        self.click(self.ui.loadDemoButton)
        settle()
        self.panel.study.setImage(Role.T2WI, None)
        self.click(self.ui.segmentButton)
        self.finish()
        shown = {layout.sliceNode(role).GetID(): role for role in Role}
        display = self.panel.study.bodies(Role.T1WI).GetDisplayNode()
        ids = [display.GetNthViewNodeID(n) for n in range(display.GetNumberOfViewNodeIDs())]
        self.assertEqual({shown[one] for one in ids if one in shown}, {Role.T1WI, Role.FST2WI})

    def erasePart(self, level):
        """With the mouse: the Segment Editor's Erase brush, dragged over the middle of a level in the T1WI's view."""
        self.panel.review.goTo(level)
        editor = self.ui.segmentEditorWidget
        editor.setActiveEffectByName("Erase")
        editor.activeEffect().setCommonParameter("BrushAbsoluteDiameter", 8.0)
        editor.activeEffect().setCommonParameter("BrushDiameterIsRelative", 0)
        settle()
        view = slicer.app.layoutManager().sliceWidget(layout.VIEW[Role.T1WI])
        middle = (view.sliceView().width // 2, view.sliceView().height // 2)
        slicer.util.clickAndDrag(view, start=middle, end=(middle[0] + 12, middle[1]), steps=12)
        settle()
        editor.setActiveEffect(None)

    def test_cancel_works_within_a_second_and_leaves_the_scene(self):
        self.click(self.ui.loadDemoButton)
        settle()
        nodes = slicer.mrmlScene.GetNumberOfNodes()
        for delay in (0.05, 1.0, 2.5):
            self.click(self.ui.segmentButton)
            settle(delay)
            if not self.panel.bar.busy:
                break
            started = time.monotonic()
            self.click(self.ui.cancelButton)
            until(lambda: not self.panel.bar.busy, 5)
            self.assertLess(time.monotonic() - started, 1.2)
            self.assertIsNone(self.panel.study.bodies(Role.T1WI))
            self.assertEqual(slicer.mrmlScene.GetNumberOfNodes(), nodes)
            self.assertSays("gui.job_bar", "{title}: cancelled. Nothing was changed.")
            settle(0.3)
        settle(0.3)
        self.click(self.ui.segmentButton)
        self.finish()

    def test_what_runs_and_cancel_stay_in_view_wherever_the_panel_is_scrolled_to(self):
        self.loadAndSegment()
        window, size = slicer.util.mainWindow(), slicer.util.mainWindow().size
        self.addCleanup(window.resize, size)
        window.resize(size.width(), 740)
        settle()
        self.panel.area.scrollTo(self.ui.predictButton)
        settle()
        self.click(self.ui.predictButton)
        settle(0.3)
        for widget in (self.ui.jobLabel, self.ui.cancelButton):
            self.assertFalse(widget.visibleRegion().isEmpty(), widget.name)
        self.finish()
        top = self.ui.resultBrowser.mapTo(self.ui.sectionsScrollArea, qt.QPoint(0, 0)).y()
        self.assertLess(abs(top), 20, "the result is not read from its beginning")
        self.assertGreaterEqual(self.ui.resultRow.y, self.ui.resultBrowser.y + self.ui.resultBrowser.height)
        for effect in ("Paint", "Scissors", None):
            self.ui.segmentEditorWidget.setActiveEffectByName(effect or "")
            settle()
            self.assertEqual(self.ui.sectionsScrollArea.horizontalScrollBar().maximum, 0, effect)

    def test_drawing_by_hand_begins_where_the_tools_are_and_what_was_refused_opens_no_log(self):
        self.click(self.ui.loadDemoButton)
        settle()
        self.click(self.ui.drawButton)
        settle()
        self.assertFalse(self.ui.segmentEditorWidget.visibleRegion().isEmpty())
        self.panel.study.setImage(Role.T1WI, None)
        settle()
        self.panel.runJob(self.panel.logic.propagate(self.panel.study, start=False), lambda nodes: None)
        until(lambda: not self.panel.bar.busy, 20)
        self.assertIsNotNone(self.panel.bar.fault)
        self.assertTrue(self.ui.logGroupBox.collapsed)

    def test_the_sequences_names_are_read_in_narrow_views(self):
        window, size = slicer.util.mainWindow(), slicer.util.mainWindow().size
        self.addCleanup(window.resize, size)
        window.resize(1200, size.height())
        self.click(self.ui.loadDemoButton)
        settle()
        for role in Role:
            label = slicer.util.findChild(slicer.app.layoutManager().sliceWidget(layout.VIEW[role]), "ViewLabel")
            self.assertGreaterEqual(label.width, label.sizeHint.width(), role)

    def test_an_image_that_is_exchanged_leaves_the_other_views_as_they_stand(self):
        self.loadAndSegment()
        study, t2wi = self.panel.study, self.panel.study.image(Role.T2WI)
        shown = layout.sliceNode(Role.T1WI).GetFieldOfView()[0]
        study.setImage(Role.T2WI, None)
        settle()
        self.assertEqual(layout.sliceNode(Role.T1WI).GetFieldOfView()[0], shown)
        study.setImage(Role.T2WI, t2wi)
        settle()
        self.assertEqual(layout.sliceNode(Role.T1WI).GetFieldOfView()[0], shown)
        self.assertAlmostEqual(layout.sliceNode(Role.T2WI).GetFieldOfView()[0], shown, places=3)
        places = [layout.sliceNode(role).GetSliceToRAS().GetElement(2, 3) for role in (Role.T1WI, Role.T2WI)]
        self.assertAlmostEqual(*places, places=3)

    def test_an_empty_panel_says_where_to_begin_and_each_step_what_comes_next(self):
        self.assertSays(
            "gui.study_section", "No images are loaded. Load a study in Slicer's DICOM module, or click 'Load demo study'."
        )
        self.loadAndSegment()
        self.ui.initialsLineEdit.text = "AB"
        settle()
        self.click(self.ui.acceptAllButton)
        said = "Check that L1 is L1 (the count takes five lumbar vertebrae for granted), then click 'Levels are right'."
        self.assertSays("gui.requirements", said)
        self.click(self.ui.levelsConfirmedButton)
        self.click(self.ui.propagateButton)
        self.finish()
        self.assertSays("gui.requirements", "Next: click 'Predict OP'.")

    def test_a_killed_worker_is_told_with_a_remedy_and_the_next_click_works(self):
        import signal

        self.click(self.ui.loadDemoButton)
        settle()
        self.click(self.ui.segmentButton)
        until(lambda: self.panel.logic.worker.processId, 10)
        settle(0.5)
        os.kill(self.panel.logic.worker.processId, signal.SIGKILL)
        until(lambda: not self.panel.bar.busy, 10)
        settle()  # the buttons follow with the panel's next refresh
        self.assertIsNotNone(self.panel.bar.fault)
        self.assertTrue(self.panel.bar.fault.remedy)
        shot("12-crashed")
        self.assertNotIn(str(Path.home()), self.panel.bar.diagnostics())
        self.click(self.ui.segmentButton)
        self.finish()

    def test_an_interpreter_that_is_not_there_is_told_with_a_remedy(self):
        from OPRadiomicsLib.gui.jobs import Job
        from OPRadiomicsLib.gui.worker_process import WorkerProcess

        def steps(folder):
            yield ["segment"]

        job = Job("Segment", WorkerProcess("/nowhere/PythonSlicer"), steps).start()
        until(lambda: job.finished, 10)
        settle()
        self.assertEqual(job.fault.what, slicer.app.translate("gui.faults", "The worker process did not start."))
        self.assertTrue(job.fault.remedy)

    def test_shifting_renames_all_levels_and_withdraws(self):
        self.loadAndSegment()
        self.ui.initialsLineEdit.text = "AB"
        settle()
        self.click(self.ui.acceptAllButton)
        node = self.panel.study.bodies(Role.T1WI)
        before = mask_of(node)
        self.click(self.ui.shiftDownButton)
        settle()
        self.assertIn("L3", self.ui.jobLabel.text)  # what was said before, that levels are accepted, is no longer true
        self.assertNotIn("AB", self.ui.jobLabel.text)
        self.assertTrue(np.array_equal(mask_of(node).of("L3"), before.of("L2")))
        self.assertEqual(acceptance.acceptance(node), {})
        self.click(self.ui.shiftUpButton)
        settle()
        self.assertTrue(np.array_equal(mask_of(node).labels, before.labels))

    def test_two_studies_in_one_scene_keep_their_own_masks(self):
        self.loadAndSegment()
        first = self.panel.study.node
        self.click(self.ui.loadDemoButton)
        settle()
        self.assertIsNot(self.panel.study.node, first)
        self.assertIsNone(self.panel.study.bodies(Role.T1WI))
        self.ui.studySelector.setCurrentNode(first)
        settle()
        self.assertIsNotNone(self.panel.study.bodies(Role.T1WI))

    def test_filling_in_takes_no_image_of_another_study(self):
        self.click(self.ui.loadDemoButton)
        settle()
        self.panel.setStudy(self.panel.newStudy("Another patient").node)
        settle()
        self.click(self.ui.fillInButton)
        settle()
        self.assertEqual(self.panel.study.images, {})

    def test_accepting_asks_for_initials_and_then_says_what_was_accepted(self):
        self.loadAndSegment()
        self.click(self.ui.acceptAllButton)
        self.assertSays("gui.review_section", "Enter your initials first: they are kept with each accepted level.")
        self.ui.initialsLineEdit.text = "AB"
        settle()
        self.click(self.ui.acceptAllButton)
        self.assertIn("L1, L2, L3", self.ui.jobLabel.text)
        self.assertIn("AB", self.ui.jobLabel.text)

    def test_sequences_that_were_mixed_up_are_told_beside_them_and_in_the_result(self):
        self.click(self.ui.loadDemoButton)
        settle()
        study = self.panel.study
        first, second = study.image(Role.T1WI), study.image(Role.T2WI)
        study.setImage(Role.T1WI, second)
        study.setImage(Role.T2WI, first)
        settle()
        self.assertEqual(layout.compositeNode(Role.T1WI).GetBackgroundVolumeID(), second.GetID())
        said = study.contradictions()[Role.T1WI]
        self.assertTrue(said.startswith("T1WI: the chosen image looks like T2WI"), said)
        self.assertIn(inWords(said), self.ui.reasonT1WILabel.text)
        self.assertIn(inWords(said), self.ui.requirementsLabel.text)
        self.click(self.ui.segmentButton)
        self.finish()
        self.click(self.ui.predictButton)
        self.finish()
        self.assertTrue(any(said in warning for warning in study.result()["warnings"]))
        study.setImage(Role.T1WI, first)
        study.setImage(Role.T2WI, second)
        settle()
        self.assertEqual(self.ui.reasonT1WILabel.text, "")

    def test_a_script_does_what_the_panel_does(self):
        from OPRadiomics import OPRadiomicsLogic

        logic = OPRadiomicsLogic()
        try:
            study = logic.loadDemoStudy()
            logic.segment(study).wait()
            logic.accept(study, "AB")
            logic.propagate(study).wait()
            result = logic.predict(study).wait()
            text = (logic.resultFolder(study) / "prediction.json").read_text()
            self.assertEqual(json.loads(text), result)
            self.assertGreater(result["models"]["combined"]["probability"], 0)
        finally:
            logic.close()
