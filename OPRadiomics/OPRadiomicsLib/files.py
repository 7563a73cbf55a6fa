"""Files are written whole or not at all: under a temporary name in the same folder, then moved."""

from __future__ import annotations

import glob
import hashlib
import os
import re
import shutil
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from .errors import OutputError

WINDOWS: Final = os.name == "nt"
PATIENCE_S: Final = 1.0
"""Longest that a virus scanner, or a panel that looks, is waited for: a panel's event loop waits along."""

_RESERVED: Final = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[1-9¹²³]|lpt[1-9¹²³]) *(\..*)?", re.IGNORECASE)
"""Devices of Windows, whatever ending follows (Microsoft: Naming Files, Paths, and Namespaces)."""

_Given = TypeVar("_Given")


def patiently(act: Callable[[], _Given]) -> _Given:
    """Do what Windows refuses for as long as anybody has the file open: replace, rename, remove. Elsewhere once."""
    until_s = time.monotonic() + (PATIENCE_S if WINDOWS else 0.0)
    while True:
        try:
            return act()
        except PermissionError:
            if time.monotonic() >= until_s:
                raise
            time.sleep(0.02)


def write_bytes(path: Path, content: bytes) -> Path:
    """Write ``content`` to ``path``, making its folder, and return ``path``.

    Raises
    ------
    OutputError
        If the folder cannot be made or written. What stood at ``path`` is then left as it was.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
        try:
            with temporary.open("xb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())  # network disks report a spent quota only here
            patiently(partial(temporary.replace, path))
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OutputError(
            f"Cannot write {path.name} in {path.parent} ({_reason(error)})",
            "a folder that this user may write, on a disk with room",
            "choose another output folder",
        ) from None
    return path


def write_text(path: Path, text: str) -> Path:
    """Write ``text`` as UTF-8 with plain line feeds; as `write_bytes`."""
    return write_bytes(path, text.encode())


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _reason(error: OSError) -> str:
    """What the system says; pydicom wraps its error in one that holds a whole traceback."""
    first = error.__cause__ if error.strerror is None and isinstance(error.__cause__, OSError) else error
    return first.strerror or str(first).partition("\n")[0]


FOLDER_SIGNS: Final = "letters, digits, spaces, . _ + -"
"""What `names_a_folder` allows, for messages."""


def names_a_folder(text: str) -> bool:
    """Whether a text names one folder on every system: `FOLDER_SIGNS`, the first a letter or digit, no dot or space last.

    Names of Windows' devices, such as CON, do not.
    """
    return re.fullmatch(r"[^\W_][\w .+-]*", text) is not None and not text.endswith((".", " ")) and not is_reserved(text)


def is_reserved(name: str) -> bool:
    """Whether Windows takes the name for a device's, as it does CON and aux.txt."""
    return _RESERVED.fullmatch(name) is not None


def visible(folder: Path, pattern: str) -> list[Path]:
    """What fits the pattern, by name, but no hidden file: macOS keeps ``._name`` beside each file on a disk of another kind."""
    return sorted(path for path in folder.glob(pattern) if not path.name.startswith("."))


