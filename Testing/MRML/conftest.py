"""Fixtures: a scene as Slicer sets one up, an oblique study, and a way through a saved scene and back."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import slicer
from OPRadiomicsLib.levels import LABEL_OF_LEVEL
from OPRadiomicsLib.mrml.segmentation import add_segmentation
from OPRadiomicsLib.mrml.segments import layer_of, segment_ids
from OPRadiomicsLib.mrml.volumes import add_volume
from OPRadiomicsLib.types import Affine, Mask, Volume

LEVELS = ("T12", "L1", "L2", "L3", "L4")
SHAPE = (9, 60, 40)


def oblique_affine(angle_deg: float = 11.0, spacing_mm: tuple[float, float, float] = (0.875, 0.9, 3.3)) -> Affine:
    """A sagittal stack, slices from right to left, turned about two axes."""
    c, s = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
    sagittal = np.array([[0, 0, 1.0], [1, 0, 0], [0, -1, 0]])  # i to P, j to I, k to L
    affine = np.eye(4)
    affine[:3, :3] = turn @ sagittal * spacing_mm
    affine[:3, 3] = (-13.7, -88.2, 41.3)
    return affine


def new_scene() -> Any:
    """A scene with the segmentations logic, which registers how segments are converted, as in Slicer."""
    scene = slicer.vtkMRMLScene()
    logic = slicer.vtkSlicerSegmentationsModuleLogic()
    logic.SetMRMLScene(scene)
    scene.logic = logic
    return scene


@pytest.fixture
def scene() -> Any:
    return new_scene()


@pytest.fixture
def volume() -> Volume:
    rng = np.random.default_rng(5)
    return Volume(rng.integers(0, 900, SHAPE).astype(np.float32), oblique_affine())


@pytest.fixture
def mask(volume: Volume) -> Mask:
    labels = np.zeros(SHAPE, np.uint8)
    for number, level in enumerate(LEVELS):
        labels[2:7, 4 + 11 * number : 12 + 11 * number, 9:30] = LABEL_OF_LEVEL[level]
    labels[2, 4, 9] = 0  # no level is a mere box
    return Mask(labels, volume.affine, None, "test")


@pytest.fixture
def volume_node(scene: Any, volume: Volume) -> Any:
    return add_volume(scene, volume, "T1WI")


@pytest.fixture
def node(scene: Any, mask: Mask, volume_node: Any) -> Any:
    return add_segmentation(scene, mask, volume_node, "Bodies")


@pytest.fixture
def reload(tmp_path: Path) -> Callable[[Any], Any]:
    """Save a scene as .mrb and read it into a new one."""

    def saved_and_read(scene: Any) -> Any:
        bundle = tmp_path / "study.mrb"
        scene.SetRootDirectory(str(tmp_path))
        assert scene.WriteToMRB(str(bundle))
        # slicer-core lacks the cache folder that ReadFromMRB wants: it unpacks and reads the .mrml inside just so.
        with zipfile.ZipFile(bundle) as archive:
            archive.extractall(tmp_path / "read")
        fresh = new_scene()
        (description,) = (tmp_path / "read").rglob("*.mrml")
        fresh.SetURL(str(description))
        assert fresh.Connect()
        return fresh

    return saved_and_read


@pytest.fixture
def edit() -> Callable[..., None]:
    """Paint (True) or erase (False) a box of the reference geometry, with the function that Slicer's own effects end in."""

    def painted(node: Any, level: str, box_kji: tuple[slice, slice, slice], value: bool) -> None:
        said = node.GetSegmentation().GetConversionParameter(
            slicer.vtkSegmentationConverter.GetReferenceImageGeometryParameterName()
        )
        brush = slicer.vtkOrientedImageData()
        slicer.vtkSegmentationConverter.DeserializeImageGeometry(said, brush, True)
        voxels = layer_of(brush)
        voxels[:] = 0 if value else 1
        voxels[box_kji] = 1 if value else 0
        logic = slicer.vtkSlicerSegmentationsModuleLogic
        mode = logic.MODE_MERGE_MASK if value else logic.MODE_MERGE_MIN
        assert logic.SetBinaryLabelmapToSegment(brush, node, segment_ids(node)[level], mode)

    return painted
