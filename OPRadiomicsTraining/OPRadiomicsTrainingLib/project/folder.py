"""A project's folder: where everything of it lies, and which schema it follows.

::

    project.json                    schema version, name, settings
    images/sub-0001/                T1WI.nii.gz, T2WI.nii.gz, FS-T2WI.nii.gz, acquisition.json, case.json
    masks/sub-0001_v001_drawn_AB_20260102T030405Z.nii.gz, and sub-0001_v001.json beside it: every version, by reader and date
    claims/sub-0001.json            who works on a case now
    recovery/                       drawings that were not saved yet
    clinical.csv                    what the researcher knows of the cases: label or BMD, BMI, ...
    designs/                        agreement studies: cases, readers, interval
    models/, jobs/                  trained networks, fitted signatures, runs
    .thumbnails/                    pictures of the cases with the outlines of masks; made anew where they are lost
    .index.json                     what case.json files say, to open fast; made anew where it is old

The state of a case follows from these files alone. The key that leads from a case to a patient lies outside of the folder.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final

from OPRadiomicsLib import __version__
from OPRadiomicsLib.errors import OPRadiomicsError
from OPRadiomicsLib.files import FOLDER_SIGNS, names_a_folder, write_text
from OPRadiomicsLib.json_files import read_json

SCHEMA: Final = 1
FILE_NAME: Final = "project.json"
KEY_SUFFIX: Final = "-KEY-PRIVATE"
"""Added to the project's name: the folder beside it that leads back to the patients. Never hand it on with the project."""

_FOLDERS: Final = ("images", "masks", "claims", "recovery", "designs", "models", "jobs")


class ProjectError(OPRadiomicsError):
    """A project's folder, or a step in it, is not as it must be."""


@dataclass(frozen=True)
class _Settings:
    schema_version: int
    name: str
    software: str
    interval_days: int
    key_folder: str = ""

    def __post_init__(self) -> None:
        for field in fields(self):
            kind = int if field.name in ("schema_version", "interval_days") else str
            if type(getattr(self, field.name)) is not kind:
                raise ValueError(f"{field.name} is no {kind.__name__}")
        if not self.name or self.interval_days < 0:
            raise ValueError("name is empty" if not self.name else "interval_days is negative")


@dataclass(frozen=True)
class Project:
    """An open project.

    Parameters
    ----------
    folder
        Where it lies.
    name
        What people call it.
    key_folder
        Where the key to the patients lies on this computer, outside of ``folder`` unless chosen otherwise.
    interval_days
        Least time between a reader's first and second reading of a case (the study: two months).
    """

    folder: Path
    name: str
    key_folder: Path
    interval_days: int = 60

    @property
    def images(self) -> Path:
        return self.folder / "images"

    @property
    def masks(self) -> Path:
        return self.folder / "masks"

    @property
    def claims(self) -> Path:
        return self.folder / "claims"

    @property
    def recovery(self) -> Path:
        return self.folder / "recovery"

    @property
    def designs(self) -> Path:
        return self.folder / "designs"

    @property
    def models(self) -> Path:
        return self.folder / "models"

    @property
    def jobs(self) -> Path:
        return self.folder / "jobs"

    @property
    def clinical_table(self) -> Path:
        return self.folder / "clinical.csv"


def create_project(
    folder: str | Path, name: str = "", *, key_folder: str | Path | None = None, interval_days: int = 60
) -> Project:
    """Make an empty project.

    Parameters
    ----------
    folder
        A folder that does not exist yet, or is empty.
    name
        Default: the folder's name.
    key_folder
        Where the key to the patients goes (default: beside ``folder``, its name with "-KEY-PRIVATE").

    Raises
    ------
    ProjectError
        If the folder holds anything, or the key would lie in the project without being called private.
    OutputError
        If it can't be written.
    """
    home = Path(folder).resolve()
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise ProjectError(
            f"'{home.name}' is no empty folder",
            "a new or empty folder for a new project",
            "open the project that it holds, or choose another folder",
        )
    key = None if key_folder is None else Path(key_folder).resolve()
    if key is not None and key.is_relative_to(home) and "private" not in key.name.lower():
        raise ProjectError(
            f"The key folder '{key.name}' lies inside the project",
            "a folder outside, or one with 'private' in its name",
            "leave the choice to the software, which takes a folder beside the project",
        )
    if interval_days < 0:
        raise ProjectError(f"An interval of {interval_days} days", "0 or more", "the study waited 60 days")
    settings = _Settings(
        schema_version=SCHEMA,
        name=name or home.name,
        software=__version__,
        interval_days=interval_days,
        key_folder="" if key is None else str(key),
    )
    write_text(home / FILE_NAME, json.dumps(asdict(settings), indent=2, ensure_ascii=False) + "\n")
    for one in _FOLDERS:
        (home / one).mkdir(exist_ok=True)
    return open_project(home)


def new_place(home: Path, name: str, what: str) -> Path:
    """The folder ``home/name``, not made yet, of a new ``what``: a run or a fit.

    Raises
    ------
    ProjectError
        If the name can't name a folder on every system, or is taken.
    """
    if not names_a_folder(name) or (home / name).exists():
        raise ProjectError(
            f"A {what} named '{name[:40]}'",
            f"{FOLDER_SIGNS}, and a name that no {what} of the project has",
            "choose another name",
        )
    return home / name


def open_project(folder: str | Path) -> Project:
    """Open a project.

    Raises
    ------
    ProjectError
        If the folder holds none, its file is damaged, or a newer version of the software made it.
    """
    home = Path(folder).resolve()
    settings = _settings(home)
    key = Path(settings.key_folder) if settings.key_folder else home.with_name(home.name + KEY_SUFFIX)
    for one in _FOLDERS:
        (home / one).mkdir(exist_ok=True)  # a synchronised folder may have lost empty ones
    return Project(home, settings.name, key, settings.interval_days)


def _settings(home: Path) -> _Settings:
    try:
        return read_json(home / FILE_NAME, _known_settings)
    except OSError:
        raise ProjectError(
            f"No project in '{home.name}'", f"a folder that holds {FILE_NAME}", "choose another folder, or create a project"
        ) from None
    except ValueError as error:
        raise ProjectError(
            f"{FILE_NAME} is damaged ({error})", "the file as it was made", "take it back from a backup"
        ) from None


def _known_settings(content: dict[str, Any]) -> _Settings:
    found = int(content["schema_version"])
    if found > SCHEMA:
        raise ProjectError(
            f"A project of schema {found}", f"schema {SCHEMA} at most", "update OPRadiomics: a newer version made this project"
        )
    return _Settings(**content)
