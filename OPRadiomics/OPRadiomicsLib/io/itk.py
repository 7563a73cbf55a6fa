"""Names of files as ITK takes them."""

from __future__ import annotations

import os
from pathlib import Path

from ..errors import StudyError


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
