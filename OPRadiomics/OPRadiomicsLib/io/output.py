"""Output folders that are proved writable, and results written whole or not at all."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .. import files
from ..errors import OutputError

IMAGE_SUFFIXES = (".nii.gz", ".nii", ".nrrd", ".mha")
"""Formats that images and masks are written in: one file holds voxels and geometry."""


def require_writable(folder: Path) -> None:
    """Prove that files can be written into a folder; one that does not exist yet is made and removed again.

    Raises
    ------
    OutputError
        If it is a file, cannot be created, or refuses a file.
    """
    absent = files.absent_folders(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise OutputError(
            f"Output folder '{folder}' cannot be written to ({error.strerror})",
            "a folder that you may write to, on a disk with free space",
            "choose another folder or change its permissions",
        ) from None
    finally:
        files.remove_empty(absent)


def write_json(data: Mapping[str, Any] | Sequence[Any], path: str | Path) -> Path:
    """Write JSON atomically: UTF-8, keys sorted, two-space indent, trailing newline; NaN and infinity are refused.

    Raises
    ------
    OutputError
        If the file cannot be written.
    ValueError
        If the data hold NaN or infinity, which JSON has no word for.
    """
    text = json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return files.write_text(Path(path), text + "\n")


def require_image_suffix(path: str | Path) -> Path:
    """Raise `OutputError` unless the name ends in one of `IMAGE_SUFFIXES`."""
    target = Path(path)
    if not target.name.lower().endswith(IMAGE_SUFFIXES):
        raise OutputError(
            f"Image file name '{target.name}'", f"a name that ends in {', '.join(IMAGE_SUFFIXES)}", "change the name's ending"
        )
    return target
