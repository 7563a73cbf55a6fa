"""Label maps from and to disk, proved to lie on an image's grid.

Two codings are read: the study's (L1 = 1, L2 = 2, L3 = 3) and VerSe's (`levels.LEVEL_OF_LABEL`: L1 = 20 ... S1 = 26). Inside
the software a Mask always has VerSe's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import GeometryError, MaskError, StudyError
from ..geometry import (
    GRID_TOLERANCE_MM,
    affine_of,
    axis_codes,
    corner_distance_mm,
    reoriented,
    require_same_grid,
    to_sitk,
)
from ..levels import LABEL_OF_LEVEL, LEVEL_OF_LABEL, STUDY_LEVELS
from ..types import Affine, LabelArray, Mask, Role, Volume
from .dicom_seg import is_dicom, read_dicom_seg
from .slicer_segmentation import is_slicer_segmentation, read_slicer_segmentation
from .volumes import open_image_file, read_image_file, save_image

STUDY_LABEL: Mapping[str, int] = {level: number for number, level in enumerate(STUDY_LEVELS, start=1)}
"""The study's coding in files: L1 = 1, L2 = 2, L3 = 3."""


def read_mask(path: str | Path, on: Volume, levels: Sequence[str] = STUDY_LEVELS, *, allow_empty: bool = False) -> Mask:
    """Read a label map drawn on an image.

    Parameters
    ----------
    path
        NIfTI, NRRD or MetaImage label map; a segmentation saved by 3D Slicer (.seg.nrrd: segments known by SNOMED code or
        name, cut-outs put back in place); or a DICOM SEG object (needs highdicom).
    on
        The image whose grid the mask must lie on.
    levels
        Levels that must hold voxels; () accepts any.
    allow_empty
        Accept a mask without a voxel: a drawing that has only been begun.

    Returns
    -------
    Mask
        VerSe labels on the image's grid, origin "file".

    Raises
    ------
    MaskError
        If the mask is empty, lacks a level or has levels out of order, holds unknown or ambiguous values, or segments overlap.
    GeometryError
        If it lies on another grid.
    StudyError
        If the file cannot be read as a 3-D image.
    MissingDependencyError
        If a DICOM SEG is given and highdicom is not installed.
    """
    mask = _read_any(Path(path), on)
    if not mask.levels and not allow_empty:
        raise MaskError("The mask is empty", "voxels in L1, L2 and L3", "draw or segment the vertebral bodies first")
    require_levels(mask, levels)
    require_order(mask)
    return mask


def read_mask_in_any_order(path: Path, on: Volume) -> Mask:
    """As `read_mask`, for a label map of the same voxels whose file may store the axes in another order or direction.

    Returns
    -------
    Mask
        On the image's grid, voxel for voxel; nothing is interpolated.

    Raises
    ------
    MaskError, StudyError
        As `read_mask`.
    GeometryError
        If it has not the image's voxels: another number of them, or at other places.
    """
    image = read_image_file(path)
    stored = Mask(verse_labels(_values_of(image)), affine_of(image))
    turned = reoriented(stored, axis_codes(on.affine))
    require_same_grid(on, turned)
    mask = Mask(turned.labels, on.affine, on.frame_of_reference_uid, "file")
    require_levels(mask)
    require_order(mask)
    return mask


def _values_of(image: Any) -> npt.NDArray[Any]:
    import SimpleITK as sitk

    values: npt.NDArray[Any] = sitk.GetArrayFromImage(image)
    return values


def _read_any(file: Path, on: Volume) -> Mask:
    try:
        dicom = file.is_file() and is_dicom(file)
    except OSError as error:
        raise StudyError(
            f"Mask '{file.name[:80]}' cannot be read ({error.strerror})",
            "a file that you may read",
            "check permissions and the path",
        ) from None
    if dicom:
        return _assembled(read_dicom_seg(file), on)
    reader = open_image_file(file)
    if is_slicer_segmentation(reader):
        return _assembled(read_slicer_segmentation(file), on)
    return _label_map(file, reader, on)


def require_levels(mask: Mask, levels: Sequence[str] = STUDY_LEVELS) -> None:
    """Raise `MaskError`, naming them, where levels hold no voxel."""
    missing = [level for level in levels if level not in mask.levels]
    if missing:
        raise MaskError(
            f"Mask without {', '.join(missing)} (it has {', '.join(mask.levels) or 'no voxel'})",
            ", ".join(levels),
            f"draw {', '.join(missing)}; if the levels are misnumbered, shift them",
        )


def require_order(mask: Mask) -> None:
    """Raise `MaskError` where the centre of a level does not lie above that of the next lower one in the patient."""
    present = [level for level in LABEL_OF_LEVEL if level in mask.levels]
    height_mm = {level: _height_mm(mask, level) for level in present}
    for upper, lower in pairwise(present):
        if height_mm[upper] <= height_mm[lower]:
            raise MaskError(
                f"Levels out of order: {upper} lies {height_mm[lower] - height_mm[upper]:.1f} mm below {lower}",
                f"{', '.join(present)} from head to foot",
                "renumber the levels",
            )


def _height_mm(mask: Mask, level: str) -> float:
    """Mean position of a level's voxels towards the head (LPS z)."""
    centre_kji = np.argwhere(mask.of(level)).mean(axis=0)
    return float(mask.affine[2, :3] @ centre_kji[::-1] + mask.affine[2, 3])


