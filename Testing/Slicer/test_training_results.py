"""OPRadiomicsTraining: what comes into a project from the scene, and how a run's, a study's and a fit's results are shown."""

import json
import shutil
from pathlib import Path

import numpy as np
import qt
import slicer
from OPRadiomicsLib.gui.language import inWords
from OPRadiomicsLib.io import read_volume
from OPRadiomicsLib.levels import LABEL_OF_LEVEL, STUDY_LEVELS
from OPRadiomicsLib.types import Mask
from OPRadiomicsTrainingLib.project import jobs
from OPRadiomicsTrainingLib.project.cases import CASE_FILE
from OPRadiomicsTrainingLib.project.designs import create_design
from OPRadiomicsTrainingLib.project.session import begin
from OPRadiomicsTrainingLib.project.thumbnails import outlined_path
from OPRadiomicsTrainingLib.project.versions import Step, versions_of
from OPRadiomicsTrainingLib.segmentation.compare import (
    BODIES,
    PICTURES_FOLDER,
    ComparedCase,
    NetworkComparison,
    write_comparison,
)
from support import settle, until
from test_training import TrainingCase

LONG_NAME = "T1WI_log-sigma-3-0-mm-3D_glszm_LargeAreaHighGrayLevelEmphasis"


def paint(path, colour):
    """A small picture of one colour."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = qt.QPixmap(40, 30)
    picture.fill(qt.QColor(colour))
    picture.save(str(path))


def colour_of(button):
    """Of a picture's first pixel, as #rrggbb."""
    return button.icon.pixmap(button.iconSize).toImage().pixelColor(0, 0).name()


def cells(table, row):
    return [table.item(row, column).text() for column in range(table.columnCount)]


