"""Matrices between VTK and numpy, RAS and LPS; and the transforms above a node."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import vtk

from ..errors import GeometryError
from ..types import Affine

Matrix = npt.NDArray[np.float64]

RAS_OF_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
"""MRML's world is RAS, the core's LPS; the same matrix leads both ways."""


def array_of(matrix: Any) -> Matrix:
    """4 x 4 array of a vtkMatrix4x4."""
    return np.array([[matrix.GetElement(row, column) for column in range(4)] for row in range(4)])


def vtk_matrix(array: npt.ArrayLike) -> Any:
    """vtkMatrix4x4 of a 4 x 4 array."""
    matrix = vtk.vtkMatrix4x4()
    matrix.DeepCopy(np.asarray(array, dtype=np.float64).ravel().tolist())
    return matrix


def world_of(node: Any) -> Matrix:
    """From a node's own RAS to world RAS, 4 x 4: the linear transforms above it, multiplied.

    Raises
    ------
    GeometryError
        If a transform above it is not linear.
    """
    transform = node.GetParentTransformNode()
    if transform is None:
        return np.eye(4)
    if not transform.IsTransformToWorldLinear():
        raise GeometryError(
            f"'{node.GetName()}' lies under the non-linear transform '{transform.GetName()}'",
            "an image as it was acquired, or moved rigidly",
            "take it out of the transform, or harden the transform (Transforms module)",
        )
    matrix = vtk.vtkMatrix4x4()
    transform.GetMatrixTransformToWorld(matrix)
    return array_of(matrix)


def affine_of_volume(node: Any) -> Affine:
    """(i, j, k, 1) -> LPS mm in the world, 4 x 4, of a volume node."""
    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    affine: Affine = RAS_OF_LPS @ world_of(node) @ array_of(matrix)
    return affine
