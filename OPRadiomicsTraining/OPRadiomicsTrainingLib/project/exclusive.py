"""Files that only one of several people can make: the operating system decides, also on a shared folder."""

from __future__ import annotations

import os
import re
import tempfile
import time
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from OPRadiomicsLib.errors import OutputError
from OPRadiomicsLib.files import patiently

from .folder import ProjectError

STAMP: Final = "%Y%m%dT%H%M%SZ"
_INITIALS: Final = re.compile(r"[A-Z0-9]{1,8}")


def create_exclusively(path: Path, text: str) -> bool:
    """Write a new file whole; False where one of that name exists, which then stays as it is.

    O_EXCL is atomic on local disks, SMB and NFS from version 3 on.

    Raises
    ------
    OutputError
        If the folder can't be written.
    """
    try:
        descriptor = patiently(partial(os.open, path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    except FileExistsError:
        return False
    except OSError as error:
        raise _refused(path, error) from None
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        path.unlink(missing_ok=True)
        raise _refused(path, error) from None
    return True


def disk_clock_s(folder: Path) -> float:
    """The time in seconds, as `time.time`, by the clock that dates the folder's files: a server's where it is shared.

    Two computers' clocks may be minutes apart. Where nothing can be written there, it is this computer's.
    """
    with suppress(OSError), tempfile.TemporaryFile(dir=folder) as probe:
        probe.write(b"now")
        probe.flush()
        os.fsync(probe.fileno())
        return os.fstat(probe.fileno()).st_mtime
    return time.time()


def silent_s(written_s: float, folder: Path, long_s: float) -> float:
    """Seconds since a file in ``folder`` was written, by this computer's clock; where that looks long, by that of the disk."""
    by_own_clock_s = time.time() - written_s
    return by_own_clock_s if 0 <= by_own_clock_s <= long_s else disk_clock_s(folder) - written_s


def _refused(path: Path, error: OSError) -> OutputError:
    return OutputError(
        f"{path.name} cannot be written ({error.strerror})",
        "a project folder that you may write to, on a disk with room",
        "check the connection to the folder and your permissions",
    )


def parse_initials(given: str) -> str:
    """A reader's initials as they stand in names of files: letters A to Z and digits, capitals.

    Raises
    ------
    ProjectError
        If there is none, or another character.
    """
    initials = given.strip().upper()
    if not _INITIALS.fullmatch(initials):
        found = f"Initials '{given[:12]}'" if initials else "No reader's initials"
        raise ProjectError(
            found, "1 to 8 letters A to Z or digits", "enter the reader's initials, 1 to 8 letters A to Z or digits"
        )
    return initials


def utc_now() -> datetime:
    """The time, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def stamp(when: datetime) -> str:
    """As in names of files."""
    return when.astimezone(UTC).strftime(STAMP)


def parse_stamp(text: str) -> datetime:
    """What `stamp` wrote; raises `ValueError` for anything else."""
    return datetime.strptime(text, STAMP).replace(tzinfo=UTC)
