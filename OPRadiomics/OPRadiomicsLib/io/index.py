"""What lies in a DICOM folder: every series, named for what it is, with its files in geometric slice order."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import StudyError
from ..files import sha256_of
from ..types import Progress, SeriesRef, no_progress
from .headers import PATIENT_KEYWORDS, Frame, damaged, read_frames

READERS = 8
"""Threads: header reading waits for the disk or the network share, not for the processor."""

PARALLEL_COSINE = 0.999
"""Slices belong to one stack where rows and columns differ by less than 2.6 degrees."""

SAME_ECHO_MS = 0.5

STATION_MM = 50.0
"""Stations of a spine lie farther apart in their plane; the slices of one oblique or sheared stack less."""

PLANES = ("sagittal", "coronal", "axial")
PLANE_COSINE = 0.8
"""A stack whose normal lies more than 37 degrees from every body axis is called oblique."""

_HELD_ELSEWHERE = {"description", "rows", "columns", "series_number", "lossy"}
"""Attributes that a SeriesRef holds elsewhere or in another form."""


def index_dicom(folder: Path, progress: Progress = no_progress, *, study_uid: str | None = None) -> tuple[SeriesRef, ...]:
    """List the series of one examination.

    Reads every file below the folder, whatever its name; files that are not DICOM, DICOMDIR, and further copies of an object,
    equal to the last byte, are passed over. A series that holds several stacks (planes of a localiser, echoes, Dixon images)
    gives one SeriesRef for each.

    Parameters
    ----------
    folder
        Folder, any nesting.
    progress
        Called with the fraction of headers read.
    study_uid
        StudyInstanceUID, or any ending of it that only one study has: for a folder that holds several.

    Returns
    -------
    tuple of SeriesRef
        Without roles, by series number and part. ``files`` are in ascending order along the stack's normal (row direction x
        column direction). An enhanced multi-frame file stands once, and ``acquisition["frames"]`` gives (index into files,
        frame) for each slice; ``acquisition["strays"]`` counts slices that would continue the stack but differ from it, and
        ``acquisition["height_mm"]`` tells the stations of a spine apart.
        ``acquisition`` has the sequence parameters (tr_ms, te_ms, ti_ms, field_strength_t, ...; the keys
        of `headers`) where known, and always: kind, modality, plane, slices, part, parts, planes_in_series.

    Raises
    ------
    StudyError
        If the folder is absent or holds no DICOM, a DICOM file is damaged, or patients or studies are mixed.
    """
    return index_files(files_below(folder), progress, study_uid=study_uid)


def index_files(
    paths: Sequence[Path], progress: Progress = no_progress, *, study_uid: str | None = None
) -> tuple[SeriesRef, ...]:
    """As `index_dicom`, of the files named; those that are not DICOM are passed over."""
    frames = _one_study(_all_frames(paths, progress), study_uid)
    _require_one_patient(frames)
    frames = _without_copies(frames)
    by_series: defaultdict[str, list[Frame]] = defaultdict(list)
    for frame in frames:
        by_series[frame.series_uid].append(frame)
    found = [series for members in by_series.values() for series in _series_of(members)]
    return tuple(sorted(found, key=_listing_order))


def files_below(folder: Path) -> list[Path]:
    """Every file below a folder, whatever its nesting, linked folders included.

    Raises
    ------
    StudyError
        If the folder is absent or cannot be read.
    """
    try:
        if not folder.is_dir():
            raise StudyError("The study folder does not exist", "a folder of DICOM files", "check the path")
        return _files_below(folder)
    except OSError as error:
        raise StudyError(
            f"A folder of the study cannot be read ({error.strerror})",
            "folders that you may read",
            "check permissions and the medium",
        ) from None


def _all_frames(paths: Sequence[Path], progress: Progress) -> list[Frame]:
    frames: list[Frame] = []
    others: list[Path] = []
    with ThreadPoolExecutor(READERS) as pool:
        for count, (path, read) in enumerate(zip(paths, pool.map(read_frames, paths), strict=True), start=1):
            frames.extend(read)
            others.extend([] if read else [path])
            progress("Reading DICOM headers", count / len(paths))
    if not frames:
        raise StudyError(
            f"No DICOM file among the {len(paths)} files",
            "a lumbar MRI study in DICOM",
            "check the path; NIfTI, NRRD and MHA images are given as files: one to `segment`, and one by one to `predict` and "
            "`features`, with --t1, --t2 and --fst2",
        )
    _require_no_blank_slice(others, frames)
    return frames


def _require_no_blank_slice(others: Iterable[Path], frames: Iterable[Frame]) -> None:
    """Raise `StudyError` for an empty file, or one of null bytes, among slices and named like them: a copy that broke off."""
    homes = {(frame.path.parent, _ending(frame.path)) for frame in frames}
    for path in others:
        if (path.parent, _ending(path)) not in homes:
            continue
        with path.open("rb") as file:
            if not file.read(132).strip(b"\0"):  # a DICOMDIR begins with 128 null bytes
                raise damaged(path, "it is blank, beside DICOM files named like it")


def _without_copies(frames: Iterable[Frame]) -> list[Frame]:
    """Each object once where its file was copied; files of one SOPInstanceUID that differ in any byte all stay."""
    files: defaultdict[str, list[Path]] = defaultdict(list)
    for path, uid in dict.fromkeys((frame.path, frame.instance_uid) for frame in frames):
        files[uid].append(path)
    copies: set[Path] = set()
    for paths in (paths for uid, paths in files.items() if uid and len(paths) > 1):
        seen: set[str] = set()
        for path in paths:
            digest = sha256_of(path)
            copies.update([path] if digest in seen else [])
            seen.add(digest)
    return [frame for frame in frames if frame.path not in copies]


def _ending(path: Path) -> str:
    """File name extension; "" where it is a number, as in names made of UIDs."""
    ending = path.suffix.lower()
    return "" if ending[1:].isdigit() else ending


def _files_below(folder: Path) -> list[Path]:
    """All files, linked folders included, each folder once (links may run in a circle).

    Hidden folders are passed over, such as what a killed run left half-written; "._" files are macOS resource forks.
    """
    seen: set[str] = set()
    found: list[Path] = []
    for root, folders, names in os.walk(folder, onerror=_stop, followlinks=True):
        real = os.path.realpath(root)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = [name for name in folders if not name.startswith(".")]
        found.extend(Path(root) / name for name in names if not name.startswith("._"))
    return sorted(path for path in found if path.is_file())


def _stop(error: OSError) -> None:
    raise error


def _one_study(frames: Sequence[Frame], study_uid: str | None) -> list[Frame]:
    counts = Counter(frame.study_uid for frame in frames)
    if study_uid is None:
        if len(counts) > 1:
            _require_one_patient(frames)
            raise StudyError(
                f"{len(counts)} different studies (StudyInstanceUID): {_endings(counts)}",
                "one study",
                "give the UID of one of them, or its ending, with --study-uid; or keep one folder for each examination",
            )
        return list(frames)
    matching = [uid for uid in counts if uid == study_uid] or [uid for uid in counts if uid.endswith(study_uid)]
    if len(matching) != 1:
        raise StudyError(
            f"{len(matching)} studies whose UID is or ends with '{study_uid}', among {_endings(counts)}",
            "exactly one",
            "give more of the UID with --study-uid",
        )
    return [frame for frame in frames if frame.study_uid == matching[0]]


def _endings(counts: Counter[str]) -> str:
    ends = endings_of(counts)
    return ", ".join(f"{ends[uid]} ({n} images)" for uid, n in sorted(counts.items()))


def endings_of(uids: Collection[str]) -> dict[str, str]:
    """UIDs may hold a date: only their ends, as long as it takes to tell them apart, are shown."""
    length = next((n for n in range(4, 65) if len({uid[-n:] for uid in uids}) == len(uids)), 64)
    return {uid: f"...{uid[-length:]}" for uid in uids}


def _require_one_patient(frames: Iterable[Frame]) -> None:
    for keyword, values in zip(PATIENT_KEYWORDS, zip(*(frame.patient for frame in frames), strict=True), strict=True):
        different = set(values) - {""}
        if len(different) > 1:
            raise StudyError(
                f"{len(different)} different values of {keyword}: the folder mixes patients",
                "one patient",
                "keep one folder for each patient, or give one study's UID, or its ending, with --study-uid",
            )


def _series_of(frames: list[Frame]) -> list[SeriesRef]:
    stacks = _stacks(frames)
    planes = sorted({plane_of(stack[0].orientation) for stack in stacks})
    return [_series(stack, part, stacks, planes) for part, stack in enumerate(stacks, start=1)]


def _strays(stack: list[Frame], stacks: Iterable[list[Frame]]) -> int:
    """How many slices of other stacks lie between this one's or where it would go on: they differ in matrix, echo or type."""
    places = np.array([_place(frame)[0] for frame in stack])
    step = _slice_spacing_mm(stack)
    if not step:
        return 0
    others = [frame for other in stacks if other is not stack for frame in other]
    along = [_place(frame)[0] for frame in others if _one_series(stack[0], frame) and _one_behind_another(stack[0], frame)]
    nearest = np.array([np.abs(places - place).min() for place in along])
    return int(np.count_nonzero((nearest > step / 4) & (nearest < 1.5 * step)))


