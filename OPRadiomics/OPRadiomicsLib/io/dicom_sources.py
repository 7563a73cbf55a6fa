"""The DICOM images that a result belongs to: which series, on which grid, and whose record.

A SEG or SR made from a result is filed with the examination it came from, so it bears that examination's patient and study
attributes (DICOM PS3.3 C.7.1, C.7.2). They pass from header to header and are shown nowhere.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import StudyError
from ..types import Progress, Role, SeriesRef, Volume, no_progress
from .dicom_seg import is_dicom
from .headers import damaged, malformed, mended
from .index import files_below, index_dicom, index_files
from .selection import describe_series, select_series
from .volumes import READABLE_SUFFIXES, read_volume

if TYPE_CHECKING:
    from pydicom import Dataset
    from pydicom.dataelem import DataElement

UTF_8 = "ISO_IR 192"
REQUIRED_KEYWORDS = (
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "StudyDate",
    "StudyTime",
    "StudyID",
    "AccessionNumber",
    "ReferringPhysicianName",
)
"""Type 2 attributes of patient and study: may be empty, may not be absent (PS3.5 7.4.3)."""
_TEXT_VRS = ("LO", "LT", "PN", "SH", "ST", "UC", "UT")
_NEEDS_IMAGES = "the examination's DICOM images: results go into that patient's record and lie on those images' grid"


@dataclass(frozen=True, eq=False)
class DicomSource:
    """One sequence's DICOM series.

    Parameters
    ----------
    grid
        The image, k ascending along row direction x column direction.
    headers
        Without pixels, text decoded, to be written as UTF-8: one a slice in the order of k, or one multi-frame header that
        describes the stack's frames alone, in that order.
    frames
        Of a multi-frame file: number of each slice's frame in the file, from 0, in the order of k.
    """

    series: SeriesRef
    grid: Volume
    headers: tuple[Dataset, ...]
    frames: tuple[int, ...] | None = None


def sources_of_study(
    folder: Path,
    roles: Sequence[Role],
    *,
    choices: Mapping[Role, str] | None = None,
    study_uid: str | None = None,
    progress: Progress = no_progress,
) -> dict[Role, SeriesRef]:
    """The series of ``roles`` in an examination's folder, chosen as for a prediction; raises as `select_series`."""
    if not folder.is_dir():
        raise StudyError(f"'{folder.name}' is no folder", _NEEDS_IMAGES, "give the examination's DICOM folder")
    wanted = {role: name for role, name in (choices or {}).items() if role in roles}
    return select_series(index_dicom(folder, progress, study_uid=study_uid), choices=wanted, roles=tuple(roles))


def sources_by_role(places: Mapping[Role, Path], progress: Progress = no_progress) -> dict[Role, SeriesRef]:
    """The series of each role from its own place: a folder, a DICOM file, or a text file that lists files, one a line.

    Raises
    ------
    StudyError
        If a place holds no DICOM series or several stacks, patients or studies differ, or two roles name one series.
    """
    files = {role: _files_at(place) for role, place in places.items()}
    index = index_files(list(dict.fromkeys(path for paths in files.values() for path in paths)), progress)
    found = {role: _series_among(index, set(paths), role) for role, paths in files.items()}
    _require_different(found)
    return found


