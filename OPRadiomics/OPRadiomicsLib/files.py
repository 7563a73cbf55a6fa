"""Files are written whole or not at all: under a temporary name in the same folder, then moved."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import OutputError


def write_bytes(path: Path, content: bytes) -> Path:
    """Write ``content`` to ``path``, making its folder, and return ``path``.

    Raises
    ------
    OutputError
        If the folder cannot be made or written. What stood at ``path`` is then left as it was.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(content)
            Path(temporary).chmod(0o666 & ~_umask())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OutputError(
            f"Cannot write {path.name} in {path.parent} ({error.strerror})",
            "a folder that this user may write, on a disk with room",
            "choose another output folder",
        ) from None
    return path


def write_text(path: Path, text: str) -> Path:
    """Write ``text`` as UTF-8 with plain line feeds; as `write_bytes`."""
    return write_bytes(path, text.encode())


def _umask() -> int:
    """The process's umask, which can only be read by setting it; mkstemp's own mode hides a file from other readers."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


@contextmanager
def all_or_nothing(folder: Path) -> Iterator[Path]:
    """A scratch folder inside ``folder``; what was written into it moves to ``folder`` on success and vanishes on failure.

    Files of the same names are replaced, others stay.

    Raises
    ------
    OutputError
        If the folder refuses files or the disk is full.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".writing-", dir=folder) as name:
            scratch = Path(name)
            yield scratch
            for path in sorted(path for path in scratch.rglob("*") if path.is_file()):
                target = folder / path.relative_to(scratch)
                target.parent.mkdir(parents=True, exist_ok=True)
                path.replace(target)
    except OSError as error:
        raise OutputError(
            f"Results cannot be written to {folder} ({error.strerror})",
            "a folder that this user may write, on a disk with room",
            "choose another output folder",
        ) from None
