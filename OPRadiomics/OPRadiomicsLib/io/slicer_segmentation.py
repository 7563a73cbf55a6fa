"""Segmentations as 3D Slicer saves them (.seg.nrrd): a label map, or several layers, with segments described in the header."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import MaskError, StudyError
from ..geometry import affine_of
from ..levels import LABEL_OF_LEVEL, SNOMED_CODE
from ..types import Affine
from .itk import readable_by_itk

LEVEL_OF_CODE: Mapping[str, str] = {code: level for level, code in SNOMED_CODE.items()}
_LEVEL_WORD = re.compile(r"(?<![a-z0-9])(" + "|".join(LABEL_OF_LEVEL) + r")(?![a-z0-9])", re.IGNORECASE)


def is_slicer_segmentation(reader: Any) -> bool:
    """Whether a SimpleITK reader, its header read, holds segments described as Slicer does."""
    return any(re.fullmatch(r"Segment\d+_ID", key) for key in reader.GetMetaDataKeys())


def read_slicer_segmentation(path: Path) -> tuple[dict[str, npt.NDArray[np.bool_]], Affine]:
    """Voxels of each level.

    Returns
    -------
    tuple
        Level to bool array (k, j, i), segments without voxels left out; and the (i, j, k, 1) -> LPS mm affine of these arrays,
        which may be a cut-out of the image's.

    Raises
    ------
    MaskError
        If a segment is no vertebral level, or two segments are the same one.
    StudyError
        If the file is damaged, or describes a segment by a layer or label value that it cannot have.
    """
    import SimpleITK as sitk

    try:
        with readable_by_itk(path) as name:
            image = sitk.ReadImage(name)
    except RuntimeError:
        raise StudyError(f"Segmentation '{path.name}' is damaged", "a complete .seg.nrrd file", "save it again") from None
    if image.GetDimension() != 3:
        raise MaskError(f"Segmentation of {image.GetDimension()} dimensions", "a 3-D segmentation", "save one time point")
    array = sitk.GetArrayFromImage(image)
    layers = array.reshape(*array.shape[:3], -1)
    found: dict[str, npt.NDArray[np.bool_]] = {}
    for name, tags, layer, value in _segments(image):
        if not 0 <= layer < layers.shape[-1]:
            raise StudyError(
                f"Segment '{name}' in layer {layer} of {layers.shape[-1]}",
                "a complete .seg.nrrd file",
                "save it again in Slicer",
            )
        voxels = layers[..., layer] == value
        if not voxels.any():
            continue
        level = level_of_segment(name, tags)
        if level in found:
            raise MaskError(f"Two segments are {level}", "one segment for each level", "join or rename them in Slicer")
        found[level] = voxels
    return found, affine_of(image)


def level_of_segment(name: str, codes: str) -> str:
    """Level by SNOMED code, or else by a level's name ("L1", "vertebra L1") in the segment's name.

    Raises
    ------
    MaskError
        If neither says one level, or they contradict each other.
    """
    by_code = {LEVEL_OF_CODE[code] for code in re.findall(r"\d{6,}", codes) if code in LEVEL_OF_CODE}
    by_name = {word.upper() for word in _LEVEL_WORD.findall(name)}
    candidates = by_code & by_name if by_code and by_name else by_code or by_name
    if len(candidates) != 1:
        said = f"by its code {', '.join(sorted(by_code))}" if by_code else "by no SNOMED code"
        raise MaskError(
            f"Segment '{name}' is not one vertebral level ({said})",
            "segments named L1, L2, L3 (or T8 to S1), or with the SNOMED code of the vertebra",
            "rename the segment; remove segments that are no vertebral body",
        )
    return candidates.pop()


def _segments(image: Any) -> list[tuple[str, str, int, int]]:
    """Name, tags (with terminology), layer and label value of each segment in the header."""
    keys = set(image.GetMetaDataKeys())

    def said(number: int, field: str, default: str) -> str:
        key = f"Segment{number}_{field}"
        return str(image.GetMetaData(key)) if key in keys else default

    def whole(number: int, field: str, default: str) -> int:
        try:
            return int(said(number, field, default))
        except ValueError:
            raise StudyError(
                f"Segment {number} whose {field} is no whole number", "a complete .seg.nrrd file", "save it again in Slicer"
            ) from None

    numbers = sorted(int(match[1]) for key in keys if (match := re.fullmatch(r"Segment(\d+)_ID", key)))
    return [
        (said(n, "Name", f"Segment {n}"), said(n, "Tags", ""), whole(n, "Layer", "0"), whole(n, "LabelValue", "1"))
        for n in numbers
    ]
