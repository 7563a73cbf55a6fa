"""Slicer reads the shipped terminology and finds in it what the segments bear."""

from __future__ import annotations

from typing import Any

import pytest
import slicer
from OPRadiomicsLib.levels import LABEL_OF_LEVEL, SNOMED_CODE
from OPRadiomicsLib.mrml.terminology import VERTEBRA, level_terms, terminology_path


@pytest.fixture(scope="module")
def logic() -> Any:
    logic = slicer.vtkSlicerTerminologiesModuleLogic()
    assert logic.LoadTerminologyFromFile(str(terminology_path())) == "OPRadiomics vertebrae"
    return logic


def test_every_level_has_a_term_with_its_snomed_code() -> None:
    assert list(level_terms()) == list(LABEL_OF_LEVEL)
    assert {level: term.code for level, term in level_terms().items()} == SNOMED_CODE | {"L6": VERTEBRA}


@pytest.mark.parametrize("level", LABEL_OF_LEVEL)
def test_slicer_finds_the_entry_of_each_level(logic: Any, level: str) -> None:
    term, entry = level_terms()[level], slicer.vtkSlicerTerminologyEntry()
    assert logic.DeserializeTerminologyEntry(term.entry, entry)
    assert logic.SerializeTerminologyEntry(entry) == term.entry
    found = slicer.vtkSlicerTerminologyType()
    category = slicer.vtkSlicerTerminologyCategory()
    names = [
        logic.GetNthTypeInTerminologyCategory("OPRadiomics vertebrae", entry.GetCategoryObject(), n, found)
        and (found.GetCodeValue(), found.GetCodeMeaning(), tuple(found.GetRecommendedDisplayRGBValue()))
        for n in range(logic.GetNumberOfTypesInTerminologyCategory("OPRadiomics vertebrae", entry.GetCategoryObject()))
    ]
    assert logic.GetNthCategoryInTerminology("OPRadiomics vertebrae", 0, category)
    assert category.GetCodeValue() == entry.GetCategoryObject().GetCodeValue()
    assert (term.code, term.meaning, tuple(round(255 * part) for part in term.rgb)) in names
