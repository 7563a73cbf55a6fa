"""A simulated study as DICOM MR Image Storage, one instance a slice (PS3.3, A.4 MR Image IOD)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from OPRadiomicsLib.types import Affine, FloatArray, Role

from . import MANUFACTURER
from .signal import LARMOR_MHZ_PER_T, Sequence
from .study import SimulatedStudy, simulated_uid

if TYPE_CHECKING:
    from pydicom.dataset import FileDataset

DESCRIPTIONS = {Role.T1WI: "Sag T1 FSE", Role.T2WI: "Sag T2 FSE", Role.FST2WI: "Sag T2 FSE FS"}
STIR = "Sag T2 STIR"
"""Instead of the fat-suppressed T2WI's, where an inversion suppresses the fat."""

MODELS = {"A": "Simulator 3.0T", "B": "Simulator 1.5T"}
MR_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.4"


def write_dicom(
    study: SimulatedStudy, folder: Path, rng: np.random.Generator | None = None, *, localiser: bool = True
) -> dict[str, Path]:
    """Write the three series, and a three-plane localiser, one folder each.

    Parameters
    ----------
    study
        The study.
    folder
        Where the series folders are made; existing instances of the same names are replaced.
    rng
        If given, instance files are named and ordered at random, as exports from archives are.
    localiser
        Whether to add the localiser.

    Returns
    -------
    dict
        Series description to its folder.
    """
    written = {}
    for number, (role, volume) in enumerate(study.volumes.items(), start=2):
        description = DESCRIPTIONS[role] if study.sequences[role].inversion_ms is None else STIR
        target = folder / f"{number:03d}_{description.replace(' ', '_')}"
        slices = _slices(volume.array, volume.affine, volume.affine[:3, 2])
        _write_series(study, _Series(study.sequences[role], description, number, slices), target, rng)
        written[description] = target
    if localiser:
        target = folder / "001_3-Plane_Loc"
        series = _Series(study.sequences[Role.T2WI], "3-Plane Loc", 1, _localiser(study), localiser=True)
        _write_series(study, series, target, rng)
        written["3-Plane Loc"] = target
    return written


Slice = tuple[npt.NDArray[np.uint16], Affine]
"""Pixels (rows, columns) and the affine of that one slice, (i, j, 0, 1) -> LPS mm."""


@dataclass(frozen=True, eq=False)
class _Series:
    sequence: Sequence
    description: str
    number: int
    slices: list[Slice]
    localiser: bool = False


def _slices(array: FloatArray, affine: Affine, step: npt.NDArray[np.float64]) -> list[Slice]:
    out = []
    for k, pixels in enumerate(array):
        one = affine.copy()
        one[:3, 3] = affine[:3, 3] + k * step
        out.append((np.clip(np.rint(pixels), 0, 32767).astype(np.uint16), one))
    return out


def _localiser(study: SimulatedStudy) -> list[Slice]:
    """Three slices of each plane, cut coarsely from the T2WI; its slab is only as wide as the study."""
    from scipy.ndimage import map_coordinates

    volume = study.volumes[Role.T2WI]
    centre = volume.affine @ np.array([*((np.array(volume.shape[::-1]) - 1) / 2), 1.0])
    size = 160
    planes = (
        np.array([[0.0, 0, -1], [1, 0, 0], [0, -1, 0]]),
        np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]]),
        np.array([[1.0, 0, 0], [0, 1, 0], [0, 0, 1]]),
    )
    step_mm = volume.spacing_mm[0] * volume.shape[2] / size
    slices: list[Slice] = []
    for axes in planes:
        for offset in (-15.0, 0.0, 15.0):
            affine = np.eye(4)
            affine[:3, :3] = axes * np.array([step_mm, step_mm, 15.0])
            affine[:3, 3] = centre[:3] + axes[:, 2] * offset - affine[:3, :2] @ np.full(2, (size - 1) / 2)
            rows, columns = np.mgrid[0:size, 0:size]
            points = np.stack([columns, rows, np.zeros_like(rows), np.ones_like(rows)]).reshape(4, -1)
            ijk = np.linalg.inv(volume.affine) @ affine @ points
            pixels = map_coordinates(volume.array, ijk[2::-1], order=1, cval=0.0).reshape(size, size)
            slices.append((np.clip(np.rint(pixels), 0, 32767).astype(np.uint16), affine))
    return slices


def _write_series(study: SimulatedStudy, series: _Series, target: Path, rng: np.random.Generator | None) -> None:
    target.mkdir(parents=True, exist_ok=True)
    names = [f"IM{n:04d}.dcm" for n in range(1, len(series.slices) + 1)]
    if rng is not None:
        names = [names[n] for n in rng.permutation(len(names))]
    for instance, ((pixels, affine), name) in enumerate(zip(series.slices, names, strict=True), start=1):
        dataset = _instance(study, series, instance)
        _add_plane(dataset, affine, 5.0 if series.localiser else series.sequence.thickness_mm)
        _add_pixels(dataset, pixels)
        draft = target / f".{name}.part"
        dataset.save_as(draft, enforce_file_format=True)
        draft.replace(target / name)


