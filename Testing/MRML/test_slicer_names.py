"""Names that Slicer itself has: slicer-core, which these tests run on, shows more classes in ``slicer`` than Slicer does."""

from __future__ import annotations

import re
from pathlib import Path

import slicer

ROOT = Path(__file__).parents[2]


def in_a_module_of_its_own(name: str) -> bool:
    """Slicer's ``slicer`` has only the kits that Base/Python/slicer/kits.py names there, and the modules' classes."""
    return getattr(getattr(slicer, name, None), "__module__", "") in {"slicer_core.vtkITK", "slicer_core.vtkTeem"}


def test_slicer_core_tells_where_a_class_comes_from() -> None:
    assert in_a_module_of_its_own("vtkTeemNRRDReader")
    assert in_a_module_of_its_own("vtkITKArchetypeImageSeriesReader")
    assert not in_a_module_of_its_own("vtkSegment")


def test_every_class_that_is_taken_from_slicer_is_in_slicer() -> None:
    folders = ("OPRadiomics", "OPRadiomicsTraining", "Testing")
    sources = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    taken = {name for path in sources for name in re.findall(r"\bslicer\.(vtk\w+)", path.read_text(encoding="utf-8"))}
    assert "vtkSegment" in taken
    assert sorted(filter(in_a_module_of_its_own, taken)) == []
