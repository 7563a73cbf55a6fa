"""OPRadiomics in 3D Slicer: the module that will review masks and predict; today it says what runs and how."""

from __future__ import annotations

from pathlib import Path

import slicer
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)


class OPRadiomics(ScriptedLoadableModule):
    """Metadata of the module."""

    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        parent.title = _("OPRadiomics")
        parent.categories = [translate("qSlicerAbstractCoreModule", "Quantification")]
        parent.dependencies = []
        parent.contributors = ["OPRadiomics developers"]
        parent.helpText = _(
            "Osteoporosis from lumbar MRI: segments L1-L3 on T1WI, extracts radiomic features of three sequences and "
            "explains the predicted probability. Research use only, not for diagnosis."
        )
        parent.acknowledgementText = _(
            "Implements Wang W. et al., Radiologic Practice 2026(4):453-459, doi 10.13609/j.cnki.1000-0313.2026.04.016."
        )


class OPRadiomicsWidget(ScriptedLoadableModuleWidget):
    """This version's panel: what the extension does from the command line. The review panel is not built yet."""

    def setup(self):
        ScriptedLoadableModuleWidget.setup(self)
        import qt

        text = _(
            "This version predicts from the command line of Slicer's Python; the review panel is not part of it yet.\n\n"
            "PythonSlicer -m OPRadiomicsLib.cli predict STUDY --age 71 --sex F --out RESULT"
        )
        label = qt.QLabel(text)
        label.wordWrap = True
        label.textInteractionFlags = qt.Qt.TextSelectableByMouse
        self.layout.addWidget(label)
        self.layout.addStretch(1)


class OPRadiomicsTest(ScriptedLoadableModuleTest):
    """Runs in Slicer: the core is importable and finds its resources."""

    def runTest(self):
        self.setUp()
        self.test_the_core_finds_its_profiles()

    def setUp(self):
        slicer.mrmlScene.Clear()

    def test_the_core_finds_its_profiles(self):
        from OPRadiomicsLib.resources import params_path

        self.assertTrue(Path(params_path("standard")).is_file())
