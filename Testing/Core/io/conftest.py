"""Real DICOM, written by pydicom: small stacks with the study's headers, and whole examinations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from OPRadiomicsLib.types import Mask, Volume
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    EnhancedMRImageStorage,
    ExplicitVRLittleEndian,
    MRImageStorage,
    SecondaryCaptureImageStorage,
    generate_uid,
)

SAGITTAL = ((0.0, 1.0, 0.0), (0.0, 0.0, -1.0))
AXIAL = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
CORONAL = ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0))
STUDY_UID = generate_uid(entropy_srcs=["study"])
FRAME_UID = generate_uid(entropy_srcs=["frame"])


@dataclass(frozen=True)
class Stack:
    """What a written series shall be."""

    number: int = 2
    description: str = "SAG T1"
    tr_ms: float | None = 726
    te_ms: float | None = 10
    slices: int = 8
    size: int = 32
    row: Sequence[float] = SAGITTAL[0]
    column: Sequence[float] = SAGITTAL[1]
    pixel_spacing_mm: tuple[float, float] = (0.875, 0.875)  # between rows, between columns
    step_mm: float = 3.3
    origin_lps: Sequence[float] = (-11.5, -140.0, 140.0)
    slope: float = 1.0
    intercept: float = 0.0
    study_uid: str = STUDY_UID
    frame_uid: str = FRAME_UID
    patient_id: str = "P1"
    tags: dict[str, Any] = field(default_factory=dict)
    seed: int = 0

    @property
    def series_uid(self) -> str:
        return generate_uid(entropy_srcs=["series", str(self.number), self.study_uid])

    @property
    def array(self) -> np.ndarray:
        """Stored values, (k, j, i), k ascending along row x column."""
        return np.random.default_rng(self.seed + self.number).integers(0, 3000, (self.slices, self.size, self.size), np.uint16)

    @property
    def affine(self) -> np.ndarray:
        row, column = np.asarray(self.row, float), np.asarray(self.column, float)
        affine = np.eye(4)
        affine[:3, 0] = row * self.pixel_spacing_mm[1]
        affine[:3, 1] = column * self.pixel_spacing_mm[0]
        affine[:3, 2] = np.cross(row, column) * self.step_mm
        affine[:3, 3] = self.origin_lps
        return affine


def _general(stack: Stack, sop_class: str) -> Dataset:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = sop_class
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.SOPClassUID = sop_class
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = stack.study_uid, stack.series_uid
    dataset.FrameOfReferenceUID = stack.frame_uid
    dataset.PatientName, dataset.PatientID, dataset.PatientSex = "Mustermann^Erika", stack.patient_id, "F"
    dataset.PatientBirthDate, dataset.StudyDate, dataset.PatientAge = "19530615", "20240801", "071Y"
    dataset.StudyID = dataset.StudyTime = dataset.AccessionNumber = ""
    dataset.Modality, dataset.SeriesNumber, dataset.SeriesDescription = "MR", stack.number, stack.description
    dataset.Manufacturer, dataset.ManufacturerModelName = "GE MEDICAL SYSTEMS", "SIGNA Architect"
    dataset.MagneticFieldStrength, dataset.BodyPartExamined = 3.0, "LSPINE"
    return dataset


def _pixels(dataset: Dataset, array: np.ndarray) -> None:
    dataset.Rows, dataset.Columns = array.shape[-2:]
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 16, 15, 0
    dataset.PixelData = np.ascontiguousarray(array, "<u2").tobytes()


def _save(dataset: Dataset, path: Path, changes: dict[str, Any], instance: str) -> None:
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=[instance])
    for keyword, value in changes.items():
        if value is None:
            dataset.pop(keyword, None)
        else:
            setattr(dataset, keyword, value)
    path.parent.mkdir(parents=True, exist_ok=True)
    dataset.save_as(path, enforce_file_format=True)


def write_classic(
    stack: Stack, folder: Path, names: Sequence[str] | None = None, order: Sequence[int] | None = None
) -> list[Path]:
    """One file a slice. ``names`` and ``order`` (InstanceNumber) default to a scrambled, meaningless sequence."""
    rng = np.random.default_rng(99 + stack.number)
    order = list(rng.permutation(stack.slices)) if order is None else list(order)
    names = [f"IM_{stack.number:03}_{rng.integers(1 << 30):08x}" for _ in range(stack.slices)] if names is None else names
    paths = []
    for k, plane in enumerate(stack.array):
        dataset = _general(stack, MRImageStorage)
        dataset.InstanceNumber = int(order[k]) + 1
        dataset.ImageType = ["ORIGINAL", "PRIMARY", "OTHER"]
        dataset.ScanningSequence, dataset.SequenceVariant, dataset.MRAcquisitionType = "SE", "SK", "2D"
        dataset.ScanOptions = ["FAST_GEMS", "FILTERED_GEMS"]
        dataset.SliceThickness = 3.0
        dataset.SpacingBetweenSlices = stack.step_mm
        if stack.tr_ms is not None:
            dataset.RepetitionTime = stack.tr_ms
        if stack.te_ms is not None:
            dataset.EchoTime = stack.te_ms
        dataset.ImageOrientationPatient = [f"{value:.9f}"[:16] for value in (*stack.row, *stack.column)]
        dataset.ImagePositionPatient = [f"{value:.6f}"[:16] for value in (stack.affine @ [0, 0, k, 1])[:3]]
        dataset.PixelSpacing = [f"{value:.8f}" for value in stack.pixel_spacing_mm]
        if (stack.slope, stack.intercept) != (1.0, 0.0):
            dataset.RescaleSlope, dataset.RescaleIntercept = stack.slope, stack.intercept
        _pixels(dataset, plane)
        path = folder / names[k]
        _save(dataset, path, stack.tags, f"{stack.series_uid}-{k}")
        paths.append(path)
    return paths


def _item(**values: Any) -> Dataset:
    dataset = Dataset()
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return dataset


def write_enhanced(stack: Stack, path: Path) -> None:
    """One Enhanced MR file, frames stored in scrambled order."""
    order = np.random.default_rng(5).permutation(stack.slices)
    dataset = _general(stack, EnhancedMRImageStorage)
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "SPIN_ECHO", "NONE"]
    dataset.EchoPulseSequence, dataset.NumberOfFrames = "SPIN", stack.slices
    shared = _item(
        PixelMeasuresSequence=[_item(PixelSpacing=list(stack.pixel_spacing_mm), SliceThickness=3.0)],
        PlaneOrientationSequence=[_item(ImageOrientationPatient=[*stack.row, *stack.column])],
        MRTimingAndRelatedParametersSequence=[_item(RepetitionTime=stack.tr_ms)],
        PixelValueTransformationSequence=[_item(RescaleSlope=stack.slope, RescaleIntercept=stack.intercept, RescaleType="US")],
    )
    dataset.SharedFunctionalGroupsSequence = [shared]
    dataset.PerFrameFunctionalGroupsSequence = [
        _item(
            PlanePositionSequence=[_item(ImagePositionPatient=list((stack.affine @ [0, 0, k, 1])[:3].round(6)))],
            MREchoSequence=[_item(EffectiveEchoTime=stack.te_ms)],
        )
        for k in order
    ]
    _pixels(dataset, stack.array[order])
    _save(dataset, path, stack.tags, "enhanced")


def write_screenshot(folder: Path) -> None:
    stack = Stack(number=99, description="Screen Save")
    dataset = _general(stack, SecondaryCaptureImageStorage)
    dataset.Modality, dataset.ImageType = "MR", ["DERIVED", "SECONDARY", "SCREEN SAVE"]
    _pixels(dataset, stack.array[0])
    _save(dataset, folder / "shot", {}, "shot")


def write_report(folder: Path) -> None:
    dataset = _general(Stack(number=90, description="Report"), "1.2.840.10008.5.1.4.1.1.88.22")
    dataset.Modality = "SR"
    _save(dataset, folder / "report", {}, "report")


T1 = Stack(number=3, description="OSag T1 FSE", tr_ms=726, te_ms=10)
T2 = Stack(number=2, description="OSag T2 FRFSE", tr_ms=3614, te_ms=123)
FST2 = Stack(
    number=4, description="OSag T2 压脂", tr_ms=2682, te_ms=71, tags={"ScanOptions": ["FAST_GEMS", "FS", "FILTERED_GEMS"]}
)
AXIAL_T2 = Stack(number=5, description="Ax T2", tr_ms=3000, te_ms=110, row=AXIAL[0], column=AXIAL[1])


def write_localiser(folder: Path) -> None:
    for part, (row, column) in enumerate((SAGITTAL, AXIAL, CORONAL)):
        stack = Stack(
            number=1,
            description="3-pl Loc",
            tr_ms=5,
            te_ms=2,
            slices=3,
            row=row,
            column=column,
            tags={"ScanningSequence": "GR"},
        )
        write_classic(stack, folder / f"p{part}")


@pytest.fixture
def examination(tmp_path: Path) -> Path:
    """A lumbar study as a PACS exports it: three sequences, a localiser, axial slices, a screenshot, a report, other files."""
    folder = tmp_path / "EXPORT"
    for depth, stack in zip(("A", "A/B", "C/D/E"), (T1, T2, FST2), strict=True):
        write_classic(stack, folder / depth)
    write_classic(AXIAL_T2, folder / "A")
    write_localiser(folder / "loc")
    write_screenshot(folder)
    write_report(folder)
    (folder / "viewer.exe").write_bytes(b"MZ" + bytes(300))
    (folder / "README.txt").write_text("Viewer for Windows", encoding="utf-8")
    (folder / "._IM1").write_bytes(b"\x00\x05\x16\x07")
    return folder


@pytest.fixture
def write_study(tmp_path: Path) -> Callable[..., Path]:
    """Writes stacks into one folder and returns it."""

    def write(*stacks: Stack, folder: str = "study") -> Path:
        for number, stack in enumerate(stacks):
            write_classic(stack, tmp_path / folder / f"s{number}")
        return tmp_path / folder

    return write


@pytest.fixture(scope="session")
def make_stack() -> type[Stack]:
    return Stack


@pytest.fixture(scope="session")
def write_stack() -> Callable[..., list[Path]]:
    return write_classic


@pytest.fixture
def write_enhanced_stack() -> Callable[[Stack, Path], None]:
    return write_enhanced


@pytest.fixture
def sequences() -> tuple[Stack, Stack, Stack]:
    """T1WI, T2WI and FS-T2WI of the study's centre A."""
    return T1, T2, FST2


@pytest.fixture
def axial_stack() -> Stack:
    return AXIAL_T2


@pytest.fixture
def localiser_writer() -> Callable[[Path], None]:
    return write_localiser


@pytest.fixture
def a_volume() -> Volume:
    return Volume(T1.array.astype(np.float32), T1.affine, FRAME_UID)


@pytest.fixture
def a_mask(a_volume: Volume) -> Mask:
    labels = np.zeros(a_volume.shape, np.uint8)
    for number, label in enumerate((20, 21, 22, 23)):
        labels[2:6, 2 + 7 * number : 7 + 7 * number, 10:20] = label
    return Mask(labels, a_volume.affine, a_volume.frame_of_reference_uid, "drawn")
