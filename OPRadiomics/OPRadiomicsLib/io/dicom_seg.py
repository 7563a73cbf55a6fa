"""DICOM Segmentation objects (PS3.3 A.51), read with highdicom where it is installed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import MaskError, MissingDependencyError
from ..types import Affine
from .headers import damaged, silent_about_patients
from .slicer_segmentation import level_of_segment

SEGMENTATION_CLASS = "1.2.840.10008.5.1.4.1.1.66.4"


def is_dicom(path: Path) -> bool:
    """Whether the file bears DICOM's mark (PS3.10 7.1)."""
    with path.open("rb") as file:
        return file.read(132)[128:] == b"DICM"


def read_dicom_seg(path: Path) -> tuple[dict[str, npt.NDArray[np.bool_]], Affine]:
    """Voxels of each level of a binary DICOM SEG.

    Returns
    -------
    tuple
        Level to bool array (k, j, i), segments without voxels left out; and the (i, j, k, 1) -> LPS mm affine of these arrays,
        which may leave out empty slices of the image.

    Raises
    ------
    MaskError
        If it is no binary segmentation on a regular grid, a segment is no vertebral level, or two are the same one.
    MissingDependencyError
        If highdicom is not installed.
    StudyError
        If the file is damaged.
    """
    try:
        import highdicom
    except ImportError:
        raise MissingDependencyError(
            "A DICOM SEG mask, and highdicom is not installed",
            "the package highdicom",
            "pip install highdicom, or give NIfTI or NRRD",
        ) from None
    with silent_about_patients():
        return _read(highdicom, path)


def _read(highdicom: Any, path: Path) -> tuple[dict[str, npt.NDArray[np.bool_]], Affine]:
    try:
        segmentation = highdicom.seg.segread(path)
    except (ValueError, EOFError, AttributeError, KeyError, TypeError) as error:
        raise _no_segmentation(path, error) from None
    if str(segmentation.SegmentationType) != "BINARY":
        raise MaskError(f"DICOM SEG of type {segmentation.SegmentationType}", "type BINARY", "export it as binary segments")
    try:
        volume = segmentation.get_volume(combine_segments=False)
    except (ValueError, RuntimeError) as error:
        raise MaskError(
            f"DICOM SEG whose frames form no regular grid ({error})",
            "slices at equal distances",
            "export it again with all slices",
        ) from None
    return _by_level(segmentation, volume)


def _by_level(segmentation: Any, volume: Any) -> tuple[dict[str, npt.NDArray[np.bool_]], Affine]:
    found: dict[str, npt.NDArray[np.bool_]] = {}
    for channel, number in enumerate(segmentation.segment_numbers):
        voxels = np.asarray(volume.array[..., channel], dtype=bool)
        if not voxels.any():
            continue
        description = segmentation.get_segment_description(number)
        level = level_of_segment(description.segment_label, description.segmented_property_type.value)
        if level in found:
            raise MaskError(f"Two segments are {level}", "one segment for each level", "join or rename them")
        found[level] = voxels
    affine = np.asarray(volume.affine, dtype=np.float64)  # (k, j, i, 1) -> LPS in highdicom
    return found, affine[:, [2, 1, 0, 3]]


def _no_segmentation(path: Path, error: Exception) -> Exception:
    from pydicom import dcmread

    sop_class = str(dcmread(path, stop_before_pixels=True, force=True, specific_tags=["SOPClassUID"]).get("SOPClassUID", ""))
    if sop_class and sop_class != SEGMENTATION_CLASS:
        return MaskError(
            f"File '{path.name}' is a DICOM image, not a segmentation", "a DICOM SEG object", "give the mask's file"
        )
    return damaged(path, type(error).__name__)
