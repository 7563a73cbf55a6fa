"""Images: `Volume` from and to scalar volume nodes."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import slicer
import vtk
from vtk.util.numpy_support import numpy_to_vtk, vtk_to_numpy

from ..errors import StudyError
from ..regions import bounding_box
from ..types import Volume
from .geometry import RAS_OF_LPS, Matrix, affine_of_volume, vtk_matrix


def volume_of(node: Any, frame_of_reference_uid: str | None = None) -> Volume:
    """The image of a scalar volume node, where linear transforms above it put it.

    Parameters
    ----------
    node
        vtkMRMLScalarVolumeNode.
    frame_of_reference_uid
        DICOM FrameOfReferenceUID where the caller knows it; nodes don't hold it.

    Returns
    -------
    Volume
        A copy: array (k, j, i), affine ijk -> LPS mm.

    Raises
    ------
    StudyError
        If the node holds no image or a colour image.
    GeometryError
        If it lies under a non-linear transform.
    """
    return Volume(voxels_of(node).copy(), affine_of_volume(node), frame_of_reference_uid, "3D Slicer")


def voxels_of(node: Any) -> npt.NDArray[Any]:
    """The node's own voxels, (k, j, i), not copied.

    Raises
    ------
    StudyError
        If the node holds no image or a colour image.
    """
    image = node.GetImageData()
    if image is None or image.GetNumberOfPoints() == 0 or image.GetPointData().GetScalars() is None:
        raise StudyError(f"'{node.GetName()}' holds no image", "a volume with voxels", "load it again")
    if image.GetNumberOfScalarComponents() != 1:
        raise StudyError(
            f"'{node.GetName()}' with {image.GetNumberOfScalarComponents()} values a voxel",
            "a grey image",
            "choose another series",
        )
    voxels: npt.NDArray[Any] = vtk_to_numpy(image.GetPointData().GetScalars()).reshape(image.GetDimensions()[::-1])
    return voxels


def add_volume(scene: Any, volume: Volume, name: str) -> Any:
    """A new vtkMRMLScalarVolumeNode that holds a copy of the image."""
    node = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name)
    _hold(node, volume.array, RAS_OF_LPS @ volume.affine)
    node.CreateDefaultDisplayNodes()
    return node


def add_hidden_labels(scene: Any, labels: npt.NDArray[np.uint8], ijk_to_ras: Matrix, name: str) -> Any:
    """A new vtkMRMLLabelMapVolumeNode with a copy of a label map, (k, j, i): saved with the scene, in no list and no view."""
    node = slicer.vtkMRMLLabelMapVolumeNode()
    node.SetName(name)
    node.SetHideFromEditors(True)  # before it is added: Slicer's lists ask only then
    _hold(node, labels, ijk_to_ras)
    return scene.AddNode(node)


def _hold(node: Any, array: npt.NDArray[Any], ijk_to_ras: Matrix) -> None:
    node.SetIJKToRASMatrix(vtk_matrix(ijk_to_ras))
    image = vtk.vtkImageData()
    fill(image, array)
    node.SetAndObserveImageData(image)


def fill(image: Any, array: npt.NDArray[Any]) -> None:
    """Give a vtkImageData the size of an array (k, j, i) and a copy of its values."""
    image.SetDimensions(*array.shape[::-1])
    scalars = numpy_to_vtk(np.ascontiguousarray(array).ravel(), deep=True)
    scalars.SetName("ImageScalars")
    image.GetPointData().SetScalars(scalars)


def labelmap(labels: npt.NDArray[np.uint8], ijk_to_ras: Matrix) -> Any:
    """A vtkOrientedImageData as segments hold it: the smallest box around the labels, its extent telling where it lies.

    Parameters
    ----------
    labels
        (k, j, i), at least one not 0.
    ijk_to_ras
        (i, j, k, 1) of the whole array -> RAS mm, 4 x 4.
    """
    image = slicer.vtkOrientedImageData()
    box = bounding_box(labels != 0)
    fill(image, labels[box])
    image.SetExtent(*(edge for side in reversed(box) for edge in (side.start, side.stop - 1)))
    image.SetImageToWorldMatrix(vtk_matrix(ijk_to_ras))
    return image
