"""One exception root. Every error says what was found, what was expected and what to do next."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Final

_MENDABLE: Final = frozenset(
    getattr(errno, name)
    for name in ("ENAMETOOLONG", "EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "EIO", "ESTALE")
    if hasattr(errno, name)  # Windows has fewer
)
"""Errors of the system about which a user can do something."""


class OPRadiomicsError(Exception):
    """Something the user can mend.

    Parameters
    ----------
    found
        What the software met, with names and numbers, never a patient's name, ID or date.
    expected
        What it needs instead.
    remedy
        What to do next.
    """

    def __init__(self, found: str, expected: str = "", remedy: str = "") -> None:
        self.found = found
        self.expected = expected
        self.remedy = remedy
        super().__init__(str(self))

    def __str__(self) -> str:
        parts = [self.found.rstrip(".") + "."]
        if self.expected:
            parts.append(f"Expected: {self.expected.rstrip('.')}.")
        if self.remedy:
            parts.append(f"Remedy: {self.remedy.rstrip('.')}.")
        return " ".join(parts)


class StudyError(OPRadiomicsError):
    """The images are not a lumbar study that can be used: a sequence missing, ambiguous, unreadable or mixed up."""


class GeometryError(OPRadiomicsError):
    """Two images, or an image and a mask, do not share the space that the step needs."""


class MaskError(OPRadiomicsError):
    """A mask is empty, lacks a level, or holds labels that were not expected."""


class ProfileError(OPRadiomicsError):
    """A settings file holds an unknown key, a wrong type or a value out of range."""


class ModelError(OPRadiomicsError):
    """A model folder or signature is damaged, of another profile, or lacks what the step needs."""


class ClinicalDataError(OPRadiomicsError):
    """A clinical variable is missing or impossible."""


class FeatureError(OPRadiomicsError):
    """Features could not be computed, or are constant or NaN where a model needs them."""


class OutputError(OPRadiomicsError):
    """A result cannot be written where it was asked for."""


class MissingDependencyError(OPRadiomicsError):
    """An optional package is needed and not installed."""


def refusal_of(error: BaseException) -> OPRadiomicsError | None:
    """The error as one that the user can mend, also of the system (a path too long, forbidden, full or gone); else None."""
    if isinstance(error, OPRadiomicsError):
        return error
    if not isinstance(error, OSError) or error.errno not in _MENDABLE or not isinstance(error.filename, str):
        return None
    return OPRadiomicsError(
        f"The system refuses '{Path(error.filename).name[:80]}' ({error.strerror})",
        "files and folders that this user may reach, on a disk in order",
        "check the path, its length, its permissions and the disk",
    )


class Cancelled(Exception):
    """Raised inside a progress callback to stop a long step; not an error."""
