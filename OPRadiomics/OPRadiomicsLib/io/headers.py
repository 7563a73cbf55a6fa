"""DICOM headers, read fast and checked for truncation: one `Frame` for each slice, of classic or enhanced multi-frame files."""

from __future__ import annotations

import logging
import math
import re
import struct
import unicodedata
import warnings
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import numpy.typing as npt

from ..errors import StudyError

if TYPE_CHECKING:
    from pydicom import Dataset

MEDIA_DIRECTORY = "1.2.840.10008.1.3.10"
UNDEFINED_LENGTH = 0xFFFFFFFF

TEXT_KEYS: Mapping[str, tuple[str, ...]] = {
    "modality": ("Modality",),
    "description": ("SeriesDescription",),
    "protocol": ("ProtocolName",),
    "sequence_name": ("SequenceName", "PulseSequenceName"),
    "body_part": ("BodyPartExamined",),
    "contrast": ("ContrastBolusAgent",),
    "manufacturer": ("Manufacturer",),
    "model": ("ManufacturerModelName",),
    "fat_selective": ("SpectrallySelectedSuppression",),
    "acquisition_type": ("MRAcquisitionType",),
}
LIST_KEYS: Mapping[str, tuple[str, ...]] = {
    "image_type": ("FrameType", "ImageType"),
    "scanning_sequence": ("ScanningSequence",),
    "sequence_variant": ("SequenceVariant",),
    "scan_options": ("ScanOptions",),
    "acquisition_matrix": ("AcquisitionMatrix",),
}
NUMBER_KEYS: Mapping[str, tuple[str, ...]] = {
    "series_number": ("SeriesNumber",),
    "tr_ms": ("RepetitionTime",),
    "te_ms": ("EffectiveEchoTime", "EchoTime"),
    "ti_ms": ("InversionTimes", "InversionTime"),
    "flip_angle_deg": ("FlipAngle",),
    "echo_train_length": ("EchoTrainLength",),
    "field_strength_t": ("MagneticFieldStrength",),
    "slice_thickness_mm": ("SliceThickness",),
    "rows": ("Rows",),
    "columns": ("Columns",),
    "samples_per_pixel": ("SamplesPerPixel",),
    "lossy": ("LossyImageCompression",),
}
PATIENT_KEYWORDS = ("PatientID", "PatientBirthDate", "PatientSex")
_OTHER_KEYWORDS = (
    "SOPClassUID",
    "SOPInstanceUID",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "FrameOfReferenceUID",
    "ImagePositionPatient",
    "ImageOrientationPatient",
    "PixelSpacing",
    "NumberOfFrames",
    "EchoPulseSequence",
    "InversionRecovery",
    "ContrastBolusAgentSequence",
    "SharedFunctionalGroupsSequence",
    "PerFrameFunctionalGroupsSequence",
)
_READ_AS_LATIN_1 = {"", "ISO_IR 6", "ISO_IR 100", "ISO 2022 IR 6", "ISO 2022 IR 100", "ISO 2022 IR 58"}
_LOSSY_SYNTAXES = {f"1.2.840.10008.1.2.4.{number}" for number in (50, 51, 81)}
"""JPEG baseline and extended, JPEG-LS near-lossless: with loss even where a gateway has not set LossyImageCompression."""
_ECHO_PULSE_TO_SCANNING = {"SPIN": ["SE"], "GRADIENT": ["GR"], "BOTH": ["GR", "SE"]}


@dataclass(frozen=True, eq=False)
class Frame:
    """One slice's header: file, frame number (None in a single-frame file), placement and sequence attributes.

    ``position_lps`` has shape (3,), ``orientation`` (2, 3): the directions of a row and of a column; None where absent.
    ``attributes`` holds the keys of TEXT_KEYS, LIST_KEYS and NUMBER_KEYS that the header has. ``patient`` is compared, never
    shown.
    """

    path: Path
    number: int | None
    sop_class: str
    instance_uid: str
    study_uid: str
    series_uid: str
    frame_of_reference_uid: str | None
    position_lps: npt.NDArray[np.float64] | None
    orientation: npt.NDArray[np.float64] | None
    pixel_spacing_mm: tuple[float, float] | None
    attributes: Mapping[str, Any]
    patient: tuple[str, ...]


