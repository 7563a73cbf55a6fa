"""Images from disk with their geometry proved: DICOM series slice by slice, and NIfTI, NRRD or MetaImage files."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import files
from ..errors import GeometryError, OutputError, StudyError
from ..geometry import ijk_to_lps, require_same_frame, sagittal_axis, to_sitk, volume_from_sitk
from ..types import Role, SeriesRef, Volume
from .dicom_stack import read_dicom_stack
from .itk import itk_name, itk_scratch, readable_by_itk
from .nifti import require_intact_nifti
from .output import IMAGE_SUFFIXES, require_image_suffix

READABLE_SUFFIXES = (".nii", ".nii.gz", ".nrrd", ".nhdr", ".mha", ".mhd")
THICK_SLICE_RATIO = 1.5
"""From this ratio of largest to smallest voxel edge on, the largest one is the slice direction."""
MINIMUM_OVERLAP = 0.5
LARGEST_EXTENT_MM = 2500.0
"""No scanner images more of a person; a header in other units than it says asks for terabytes on a 1 mm grid."""


def read_volume(source: SeriesRef | Path) -> Volume:
    """Read one image.

    Parameters
    ----------
    source
        A series from `index_dicom`, or a NIfTI, NRRD or MetaImage file.

    Returns
    -------
    Volume
        float32, (k, j, i), on the grid of the file, axes not reordered. From DICOM: rescale slope and intercept applied, k
        ascending along the slice normal, FrameOfReferenceUID set.

    Raises
    ------
    StudyError
        If the file is absent, unreadable, no 3-D scalar image, constant, or holds NaN, infinity or what float32 can't hold.
    GeometryError
        If slices are missing, doubled, unequally spaced or sheared, or the image is larger than a person.
    """
    if isinstance(source, SeriesRef):
        volume = read_dicom_stack(source)
        name = f"series {source.acquisition.get('series_number', '')} '{source.description}'"
    else:
        volume = volume_from_sitk(read_image_file(Path(source)), source=f"file {Path(source).name}")
        name = f"file '{Path(source).name}'"
    _require_size_of_a_person(volume, name)
    _require_usable_values(volume, name)
    return Volume(volume.array.astype(np.float32, copy=False), volume.affine, volume.frame_of_reference_uid, volume.source)


def write_volume(volume: Volume, path: str | Path) -> Path:
    """Write float32 NIfTI, NRRD or MetaImage, compressed, atomically.

    Raises
    ------
    OutputError
        If the ending is unknown or the file cannot be written.
    GeometryError
        If the axes are sheared.
    """
    save_image(to_sitk(Volume(volume.array.astype(np.float32, copy=False), volume.affine)), path)
    return Path(path)


def save_image(image: Any, path: str | Path) -> None:
    """Write a SimpleITK image atomically; the ending names the format.

    ITK writes into the system's temporary folder, since it reports neither a full disk nor a name that is not UTF-8; what it
    wrote is read again and compared before it goes to ``path``.

    Raises
    ------
    OutputError
        If the ending is unknown, the temporary folder is full, or the file cannot be written.
    """
    target = require_image_suffix(path)
    suffix = next(suffix for suffix in IMAGE_SUFFIXES if target.name.lower().endswith(suffix))
    files.write_bytes(target, _encoded(image, suffix))


def _encoded(image: Any, suffix: str) -> bytes:
    """The image as a file's content, proved to be whole."""
    import SimpleITK as sitk

    with itk_scratch() as folder:
        path = folder / f"image{suffix}"
        try:
            sitk.WriteImage(image, itk_name(path), useCompression=True)
            if suffix.startswith(".nii"):
                require_intact_nifti(path)  # ITK's reader fills what is cut off, by chance with the right values
            again = sitk.ReadImage(itk_name(path), image.GetPixelID())
            whole = np.array_equal(sitk.GetArrayViewFromImage(again), sitk.GetArrayViewFromImage(image))
        except (RuntimeError, OSError, StudyError):
            whole = False
        if not whole:
            raise OutputError(
                f"An image could not be written whole to the temporary folder {tempfile.gettempdir()}",
                "a temporary folder with room",
                "free some space there, or name another folder in the environment variable TMPDIR",
            )
        return path.read_bytes()


def read_image_file(path: Path, opened: Any = None) -> Any:
    """3-D scalar SimpleITK image of one file; a fourth dimension of length 1 is dropped. ``opened``: from `open_image_file`.

    Raises
    ------
    StudyError
        If the file is absent, of another format, damaged, beyond single precision, or not a 3-D scalar image of several slices.
    GeometryError
        If its axes are not at right angles.
    """
    import SimpleITK as sitk

    reader = open_image_file(path) if opened is None else opened
    size = [n for axis, n in enumerate(reader.GetSize()) if axis < 3 or n != 1]
    shape = " x ".join(map(str, reader.GetSize()))
    components = reader.GetNumberOfComponents()
    if components != 1 or len(size) != 3 or min(size) < 2:
        what = f"{components} values a voxel (a colour or vector image)" if components != 1 else f"size {shape}"
        kind = {2: "a 2-D image", 4: "a 4-D image"}.get(len(size), "a single-slice image") if components == 1 else "an image"
        raise StudyError(
            f"File '{path.name}' is {kind} of {what}",
            "one 3-D image with one value a voxel and several slices",
            "export one volume: not a single slice, a time series or a colour picture",
        )
    reader.SetExtractSize([*reader.GetSize()[:3], *([0] * (len(reader.GetSize()) - 3))])
    try:
        with readable_by_itk(path) as name:
            reader.SetFileName(name)
            image = reader.Execute()
    except RuntimeError:
        raise _unreadable(path) from None
    if image.GetPixelID() != sitk.sitkFloat64:
        return image
    _require_single_precision(sitk.GetArrayViewFromImage(image), path.name)
    return sitk.Cast(image, sitk.sitkFloat32)