def write_mask(mask: Mask, path: str | Path, *, all_levels: bool = False) -> Path:
    """Write a label map on the mask's grid, uint8, compressed, atomically.

    Parameters
    ----------
    mask
        VerSe labels.
    path
        Ending .nii.gz, .nii, .nrrd or .mha.
    all_levels
        True keeps VerSe's codes for all levels; False writes L1 = 1, L2 = 2, L3 = 3 and drops the others.

    Raises
    ------
    MaskError
        If nothing would be left to write.
    OutputError
        If the ending is unknown or the file cannot be written.
    """
    labels = mask.labels if all_levels else study_labels(mask)
    if not labels.any():
        raise MaskError(
            f"Nothing to write: the mask holds {', '.join(mask.levels) or 'no voxel'}",
            "L1, L2 or L3" if not all_levels else "at least one level",
            "check the segmentation; --all-levels writes the other levels too",
        )
    import SimpleITK as sitk

    image = sitk.GetImageFromArray(labels)
    image.CopyInformation(to_sitk(mask))
    save_image(image, path)
    return Path(path)


def write_study_masks(bodies: Mapping[Role, Mask], marrow: Mapping[Role, Mask], folder: Path) -> None:
    """Write <sequence>_bodies.nii.gz and <sequence>_marrow.nii.gz of each sequence; raises as `write_mask`."""
    for region, masks in (("bodies", bodies), ("marrow", marrow)):
        for role, mask in masks.items():
            write_mask(mask, folder / f"{role}_{region}.nii.gz")


def study_labels(mask: Mask) -> LabelArray:
    """The study's coding, uint8, (k, j, i): L1 = 1, L2 = 2, L3 = 3, all else 0."""
    labels = np.zeros(mask.shape, np.uint8)
    for level, value in STUDY_LABEL.items():
        labels[mask.of(level)] = value
    return labels


def _label_map(file: Path, reader: Any, on: Volume) -> Mask:
    if reader.GetNumberOfComponents() > 1 or reader.GetDimension() > 3:
        raise MaskError(
            f"Mask '{file.name}' with several values a voxel, as of overlapping segments",
            "a 3-D label map, each voxel in at most one vertebra",
            "remove the overlap and save a label map",
        )
    image = read_image_file(file, reader)
    values = _values_of(image)
    grid = Volume(values.astype(np.float32), affine_of(image))
    require_same_grid(on, grid)
    return Mask(verse_labels(values), on.affine, on.frame_of_reference_uid, "file")


def verse_labels(values: npt.NDArray[Any]) -> LabelArray:
    """Labels in VerSe's coding from either coding, uint8.

    Raises
    ------
    MaskError
        If a value is not whole, unknown, or both codings are mixed.
    """
    present = [float(value) for value in np.unique(values) if value != 0]
    verse, study = set(LEVEL_OF_LABEL), set(STUDY_LABEL.values())
    if set(present) <= verse:
        return values.astype(np.uint8)
    if set(present) <= study:
        table = np.zeros(max(study) + 1, np.uint8)
        for level, value in STUDY_LABEL.items():
            table[value] = LABEL_OF_LEVEL[level]
        recoded: LabelArray = table[values.astype(np.uint8)]
        return recoded
    found = "an ambiguous mix of both codings" if set(present) <= verse | study else "unknown values"
    shown = ", ".join(f"{value:g}" for value in present[:12]) + (", ..." if len(present) > 12 else "")
    raise MaskError(
        f"Mask with {found}: {shown}",
        f"1, 2, 3 for L1, L2, L3; or {min(verse)} to {max(verse)} with L1 = 20",
        "relabel the mask in one of the two codings",
    )


def _assembled(segments: tuple[Mapping[str, npt.NDArray[np.bool_]], Affine], on: Volume) -> Mask:
    """One label map from one array for each level, on a cut-out of the image's lattice."""
    by_level, affine = segments
    shape = next(iter(by_level.values())).shape if by_level else (1, 1, 1)
    labels = np.zeros(shape, np.uint8)
    for level, voxels in by_level.items():
        shared = np.unique(labels[voxels & (labels != 0)])
        if shared.size:
            others = ", ".join(LEVEL_OF_LABEL[int(value)] for value in shared)
            raise MaskError(
                f"Overlapping segments: {level} shares voxels with {others}",
                "each voxel in at most one vertebra",
                "in Slicer's Segment Editor draw with 'Allow overlap: off', or remove the doubled voxels",
            )
        labels[voxels] = LABEL_OF_LEVEL[level]
    return Mask(onto_lattice(labels, affine, on), on.affine, on.frame_of_reference_uid, "file")


def onto_lattice(labels: LabelArray, affine: Affine, on: Volume) -> LabelArray:
    """Put a cut-out of the image's own voxel lattice back in its place, whole voxels onto whole voxels.

    The cut-out's axes may run backwards or be exchanged; nothing is interpolated.

    Raises
    ------
    GeometryError
        If the voxels don't coincide, or labelled ones lie outside the image.
    """
    shape = (labels.shape[0], labels.shape[1], labels.shape[2])
    step = np.rint(np.linalg.inv(on.affine) @ affine)  # from index to index
    if not np.isclose(abs(np.linalg.det(step)), 1) or corner_distance_mm(shape, affine, on.affine @ step) > GRID_TOLERANCE_MM:
        raise GeometryError(
            "Segmentation whose voxels do not coincide with the image's",
            "a segmentation on the image's grid, or a cut-out of it",
            "in Slicer set the image as the segmentation's source geometry and save again",
        )
    source = np.argwhere(labels)
    target = np.rint(source[:, ::-1] @ step[:3, :3].T + step[:3, 3]).astype(int)[:, ::-1]
    if (target < 0).any() or (target >= np.array(on.shape)).any():
        raise GeometryError(
            "Segmentation that reaches beyond the image", "labels inside the image", "check that it belongs to this image"
        )
    placed = np.zeros(on.shape, np.uint8)
    placed[tuple(target.T)] = labels[tuple(source.T)]
    return placed
