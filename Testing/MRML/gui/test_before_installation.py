"""Before the packages are installed the panel must open and say so: nothing it imports may need them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

LIBRARY = Path(__file__).resolve().parents[3] / "OPRadiomics"

CODE = """
import sys, types
for name in ("numba", "pydantic", "yaml", "onnxruntime", "matplotlib", "jinja2", "highdicom", "torch"):
    sys.modules[name] = None
stand_in = types.ModuleType("slicer.i18n")
stand_in.tr = lambda text: text
sys.modules["slicer.i18n"] = stand_in
import importlib, pkgutil
import OPRadiomicsLib.mrml
for module in pkgutil.iter_modules(OPRadiomicsLib.mrml.__path__):
    importlib.import_module(f"OPRadiomicsLib.mrml.{module.name}")
for name in ("gui.requirements", "gui.faults", "gui.result_html", "gui.dicom_database", "worker.conversation", "resources"):
    importlib.import_module(f"OPRadiomicsLib.{name}")
print("imported")
"""


def test_the_panel_s_modules_import_without_the_packages_that_it_installs() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE], env={"PYTHONPATH": str(LIBRARY)}, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip().endswith("imported"), done.stderr
