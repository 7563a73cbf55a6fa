"""L1-L3 on one series as a DICOM Segmentation object (PS3.3 A.51), binary, one segment a level."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import __version__
from ..levels import SNOMED_CODE
from ..resources import resources_folder
from ..types import LabelArray, Mask, Role
from .dicom_sources import UTF_8, DicomSource
from .masks import STUDY_LABEL, study_labels

if TYPE_CHECKING:
    from highdicom.seg import Segmentation, SegmentDescription

MANUFACTURER = "OPRadiomics"
RESEARCH = "RESEARCH"
"""Content Qualification (0018,9004): no product's result."""
_NETWORK = re.compile(r"model (\S+) ([^\s,]+)(?:.*? SHA-256 ([0-9a-f]{64}))?")
"""As `segmentation.inference` names its masks' origin, which reaches prediction.json."""


@dataclass(frozen=True)
class Drawn:
    """How the masks came about: by which network ("" where a reader drew them elsewhere), and whether a reader accepted them.

    ``reference`` is the sequence that was segmented; the others' masks were carried over from it.
    """

    network: str
    version: str
    checksum: str
    reviewed: bool
    reference: Role

    @classmethod
    def of(cls, origin: str, reviewed: bool, reference: Role) -> Drawn:
        """Read ``segmentation`` of prediction.json."""
        found = _NETWORK.match(origin)
        network, version, checksum = found.groups("") if found else ("", "", "")
        return cls(network, version, checksum, reviewed, reference)

    def algorithm_type(self, role: Role) -> str:
        """MANUAL, SEMIAUTOMATIC or AUTOMATIC (PS3.3 C.8.20.4, Segment Algorithm Type)."""
        if not self.network:
            return "MANUAL" if role is self.reference else "SEMIAUTOMATIC"
        return "SEMIAUTOMATIC" if self.reviewed else "AUTOMATIC"

    @property
    def algorithm(self) -> tuple[str, str]:
        """Name and version of what drew or carried the masks."""
        return (self.network, self.version) if self.network else ("OPRadiomics propagation", __version__)

    @property
    def parameters(self) -> dict[str, str] | None:
        """The network's SHA-256, where it is known."""
        return {"SHA-256": self.checksum} if self.checksum else None


@dataclass(frozen=True)
class Identity:
    """UIDs and number of a new series of one object."""

    series_uid: str
    instance_uid: str
    series_number: int

    @classmethod
    def new(cls, series_number: int) -> Identity:
        """Never used before: a result exported again is another object, made at another time, perhaps by another version."""
        from pydicom.uid import generate_uid

        return cls(str(generate_uid()), str(generate_uid()), series_number)

    @property
    def attributes(self) -> dict[str, Any]:
        """What every object of an export says of itself: who it is, what made it, and that it is no product's result."""
        return {
            "series_instance_uid": self.series_uid,
            "series_number": self.series_number,
            "sop_instance_uid": self.instance_uid,
            "instance_number": 1,
            "manufacturer": MANUFACTURER,
            "manufacturer_model_name": MANUFACTURER,
            "software_versions": __version__,
            "content_qualification": RESEARCH,
        }


def build_segmentation(
    source: DicomSource, mask: Mask, role: Role, *, drawn: Drawn, tracking: Mapping[str, str], identity: Identity
) -> Segmentation:
    """One SEG of the mask, its frames on the source's slices.

    Parameters
    ----------
    mask
        On ``source.grid``, voxel for voxel.
    tracking
        Level to the UID that names this vertebra in every object of the export.
    """
    from highdicom.seg import Segmentation

    levels = [level for level in STUDY_LABEL if level in mask.levels]
    segmentation = Segmentation(
        source_images=list(source.headers),
        pixel_array=_numbered(mask, levels),
        segmentation_type="BINARY",
        segment_descriptions=[
            _segment(number, level, role, drawn, tracking[level]) for number, level in enumerate(levels, start=1)
        ],
        **identity.attributes,
        device_serial_number=__version__,
        content_label="L1_L3_BODIES",
        content_description=f"Vertebral bodies on {role}. Research use only",
        series_description=f"OPRadiomics L1-L3 on {role}, research use only",
    )
    segmentation.SpecificCharacterSet = UTF_8
    if source.frames is not None:
        _point_at_stored_frames(segmentation, source.frames)
    return segmentation


def _numbered(mask: Mask, levels: list[str]) -> LabelArray:
    """Segment numbers, 1 and up without a gap, uint8, (k, j, i)."""
    table = np.zeros(max(STUDY_LABEL.values()) + 1, np.uint8)
    for number, level in enumerate(levels, start=1):
        table[STUDY_LABEL[level]] = number
    numbered: LabelArray = table[study_labels(mask)]
    return numbered


def _point_at_stored_frames(segmentation: Segmentation, frames: Sequence[int]) -> None:
    """Frames of the source are counted as its file stores them; the stack's header holds them in the order of k.

    highdicom lets several segments share one item: each is changed once.
    """
    items = [item for group in segmentation.PerFrameFunctionalGroupsSequence for item in group.DerivationImageSequence]
    for image in {id(image): image for item in items for image in item.SourceImageSequence}.values():
        image.ReferencedFrameNumber = frames[image.ReferencedFrameNumber - 1] + 1


def _segment(number: int, level: str, role: Role, drawn: Drawn, tracking_uid: str) -> SegmentDescription:
    from highdicom import AlgorithmIdentificationSequence
    from highdicom.color import CIELabColor
    from highdicom.seg import SegmentDescription
    from pydicom.sr.codedict import codes

    kind = drawn.algorithm_type(role)
    name, version = drawn.algorithm
    family = codes.cid7162.ArtificialIntelligence if drawn.network else codes.cid7162.MorphologicalOperations
    algorithm = AlgorithmIdentificationSequence(name, family, version, parameters=drawn.parameters)
    return SegmentDescription(
        segment_number=number,
        segment_label=level,
        segmented_property_category=anatomical_structure(),
        segmented_property_type=vertebra(level),
        algorithm_type=kind,
        algorithm_identification=None if kind == "MANUAL" else algorithm,
        tracking_uid=tracking_uid,
        tracking_id=level,
        display_color=CIELabColor.from_rgb(*_rgb(level)),
    )


def anatomical_structure() -> Any:
    """SNOMED CT's category of a vertebra, as Slicer codes it."""
    from pydicom.sr.coding import Code

    return Code("123037004", "SCT", "Anatomical Structure")


def vertebra(level: str) -> Any:
    """SNOMED CT's code of a level."""
    from pydicom.sr.coding import Code

    return Code(SNOMED_CODE[level], "SCT", f"{level} vertebra")


@cache
def _colours() -> Mapping[str, tuple[int, int, int]]:
    path = resources_folder() / "Terminologies" / "OPRadiomics.term.json"
    (category,) = json.loads(path.read_text(encoding="utf-8"))["SegmentationCodes"]["Category"]
    return {item["CodeValue"]: tuple(item["recommendedDisplayRGBValue"]) for item in category["Type"]}


def _rgb(level: str) -> tuple[int, int, int]:
    """Slicer's colour of a level, 0 to 255."""
    return _colours()[SNOMED_CODE[level]]
