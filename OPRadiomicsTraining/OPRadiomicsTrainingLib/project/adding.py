"""Studies on their way into a project: read, stripped of everything that names a patient, given a new name."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from OPRadiomicsLib.cohort import Failure, failure_of
from OPRadiomicsLib.errors import OPRadiomicsError, OutputError
from OPRadiomicsLib.files import write_bytes, write_text
from OPRadiomicsLib.types import KINDS_SEPARATOR, Progress, Role, no_progress

from ..simulation import MANUFACTURER
from .cases import ACQUISITION_FILE, CASE_FILE, CLINICAL, THUMBNAIL, Case, case_named, list_cases
from .exclusive import stamp, utc_now
from .folder import Project, ProjectError
from .key import KeyRow, append_key
from .thumbnails import thumbnail

if TYPE_CHECKING:
    from OPRadiomicsLib.study import Study
    from OPRadiomicsLib.types import SeriesRef


@dataclass(frozen=True)
class Listed:
    """A study to add: its folder, and from a table that lists it values, former name (for the key alone), and series."""

    study: Path
    clinical: Mapping[str, Any] = field(default_factory=dict)
    former: str = ""
    series: Mapping[Role, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Added:
    """New cases, and studies that could not be added, by their number in the list that was given."""

    cases: tuple[Case, ...]
    failures: tuple[Failure, ...] = ()


def add_study(
    project: Project,
    study: Study,
    *,
    key: KeyRow | None = None,
    centre: str = "",
    age: float | None = None,
    sex: str = "",
    clinical: Mapping[str, str] | None = None,
    simulated: bool = False,
    progress: Progress = no_progress,
) -> Case:
    """Add an examination: images as NIfTI without patient data, under the next free name.

    The key is written before the images, so that no case lacks one. case.json is written last and makes the case.

    Parameters
    ----------
    study
        As `OPRadiomicsLib.study.open_study` or `open_files` give it.
    key
        What leads back to the patient; goes to the key file, under the case's new name.
    age, sex
        Replace those that the study knows; sex "M" or "F".
    simulated
        Whether the images are a simulator's; those with its header are so anyway.
    clinical
        Other cells of a cohort's table, such as label and bmd.

    Raises
    ------
    ProjectError
        If the examination is in the project already.
    OutputError
        If images or key can't be written; nothing of the case stays.
    Cancelled
        If ``progress``, which is called before each image, raises it; nothing of the case stays but its row in the key.
    """
    digest = study.digest
    twin = next((case for case in list_cases(project).values() if case.digest == digest), None)
    if twin is not None:
        raise ProjectError(f"The examination is {twin.name} already", "one that the project does not hold", "leave it out")
    folder = _reserve(project)
    try:
        append_key(project, replace(key or KeyRow(""), case=folder.name))
        _write_images(study, folder, progress)
        content = {
            "case": folder.name,
            "added": stamp(utc_now()),
            "age": _whole_years(study.age if age is None else age),
            "sex": sex or study.sex or "",
            "centre": centre,
            "clinical": dict(clinical or {}),
            "scanner": study.scanner,
            "kinds": KINDS_SEPARATOR.join(study.kinds),
            "sequences": [role.value for role in Role if role in study.volumes],
            "digest": digest,
            "simulated": simulated or MANUFACTURER in study.scanner,
        }
        write_text(folder / CASE_FILE, json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return case_named(project, folder.name)


def add_listed(
    project: Project, cases: Sequence[Listed], *, centre: str = "", simulated: bool = False, progress: Progress = no_progress
) -> Added:
    """Add studies, each DICOM or image files named T1WI, T2WI and FS-T2WI; one that fails stops no other.

    Parameters
    ----------
    cases
        As `OPRadiomicsLib.cohort.list_cases` gives them; their names go into no file but the key.

    Raises
    ------
    OutputError
        If project or key can't be written: then no other study can.
    Cancelled
        If ``progress`` raises it; studies that were added stay.
    """
    added: list[Case] = []
    failures: list[Failure] = []
    for number, one in enumerate(cases, start=1):
        own = _counted(progress, number, len(cases))
        own("", 0.0)
        try:
            added.append(_add_one(project, one, centre, simulated, own))
        except OutputError:
            raise
        except OPRadiomicsError as error:
            failures.append(failure_of(f"study {number}", "adding", error, one.study))
    progress(f"{len(added)} of {len(cases)} studies added", 1.0)
    return Added(tuple(added), tuple(failures))


def listed_in(source: Path) -> tuple[Listed, ...]:
    """Studies of a table with the columns case and study, or of a folder, each of whose subfolders is one.

    Of a table the columns age, sex, bmi, diabetes, smoking, drinking, label, bmd and centre are taken along.

    Raises
    ------
    StudyError
        As `OPRadiomicsLib.cohort.list_cases`.
    """
    from OPRadiomicsLib.cohort import list_cases as list_studies

    cases = list_studies(source).cases
    if source.is_dir() or source.suffix.lower() == ".txt":
        return tuple(Listed(case.study) for case in cases)
    from OPRadiomicsLib.io.tables import cell_text, read_table

    rows = {cell_text(row["case"]): row for row in read_table(source).records()}
    return tuple(
        Listed(
            case.study,
            {name: cell for name in CLINICAL if (cell := rows[case.name].get(name, "")) != ""},
            case.name,
            case.series,
        )
        for case in cases
    )


def _counted(progress: Progress, number: int, count: int) -> Progress:
    """The progress of one study of several; what the study itself says is too fine to be shown."""

    def counted(_message: str, fraction: float) -> None:
        progress(f"Study {number} of {count}", (number - 1 + fraction) / count)

    return counted


def _add_one(project: Project, one: Listed, centre: str, simulated: bool, progress: Progress) -> Case:
    from OPRadiomicsLib.cohort.compute import open_case
    from OPRadiomicsLib.models.clinical import parse_age, parse_male

    study = open_case(
        one.study, series=one.series, allow_missing=True, progress=lambda message, share: progress(message, share / 2)
    )
    clinical = dict(one.clinical)
    age, sex = clinical.pop("age", None), clinical.pop("sex", None)
    own = str(clinical.pop("centre", ""))
    return add_study(
        project,
        study,
        key=replace(key_of(study, one.study), former=one.former),
        centre=centre or own,
        age=None if age is None else parse_age(age),
        sex="" if sex is None else "FM"[parse_male(sex)],
        clinical={name: str(cell) for name, cell in clinical.items()},
        simulated=simulated,
        progress=lambda message, share: progress(message, (1 + share) / 2),
    )


def key_of(study: Study, source: Path) -> KeyRow:
    """What leads back to the patient, from the first DICOM file; the source alone where there is none."""
    first = next(iter(study.series.values()), None)
    if first is None:
        return KeyRow("", source=str(source))
    from OPRadiomicsLib.io.headers import raw_text
    from pydicom import dcmread

    names = ["PatientID", "StudyDate"]
    header = dcmread(first.files[0], stop_before_pixels=True, force=True, specific_tags=list(names))
    return KeyRow("", str(header.get("PatientID", "")), first.study_uid, raw_text(header, "StudyDate"), str(source))


def _reserve(project: Project) -> Path:
    """The next free name, taken by making its folder, which only one can."""
    taken = [int(path.name[4:]) for path in project.images.glob("sub-*") if path.name[4:].isdigit()]
    number = max(taken, default=0) + 1
    while True:
        folder = project.images / f"sub-{number:04d}"
        try:
            folder.mkdir()
        except FileExistsError:
            number += 1
        except OSError as error:
            raise OutputError(
                f"The project cannot be written ({error.strerror})", "a folder that you may write to", "check permissions"
            ) from None
        else:
            return folder


def _write_images(study: Study, folder: Path, progress: Progress) -> None:
    from OPRadiomicsLib.io import write_volume

    for number, (role, volume) in enumerate(study.volumes.items()):
        progress(f"Writing {role}", number / len(study.volumes))
        write_volume(volume, folder / f"{role}.nii.gz")
    harvested = {role.value: acquisition_of(series) for role, series in study.series.items()}
    if harvested:
        write_text(folder / ACQUISITION_FILE, json.dumps(harvested, indent=2, ensure_ascii=False) + "\n")
    write_bytes(folder / THUMBNAIL, thumbnail(study.volumes[study.reference]))


def acquisition_of(series: SeriesRef) -> dict[str, Any]:
    """Scanner and sequence parameters of a series, as `opradiomics harvest` lists them; nothing of patient or day."""
    from ..cohort.harvest import parameters_of

    return {name: value for name, value in parameters_of(series).items() if value is not None}


def _whole_years(age: float | None) -> float | None:
    return None if age is None else float(int(age))