@contextmanager
def all_or_nothing(folder: Path, name: str = "") -> Iterator[Path]:
    """A scratch folder inside ``folder``; what was written into it moves to ``folder`` on success and vanishes on failure.

    Files of the same names are replaced, others stay. On failure folders that were made for it vanish too; what a run that was
    killed left there goes the next time. Several processes may write into one folder at once.

    Parameters
    ----------
    name
        Of the result, where several stand in one folder: only what was left of the same one goes.

    Raises
    ------
    OutputError
        If the folder refuses files, the disk is full, a folder stands where a file shall be or the other way round, another
        program keeps Windows from replacing a file, or the scratch folder was removed meanwhile.
    """
    made = absent_folders(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        prefix = f".writing-{name}-"
        for leftover in folder.glob(f"{glob.escape(prefix)}*"):
            if leftover.is_dir():
                _remove_unless_in_use(leftover)
        with scratch_folder(folder / f"{prefix}{uuid.uuid4().hex[:8]}") as scratch:
            yield scratch
            _require_still_there(scratch, folder)
            moves = {path: folder / path.relative_to(scratch) for path in sorted(scratch.rglob("*")) if path.is_file()}
            for target in moves.values():
                _require_free(target, folder)
            for path, target in moves.items():
                target.parent.mkdir(parents=True, exist_ok=True)
                patiently(partial(path.replace, target))
    except BaseException as error:
        remove_empty(made)
        if not isinstance(error, OSError):
            raise
        raise OutputError(
            f"Results cannot be written to {folder} ({_reason(error)})",
            "a folder that this user may write, on a disk with room",
            "choose another output folder",
        ) from None


@contextmanager
def scratch_folder(path: Path) -> Iterator[Path]:
    """A folder that vanishes; it is held before it is there, so that nobody takes it for one that was left."""
    lock = _lock_of(path)
    try:
        with held_alone(lock, "Writing"):
            try:
                path.mkdir()  # with mode 0o700 Windows would keep all others from the files for good, also where they move to
                yield path
            finally:
                shutil.rmtree(path, ignore_errors=True)
    finally:
        with suppress(OSError):
            lock.unlink()  # still there on a disk without locks


def _remove_unless_in_use(leftover: Path) -> None:
    """Remove a scratch folder whose process has ended: the system lets go of its lock then, however it ended."""
    from filelock import FileLock

    lock = _lock_of(leftover)
    with suppress(OSError), FileLock(lock, blocking=False):
        shutil.rmtree(leftover, ignore_errors=True)
        lock.unlink()


def _lock_of(scratch: Path) -> Path:
    return scratch.with_name(f"{scratch.name}.in-use")


@contextmanager
def held_alone(path: Path, doing: str, *, wait_s: float = 0.0) -> Iterator[None]:
    """Hold a file, which is made, for this process until the block or the process ends, however that ends.

    Folders that are made for it vanish with it, unless the block fills them. On a disk without locks, as some network disks
    are, nobody is held off.

    Parameters
    ----------
    doing
        What goes on in the file's folder, for the message to the other process.
    wait_s
        How long to wait for another process to let go.

    Raises
    ------
    OutputError
        If another process holds it, then still.
    """
    from filelock import FileLock, Timeout

    lock, made = FileLock(path, mode=0o666), absent_folders(path.parent)
    try:
        lock.acquire(timeout=wait_s)
    except Timeout:
        raise OutputError(
            f"{doing} in {path.parent} goes on in another process",
            "a folder that no other process works in",
            "let that one end or stop it, or choose another folder",
        ) from None
    except OSError:
        pass  # no locks, or no permission, which the work itself will meet
    try:
        yield
    finally:
        if lock.is_locked:
            with suppress(OSError):
                path.unlink()  # while it is held: nobody else's
            lock.release()
            remove_empty(made)


def _require_still_there(scratch: Path, folder: Path) -> None:
    if not scratch.is_dir():
        raise OutputError(
            f"What was being written to {folder} was removed meanwhile",
            "a folder that nobody clears while it is written to",
            "start again",
        )


def absent_folders(folder: Path) -> tuple[Path, ...]:
    """``folder`` and those above it that do not exist yet, the innermost first."""
    return tuple(one for one in (folder, *folder.parents) if not one.exists())


def remove_empty(folders: Iterable[Path]) -> None:
    """Remove folders up to the first that is absent or holds something."""
    with suppress(OSError):
        for folder in folders:
            folder.rmdir()


def _require_free(target: Path, folder: Path) -> None:
    """Raise `OutputError` unless a file may come to stand at ``target``, below ``folder``."""
    between = [one for one in target.parents if folder in one.parents]
    in_the_way = [one for one in between if one.exists() and not one.is_dir()]
    if target.is_dir() or in_the_way:
        found = f"{in_the_way[0]} is a file" if in_the_way else f"{target} is a folder"
        raise OutputError(
            f"{found}, which stands in the way of the results",
            "a place that holds nothing, or an earlier result",
            "move it away or choose another output folder",
        )
    if WINDOWS and target.exists():
        try:
            patiently(partial(target.rename, target))  # which Windows refuses as it would refuse to replace it
        except PermissionError:
            raise OutputError(
                f"{target.name} in {target.parent} is open in another program, or may not be replaced",
                "an earlier result that nothing holds, since all files are replaced or none",
                "close it there, or choose another output folder",
            ) from None
