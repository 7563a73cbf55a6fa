"""OPRadiomicsTraining in 3D Slicer: the module that will annotate, retrain and fit; today it says what runs and how."""

from __future__ import annotations

import qt
from OPRadiomicsLib.resources import resources_folder
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.ScriptedLoadableModule import ScriptedLoadableModule, ScriptedLoadableModuleWidget


class OPRadiomicsTraining(ScriptedLoadableModule):
    """Metadata of the module."""

    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        parent.title = _("OPRadiomics Training")
        parent.categories = [translate("qSlicerAbstractCoreModule", "Quantification")]
        parent.dependencies = ["OPRadiomics"]
        parent.contributors = ["OPRadiomics developers"]
        parent.helpText = _("Simulates lumbar MRI, trains the segmentation network and fits the models that OPRadiomics uses.")
        parent.acknowledgementText = _(
            "Implements Wang W. et al., Radiologic Practice 2026(4):453-459, doi 10.13609/j.cnki.1000-0313.2026.04.016."
        )
        parent.icon = qt.QIcon(str(resources_folder() / "Icons" / "OPRadiomicsTraining.png"))


class OPRadiomicsTrainingWidget(ScriptedLoadableModuleWidget):
    """This version's panel: what the extension does from the command line. The annotation panel is not built yet."""

    def setup(self):
        ScriptedLoadableModuleWidget.setup(self)
        text = _(
            "This version trains from the command line; the annotation panel is not part of it yet.\n\n"
            "opradiomics train segmentation --help"
        )
        label = qt.QLabel(text)
        label.wordWrap = True
        label.textInteractionFlags = qt.Qt.TextSelectableByMouse
        self.layout.addWidget(label)
        self.layout.addStretch(1)
