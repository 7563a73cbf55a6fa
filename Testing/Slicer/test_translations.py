"""Chinese, as a running Slicer and its Qt find it: contexts, file name, and every translated string."""

import unittest
import xml.etree.ElementTree as ET
from pathlib import Path

import qt
import slicer
from OPRadiomicsLib.resources import resources_folder
from slicer.i18n import getContext

QM = resources_folder() / "Translations" / "OPRadiomics_zh-CN.qm"


class TranslationsTest(unittest.TestCase):
    """The .qm in Qt's own hands."""

    def setUp(self):
        self.translator = qt.QTranslator()
        self.assertTrue(self.translator.load(str(QM)))

    def testQtGivesTheTranslationOfEveryString(self):
        root = ET.parse(QM.with_suffix(".ts")).getroot()
        count = 0
        for context in root.iter("context"):
            for message in context.iter("message"):
                source = message.findtext("source")
                found = self.translator.translate(context.findtext("name"), source)
                self.assertEqual(found, message.findtext("translation"), source)
                count += 1
        self.assertGreater(count, 250)

    def testContextsAreThoseThatSlicerTakes(self):
        contexts = {context.findtext("name") for context in ET.parse(QM.with_suffix(".ts")).getroot().iter("context")}
        modules = [Path(module.path) for module in (slicer.modules.opradiomics, slicer.modules.opradiomicstraining)]
        scripts = [script for module in modules for script in (module, *module.parent.glob("OPRadiomics*Lib/gui/*.py"))]
        taken = {getContext(str(script)) for script in scripts}
        self.assertEqual(contexts - taken, set())

    def testSlicersOwnLoaderTakesTheFileWhenItsLanguageIsChinese(self):
        """Where this Slicer runs in Chinese, the module's title and the panel are Chinese too."""
        if not slicer.app.applicationLocaleName.startswith("zh"):
            self.skipTest("this Slicer runs in another language: start it with the setting language=zh_CN")
        self.assertEqual(slicer.app.translate("OPRadiomics", "Predict OP"), "预测骨质疏松")
