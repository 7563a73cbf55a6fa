"""Laplacian of Gaussian inside the region's box only, bit for bit as ITK's LaplacianRecursiveGaussianImageFilter.

PyRadiomics filters with ITK. A compiler that fuses multiplications and additions (as on ARM) rounds otherwise, and one last
bit can move a voxel to another grey level. So our recursion serves where it proves equal to the installed ITK, and ITK's own
filter everywhere else: slower, with the same values.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from ...regions import Box
from ..engine import SpacingIjk
from ..phantoms import textured_phantom
from .recursive_gaussian import second_derivative_coefficients, smoothing_coefficients


def laplacian_of_gaussian(
    image: npt.NDArray[np.floating[Any]], spacing_mm: SpacingIjk, sigma_mm: float, box: Box
) -> npt.NDArray[np.float32]:
    """Scale-normalised Laplacian of Gaussian of the whole image, evaluated in a box.

    Parameters
    ----------
    image
        float32, as preprocessing delivers it, or float64, which takes ITK's filter; (k, j, i).
    spacing_mm
        Voxel size along i, j, k.
    box
        Slices (k, j, i).
    """
    if image.dtype == np.float32 and recursion_equals_itk():
        return recursive_laplacian(image, spacing_mm, sigma_mm, box)
    return itk_laplacian(image, spacing_mm, sigma_mm)[box]


@cache
def recursion_equals_itk() -> bool:
    """Whether our recursion and the installed ITK agree to the last bit on a phantom, for small and large scales."""
    image = textured_phantom((9, 12, 33), seed=5)
    whole = (slice(0, 9), slice(0, 12), slice(0, 33))
    spacing_mm = (1.0, 0.8, 1.1)
    return all(
        np.array_equal(recursive_laplacian(image, spacing_mm, sigma_mm, whole), itk_laplacian(image, spacing_mm, sigma_mm))
        for sigma_mm in (0.7, 1.0, 2.0, 3.0)
    )


def itk_laplacian(image: npt.NDArray[np.floating[Any]], spacing_mm: SpacingIjk, sigma_mm: float) -> npt.NDArray[np.float32]:
    """The same by SimpleITK, as PyRadiomics calls it, over the whole image."""
    import SimpleITK as sitk

    source = sitk.GetImageFromArray(image)
    source.SetSpacing(spacing_mm)
    filtered = sitk.GetArrayFromImage(sitk.LaplacianRecursiveGaussian(source, sigma_mm, True))
    return np.asarray(filtered, dtype=np.float32)


def recursive_laplacian(
    image: npt.NDArray[np.float32], spacing_mm: SpacingIjk, sigma_mm: float, box: Box
) -> npt.NDArray[np.float32]:
    """The same by our recursion, in the box only.

    ITK sums over x, y, z the second derivative along that axis smoothed along the other two in ascending order, and rounds
    every pass to float32. The recursion needs whole lines along its own axis, but only those that lead into the box.
    """
    source = np.require(image, requirements=["C", "W"])
    total = np.zeros(tuple(part.stop - part.start for part in box), dtype=np.float32)
    for axis in (2, 1, 0):
        along = _filtered(source, axis, box[axis], second_derivative_coefficients(sigma_mm / spacing_mm[2 - axis], sigma_mm))
        for other in (a for a in (2, 1, 0) if a != axis):
            along = _filtered(along, other, box[other], smoothing_coefficients(sigma_mm / spacing_mm[2 - other]))
        total = _add_scaled(total, along, 1.0 / spacing_mm[2 - axis] ** 2)
    return total


def _add_scaled(total: npt.NDArray[np.float32], term: npt.NDArray[np.float32], factor: float) -> npt.NDArray[np.float32]:
    """Sum in double precision, rounded once; with a factor of 1 single precision rounds the same (53 >= 2 x 24 + 2 bits)."""
    if factor == 1.0:
        return total + term
    return (total + term.astype(np.float64) * factor).astype(np.float32)


def _filtered(
    array: npt.NDArray[np.float32], axis: int, keep: slice, coefficients: npt.NDArray[np.float64]
) -> npt.NDArray[np.float32]:
    from .gaussian_kernels import as_lines, filter_lines

    lines: npt.NDArray[np.float32] = filter_lines(array.reshape(as_lines(array, axis)), coefficients, keep.start, keep.stop)
    return lines.reshape(*array.shape[:axis], keep.stop - keep.start, *array.shape[axis + 1 :])
