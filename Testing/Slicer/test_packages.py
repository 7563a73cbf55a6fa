"""First use: what is missing is told, nothing is installed unasked, and an installation that fails says what to do."""

from subprocess import CalledProcessError
from unittest import mock

import slicer
from OPRadiomicsLib.gui import installation
from support import PanelTest, settle

MISSING = "opradiomics-is-not-there>=1"


class PackagesTest(PanelTest):
    """A requirement that no computer satisfies."""

    def setUp(self):
        super().setUp()
        needed = [*installation.requirements(), MISSING]
        self.patch(installation, "requirements", return_value=needed)
        self.pip = self.patch(slicer.packaging, "pip_install")
        self.addCleanup(lambda: (mock.patch.stopall(), self.panel.checkPackages()))
        self.click(self.ui.loadDemoButton)
        self.panel.checkPackages()
        settle()

    def patch(self, *where, **how):
        return mock.patch.object(*where, **how).start()

    def test_what_is_missing_is_told_and_installed_only_when_the_user_says_so(self):
        self.assertTrue(self.ui.installFrame.visible)
        self.assertIn(MISSING, self.ui.installLabel.text)
        self.assertFalse(self.ui.segmentButton.enabled)
        self.click(self.ui.loadDemoButton)
        self.assertIn(MISSING, self.ui.jobLabel.text)  # the next step is not one that cannot be taken
        asked = self.patch(slicer.util, "confirmOkCancelDisplay", return_value=False)
        self.click(self.ui.installButton)
        self.assertIn(MISSING, asked.call_args.args[0])
        self.pip.assert_not_called()

    def test_an_installation_that_fails_says_what_to_do_and_one_that_succeeds_lets_work_begin(self):
        self.patch(slicer.util, "confirmOkCancelDisplay", return_value=True)
        self.pip.side_effect = CalledProcessError(1, "pip install")
        self.click(self.ui.installButton)
        said = installation.failure(RuntimeError("Command 'pip install' returned non-zero exit status 1."))
        self.assertEqual(self.ui.jobLabel.text, said)
        self.assertTrue(self.ui.installFrame.visible)

        self.pip.side_effect = lambda *_, **__: installation.requirements.configure_mock(return_value=[])
        self.click(self.ui.installButton)
        settle()
        self.assertFalse(self.ui.installFrame.visible)
        self.assertTrue(self.ui.segmentButton.enabled)
