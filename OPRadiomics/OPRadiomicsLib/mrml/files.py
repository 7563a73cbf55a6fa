"""Nodes to files for the worker and back: NRRD through VTK, uncompressed, some milliseconds each, in world coordinates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import OutputError, StudyError
from ..io.masks import verse_labels
from ..types import Affine, Mask
from .geometry import RAS_OF_LPS, affine_of_volume, array_of, vtk_matrix
from .segmentation import mask_of
from .volumes import fill, voxels_of

try:
    import vtkTeem as teem
except ImportError:
    import slicer as teem  # slicer-core has in one namespace what Slicer keeps in several


def write_volume(node: Any, path: Path) -> Path:
    """Write a volume node's image where linear transforms above it put it.

    Raises
    ------
    StudyError, GeometryError
        As `volumes.volume_of`.
    OutputError
        If the file cannot be written.
    """
    voxels_of(node)
    return _write(node.GetImageData(), affine_of_volume(node), path)


def write_bodies(node: Any, volume_node: Any, path: Path) -> Path:
    """Write a segmentation node as a label map (VerSe codes) on a volume's grid; raises as `segmentation.mask_of` does too."""
    import vtk

    mask = mask_of(node, volume_node)
    image = vtk.vtkImageData()
    fill(image, mask.labels)
    return _write(image, mask.affine, path)


def read_mask(path: Path, origin: str = "file") -> Mask:
    """Read a label map that the worker wrote, in VerSe's or the study's coding.

    Raises
    ------
    StudyError
        If it cannot be read.
    """
    from .segments import layer_of

    reader = teem.vtkTeemNRRDReader()
    reader.SetFileName(str(path))
    reader.Update()
    labels: npt.NDArray[Any] = layer_of(reader.GetOutput())
    if not labels.size:
        raise StudyError("The masks that were made cannot be read", "a label map", "try again")
    affine: Affine = RAS_OF_LPS @ np.linalg.inv(array_of(reader.GetRasToIjkMatrix()))
    return Mask(verse_labels(labels), affine, origin=origin)


def _write(image: Any, affine: Affine, path: Path) -> Path:
    writer = teem.vtkTeemNRRDWriter()
    writer.SetInputData(image)
    writer.SetIJKToRASMatrix(vtk_matrix(RAS_OF_LPS @ affine))
    writer.SetUseCompression(False)
    writer.SetFileName(str(path))
    writer.Write()
    if writer.GetWriteError() or not path.is_file():
        raise OutputError(
            "The image could not be handed to the worker", "room in the folder for temporary files", "free disk space"
        )
    return path
