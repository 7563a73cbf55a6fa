"""A batch: what it says of studies that fail, of one that cannot begin, and of folders that are not there."""

import shutil
import tempfile
from pathlib import Path
from unittest import mock

import qt
from OPRadiomicsLib.gui.language import inWords, language
from OPRadiomicsLib.reports.strings import LANGUAGES
from OPRadiomicsLib.resources import demo_study_folder
from support import PanelTest, settle, until


class BatchTest(PanelTest):
    """Two studies, one of them without images."""

    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = Path(folder.name)
        shutil.copytree(demo_study_folder(), self.home / "studies" / "one")
        (self.home / "studies" / "two").mkdir()
        (self.home / "studies.csv").write_text("case,study,age,sex\none,studies/one,71,F\ntwo,studies/two,60,M\n")
        self.show("batchSection")

    def run_batch(self, studies, results):
        """As far as the end, whatever it is."""
        self.ui.batchInputPathLineEdit.currentPath = str(self.home / studies)
        self.ui.batchOutputPathLineEdit.currentPath = str(self.home / results)
        with mock.patch.object(qt.QDesktopServices, "openUrl") as opened:
            self.click(self.ui.batchButton)
            until(lambda: not self.panel.bar.busy)
            settle()
        return opened

    def test_a_study_that_fails_is_told_and_stops_no_other(self):
        opened = self.run_batch("studies.csv", "results")
        self.assertIsNone(self.panel.bar.fault)
        self.assertEqual(self.ui.jobLabel.text, inWords("1 of 2 cases finished, 0 of them by an earlier run"))
        self.assertIn("two", self.ui.batchLabel.text)
        self.assertTrue((self.home / "results" / "predictions.csv").is_file())
        report = (self.home / "results" / "cases" / "one" / "report.html").read_text(encoding="utf-8")
        self.assertIn(f'lang="{LANGUAGES[language()]["language"]}"', report)
        opened.assert_called_once()

        opened = self.run_batch("studies", "others")  # its images have no header that gives the age
        remedy = inWords("give it with --age, for many studies in a table's column age")
        self.assertIn(remedy, self.panel.bar.fault.text)
        self.assertEqual(self.ui.batchLabel.text, "")  # of this batch nothing that the one before said is true
        opened.assert_not_called()

        self.run_batch("nowhere", "results")
        self.assertIn("nowhere", self.panel.bar.fault.text)
