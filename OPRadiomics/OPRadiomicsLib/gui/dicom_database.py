"""The one place that asks Slicer's DICOM database; a Slicer without the DICOM module has none, and everything else goes on."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import slicer

from ..io.headers import read_frames, scanner_of


def isAvailable() -> bool:
    """Whether this Slicer has an open DICOM database."""
    database = getattr(slicer, "dicomDatabase", None)
    return database is not None and bool(database.isOpen)


def instanceUids(volumeNode: Any) -> list[str]:
    """SOP instance UIDs from which a volume was loaded, empty for one that did not come from DICOM."""
    return (volumeNode.GetAttribute("DICOM.instanceUIDs") or "").split()


def filesOf(volumeNode: Any) -> tuple[Path, ...]:
    """Files of a volume's instances, in slice order; empty where the database knows nothing of it."""
    if not isAvailable():
        return ()
    files = (slicer.dicomDatabase.fileForInstance(uid) for uid in instanceUids(volumeNode))
    return tuple(Path(file) for file in files if file and Path(file).is_file())


def scannerOf(volumeNode: Any) -> str:
    """Manufacturer, model and field strength by the volume's header, "" where there is none."""
    frames = [frame for file in filesOf(volumeNode)[:1] for frame in read_frames(file)]
    return scanner_of(frames[0].attributes) if frames else ""


def filesOfSelectedStudies() -> list[list[Path]]:
    """Files of each study that is selected in the DICOM module's browser."""
    if not isAvailable() or not hasattr(slicer.modules, "dicom"):
        return []
    tables = slicer.modules.dicom.widgetRepresentation().self().browserWidget.dicomBrowser.dicomTableManager()
    database = slicer.dicomDatabase
    return [
        [Path(file) for series in database.seriesForStudy(study) for file in database.filesForSeries(series)]
        for study in tables.currentStudiesSelection()
    ]


def gather(studies: Iterable[list[Path]], folder: Path) -> Path:
    """One subfolder a study with links to its files (copies where links are not allowed), named by number, not by patient."""
    for number, files in enumerate(studies, start=1):
        target = folder / f"study_{number:03d}"
        target.mkdir(parents=True)
        for index, file in enumerate(files):
            _link(file, target / f"{index:05d}.dcm")
    return folder


def _link(file: Path, target: Path) -> None:
    try:
        os.link(file, target)
    except OSError:
        shutil.copyfile(file, target)
