"""Proofs that two images share one space, and the bridge to SimpleITK."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
import numpy.typing as npt

from .errors import GeometryError
from .types import Affine, Mask, Volume

if TYPE_CHECKING:
    import SimpleITK as sitk

GRID_TOLERANCE_MM = 0.01
"""Largest distance between the same corner of two grids that count as one."""


CANONICAL_AXES = ("P", "I", "R")
"""Where i, j, k increase to in the frame that features are computed in, whatever order and direction a file stores."""

Image = TypeVar("Image", Volume, Mask)

_PATIENT_AXIS = {"L": 0, "R": 0, "P": 1, "A": 1, "S": 2, "I": 2}


def corner_distance_mm(shape_kji: tuple[int, int, int], first: Affine, second: Affine) -> float:
    """Largest distance in mm between the eight corners of a grid under two affines."""
    k, j, i = (n - 1 for n in shape_kji)
    corners = np.array([[x, y, z, 1.0] for x in (0, i) for y in (0, j) for z in (0, k)])
    return float(np.linalg.norm(corners @ (first - second).T, axis=1).max())


def require_same_grid(volume: Volume, mask: Mask | Volume) -> None:
    """Raise `GeometryError` unless both have one shape and their corners lie within 0.01 mm."""
    if volume.shape != mask.shape:
        raise GeometryError(
            f"Image grid {volume.shape} and mask grid {mask.shape} (slices, rows, columns)",
            "one grid",
            "draw or resample the mask on this image",
        )
    distance_mm = corner_distance_mm(volume.shape, volume.affine, mask.affine)
    if distance_mm > GRID_TOLERANCE_MM:
        raise GeometryError(
            f"Image and mask of one shape whose corners lie {distance_mm:.2f} mm apart",
            f"at most {GRID_TOLERANCE_MM} mm",
            "draw or resample the mask on this image",
        )


def require_same_frame(first: Volume | Mask, second: Volume | Mask, names: str = "Two sequences") -> None:
    """Raise `GeometryError` where both name a FrameOfReferenceUID and the two differ; ``names`` is what it calls them."""
    one, two = first.frame_of_reference_uid, second.frame_of_reference_uid
    if one is not None and two is not None and one != two:
        raise GeometryError(
            f"{names} with different frames of reference (FrameOfReferenceUID)",
            "sequences of one examination, in one frame of reference",
            "choose series of one session, or register them first",
        )


NO_TILT: Final = 1e-30
"""A cosine below it is none: ITK's singular value decomposition fails on denormal ones, and resampling gives one value only."""


def to_sitk(volume: Volume | Mask) -> sitk.Image:
    """SimpleITK image over a copy of the array; origin, spacing and direction from the affine.

    Raises
    ------
    GeometryError
        If the axes are sheared, which ITK cannot hold.
    """
    import SimpleITK as sitk

    array = volume.labels if isinstance(volume, Mask) else volume.array
    spacing = np.asarray(volume.spacing_mm)
    direction = volume.affine[:3, :3] / spacing
    if not np.allclose(direction.T @ direction, np.eye(3), atol=1e-3):
        raise GeometryError(
            "Image with sheared axes",
            "three axes at right angles",
            "resample the image to a rectangular grid (gantry tilt or irregular slices cause this)",
        )
    direction[np.abs(direction) < NO_TILT] = 0.0
    image = sitk.GetImageFromArray(array)
    image.SetSpacing(spacing.tolist())
    image.SetDirection(direction.ravel().tolist())
    image.SetOrigin(volume.affine[:3, 3].tolist())
    return image


def affine_of(image: sitk.Image) -> Affine:
    """(i, j, k, 1) -> LPS mm of a SimpleITK image, 4 x 4."""
    affine = np.eye(4)
    affine[:3, :3] = np.asarray(image.GetDirection()).reshape(3, 3) * np.asarray(image.GetSpacing())
    affine[:3, 3] = image.GetOrigin()
    return affine


def volume_from_sitk(image: sitk.Image, frame_of_reference_uid: str | None = None, source: str = "") -> Volume:
    """Volume with the image's own values (integers become float32)."""
    import SimpleITK as sitk

    return Volume(sitk.GetArrayFromImage(image), affine_of(image), frame_of_reference_uid, source)


def sagittal_axis(affine: Affine) -> int:
    """Which voxel axis (0 = i, 1 = j, 2 = k) runs most nearly left-right."""
    direction = affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0)
    return int(np.argmax(np.abs(direction[0])))


def axis_codes(affine: Affine) -> tuple[str, str, str]:
    """Anatomical letter (L/R, P/A, S/I) towards which i, j, k increase; oblique axes get their nearest."""
    direction = affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0)
    pairs = (("L", "R"), ("P", "A"), ("S", "I"))
    taken: dict[int, str] = {}
    free = [0, 1, 2]
    for axis in np.argsort(-np.abs(direction).max(axis=0)):
        patient = max(free, key=lambda row: abs(direction[row, axis]))
        free.remove(patient)
        taken[int(axis)] = pairs[patient][0 if direction[patient, axis] > 0 else 1]
    return taken[0], taken[1], taken[2]


def reoriented(image: Image, codes: tuple[str, str, str] = CANONICAL_AXES) -> Image:
    """The same voxels at the same places, stored so that `axis_codes` equals ``codes``: transposed and flipped, no more.

    An image that is so already is returned as it is.
    """
    own = axis_codes(image.affine)
    if own == codes:
        return image
    rows = [_PATIENT_AXIS[code] for code in own]
    sources = [rows.index(_PATIENT_AXIS[code]) for code in codes]
    to_own = np.diag([0.0, 0.0, 0.0, 1.0])
    steps = []
    for new, old in enumerate(sources):
        steps.append(1 if own[old] == codes[new] else -1)
        to_own[old, new] = steps[new]
        to_own[old, 3] = 0 if steps[new] > 0 else image.shape[2 - old] - 1
    order_kji = [2 - old for old in reversed(sources)]
    turn_kji = tuple(slice(None, None, step) for step in reversed(steps))
    name = "labels" if isinstance(image, Mask) else "array"
    turned = {name: getattr(image, name).transpose(order_kji)[turn_kji], "affine": image.affine @ to_own}
    return dataclasses.replace(image, **turned)


def ijk_to_lps(affine: Affine, points_ijk: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Points of shape (n, 3) from voxel indices to LPS mm."""
    points = np.asarray(points_ijk, dtype=np.float64)
    moved: npt.NDArray[np.float64] = points @ affine[:3, :3].T + affine[:3, 3]
    return moved