def _files_at(place: Path) -> list[Path]:
    if place.is_dir():
        return files_below(place)
    if place.name.lower().endswith(READABLE_SUFFIXES):
        raise StudyError(
            f"'{place.name}' is no DICOM image",
            _NEEDS_IMAGES,
            "give the DICOM folder that it was converted from; a result of NIfTI or NRRD alone cannot become DICOM",
        )
    try:
        if is_dicom(place):
            return [place]
        listed = [line.strip() for line in place.read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise StudyError(
            f"'{place.name}' cannot be read ({why})", "a folder, or a text file with a DICOM file a line", "check the path"
        ) from None
    return _existing(place, listed)


def _existing(place: Path, listed: Sequence[str]) -> list[Path]:
    """Paths of a list, relative ones from its own folder; an error tells where in the list, not what stands there."""
    paths = {number: place.parent / line for number, line in enumerate(listed, start=1) if line}
    absent = [number for number, path in paths.items() if not os.path.isfile(path)]  # noqa: PTH113  (no error for a long line)
    if absent or not paths:
        raise StudyError(
            f"{len(absent)} of the {len(paths)} files that '{place.name}' lists do not exist, the first in line {absent[0]}"
            if absent
            else f"'{place.name}' lists no file",
            "the path of a DICOM file a line",
            "write the list again",
        )
    return list(paths.values())


def _series_among(index: Sequence[SeriesRef], files: set[Path], role: Role) -> SeriesRef:
    members = [series for series in index if files.issuperset(series.files)]
    if not members:
        raise StudyError(f"No DICOM image among the files given for {role}", _NEEDS_IMAGES, "check the path")
    if len(members) > 1:
        return select_series(members, roles=(role,))[role]
    return replace(members[0], role=role, reason="given by the user")


def _require_different(found: Mapping[Role, SeriesRef]) -> None:
    seen: dict[tuple[Path, ...], Role] = {}
    for role, series in found.items():
        other = seen.setdefault(series.files, role)
        if other is not role:
            raise StudyError(
                f"One series given for both {other} and {role}: {describe_series(series)}",
                "a different series for each sequence",
                "check which images were given for each",
            )


def open_source(series: SeriesRef) -> DicomSource:
    """Read a series' grid and headers.

    Raises
    ------
    StudyError, GeometryError
        As `read_volume`; if the series lies in several multi-frame files, has no frame of reference, or its patient and study
        attributes break DICOM's rules.
    """
    grid = read_volume(series)
    numbered: Any = series.acquisition.get("frames")
    if numbered is not None and len(series.files) > 1:
        raise StudyError(
            f"{describe_series(series)} lies in {len(series.files)} multi-frame files",
            "one multi-frame file, or single-frame files",
            "join them into one multi-frame file, or export the series as classic MR images",
        )
    if grid.frame_of_reference_uid is None:
        raise StudyError(
            f"{describe_series(series)} has no frame of reference (FrameOfReferenceUID)",
            "images that say which space they lie in",
            "export the original series",
        )
    headers = tuple(_header(path) for path in series.files)
    if len({str(header.SOPInstanceUID) for header in headers}) < len(headers):
        raise StudyError(
            f"{describe_series(series)}: {len(headers)} files, some with the same SOPInstanceUID",
            "images that each have a UID of their own, by which a result points at them",
            "export the original series; its de-identification gave several images one UID",
        )
    if numbered is None:
        return DicomSource(series, grid, headers)
    frames = tuple(frame for _, frame in numbered)
    return DicomSource(series, grid, (_of_frames(headers[0], frames),), frames)


def _of_frames(header: Dataset, frames: Sequence[int]) -> Dataset:
    """The header as if its file held these frames alone: others, as a second echo's, may lie at the same places."""
    groups = header.PerFrameFunctionalGroupsSequence
    header.PerFrameFunctionalGroupsSequence = [groups[frame] for frame in frames]
    header.NumberOfFrames = len(frames)
    return header


def _header(path: Path) -> Dataset:
    from pydicom import dcmread

    try:
        header = dcmread(path, stop_before_pixels=True, force=True)
        charset = header.get("SpecificCharacterSet")
        if charset:
            header.decode()
        header.walk(lambda _, element: _mend_element(element, charset))
    except malformed() as error:
        raise damaged(path, type(error).__name__) from None
    header.SpecificCharacterSet = UTF_8
    for keyword in REQUIRED_KEYWORDS:
        if keyword not in header:
            setattr(header, keyword, "")
    _require_valid(header)
    return header


def _mend_element(element: DataElement, charset: Any) -> None:
    """Text whose bytes contradict the declared character set, as for series descriptions."""
    if element.VR not in _TEXT_VRS or not element.value:
        return
    texts = [str(value) for value in (element.value if element.VM > 1 else [element.value])]
    if not all(text.isascii() for text in texts):
        whole = [mended(text, charset) for text in texts]
        element.value = whole if element.VM > 1 else whole[0]


def _require_valid(header: Dataset) -> None:
    """Raise `StudyError`, which names the attribute and not its value, where one would make an invalid object."""
    from pydicom.valuerep import DA, TM

    absent = [keyword for keyword in ("StudyInstanceUID", "SOPInstanceUID") if not header.get(keyword)]
    if absent:
        raise StudyError(
            f"The images have no {' and no '.join(absent)}",
            "the UIDs by which a result points at its images",
            "export the original series",
        )
    wrong = [] if str(header.PatientSex or "") in ("", "M", "F", "O") else ["PatientSex"]
    for keyword, kind in (("PatientBirthDate", DA), ("StudyDate", DA), ("StudyTime", TM)):
        try:
            kind(header[keyword].value or "")
        except (ValueError, TypeError):
            wrong.append(keyword)
    if wrong:
        raise StudyError(
            f"{', '.join(wrong)} of the images cannot be copied: no valid DICOM value",
            "a header whose patient and study attributes follow the standard",
            "correct the images' header, or export them again",
        )
