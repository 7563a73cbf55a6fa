"""What the core may import, and when: light at import, no Qt, no Slicer."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
HEAVY = {
    "SimpleITK",
    "torch",
    "monai",
    "onnxruntime",
    "radiomics",
    "matplotlib",
    "scipy",
    "sklearn",
    "numba",
    "pydicom",
    "shap",
}
CORE = sorted((ROOT / "OPRadiomics" / "OPRadiomicsLib").rglob("*.py"))


def imported_names(tree: ast.AST) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("path", CORE, ids=lambda p: str(p.relative_to(ROOT)))
def test_only_mrml_and_gui_import_slicer_or_qt(path: Path) -> None:
    allowed = {"gui": {"qt", "ctk", "slicer", "vtk"}, "mrml": {"slicer", "vtk"}}
    layer = path.relative_to(ROOT / "OPRadiomics" / "OPRadiomicsLib").parts[0]
    forbidden = {"qt", "ctk", "slicer", "vtk"} - allowed.get(layer, set())
    assert imported_names(ast.parse(path.read_text())) & forbidden == set()


def test_help_imports_nothing_heavy() -> None:
    code = "import sys; from OPRadiomicsLib.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass\n"
    code += "print('IMPORTED', *sorted({name.split('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    imported = set(done.stdout.rsplit("IMPORTED", 1)[1].split())
    assert imported & (HEAVY | {"numpy", "pydantic"}) == set()
