"""The key from cases to patients: a table of its own, outside of the project, readable by its owner alone."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Final

from OPRadiomicsLib.errors import OutputError
from OPRadiomicsLib.files import held_alone
from OPRadiomicsLib.io.tables import csv_text

from .folder import Project

FILE_NAME: Final = "key.csv"
LOCK_WAIT_S: Final = 30.0


@dataclass(frozen=True)
class KeyRow:
    """What leads back from a case: patient's ID and study by DICOM, where the images came from, and their name there."""

    case: str
    patient_id: str = ""
    study_uid: str = ""
    study_date: str = ""
    source: str = ""
    former: str = ""


def append_key(project: Project, row: KeyRow) -> Path:
    """Add a row under a lock, where the disk knows locks: two people at once lose none, though network disks append in steps.

    Raises
    ------
    OutputError
        If it can't be written; the message holds nothing of the patient.
    """
    path = project.key_folder / FILE_NAME
    try:
        project.key_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with held_alone(path.with_suffix(".lock"), "Adding to the key", wait_s=LOCK_WAIT_S):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(descriptor, "ab") as stream:
                heading = "" if stream.tell() else csv_text([field.name for field in fields(KeyRow)])
                stream.write((heading + csv_text(list(asdict(row).values()))).encode())
                stream.flush()
                os.fsync(stream.fileno())
    except OSError as error:
        raise OutputError(
            f"The key file cannot be written ({error.strerror})",
            f"a folder for the key, '{project.key_folder.name}', beside the project",
            "check your permissions there, or name another key folder when the project is created",
        ) from None
    with suppress(OSError):
        path.chmod(0o600)
    return path