class TrainingResultsTest(TrainingCase):
    """Small results as the commands leave them."""

    def test_the_scene_s_study_comes_in_with_age_and_sex_and_nothing_of_it_stays_outside(self):
        slicer.util.selectModule("OPRadiomics")
        clinical = slicer.modules.opradiomics.widgetRepresentation().self()
        clinical.ui.loadDemoButton.click()
        settle(1.0)
        slicer.util.selectModule("OPRadiomicsTraining")
        self.ui.simulatedCheckBox.checked = True
        self.ui.addSceneButton.click()
        scratch = self.panel.bar.job._folder
        self.assertTrue(scratch.is_dir())
        self.finish()
        self.ui.simulatedCheckBox.checked = False
        self.assertFalse(scratch.exists())
        (item,) = self.panel.items
        self.assertEqual((item.case.age, item.case.sex, item.case.simulated), (71, "F", True))
        self.assertEqual(item.case.sequences, ("T1WI", "T2WI", "FS-T2WI"))

    def test_the_list_shows_the_outline_but_not_to_a_reader_who_reads_again(self):
        self.addDemoStudy()
        self.ui.presegmentButton.click()
        self.finish()
        self.choose(Step.DRAWN)
        self.ui.nextCaseButton.click()
        settle(1.0)
        self.ui.saveButton.click()
        self.show("datasetSection")
        proposed, drawn = versions_of(self.panel.project, "sub-0001")
        until(lambda: outlined_path(self.panel.project, drawn).is_file(), 20)
        pictures = self.panel.dataset._pictures
        until(lambda: pictures._set.get(0) == str(outlined_path(self.panel.project, drawn)), 20)
        self.choose(Step.AGAIN)
        until(lambda: pictures._set.get(0) == str(outlined_path(self.panel.project, proposed)), 20)

    def test_without_a_run_there_is_nothing_to_compare(self):
        self.show("retrainSection")
        self.panel.refresh()
        self.assertTrue(self.ui.runComboBox.visible)
        for widget in (self.ui.comparisonTable, self.ui.comparisonRow):
            self.assertFalse(widget.visible, widget.name)

    def test_both_networks_are_shown_case_by_case_and_slice_by_slice(self):
        run = self.panel.project.models / "networks" / "own"
        for name, colour in (("a_1.png", "red"), ("a_2.png", "blue"), ("b_1.png", "lime")):
            paint(run / PICTURES_FOLDER / name, colour)
        first = ComparedCase("own_a", {BODIES: 0.9, "L1": 0.8}, {BODIES: 0.7, "L1": 0.9}, ("a_1.png", "a_2.png"))
        second = ComparedCase("own_b", {BODIES: 0.8, "L1": 0.8}, {BODIES: 0.8, "L1": 0.8}, ("b_1.png",))
        write_comparison(NetworkComparison("lumbar-bodies", (first, second)), run)
        self.show("retrainSection")
        self.panel.refresh()
        self.assertIn("0.850", self.ui.comparisonLabel.text)
        self.assertEqual(cells(self.ui.comparisonTable, 0)[:4], ["own_a", "0.900", "0.700", "+0.200"])
        self.assertEqual(colour_of(self.ui.comparisonPictureButton), "#0000ff")
        self.ui.comparisonSlider.setValue(0)
        self.assertEqual(colour_of(self.ui.comparisonPictureButton), "#ff0000")
        self.ui.followingCaseButton.click()
        self.assertEqual(colour_of(self.ui.comparisonPictureButton), "#00ff00")
        self.ui.copyComparisonButton.click()
        self.assertIn("own_b\t0.800", slicer.app.clipboard().text())

    def test_an_agreement_study_shows_what_is_to_be_read_and_then_its_result(self):
        self.panel.newProject(Path(self.folder.name) / "icc", intervalDays=0)
        self.addDemoStudy()
        first = self.panel.items[0].case
        shutil.copytree(first.folder, first.folder.with_name("sub-0002"))
        project, volume = self.panel.project, read_volume(first.reference)
        cases = ("sub-0001", "sub-0002")
        design = create_design(project, "icc", cases, {"A": "AA", "B": "BB"})
        self.show("agreementSection")
        self.panel.refresh()
        self.assertEqual(self.ui.dueTable.rowCount, 6)
        for widget, shown in ((self.ui.dueTable, True), (self.ui.iccPictureButton, False), (self.ui.keptTextEdit, False)):
            self.assertEqual(widget.visible, shown, widget.name)
        labels = np.zeros(volume.shape, np.uint8)
        for number, level in enumerate(STUDY_LEVELS):
            labels[:, 10 * number : 10 * number + 5, 5:15] = LABEL_OF_LEVEL[level]
        for case in cases:
            for step, reader in ((Step.DRAWN, "AA"), (Step.REVIEWED, "BB"), (Step.AGAIN, "AA")):
                with begin(project, case, step, reader) as session:
                    session.save(Mask(labels, volume.affine))
        result = project.designs / design.name / "result"
        paint(result / "pictures" / "icc.png", "red")
        paint(result / "pictures" / "dice.png", "blue")
        (result / "kept_features.txt").write_text(f"{LONG_NAME}\n")
        (result / "report.html").write_text("<p>report</p>")
        self.panel.refresh()
        self.assertFalse(self.ui.dueTable.visible)  # nothing is left to read: the result has its place
        self.assertTrue(self.ui.iccButton.enabled)
        self.assertTrue(self.ui.openIccButton.enabled)
        self.assertEqual(colour_of(self.ui.iccPictureButton), "#ff0000")
        self.ui.iccFigureComboBox.setCurrentIndex(1)
        self.assertEqual(colour_of(self.ui.iccPictureButton), "#0000ff")
        self.assertEqual(self.ui.keptTextEdit.plainText.strip(), LONG_NAME)

    def test_what_runs_is_shown_above_every_section_and_what_it_said_is_kept(self):
        self.panel.refresh()
        self.assertFalse(self.ui.runningFrame.visible)
        job = jobs.create_job(self.panel.project, "Training own", [["project", "status", "."]])
        status = self.panel.project.jobs / job.id / "status.json"
        status.write_text(json.dumps({"state": "running", "message": "epoch 3", "fraction": 0.45}))
        self.panel.poll()
        self.assertTrue(self.ui.runningFrame.visible)
        self.assertEqual(self.ui.runningLabel.text, "Training own: epoch 3")
        self.assertEqual(self.ui.runningProgressBar.value, 45)
        status.write_text(json.dumps({"state": "done", "lines": ["Warning: few cases", "done"]}))
        self.panel.poll()
        self.assertFalse(self.ui.runningFrame.visible)
        self.assertIn(f"{inWords('done')}\n", self.ui.jobLabel.text)  # and where the rest stands
        self.panel.jobs.select(job.id)
        self.assertEqual(self.ui.jobTextEdit.plainText.splitlines(), [inWords("Warning: few cases"), inWords("done")])

    def test_a_fit_is_shown_as_tables_and_figures_and_goes_into_the_scene_once(self):
        fit = self.panel.project.models / "signatures" / "own"
        for stem, colour in (("figure2", "red"), ("figure3", "blue")):
            paint(fit / "figures" / f"{stem}.png", colour)
        (fit / "tables").mkdir()
        (fit / "tables" / "features.csv").write_text(f"Feature,Coefficient\n{LONG_NAME},+0.25000\n")
        (fit / "report.html").write_text("<p>report</p>")
        rows = "\n".join(f"0,{n % 2},{60 + n},{n % 2},{0.1 * n - 1},{0.2 * n - 2}" for n in range(20))
        (fit / "out_of_fold.csv").write_text(f"fold,label,age,sex,clinical,combined\n{rows}\n")
        area = {"auc": 0.812, "lower": 0.7, "upper": 0.9}
        record = {"auc": {"combined": area}, "patients": {"training": 20, "osteoporosis": 10}, "predictions": "out of fold"}
        (fit / "fit.json").write_text(json.dumps(record))
        (fit / "signature.json").write_text(json.dumps({"demo": True}))
        self.show("fitSection")
        self.panel.refresh()
        self.assertFalse(self.ui.faultsTable.visible)
        self.panel.fitting._showFaults([("2", "age", "200", "15 to 110 years", "correct it")])
        self.assertTrue(self.ui.faultsTable.visible)
        self.panel.newProject(Path(self.folder.name) / "other")  # faults are of the project that has them
        self.assertFalse(self.ui.faultsTable.visible)
        self.panel.openProject(Path(self.folder.name) / "spine")
        self.assertIn("0.812 (0.700-0.900)", self.ui.fitSummaryLabel.text)
        self.assertTrue(self.ui.fitSummaryLabel.text.startswith("DEMO"))
        self.assertEqual(cells(self.ui.fitResultTable, 0), [LONG_NAME, "+0.25000"])
        self.assertFalse(self.ui.fitResultTable.wordWrap)  # Qt shows of what it wraps the first line alone
        self.assertLess(self.ui.fitResultTable.columnViewportPosition(1) + 60, self.ui.fitResultTable.viewport().width)
        self.assertEqual(colour_of(self.ui.fitPictureButton), "#0000ff")
        for _time in range(2):
            self.ui.fitNodesButton.click()
        charts = slicer.util.getNodesByClass("vtkMRMLPlotChartNode")
        self.assertEqual(len(charts), 3)
        self.assertTrue(all(chart.GetTitle().startswith("DEMO") for chart in charts))
        shown = slicer.app.layoutManager().plotWidget(0).mrmlPlotViewNode().GetPlotChartNodeID()
        self.assertIn(shown, [chart.GetID() for chart in charts])
        self.assertLegendLeavesTheCurvesFree(charts)

    def assertLegendLeavesTheCurvesFree(self, charts):
        """Whichever chart the user chooses in the plot view."""
        view = slicer.app.layoutManager().plotWidget(0)
        legend = view.plotView().chart().GetLegend()
        placed = {}
        for chart in charts:
            view.mrmlPlotViewNode().SetPlotChartNodeID(chart.GetID())
            settle(0.3)
            placed[chart.GetAttribute("OPRadiomics.Curves")] = legend.GetVerticalAlignment()
        self.assertEqual(placed, {"roc": legend.BOTTOM, "calibration": legend.BOTTOM, "decision": legend.TOP})

    def test_a_fit_that_would_end_late_is_refused_at_once(self):
        for number in range(1, 15):
            folder = self.panel.project.images / f"sub-{number:04d}"
            folder.mkdir()
            sequences = ["T1WI", "T2WI", "FS-T2WI"] if number != 3 else ["T1WI"]
            case = {"case": folder.name, "sequences": sequences, "age": 70, "sex": "F", "clinical": {"label": number % 2}}
            (folder / CASE_FILE).write_text(json.dumps(case))
        self.panel.refresh()
        self.show("fitSection")
        self.ui.fitButton.click()
        self.assertIn("sub-0003", self.ui.jobLabel.text)
        self.panel.project.clinical_table.write_text("case,exclusion\nsub-0003,no T2WI\n")
        self.ui.fitButton.click()
        self.assertIn("--lasso-folds", self.ui.jobLabel.text)
        self.assertEqual(jobs.list_jobs(self.panel.project), ())
