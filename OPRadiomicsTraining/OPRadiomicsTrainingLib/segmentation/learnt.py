"""Which images a network has learnt: none of them may test it, or a network that was trained on from it.

A bundle holds digests of the images, salted with all of them: digests of two bundles cannot be joined, and no list made
beforehand gives an image back. Who has the very image can tell that it was learnt. So the file is not among the bundle's
checksums: it can be deleted before a bundle is given away.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from OPRadiomicsLib.errors import ModelError
from OPRadiomicsLib.files import write_text
from OPRadiomicsLib.json_files import read_json
from OPRadiomicsLib.segmentation.bundle import METADATA_FILE

from .cases import TrainingCase, set_of

LEARNT_FILE: Final = "configs/learnt.json"


@dataclass(frozen=True)
class Learnt:
    """Real images that a network has learnt.

    ``records``: salt and digests of each training that led to it. ``unrecorded``: sets of which it has learnt images, nobody
    knows which.
    """

    records: tuple[tuple[str, frozenset[str]], ...] = ()
    unrecorded: frozenset[str] = frozenset()

    @classmethod
    def of(cls, cases: Iterable[TrainingCase]) -> Learnt:
        """These cases' images; equal cases give equal records."""
        images = [_bytes(case) for case in cases]
        salt = hashlib.sha256(b"".join(sorted(hashlib.sha256(image).digest() for image in images))).hexdigest()
        return cls(((salt, frozenset(_digest(salt, image) for image in images)),)) if images else cls()

    @classmethod
    def by(cls, bundle: Path) -> Learnt:
        """What a bundle keeps; of one without the file, the sets that its metadata name, in which any image may be one.

        Raises
        ------
        ModelError
            If the file is damaged.
        """
        path = bundle / LEARNT_FILE
        try:
            return read_json(path, cls._of_records) if path.is_file() else read_json(bundle / METADATA_FILE, cls._of_sets)
        except ValueError as error:
            raise ModelError(
                f"{path.name} of the bundle {bundle.name} cannot be read ({error})",
                "the file as training wrote it",
                "delete it: comparisons then say that images of the sets that it was trained on may have been learnt",
            ) from None

    @classmethod
    def _of_records(cls, content: dict[str, Any]) -> Learnt:
        records = tuple((str(one["salt"]), frozenset(map(str, one["images"]))) for one in content["learnt"])
        return cls(records, frozenset(map(str, content["unrecorded"])))

    @classmethod
    def _of_sets(cls, metadata: dict[str, Any]) -> Learnt:
        return cls(unrecorded=frozenset(map(str, metadata["opradiomics"].get("trained_on", ()))))

    def __or__(self, other: Learnt) -> Learnt:
        return Learnt(tuple(dict.fromkeys((*self.records, *other.records))), self.unrecorded | other.unrecorded)

    def holds(self, case: TrainingCase) -> bool:
        """Whether a record tells of the case's image, whatever its name."""
        image = _bytes(case)
        return any(_digest(salt, image) in digests for salt, digests in self.records)

    def may_hold(self, case: TrainingCase) -> bool:
        """Whether the case is of a set of which no record is kept."""
        return set_of(case.name) in self.unrecorded

    def save(self, bundle: Path) -> None:
        """Write the bundle's file; the order of the digests tells nothing."""
        records = [{"salt": salt, "images": sorted(digests)} for salt, digests in self.records]
        content = {"unrecorded": sorted(self.unrecorded), "learnt": records}
        write_text(bundle / LEARNT_FILE, json.dumps(content, indent=2) + "\n")


NOTHING_LEARNT: Final = Learnt()


def _bytes(case: TrainingCase) -> bytes:
    return str(case.image.shape).encode() + case.image.tobytes()


def _digest(salt: str, image: bytes) -> str:
    return hashlib.sha256(salt.encode() + image).hexdigest()[:16]
