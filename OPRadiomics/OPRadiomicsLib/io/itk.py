"""Names of files as ITK takes them: UTF-8, and under Windows, where Python has not the code page UTF-8, ASCII alone.

There ITK hands UTF-8 to functions that expect the system's code page (InsightSoftwareConsortium/ITK, issue 6739), so that
neither a study in a folder 病例 nor the temporary folder of a user 张三 is found.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ..errors import OutputError, StudyError
from ..files import WINDOWS

DETACHED: Final = (".mhd", ".nhdr")
"""Headers that name the file of their voxels, which would have to be copied too."""

_ENDINGS: Final = (".nii", ".gz", ".seg", ".nrrd", ".mha")
"""By which ITK knows a format; it knows DICOM by its content."""

_UTF_8: Final = 65001
"""As Windows numbers code pages."""


@contextmanager
def readable_by_itk(path: Path) -> Iterator[str]:
    """The file's name as ITK takes it, or that of a copy, which vanishes.

    Raises
    ------
    StudyError
        If the path's bytes are not UTF-8, which would end the process; or if a copy is needed of a header without its voxels.
    OutputError
        As `itk_scratch`.
    """
    name = itk_name(path)
    if name.isascii() or not _needs_ascii():
        yield name
        return
    if path.suffix.lower() in DETACHED:
        raise StudyError(
            f"Under Windows ITK does not find '{path.name}': its path holds other letters than A to Z",
            "a path of ASCII letters, or header and voxels in one file",
            "move both files to such a folder, or save the image as .nrrd, .mha or .nii.gz",
        )
    with itk_scratch() as folder:
        ending = "".join(one for one in path.suffixes[-2:] if one.lower() in _ENDINGS)
        copy = folder / f"copy{ending}"
        shutil.copyfile(path, copy)
        yield str(copy)


@contextmanager
def itk_scratch() -> Iterator[Path]:
    """A temporary folder that ITK can write to; it vanishes.

    Raises
    ------
    OutputError
        If none of the system's folders for it serves.
    """
    if not _needs_ascii():
        with tempfile.TemporaryDirectory() as name:
            yield Path(name)
        return
    for place in _places():
        try:
            folder = tempfile.TemporaryDirectory(prefix="OPRadiomics-", dir=place)
        except OSError:
            continue
        with folder as name:
            yield Path(name)
        return
    raise OutputError(
        "No temporary folder whose path ITK can take under Windows",
        "one of ASCII letters that you may write to",
        "name one in the environment variable TEMP",
    )


def itk_name(path: Path) -> str:
    """The path as ITK takes it, which ends the process on a name that is not UTF-8.

    Raises
    ------
    StudyError
        If the path's bytes are not UTF-8.
    """
    try:
        return os.fsencode(path).decode()
    except UnicodeDecodeError:
        raise StudyError(
            f"The path of file {path.name!a} is not UTF-8",
            "folder and file names in UTF-8",
            "rename or copy the file",
        ) from None


def _places() -> tuple[str, ...]:
    """Windows' folders for temporary files that have names of ASCII letters; the first that serves is taken."""
    places = (tempfile.gettempdir(), f"{os.environ.get('SYSTEMROOT', '')}\\Temp", os.environ.get("PROGRAMDATA", ""))
    return tuple(place for place in places if place and place.isascii())


def _needs_ascii() -> bool:
    return WINDOWS and _code_page() != _UTF_8


def _code_page() -> int:
    """Of this process, in which Windows' functions for narrow strings take names."""
    if sys.platform != "win32":
        return _UTF_8
    import ctypes

    return int(ctypes.windll.kernel32.GetACP())
