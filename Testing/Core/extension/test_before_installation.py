"""On first use a panel opens and says which packages are missing: nothing that it imports as it opens may need them."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
LIBRARIES = (ROOT / "OPRadiomics" / "OPRadiomicsLib", ROOT / "OPRadiomicsTraining" / "OPRadiomicsTrainingLib")
NEED_SLICER = ("gui", "mrml")
INSTALLED_LATER = ("numba", "pydantic", "yaml", "onnxruntime", "matplotlib", "jinja2", "filelock", "torch", "monai")

CODE = """
import importlib, sys
later, modules = (words.split(",") for words in sys.argv[1:])
sys.modules.update(dict.fromkeys(later))
for module in modules:
    try:
        importlib.import_module(module)
    except ImportError as error:
        print(module, error)
"""


def imported_by_panels() -> set[str]:
    """Modules of the libraries that a panel's own files import as they are imported, beyond those that need Slicer."""
    found = {name for library in LIBRARIES for part in NEED_SLICER for name in _imports(library, part)}
    return {name for name in found if name.split(".")[1:2] not in [[part] for part in NEED_SLICER]}


def _imports(library: Path, part: str) -> Iterator[str]:
    for path in (library / part).glob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if not isinstance(node, ast.ImportFrom):
                continue
            package = f"{library.name}.{part}".split(".")[: 3 - node.level] if node.level else []
            name = ".".join([*package, *(node.module or "").split(".")]).strip(".")
            if name.split(".")[0] in {one.name for one in LIBRARIES}:
                yield from (_module(name, alias.name) for alias in node.names)


def _module(package: str, name: str) -> str:
    """The submodule that ``from package import name`` imports, else the package itself."""
    root = next(one for one in LIBRARIES if one.name == package.split(".", maxsplit=1)[0]).parent
    inner = root.joinpath(*package.split("."), name)
    return f"{package}.{name}" if inner.is_dir() or inner.with_suffix(".py").is_file() else package


def test_the_panels_imports_are_found() -> None:
    assert {"OPRadiomicsLib.levels", "OPRadiomicsTrainingLib.project.exports"} <= imported_by_panels()


def test_what_a_panel_imports_as_it_opens_needs_no_package_that_it_installs() -> None:
    words = [",".join(INSTALLED_LATER), ",".join(sorted(imported_by_panels()))]
    paths = os.pathsep.join(str(library.parent) for library in LIBRARIES)
    done = subprocess.run(
        [sys.executable, "-c", CODE, *words], env={"PYTHONPATH": paths}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
