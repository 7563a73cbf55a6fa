"""What is proved of an output before the work: that its folder takes files, and that its name tells an image format."""

from __future__ import annotations

import tempfile
from pathlib import Path

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


def require_image_suffix(path: str | Path) -> Path:
    """Raise `OutputError` unless the name ends in one of `IMAGE_SUFFIXES`."""
    target = Path(path)
    if not target.name.lower().endswith(IMAGE_SUFFIXES):
        raise OutputError(
            f"Image file name '{target.name}'", f"a name that ends in {', '.join(IMAGE_SUFFIXES)}", "change the name's ending"
        )
    return target