def _instance(study: SimulatedStudy, series: _Series, instance: int) -> FileDataset:
    from pydicom.dataset import FileDataset, FileMetaDataset
    from pydicom.uid import UID, ExplicitVRLittleEndian

    uid = UID(simulated_uid(study.recipe, series.number, instance))
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID(MR_IMAGE_STORAGE)
    meta.MediaStorageSOPInstanceUID = uid
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID, dataset.SOPInstanceUID = UID(MR_IMAGE_STORAGE), uid
    _add_patient_and_study(dataset, study)
    _add_series(dataset, study, series)
    dataset.InstanceNumber = instance
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "OTHER"]
    return dataset


def _add_patient_and_study(dataset: FileDataset, study: SimulatedStudy) -> None:
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.PatientName = f"SIMULATED^CASE {study.seed}"
    dataset.PatientID = f"SIM-{study.centre}-{study.seed}"
    dataset.PatientBirthDate = ""
    dataset.PatientSex = "M" if study.patient.male else "F"
    dataset.PatientAge = f"{study.patient.age:03d}Y"
    dataset.PatientComments = "Simulated images; no such person exists"
    dataset.StudyInstanceUID = simulated_uid(study.recipe, "study")
    dataset.StudyDate, dataset.StudyTime = "20240101", "120000"
    dataset.StudyID, dataset.AccessionNumber = "1", ""
    dataset.ReferringPhysicianName = ""
    dataset.StudyDescription = "Lumbar spine, simulated"
    dataset.Manufacturer, dataset.ManufacturerModelName = MANUFACTURER, MODELS[study.centre]
    dataset.InstitutionName = f"Simulated centre {study.centre}"
    dataset.SoftwareVersions = "opradiomics simulation"


def _add_series(dataset: FileDataset, study: SimulatedStudy, series: _Series) -> None:
    sequence = series.sequence
    dataset.Modality = "MR"
    dataset.SeriesInstanceUID = simulated_uid(study.recipe, "series", series.number)
    dataset.SeriesNumber = series.number
    dataset.SeriesDescription = dataset.ProtocolName = series.description
    dataset.SeriesDate, dataset.SeriesTime = "20240101", f"12{series.number:02d}00"
    dataset.AcquisitionNumber = 1
    dataset.BodyPartExamined = "LSPINE"
    dataset.PatientPosition = "HFS"
    dataset.PositionReferenceIndicator = ""
    dataset.FrameOfReferenceUID = study.bodies.frame_of_reference_uid
    dataset.ScanningSequence = ["SE", "IR"] if sequence.inversion_ms else "SE"
    dataset.SequenceVariant = "SK"
    dataset.ScanOptions = "FS" if sequence.fat_residual < 1.0 else ""
    dataset.MRAcquisitionType = "2D"
    dataset.RepetitionTime, dataset.EchoTime = _decimal(sequence.tr_ms), _decimal(sequence.te_ms)
    if sequence.inversion_ms is not None:
        dataset.InversionTime = _decimal(sequence.inversion_ms)
    dataset.EchoTrainLength = sequence.echo_train
    dataset.MagneticFieldStrength = sequence.field_t
    dataset.ImagingFrequency = round(LARMOR_MHZ_PER_T * sequence.field_t, 3)
    dataset.ImagedNucleus = "1H"
    dataset.FlipAngle = 90
    dataset.PixelBandwidth = _decimal(sequence.bandwidth_hz)
    dataset.InPlanePhaseEncodingDirection = "COL"
    dataset.AcquisitionMatrix = [0, sequence.matrix[0], sequence.matrix[1], 0]


def _add_plane(dataset: FileDataset, affine: Affine, thickness_mm: float) -> None:
    columns, rows = (affine[:3, n] / np.linalg.norm(affine[:3, n]) for n in (0, 1))
    dataset.ImageOrientationPatient = [_decimal(value) for value in (*columns, *rows)]
    dataset.ImagePositionPatient = [_decimal(value) for value in affine[:3, 3]]
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    dataset.PixelSpacing = [_decimal(spacing[1]), _decimal(spacing[0])]
    dataset.SliceThickness = _decimal(thickness_mm)
    dataset.SpacingBetweenSlices = _decimal(spacing[2])
    dataset.SliceLocation = _decimal(float(affine[:3, 3] @ np.cross(columns, rows)))


def _decimal(value: float) -> str:
    """Decimal string of at most 16 characters (PS3.5, 6.2), rounded where there are more digits."""
    from pydicom.valuerep import format_number_as_ds

    return format_number_as_ds(float(value))


def _add_pixels(dataset: FileDataset, pixels: npt.NDArray[np.uint16]) -> None:
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 16, 15
    dataset.PixelRepresentation = 0
    dataset.WindowCenter, dataset.WindowWidth = 450, 900
    dataset.PixelData = pixels.tobytes()
