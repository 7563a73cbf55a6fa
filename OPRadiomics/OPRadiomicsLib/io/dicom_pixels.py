"""The intensities of one DICOM file: decompressed, padding taken out, bright where the header means bright, and rescaled."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..errors import StudyError
from .headers import damaged, malformed
from .itk import itk_name, itk_scratch

if TYPE_CHECKING:
    from pydicom import Dataset

_PIXEL_KEYWORDS = ("Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "PixelData")
"""What a decoder needs to know."""


def read_pixels(path: Path) -> npt.NDArray[np.float32]:
    """All frames of one file, (frames, rows, columns): stored values x slope + intercept.

    Where the header says MONOCHROME1, low stored values are bright: they are turned round over the range of the stored bits
    (DICOM PS3.3 C.7.6.3.1.2). Padding pixels (PixelPaddingValue) get the lower of the file's darkest other value and their
    own, which counts as 0 where it is negative.

    Raises
    ------
    StudyError
        If the file is damaged, its pixels cannot be decoded, are colour, or leave single precision.
    """
    try:
        return _rescaled(path, _dataset(path))
    except malformed() as error:
        raise damaged(path, f"its pixels cannot be decoded ({type(error).__name__})") from None


def _dataset(path: Path) -> Dataset:
    """Whole file; without file meta information the encoding that its elements show stands for the transfer syntax.

    Read from memory: pydicom warns of a file that ends early, and would print its path, which may bear a patient's name.
    """
    from pydicom import dcmread
    from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

    dataset = dcmread(BytesIO(path.read_bytes()), force=True)
    if not any(keyword in dataset for keyword in ("PixelData", "FloatPixelData", "DoubleFloatPixelData")):
        raise damaged(path, "it ends within its pixel data")
    if "TransferSyntaxUID" not in dataset.file_meta:
        implicit, little = dataset.original_encoding
        explicit = ExplicitVRLittleEndian if little else ExplicitVRBigEndian
        dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else explicit
    return dataset


def _rescaled(path: Path, dataset: Dataset) -> npt.NDArray[np.float32]:
    if int(dataset.get("SamplesPerPixel", 1)) != 1:
        raise StudyError(f"File '{path.name}' is a colour image", "one value a pixel", "choose another series")
    stored = _decoded(path, dataset)
    frames = _signal(dataset, stored.reshape(-1, *stored.shape[-2:]))
    slopes, intercepts = zip(*(_rescale(path, dataset, number) for number in range(len(frames))), strict=True)
    with np.errstate(over="ignore"):
        scaled = (frames * np.reshape(slopes, (-1, 1, 1)) + np.reshape(intercepts, (-1, 1, 1))).astype(np.float32)
    if not np.isfinite(scaled).all():
        slope, intercept = (max(given, key=abs) for given in (slopes, intercepts))
        raise StudyError(
            f"File '{path.name}': RescaleSlope {slope:.3g} and RescaleIntercept {intercept:.3g} lead to values beyond 3.4e38",
            "intensities that single precision holds",
            "export the series again; its header is wrong",
        )
    return scaled


def _decoded(path: Path, dataset: Dataset) -> npt.NDArray[Any]:
    """Stored values. JPEG, JPEG-LS and JPEG 2000 go through GDCM inside ITK: pydicom would need further packages."""
    from pydicom.uid import RLELossless

    syntax = dataset.file_meta.TransferSyntaxUID
    if not syntax.is_compressed or syntax == RLELossless:
        return dataset.pixel_array
    try:
        return _decoded_by_gdcm(dataset)
    except malformed():
        raise StudyError(
            f"File '{path.name}' ({path.stat().st_size} bytes): its pixels, compressed as '{syntax.name}', cannot be decoded",
            "complete DICOM files, uncompressed or in RLE, JPEG, JPEG-LS or JPEG 2000",
            "export the series again, uncompressed",
        ) from None


def _decoded_by_gdcm(dataset: Dataset) -> npt.NDArray[Any]:
    """Of a copy that holds the pixels alone: from a whole header GDCM would take one frame's rescaling for all."""
    import SimpleITK as sitk
    from pydicom.dataset import Dataset as Bare
    from pydicom.dataset import FileMetaDataset
    from pydicom.uid import (
        MultiFrameGrayscaleByteSecondaryCaptureImageStorage,
        MultiFrameGrayscaleWordSecondaryCaptureImageStorage,
        generate_uid,
    )

    bare = Bare()
    bare.file_meta = FileMetaDataset()
    bare.file_meta.TransferSyntaxUID = dataset.file_meta.TransferSyntaxUID
    byte = dataset.BitsAllocated == 8
    bare.SOPClassUID = (
        MultiFrameGrayscaleByteSecondaryCaptureImageStorage if byte else MultiFrameGrayscaleWordSecondaryCaptureImageStorage
    )
    bare.SOPInstanceUID = generate_uid()
    bare.SamplesPerPixel, bare.PhotometricInterpretation = 1, "MONOCHROME2"
    bare.NumberOfFrames = int(dataset.get("NumberOfFrames") or 1)
    for keyword in _PIXEL_KEYWORDS:
        bare[keyword] = dataset[keyword]
    with itk_scratch() as folder:
        copy = folder / "pixels.dcm"
        bare.save_as(copy, enforce_file_format=True)
        image = sitk.ReadImage(itk_name(copy))
    stored: npt.NDArray[Any] = sitk.GetArrayFromImage(image)
    if stored.shape[-3:] != (bare.NumberOfFrames, bare.Rows, bare.Columns):
        raise ValueError("frames missing")
    return stored