def scanner_of(acquisition: Mapping[str, object]) -> str:
    """Manufacturer, model and field strength of a series' ``acquisition``, as "GE MEDICAL SYSTEMS, SIGNA Architect, 3 T"."""
    field = acquisition.get("field_strength_t")
    tesla = f"{field:g} T" if isinstance(field, (int, float)) else ""
    words = (" ".join(str(acquisition.get(key) or "").split()) for key in ("manufacturer", "model"))
    return ", ".join(part for part in (*words, tesla) if part)


def damaged(path: Path, what: str) -> StudyError:
    """Error for an unreadable file; named by file name and size only, as folders often bear patients' names."""
    size = path.stat().st_size if path.is_file() else 0
    return StudyError(
        f"File '{path.name}' ({size} bytes) is damaged: {what}",
        "complete DICOM files",
        "copy or export the study again; if the file is not needed, remove it",
    )


@cache
def malformed() -> tuple[type[Exception], ...]:
    """What pydicom raises when it converts, on first use, an element whose bytes contradict their VR or length."""
    from pydicom.errors import BytesLengthException

    lookups = (KeyError, IndexError, AttributeError, TypeError, ValueError, OverflowError)
    return (
        *lookups,
        NotImplementedError,
        RuntimeError,
        StopIteration,
        EOFError,
        OSError,
        struct.error,
        zlib.error,
        BytesLengthException,
    )


def read_frames(path: Path) -> tuple[Frame, ...]:
    """Header of one file, without its pixels.

    Returns
    -------
    tuple of Frame
        One for each slice; one without placement for a DICOM object that is no image; none where the file is not DICOM, or is
        a DICOMDIR.

    Raises
    ------
    StudyError
        If a DICOM file is truncated or corrupt.
    """
    try:
        dataset = _read_dataset(path)
        return () if dataset is None else _frames(path, dataset)
    except malformed() as error:
        if isinstance(error, OSError) and error.errno:  # of the system; pydicom raises some without a number
            raise StudyError(
                f"File '{path.name}' cannot be read ({error.strerror})",
                "files that you may read",
                "check permissions and the medium",
            ) from None
        raise damaged(path, f"a value in its header cannot be read ({type(error).__name__})") from None


def _frames(path: Path, dataset: Dataset) -> tuple[Frame, ...]:
    per_frame = dataset.get("PerFrameFunctionalGroupsSequence")
    if not per_frame:
        return (_frame(path, dataset, (dataset,), None),)
    shared = list(dataset.get("SharedFunctionalGroupsSequence") or [])
    if len(per_frame) != int(dataset.get("NumberOfFrames") or 0):
        raise damaged(path, f"{dataset.get('NumberOfFrames')} frames announced, {len(per_frame)} described")
    common = _groups(shared)
    return tuple(_frame(path, dataset, (*_groups([item]), *common, dataset), n) for n, item in enumerate(per_frame))


@cache
def tags() -> tuple[int, ...]:
    """The tags that `read_frames` reads; all else is skipped on disk."""
    from pydicom.datadict import tag_for_keyword

    tables = (TEXT_KEYS, LIST_KEYS, NUMBER_KEYS)
    keywords = [keyword for table in tables for keywords in table.values() for keyword in keywords]
    found = (tag_for_keyword(keyword) for keyword in (*keywords, *PATIENT_KEYWORDS, *_OTHER_KEYWORDS))
    return tuple(tag for tag in found if tag is not None)