def _require_single_precision(values: npt.NDArray[np.float64], name: str) -> None:
    """Else they would turn into infinity, which the file doesn't hold."""
    largest = float(np.max(np.abs(values), where=np.isfinite(values), initial=0.0))
    limit = float(np.finfo(np.float32).max)
    if largest > limit:
        raise StudyError(
            f"Values up to {largest:.3g} in file '{name}'",
            f"intensities that single precision holds, up to {limit:.2g}",
            "convert the image again from the original DICOM",
        )


def open_image_file(path: Path) -> Any:
    """SimpleITK reader that has read the file's header.

    Raises
    ------
    StudyError
        If the file is absent, of another format, or damaged.
    GeometryError
        If its axes are not at right angles.
    """
    import SimpleITK as sitk

    if not path.name.lower().endswith(READABLE_SUFFIXES) or not path.is_file():
        absent = f"File '{path.name}', which does not exist"
        raise StudyError(
            "A folder" if path.is_dir() else f"File '{path.name}'" if path.is_file() else absent,
            f"a file that ends in {', '.join(READABLE_SUFFIXES)}",
            "check the path; a DICOM folder is STUDY of `predict` and `features`, or an image of the other steps",
        )
    if path.name.lower().endswith((".nii", ".nii.gz")):
        require_intact_nifti(path)
    reader = sitk.ImageFileReader()
    try:
        with readable_by_itk(path) as name:
            reader.SetFileName(name)
            reader.ReadImageInformation()
    except RuntimeError as error:
        if "orthonormal" in str(error) or "direction" in str(error).lower():
            raise GeometryError(
                f"File '{path.name}' has sheared or degenerate axes",
                "three axes at right angles",
                "convert it again from DICOM, or resample it to a rectangular grid",
            ) from None
        raise _unreadable(path) from None
    return reader


def _unreadable(path: Path) -> StudyError:
    return StudyError(
        f"File '{path.name}' ({path.stat().st_size} bytes) is damaged or not what its name says",
        "a complete NIfTI, NRRD or MetaImage file",
        "copy or convert it again",
    )


def _require_size_of_a_person(volume: Volume, name: str) -> None:
    extent_mm = [mm * count for mm, count in zip(volume.spacing_mm, reversed(volume.shape), strict=True)]
    if max(extent_mm) > LARGEST_EXTENT_MM:
        raise GeometryError(
            f"The header of {name} makes it {' x '.join(f'{mm:.0f}' for mm in extent_mm)} mm large",
            f"at most {LARGEST_EXTENT_MM:.0f} mm, with spacings in millimetres",
            "convert the image again from the original DICOM",
        )


def _require_usable_values(volume: Volume, name: str) -> None:
    broken = int(np.count_nonzero(~np.isfinite(volume.array)))
    if broken:
        raise StudyError(
            f"NaN or infinity in {broken} voxels of {name}",
            "finite intensities",
            "convert the image again from the original DICOM",
        )
    lowest, highest = float(volume.array.min()), float(volume.array.max())
    if lowest == highest:
        raise StudyError(
            f"Every voxel of {name} is {lowest:g}: the image is empty",
            "an image with contrast",
            "check the export, or choose another",
        )


def require_sagittal(volume: Volume, name: str) -> None:
    """Raise `StudyError` where slices are thick and not stacked left to right; near-isotropic images pass.

    Parameters
    ----------
    volume
        Image, any axis order.
    name
        What the message calls it: the role, or the file's name.
    """
    edges = volume.spacing_mm
    slice_axis = int(np.argmax(edges))
    if max(edges) / min(edges) >= THICK_SLICE_RATIO and slice_axis != sagittal_axis(volume.affine):
        raise StudyError(
            f"{name}: slices of {max(edges):.2f} mm that are not stacked left to right",
            "sagittal slices",
            "choose the sagittal series; if it is sagittal, its orientation header is wrong: convert it again from DICOM",
        )


def require_one_examination(volumes: Mapping[Role, Volume]) -> None:
    """Prove that the sequences can show the same vertebrae: one frame of reference, and overlapping fields of view.

    Raises
    ------
    GeometryError
        If two name different FrameOfReferenceUIDs, or their boxes share less than half of the smaller one's volume.
    """
    for (one, first), (two, second) in combinations(volumes.items(), 2):
        require_same_frame(first, second, f"{one} and {two}")
        shared = _shared_fraction(_box_lps(first), _box_lps(second))
        if shared < MINIMUM_OVERLAP:
            raise GeometryError(
                f"{one} and {two} share {100 * shared:.0f} % of their field of view",
                f"at least {100 * MINIMUM_OVERLAP:.0f} %: sequences of one examination of one region",
                "choose series of the lumbar spine from one examination",
            )


def _box_lps(volume: Volume) -> npt.NDArray[np.float64]:
    """Lowest and highest LPS mm of the voxel edges, (2, 3)."""
    k, j, i = volume.shape
    corners = ijk_to_lps(volume.affine, [[x, y, z] for x in (-0.5, i - 0.5) for y in (-0.5, j - 0.5) for z in (-0.5, k - 0.5)])
    return np.stack([corners.min(axis=0), corners.max(axis=0)])


def _shared_fraction(first: npt.NDArray[np.float64], second: npt.NDArray[np.float64]) -> float:
    shared = np.clip(np.minimum(first[1], second[1]) - np.maximum(first[0], second[0]), 0, None)
    smaller = min(np.prod(first[1] - first[0]), np.prod(second[1] - second[0]))
    return float(np.prod(shared) / smaller)