def _stacks(frames: list[Frame]) -> list[list[Frame]]:
    """Slices that are alike in orientation, size, echo and image type, each in geometric order."""
    groups: list[list[Frame]] = []
    for frame in frames:
        home = next((group for group in groups if _alike(group[0], frame)), None)
        if home is None:
            groups.append([frame])
        else:
            home.append(frame)
    return [sorted(group, key=_place) for group in sorted(groups, key=lambda group: group[0].attributes.get("te_ms", 0.0))]


def _alike(one: Frame, other: Frame) -> bool:
    same = all(
        one.attributes.get(key) == other.attributes.get(key) for key in ("image_type", "rows", "columns", "samples_per_pixel")
    )
    same_echo = abs(one.attributes.get("te_ms", 0.0) - other.attributes.get("te_ms", 0.0)) < SAME_ECHO_MS
    same_frame = one.frame_of_reference_uid == other.frame_of_reference_uid
    same_spacing = np.allclose(one.pixel_spacing_mm or (0, 0), other.pixel_spacing_mm or (0, 0), rtol=1e-3)
    return bool(
        same and same_echo and same_frame and same_spacing and _one_series(one, other) and _one_behind_another(one, other)
    )


def _one_series(one: Frame, other: Frame) -> bool:
    """That number and description don't differ: careless de-identification gives all series of a study one UID."""
    pairs = [(one.attributes.get(key), other.attributes.get(key)) for key in ("series_number", "description")]
    return all(first == second or None in (first, second) for first, second in pairs)