def _read_dataset(path: Path) -> Dataset | None:
    """Header, or None where the file is not DICOM or is a DICOMDIR."""
    from pydicom import dcmread

    with path.open("rb") as file:
        start = file.read(132)
        marked = start[128:] == b"DICM"
        if not marked and start[:2] not in (b"\x08\x00", b"\x02\x00"):  # files from some archives lack the preamble
            return None
        file.seek(0)
        try:
            dataset = dcmread(file, stop_before_pixels=True, force=True, specific_tags=list(tags()))
        except malformed() as error:
            if marked or getattr(error, "errno", None):
                broken = "its compressed content ends early" if isinstance(error, zlib.error) else type(error).__name__
                raise damaged(path, broken) from None
            return None
        if str(dataset.file_meta.get("MediaStorageSOPClassUID", "")) == MEDIA_DIRECTORY:
            return None
        absent = [keyword for keyword in ("SOPClassUID", "SeriesInstanceUID") if not raw_text(dataset, keyword)]
        if absent:
            if marked:
                raise damaged(path, f"its header ends early, or lacks {' and '.join(absent)}")
            return None
        _require_whole_pixels(path, file, dataset)
    return dataset


def _require_whole_pixels(path: Path, file: BinaryIO, dataset: Dataset) -> None:
    """Compare the announced length of the pixel data with what is left of the file, which stands at that element."""
    from pydicom.uid import UID, DeflatedExplicitVRLittleEndian

    if not UID(dataset.SOPClassUID).name.endswith("Image Storage"):
        return
    if dataset.file_meta.get("TransferSyntaxUID") == DeflatedExplicitVRLittleEndian:
        return
    order = "<" if dataset.original_encoding[1] else ">"
    start = file.tell()
    head = file.read(12)
    if len(head) < 12 or struct.unpack(order + "H", head[:2])[0] != 0x7FE0:
        raise damaged(path, "it ends before the pixel data")
    length_at = 8 if head[4:6].isalpha() else 4  # explicit VR (PS3.5 7.1.2) or implicit; some files change midway
    announced = struct.unpack(order + "I", head[length_at : length_at + 4])[0]
    present = path.stat().st_size - start - length_at - 4
    if announced != UNDEFINED_LENGTH and present < announced:
        raise damaged(path, f"{present} of {announced} bytes of pixel data")


def _groups(items: list[Dataset]) -> list[Dataset]:
    """First items of the functional-group sequences (DICOM PS3.3 C.7.6.16).

    Private ones are passed over: Philips repeats half a classic header in (2005,xx0F), which need not be that of the frame.
    """
    elements = [item[tag] for item in items for tag in item.keys() if not tag.is_private]  # noqa: SIM118
    return [element.value[0] for element in elements if element.VR == "SQ" and element.value]


def _first(places: tuple[Dataset, ...], keywords: tuple[str, ...]) -> Any:
    for keyword in keywords:
        for place in places:
            value = place.get(keyword)
            if value is not None and value != "":
                return value
    return None


def _frame(path: Path, dataset: Dataset, places: tuple[Dataset, ...], number: int | None) -> Frame:
    position = _vector(_first(places, ("ImagePositionPatient",)), 3)
    orientation = _vector(_first(places, ("ImageOrientationPatient",)), 6)
    spacing = _vector(_first(places, ("PixelSpacing",)), 2)
    return Frame(
        path=path,
        number=number,
        sop_class=str(dataset.SOPClassUID),
        instance_uid=raw_text(dataset, "SOPInstanceUID"),
        study_uid=raw_text(dataset, "StudyInstanceUID"),
        series_uid=raw_text(dataset, "SeriesInstanceUID"),
        frame_of_reference_uid=raw_text(dataset, "FrameOfReferenceUID") or None,
        position_lps=position,
        orientation=None if orientation is None else orientation.reshape(2, 3),
        pixel_spacing_mm=None if spacing is None else (float(spacing[0]), float(spacing[1])),
        attributes=_attributes(places),
        patient=tuple(raw_text(dataset, keyword) for keyword in PATIENT_KEYWORDS),
    )


