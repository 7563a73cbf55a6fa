"""What a level's segment is called, coded and coloured: read from Resources/Terminologies, which Slicer reads too."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..levels import LABEL_OF_LEVEL, SNOMED_CODE
from ..resources import resources_folder

VERTEBRA = "51282000"
"""SNOMED CT's "vertebra" without a number: for L6, which has no code of its own in `levels.SNOMED_CODE`."""


@dataclass(frozen=True)
class LevelTerm:
    """A level's coded type and its colour (red, green, blue from 0 to 1), with the entry that Slicer stores in a segment."""

    code: str
    meaning: str
    rgb: tuple[float, float, float]
    entry: str


def terminology_path() -> Path:
    """The terminology context file, for vtkSlicerTerminologiesModuleLogic.LoadTerminologyFromFile."""
    return resources_folder() / "Terminologies" / "OPRadiomics.term.json"


@cache
def level_terms() -> Mapping[str, LevelTerm]:
    """The term of each level, from T8 to S1."""
    context = json.loads(terminology_path().read_text(encoding="utf-8"))
    category = context["SegmentationCodes"]["Category"][0]
    types = {item["CodeValue"]: item for item in category["Type"]}
    name = context["SegmentationCategoryTypeContextName"]
    codes = {level: SNOMED_CODE.get(level, VERTEBRA) for level in LABEL_OF_LEVEL}
    return MappingProxyType({level: _term(name, category, types[code]) for level, code in codes.items()})


def _term(context: str, category: Mapping[str, Any], kind: Mapping[str, Any]) -> LevelTerm:
    red, green, blue = (value / 255 for value in kind["recommendedDisplayRGBValue"])
    # Context ~ category ~ type ~ type modifier ~ region context ~ region ~ region modifier, as Slicer serialises an entry.
    entry = "~".join((context, _coded(category), _coded(kind), "^^", "", "^^", "^^"))
    return LevelTerm(kind["CodeValue"], kind["CodeMeaning"], (red, green, blue), entry)


def _coded(concept: Mapping[str, Any]) -> str:
    return "^".join((concept["CodingSchemeDesignator"], concept["CodeValue"], concept["CodeMeaning"]))
