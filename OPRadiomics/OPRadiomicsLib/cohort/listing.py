"""Which cases a cohort has: a folder of study folders, a list of them, or a table with a column that names them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ..errors import StudyError
from ..files import FOLDER_SIGNS, names_a_folder
from ..io.headers import Frame, read_frames
from ..io.index import files_below
from ..io.output import IMAGE_SUFFIXES
from ..io.tables import cell_text, read_table
from ..models.clinical import parse_exclusion
from ..types import Role
from .case import SERIES_COLUMNS, Case

CASE_COLUMN: Final = "case"
STUDY_COLUMN: Final = "study"
EXCLUSION_COLUMN: Final = "exclusion"
"""Where this column says anything, the patient is out, and that is the reason."""

MASK_COLUMNS: Final[Mapping[Role, str]] = {Role.T1WI: "mask", Role.T2WI: "mask_t2", Role.FST2WI: "mask_fst2"}
CLINICAL_COLUMNS: Final = ("age", "sex", "bmi", "diabetes", "smoking", "drinking")

_LOOKED_AT: Final = 5
"""Files of a folder that are looked at for a DICOM header; notes and viewers may lie before the images."""

_SHOWN: Final = 20
"""Faults that a message lists before it only counts."""


@dataclass(frozen=True)
class CaseList:
    """The cases of a run, and what was passed over, in words."""

    cases: tuple[Case, ...]
    notes: tuple[str, ...] = ()


def list_cases(source: str | Path) -> CaseList:
    """Cases of a folder, a list or a table.

    Parameters
    ----------
    source
        One of: a folder of study folders, each a case of that name; the folder of one study, which is one case; a .txt with
        the path of a study folder a line; a table (CSV, Excel, Parquet) with the columns case and study, and if you like mask,
        mask_t2, mask_fst2, t1_series, t2_series, fst2_series, age, sex, bmi, diabetes, smoking, drinking, exclusion. Relative
        paths count from the list or table.

    Raises
    ------
    StudyError
        If there is no case, or a case has no study, or no name of its own that can be a folder's; all such cases are listed.
    ClinicalDataError
        As `models.clinical.parse_exclusion`.
    MissingDependencyError
        As `io.read_table`.
    """
    path = Path(source)
    if path.is_dir():
        found = _of_folder(path)
    elif not path.exists():
        raise StudyError(f"'{path.name}' does not exist", "a folder of studies, or a table or a list of them", "check the path")
    elif path.suffix.lower() == ".txt":
        found = _of_list(path)
    else:
        found = _of_table(path)
    _require_names(found.cases, path)
    return found


def _of_folder(path: Path) -> CaseList:
    folders = sorted(one for one in path.iterdir() if _is_study_folder(one))
    if _holds_images(path, alone=not folders) or _are_series_of_one_study(folders):
        name = path.resolve().name
        return CaseList((Case(name, path),), (f"'{name}' is one study's own folder: it is taken as one case.",))
    return CaseList(tuple(Case(one.name, one) for one in folders))


def _holds_images(path: Path, alone: bool) -> bool:
    """Whether images lie in the folder itself: named by sequence, or DICOM files where these are ``alone``."""
    files = sorted(one for one in path.iterdir() if one.is_file())
    named = {f"{role}{ending}" for role in Role for ending in IMAGE_SUFFIXES}
    return any(file.name in named for file in files) or (alone and _first_frame(files) is not None)


def _are_series_of_one_study(folders: list[Path]) -> bool:
    """Whether several folders hold DICOM series of one examination, each its own."""
    series: set[str] = set()
    study: set[tuple[str, ...]] = set()
    for folder in folders:  # one header each, and of a cohort those of two folders
        try:
            frame = _first_frame(files_below(folder))
        except StudyError:  # what can't be read is a case that fails, alone
            return False
        if frame is None or not frame.study_uid or frame.series_uid in series:
            return False
        study.add((frame.study_uid, *frame.patient))  # de-identification may leave one UID to all patients
        series.add(frame.series_uid)
        if len(study) > 1:
            return False
    return len(series) > 1


def _first_frame(files: list[Path]) -> Frame | None:
    """The first header of a DICOM image among the first files; None where there is none, or it can't be read."""
    for file in files[:_LOOKED_AT]:
        try:
            frames = read_frames(file)
        except StudyError:
            return None
        if frames and frames[0].position_lps is not None:
            return frames[0]
    return None


def _is_study_folder(path: Path) -> bool:
    return path.is_dir() and not path.name.startswith(".")


def _of_list(path: Path) -> CaseList:
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise StudyError(
            f"List '{path.name}' cannot be read ({type(error).__name__})",
            "UTF-8 text, the path of one study folder a line",
            "check the path",
        ) from None
    studies = [path.parent / line for line in lines if line and not line.startswith("#")]
    return CaseList(tuple(Case(study.name, study) for study in studies))


def _of_table(path: Path) -> CaseList:
    table = read_table(path)
    absent = [name for name in (CASE_COLUMN, STUDY_COLUMN) if name not in table.columns]
    if absent:
        raise StudyError(
            f"Table {table.name} without the column {' and '.join(absent)}",
            "the columns case (a pseudonym) and study (a folder, from the table's place)",
            "add it",
        )
    rows = list(table.records())
    taking_part = [row for row in rows if parse_exclusion(row.get(EXCLUSION_COLUMN)) is None]
    cases = tuple(_case(row, path.parent) for row in taking_part)
    return CaseList(cases, (*table.notes, *_notes(cases, len(rows))))


def _notes(cases: tuple[Case, ...], listed: int) -> Iterator[str]:
    if len(cases) < listed:
        yield f"{listed - len(cases)} of {listed} cases are excluded, as the table says."
    given = sum(Role.T1WI in case.masks for case in cases)
    if 0 < given < len(cases):
        yield f"Masks are given for {given} of {len(cases)} cases, the network draws the others': don't fit one model to both."


def _case(row: Mapping[str, Any], home: Path) -> Case:
    masks = {role: home / str(row[name]) for role, name in MASK_COLUMNS.items() if row.get(name, "") != ""}
    clinical = {name: row[name] for name in CLINICAL_COLUMNS if row.get(name, "") != ""}
    series = {role: cell_text(row[name]) for role, name in SERIES_COLUMNS.items() if row.get(name, "") != ""}
    study = cell_text(row[STUDY_COLUMN])
    return Case(cell_text(row[CASE_COLUMN]), home / study if study else Path(), masks, clinical, series)


def _require_names(cases: tuple[Case, ...], source: Path) -> None:
    if not cases:
        raise StudyError(
            f"No case in '{source.name}'", "a subfolder, a line or a row for each case", "check the folder, list or table"
        )
    faults = list(_faults(cases))
    if faults:
        more = f"; and {len(faults) - _SHOWN} more" if len(faults) > _SHOWN else ""
        raise StudyError(
            f"{len(faults)} faults in the cases of '{source.name}': {'; '.join(faults[:_SHOWN])}{more}",
            f"for each case a name of its own ({FOLDER_SIGNS}) and a study",
            "correct the names; they become names of folders",
        )


def _faults(cases: tuple[Case, ...]) -> Iterator[str]:
    counts = Counter(case.name.casefold() for case in cases)  # Windows and macOS don't tell case apart
    for number, case in enumerate(cases, start=1):
        if not names_a_folder(case.name):
            yield f"case {number} is named '{case.name[:40]}'"
        if case.study == Path():
            yield f"case {number} ('{case.name[:40]}') has no study"
    yield from (f"'{name[:40]}' stands {count} times" for name, count in counts.items() if count > 1)