def _signal(dataset: Dataset, stored: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Stored values, growing with the signal, without padding."""
    padding = _padding(dataset, stored)
    if dataset.get("PhotometricInterpretation") == "MONOCHROME1":
        highest = -1 if dataset.get("PixelRepresentation") else 2 ** int(dataset.BitsStored) - 1
        stored = highest - stored.astype(np.int64)
    if padding is None or padding.all():
        return stored
    return np.where(padding, np.minimum(stored[~padding].min(), np.maximum(stored, 0)), stored)


def _padding(dataset: Dataset, stored: npt.NDArray[Any]) -> npt.NDArray[np.bool_] | None:
    """Which pixels hold PixelPaddingValue, or lie between it and PixelPaddingRangeLimit (DICOM PS3.3 C.7.5.1.1.2)."""
    value = dataset.get("PixelPaddingValue")
    if value is None or stored.dtype.kind not in "iu":
        return None
    limits = [np.asarray(one).astype(stored.dtype) for one in (value, dataset.get("PixelPaddingRangeLimit", value))]
    found: npt.NDArray[np.bool_] = (stored >= min(limits)) & (stored <= max(limits))
    return found if found.any() else None


def _rescale(path: Path, dataset: Dataset, frame: int) -> tuple[float, float]:
    """RescaleSlope and RescaleIntercept of a frame: 1 and 0 where the header has none."""
    places = [dataset]
    for sequence, item in (("SharedFunctionalGroupsSequence", 0), ("PerFrameFunctionalGroupsSequence", frame)):
        groups = dataset.get(sequence) or []
        if len(groups) > item and (found := groups[item].get("PixelValueTransformationSequence")):
            places.append(found[0])
    slope = next((float(place.RescaleSlope) for place in places if place.get("RescaleSlope") is not None), 1.0)
    intercept = next((float(place.RescaleIntercept) for place in places if place.get("RescaleIntercept") is not None), 0.0)
    if slope == 0:
        raise StudyError(
            f"File '{path.name}' has RescaleSlope 0, which makes all its pixels one value",
            "a slope other than 0",
            "export the series again; its header is wrong",
        )
    return slope, intercept