def _attributes(places: tuple[Dataset, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, keywords in TEXT_KEYS.items():
        if (value := _first(places, keywords)) is not None:
            found[key] = mended(str(value), places[-1].get("SpecificCharacterSet"))
    for key, keywords in LIST_KEYS.items():
        if (value := _first(places, keywords)) is not None:
            found[key] = tuple(str(item) for item in (value if _is_list(value) else [value]))
    for key, keywords in NUMBER_KEYS.items():
        if (number := _number(places, keywords)) is not None:
            found[key] = number
    if str(places[-1].file_meta.get("TransferSyntaxUID", "")) in _LOSSY_SYNTAXES:
        found["lossy"] = 1.0
    found.setdefault("scanning_sequence", tuple(_enhanced_sequence(places)))
    if agents := places[-1].get("ContrastBolusAgentSequence"):
        found.setdefault("contrast", str(agents[0].get("CodeMeaning") or "by code"))  # all that enhanced MR has (C.7.6.4b)
    return found


def _number(places: tuple[Dataset, ...], keywords: tuple[str, ...]) -> float | None:
    """A number, or None where it is absent or no finite number: one bad optional tag makes no series unreadable."""
    try:
        value = _first(places, keywords)
        number = float(value[0] if _is_list(value) else value)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return number if math.isfinite(number) else None


def _enhanced_sequence(places: tuple[Dataset, ...]) -> list[str]:
    """Enhanced MR says SPIN, GRADIENT or BOTH where classic MR says SE and GR."""
    sequence = list(_ECHO_PULSE_TO_SCANNING.get(str(_first(places, ("EchoPulseSequence",))), []))
    if _first(places, ("InversionRecovery",)) == "YES":
        sequence.append("IR")
    return sequence


def _is_list(value: Any) -> bool:
    from pydicom.multival import MultiValue

    return isinstance(value, (list, tuple, MultiValue))


def _vector(value: Any, length: int) -> npt.NDArray[np.float64] | None:
    if value is None:
        return None
    vector = np.array([float(item) for item in value])
    if vector.shape != (length,) or not np.isfinite(vector).all():
        raise ValueError(f"{length} finite numbers expected")
    return vector


def raw_text(dataset: Dataset, keyword: str) -> str:
    """Value as stored: pydicom's own conversion warns of, and so prints, a malformed date or UID (with 2024.08.05 in it)."""
    from pydicom.dataelem import RawDataElement

    if keyword not in dataset:
        return ""
    value = dataset.get_item(keyword).value
    if isinstance(value, bytes):
        return value.decode("latin-1").strip(" \0")
    return "" if value is None or isinstance(value, RawDataElement) else str(value).strip()


def mended(text: str, charset: Any) -> str:
    """The text, decoded anew where its bytes are of another character set than ``charset``, the header's own, says.

    Where the header declares none, the bytes are read as UTF-8, or else as GB 18030 (common on Chinese scanners), if they are
    valid. Where it declares Latin 1, as many of these scanners do all the same, or ISO 2022 IR 58 without its escapes, they are
    read as Chinese if that gives two Chinese characters in a row.
    """
    declared = {str(one) for one in (charset if _is_list(charset) else [charset or ""])}
    if text.isascii() or not declared <= _READ_AS_LATIN_1:
        return text
    chinese = ("gb2312", _has_chinese_word) if charset else ("gb18030", str.isprintable)
    for encoding, accept in (("utf-8", _is_one_script), chinese):
        try:
            decoded = text.encode("latin-1").decode(encoding)
        except (UnicodeDecodeError, UnicodeEncodeError):
            continue
        if accept(decoded):
            return decoded
    return text


def _has_chinese_word(text: str) -> bool:
    """Two Chinese characters are four accented letters of Latin 1 in a row, one is two, as in "créée"."""
    return bool(re.search(r"[\u4e00-\u9fff]\^?[\u4e00-\u9fff]", text))


def _is_one_script(text: str) -> bool:
    """Chinese in GB 18030 may happen to be valid UTF-8: then it reads as a jumble of Greek, Hebrew and Cyrillic letters."""
    scripts = {unicodedata.name(letter, "none").split()[0] for letter in text if not letter.isascii()}
    return len(scripts) == 1 or "CJK" in scripts


@contextmanager
def silent_about_patients() -> Iterator[None]:
    """Keep pydicom and highdicom from warning of, and so printing, values of the header."""
    loggers = [logging.getLogger(name) for name in ("highdicom", "pydicom")]
    levels = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.CRITICAL)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
