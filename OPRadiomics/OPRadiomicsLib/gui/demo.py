"""The demo study: three simulated images that ship, loaded as a user's own would be, and registered in Sample Data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import slicer

from ..resources import demo_study_folder, resources_folder
from ..types import Role
from .parameter_node import Sex, YesNo
from .study import Study

SAMPLE = "OPRadiomicsDemo"


def files() -> dict[Role, Path]:
    """The demo study's images."""
    return {role: demo_study_folder() / f"{role.value}.nrrd" for role in Role}


def load() -> dict[Role, Any]:
    """Load the three images; gives their volume nodes."""
    return {
        role: slicer.util.loadVolume(str(path), {"name": f"Demo {role.value}", "show": False}) for role, path in files().items()
    }


def loadInto(study: Study) -> None:
    """Load the images and fill in the study: sequences and clinical variables."""
    patient = json.loads((demo_study_folder() / "demo.json").read_text(encoding="utf-8"))
    for role, node in load().items():
        study.setImage(role, node)
    parameters = study.parameters
    parameters.age, parameters.bmi = float(patient["age"]), float(patient["bmi"])
    parameters.sex = Sex(patient["sex"])
    for habit in ("diabetes", "smoking", "drinking"):
        setattr(parameters, habit, YesNo.YES if patient[habit] else YesNo.NO)


def registerSampleData() -> None:
    """List the demo study in the Sample Data module."""
    import SampleData

    icon = resources_folder() / "Icons" / "OPRadiomicsDemo.png"
    SampleData.SampleDataLogic.registerCustomSampleDataSource(
        category="OPRadiomics",
        sampleName=SAMPLE,
        uris=[path.as_uri() for path in files().values()],
        fileNames=[f"{SAMPLE}_{role.value}.nrrd" for role in Role],
        nodeNames=[f"Demo {role.value}" for role in Role],
        thumbnailFileName=str(icon) if icon.is_file() else None,
    )