def _one_behind_another(one: Frame, other: Frame) -> bool:
    """That two slices are parallel and not beside each other, as stations of a whole spine in one series are."""
    if one.position_lps is None or other.position_lps is None or one.orientation is None:
        return one.position_lps is other.position_lps and _parallel(one.orientation, other.orientation)
    away = other.position_lps - one.position_lps
    beside = away - (away @ normal_of(one.orientation)) * normal_of(one.orientation)
    return bool(np.linalg.norm(beside) < STATION_MM) and _parallel(one.orientation, other.orientation)


def _parallel(one: npt.NDArray[np.float64] | None, other: npt.NDArray[np.float64] | None) -> bool:
    if one is None or other is None:
        return one is other
    return bool((np.sum(one * other, axis=1) > PARALLEL_COSINE).all())


def _place(frame: Frame) -> tuple[float, str, int]:
    """Sorting key: millimetres along the stack's normal; name and frame only break ties between equal positions."""
    along = 0.0
    if frame.orientation is not None and frame.position_lps is not None:
        along = round(float(normal_of(frame.orientation) @ frame.position_lps), 4)
    return along, str(frame.path), frame.number or 0


def normal_of(orientation: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Unit vector, LPS, along which slices ascend: row direction x column direction."""
    normal = np.cross(orientation[0], orientation[1])
    length = float(np.linalg.norm(normal))
    scaled: npt.NDArray[np.float64] = normal / length if length > 0 else normal
    return scaled


def plane_of(orientation: npt.NDArray[np.float64] | None) -> str:
    """Name the plane by its normal, from the header: sagittal, coronal, axial, oblique, or unknown where no orientation is."""
    if orientation is None:
        return "unknown"
    cosines = np.abs(normal_of(orientation))
    axis = int(np.argmax(cosines))
    return PLANES[axis] if cosines[axis] >= PLANE_COSINE else "oblique"


def _series(stack: list[Frame], part: int, stacks: list[list[Frame]], planes: list[str]) -> SeriesRef:
    first = stack[0]
    multi_frame = any(frame.number is not None for frame in stack)
    files = tuple(dict.fromkeys(frame.path for frame in stack))
    acquisition: dict[str, object] = {key: value for key, value in first.attributes.items() if key not in _HELD_ELSEWHERE}
    acquisition.update(
        kind=_kind(first),
        modality=first.attributes.get("modality", ""),
        series_number=_whole(first.attributes.get("series_number")),
        lossy=bool(first.attributes.get("lossy")),
        matrix=(_whole(first.attributes.get("rows")), _whole(first.attributes.get("columns"))),
        pixel_spacing_mm=first.pixel_spacing_mm,
        slice_spacing_mm=_slice_spacing_mm(stack),
        plane=plane_of(first.orientation),
        planes_in_series=tuple(planes),
        slices=len(stack),
        part=part,
        parts=len(stacks),
    )
    if strays := _strays(stack, stacks):
        acquisition["strays"] = strays
    heights_mm = [_height_mm(other) for other in stacks]
    if max(heights_mm) - min(heights_mm) > STATION_MM:
        acquisition["height_mm"] = _height_mm(stack)
    if multi_frame:
        acquisition["frames"] = tuple((files.index(frame.path), frame.number or 0) for frame in stack)
    return SeriesRef(
        series_uid=first.series_uid,
        study_uid=first.study_uid,
        frame_of_reference_uid=first.frame_of_reference_uid,
        description=str(first.attributes.get("description", "")).strip(),
        files=files,
        acquisition=acquisition,
    )


def _kind(frame: Frame) -> str:
    """What the object is: "image", or its SOP class in words."""
    from pydicom.uid import UID

    name = UID(frame.sop_class).name
    if "Secondary Capture" in name:
        return "secondary capture (screenshot)"
    if frame.attributes.get("samples_per_pixel", 1.0) > 1:
        return "colour image"
    if not name.endswith("Image Storage") or "rows" not in frame.attributes:
        return name.removesuffix(" Storage").lower()
    return "image"


def _slice_spacing_mm(stack: list[Frame]) -> float | None:
    places = [_place(frame)[0] for frame in stack]
    return round(float(np.median(np.diff(places))), 4) if len(places) > 1 else None


def _height_mm(stack: list[Frame]) -> float:
    """How far towards the head the middle of the first slice lies in the scanner's coordinates, 0 where it is not placed."""
    frame = stack[0]
    if frame.position_lps is None or frame.orientation is None:
        return 0.0
    sizes = [frame.attributes.get("columns", 0.0), frame.attributes.get("rows", 0.0)]
    spacings = reversed(frame.pixel_spacing_mm or (0.0, 0.0))
    middle = frame.position_lps + np.array([n * mm / 2 for n, mm in zip(sizes, spacings, strict=True)]) @ frame.orientation
    return round(float(middle[2]), 1)


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


def _listing_order(series: SeriesRef) -> tuple[float, str, int]:
    number = series.acquisition["series_number"]
    part = series.acquisition["part"]
    return (
        float("inf") if not isinstance(number, int) else number,
        series.series_uid,
        part if isinstance(part, int) else 0,
    )
