"""The voxels of a DICOM series, with a proof that its slices form a rectangular grid (DICOM PS3.3 C.7.6.2)."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import GeometryError, StudyError
from ..types import Affine, SeriesRef, Volume
from .dicom_pixels import read_pixels
from .headers import Frame, damaged, read_frames
from .index import normal_of

PLACE_TOLERANCE_MM = 0.1
"""How far a slice may lie from its place on the regular grid: scanners round positions to about 0.01 mm."""
SAME_PLACE_MM = 0.01
DIRECTION_TOLERANCE = 1e-3
"""Of direction cosines and, relatively, of pixel spacings: 0.15 mm at the border of a field of view of 300 mm."""
_READERS = 4


def read_dicom_stack(series: SeriesRef) -> Volume:
    """Read one stack of `index_dicom`.

    Returns
    -------
    Volume
        float32, (k, j, i); k ascends along row direction x column direction. Values are stored value x slope + intercept.

    Raises
    ------
    StudyError
        If a file is damaged, its pixels cannot be decoded, or the series is no stack of single-valued slices.
    GeometryError
        If slices are missing, doubled, unequally spaced or sheared, or directions are not at right angles.
    """
    frames = _frames_of(series)
    name = f"series {series.acquisition.get('series_number', '')} '{series.description}'"
    unplaced = sum(frame.orientation is None or frame.position_lps is None for frame in frames)
    if len(frames) < 2 or unplaced:
        raise StudyError(
            f"{name}: {unplaced} of {len(frames)} slices without position or orientation" if unplaced else f"{name}: one slice",
            "a stack of at least 2 placed slices",
            "choose another series",
        )
    if strays := series.acquisition.get("strays"):
        raise StudyError(
            f"{name}: {strays} of its slices, in line with the other {len(frames)}, differ in matrix, echo or image type",
            "a series whose slices are all alike",
            "export the original series again; a slice was changed or damaged",
        )
    affine = stack_affine(frames, name)
    return Volume(_pixels(frames, name), affine, series.frame_of_reference_uid, name)


def _frames_of(series: SeriesRef) -> list[Frame]:
    with ThreadPoolExecutor(_READERS) as pool:
        by_file = list(pool.map(_read_known, series.files))
    numbered: Any = series.acquisition.get("frames")
    if numbered is None:
        return [frames[0] for frames in by_file]
    return [by_file[file][frame] for file, frame in numbered]


def _read_known(path: Path) -> tuple[Frame, ...]:
    if not path.is_file():
        raise StudyError(f"File '{path.name}' is gone", "the files that were indexed", "index the folder again")
    frames = read_frames(path)
    if not frames:
        raise damaged(path, "it is no longer a DICOM image")
    return frames


def stack_affine(frames: Sequence[Frame], name: str) -> Affine:
    """(i, j, k, 1) -> LPS mm of slices in order, from ImageOrientationPatient, PixelSpacing and the positions.

    Raises
    ------
    GeometryError
        If a slice lies more than 0.1 mm from the regular grid, or the directions are not at right angles.
    """
    first = frames[0]
    orientation, spacing = first.orientation, first.pixel_spacing_mm
    if orientation is None or spacing is None or min(spacing) <= 0:
        raise GeometryError(f"{name} has no PixelSpacing or orientation", "both in every header", "export the original series")
    if not np.allclose(orientation @ orientation.T, np.eye(2), atol=DIRECTION_TOLERANCE):
        raise GeometryError(
            f"{name}: row and column directions are not at right angles",
            "ImageOrientationPatient of two unit vectors at right angles",
            "export the original series",
        )
    _require_one_direction(frames, name)
    row = orientation[0] / np.linalg.norm(orientation[0])
    normal = normal_of(orientation)
    positions = np.stack([frame.position_lps for frame in frames if frame.position_lps is not None])
    step_mm = _even_step_mm(positions @ normal, name)
    affine = np.eye(4)
    affine[:3, 0] = row * spacing[1]
    affine[:3, 1] = np.cross(normal, row) * spacing[0]
    affine[:3, 2] = normal * step_mm
    affine[:3, 3] = positions[0]
    expected = positions[0] + np.outer(np.arange(len(positions)), normal * step_mm)
    distance_mm = float(np.linalg.norm(positions - expected, axis=1).max())
    if distance_mm > PLACE_TOLERANCE_MM:
        raise GeometryError(
            f"{name}: slices shifted by up to {distance_mm:.2f} mm off the stack's axis (a sheared stack)",
            f"slices one behind the other within {PLACE_TOLERANCE_MM} mm",
            "resample the series to a rectangular grid, or choose another",
        )
    return affine


def _require_one_direction(frames: Sequence[Frame], name: str) -> None:
    orientations = np.stack([frame.orientation for frame in frames if frame.orientation is not None])
    spacings = np.array([frame.pixel_spacing_mm or (0.0, 0.0) for frame in frames])
    turned = float(np.abs(orientations - orientations[0]).max())
    scaled = float(np.abs(spacings / spacings[0] - 1).max())
    if max(turned, scaled) > DIRECTION_TOLERANCE:
        raise GeometryError(
            f"{name}: slices turned or scaled against each other",
            "one orientation and one pixel spacing",
            "choose a series of parallel slices",
        )


def _even_step_mm(along_mm: npt.NDArray[np.float64], name: str) -> float:
    """Distance between slices; an error says whether slices are doubled, missing or uneven."""
    gaps = np.diff(along_mm)
    doubled = int(np.count_nonzero(gaps < SAME_PLACE_MM))
    if doubled:
        raise GeometryError(
            f"{name}: {doubled} of {len(along_mm)} slices lie where another one lies",
            "one slice at each position",
            "remove doubled files; a series of several time points or b-values cannot be used",
        )
    step_mm = float(gaps[0]) if len(gaps) == 1 else float(np.median(gaps))
    missing = int(np.sum(np.rint(gaps / step_mm) - 1)) if np.allclose(gaps / step_mm, np.rint(gaps / step_mm), atol=0.05) else 0
    if missing:
        raise GeometryError(
            f"{name}: {missing} slices missing between the first and the last "
            f"(step {step_mm:.2f} mm, largest gap {gaps.max():.2f} mm)",
            "an unbroken stack",
            "export the series again, complete",
        )
    mean_mm = float((along_mm[-1] - along_mm[0]) / len(gaps))
    deviation_mm = float(np.abs(along_mm - along_mm[0] - mean_mm * np.arange(len(along_mm))).max())
    if deviation_mm > PLACE_TOLERANCE_MM:
        raise GeometryError(
            f"{name}: unequal slice distances, {gaps.min():.2f} to {gaps.max():.2f} mm",
            f"slices within {PLACE_TOLERANCE_MM} mm of equal distances",
            "export the original series; slices of different groups cannot form one volume",
        )
    return mean_mm


def _pixels(frames: Sequence[Frame], name: str) -> npt.NDArray[np.float32]:
    """Rescaled values, (k, j, i)."""
    paths = list(dict.fromkeys(frame.path for frame in frames))
    with ThreadPoolExecutor(_READERS) as pool:
        stored = dict(zip(paths, pool.map(read_pixels, paths), strict=True))
    slices = [stored[frame.path][frame.number or 0] for frame in frames]
    if len({image.shape for image in slices}) != 1 or slices[0].ndim != 2:
        raise StudyError(
            f"{name}: slices of different sizes, or colour", "one matrix size, one value a pixel", "choose another series"
        )
    return np.stack(slices)
