"""Studies of the scene as files to add: a list with age and sex, and the images of each, as DICOM where they came from it."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import slicer
from OPRadiomicsLib.gui import dicom_database
from OPRadiomicsLib.gui.parameter_node import Sex
from OPRadiomicsLib.gui.study import Study, studyNodes
from OPRadiomicsLib.mrml import sequences
from OPRadiomicsLib.mrml.files import write_volume
from OPRadiomicsLib.types import Role


@dataclass(frozen=True)
class SceneStudy:
    """One study: its name in the scene, which goes to the key alone, volume nodes by role, age in years (0: not known), sex."""

    name: str
    images: Mapping[Role, Any]
    age: float = 0.0
    sex: str = ""


def sceneStudies() -> tuple[SceneStudy, ...]:
    """The OPRadiomics module's studies that have images; without any, the scene's volumes by header or name."""
    studies = [Study(node) for node in studyNodes(slicer.mrmlScene)]
    chosen = [one for one in studies if one.images]
    if chosen:
        return tuple(_ofModule(one) for one in chosen)
    volumes = [
        node for node in slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode") if not node.IsA("vtkMRMLLabelMapVolumeNode")
    ]
    guesses = sequences.guess_roles(volumes, dicom_database.filesOf)
    images = {role: guess.node for role, guess in guesses.items() if guess.node is not None}
    return (SceneStudy("scene", images),) if images else ()


def writeStudies(studies: tuple[SceneStudy, ...], folder: Path) -> Path:
    """studies.csv in a folder, with the images beside it; raises as `write_volume`."""
    listed = folder / "studies.csv"
    with listed.open("w", newline="", encoding="utf-8") as stream:
        table = csv.writer(stream)
        table.writerow(["case", "study", "age", "sex"])
        for number, one in enumerate(studies, start=1):
            home = folder / f"study_{number:03d}"
            _writeImages(one, home)
            table.writerow([f"{number} {one.name}", home.name, f"{one.age:g}" if one.age else "", one.sex])
    return listed


def _ofModule(study: Study) -> SceneStudy:
    sex = {Sex.MALE: "M", Sex.FEMALE: "F"}.get(study.parameters.sex, "")
    return SceneStudy(str(study.node.GetName()), study.images, float(study.parameters.age), sex)


def _writeImages(study: SceneStudy, home: Path) -> None:
    files = [dicom_database.filesOf(node) for node in study.images.values()]
    if all(files):
        dicom_database.gather([[file for series in files for file in series]], home)
        return
    home.mkdir()
    for role, node in study.images.items():
        write_volume(node, home / f"{role.value}.nrrd")
