"""Acceptance of levels by a reader: who, when, and of which voxels.

Kept in tags of the level's segment, which .seg.nrrd files and scenes save. The digest covers the level's name and its voxels'
places on the reference geometry: an edit, a shift or a renaming afterwards is noticed; cropping or saving is none.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
import slicer

from ..errors import MaskError
from ..regions import bounding_box
from .geometry import Matrix
from .segments import ijk_to_ras_of, labelmap_of, segment_ids, segment_of, tag_of, voxels_of_segment

READER: Final = "OPRadiomics.AcceptedBy"
TIME: Final = "OPRadiomics.AcceptedAt"
DIGEST: Final = "OPRadiomics.AcceptedDigest"


@dataclass(frozen=True)
class Acceptance:
    """Who accepted a level, and when (with its time zone)."""

    initials: str
    time: datetime


def accept(node: Any, level: str, initials: str, time: datetime | None = None) -> Acceptance:
    """Record that a reader accepts a level as it is drawn now.

    Parameters
    ----------
    node
        vtkMRMLSegmentationNode.
    level
        As in `levels`.
    initials
        One to eight letters, no whole name.
    time
        Now by default; kept to the second, with its time zone.

    Raises
    ------
    MaskError
        If the level has no segment or no voxel, or the initials are none.
    """
    if not re.fullmatch(r"[^\W\d_](?:[.\- ]?[^\W\d_]){0,7}\.?", initials.strip()):
        raise MaskError("Initials that are not one to eight letters", "the reader's initials, as in 'AB'", "enter them")
    segment = segment_of(node, level)
    if not voxels_of_segment(segment).any():
        raise MaskError(f"{level} has no voxel to accept", f"a drawn body of {level}", f"draw {level} first")
    acceptance = Acceptance(initials.strip(), (time or datetime.now()).astimezone().replace(microsecond=0))
    segment.SetTag(READER, acceptance.initials)
    segment.SetTag(TIME, acceptance.time.isoformat())
    segment.SetTag(DIGEST, digest_of(node, level))
    return acceptance


def acceptance(node: Any) -> dict[str, Acceptance]:
    """Accepted levels, from cranial to caudal; levels changed since are left out."""
    return {level: _recorded(segment) for level, segment in _tagged(node).items() if _holds(node, level, segment)}


def is_accepted(node: Any, level: str) -> bool:
    """Whether a level is accepted, and unchanged since."""
    segment = _tagged(node).get(level)
    return segment is not None and _holds(node, level, segment)


def withdraw(node: Any, level: str) -> None:
    """Take a level's acceptance back."""
    segment = segment_of(node, level)
    for key in (READER, TIME, DIGEST):
        segment.RemoveTag(key)


def withdraw_changed(node: Any) -> tuple[str, ...]:
    """Take back the acceptance of levels whose voxels or name changed since, and return these levels."""
    changed = tuple(level for level, segment in _tagged(node).items() if not _holds(node, level, segment))
    for level in changed:
        withdraw(node, level)
    return changed


def digest_of(node: Any, level: str) -> str:
    """SHA-256 of a level's name and of its voxels' places on the node's reference geometry.

    The same however the segment's labelmap is cropped, ordered or shared.
    """
    segment = segment_of(node, level)
    voxels = voxels_of_segment(segment)
    if not voxels.any():
        return hashlib.sha256(level.encode()).hexdigest()
    box = bounding_box(voxels)
    step = _on_reference(node, segment)
    corner = step @ [*(side.start for side in reversed(box)), 1.0]
    # Whole numbers where the labelmap lies on the reference geometry; rounding takes away what saving as text adds.
    place = np.round(np.column_stack([step[:3, :3], corner[:3]]), 2) + 0.0
    content = voxels[box]
    return hashlib.sha256(repr((level, place.tolist(), content.shape)).encode() + np.packbits(content).tobytes()).hexdigest()


def _tagged(node: Any) -> dict[str, Any]:
    """Segments that bear an acceptance, by level."""
    segments = {level: node.GetSegmentation().GetSegment(segment_id) for level, segment_id in segment_ids(node).items()}
    return {level: segment for level, segment in segments.items() if tag_of(segment, DIGEST)}


def _holds(node: Any, level: str, segment: Any) -> bool:
    return tag_of(segment, DIGEST) == digest_of(node, level)


def _recorded(segment: Any) -> Acceptance:
    return Acceptance(tag_of(segment, READER), datetime.fromisoformat(tag_of(segment, TIME)))


def _on_reference(node: Any, segment: Any) -> Matrix:
    """From an index of the segment's labelmap, (i, j, k, 1), to an index of the node's reference geometry, 4 x 4."""
    reference = slicer.vtkOrientedImageData()
    said = node.GetSegmentation().GetConversionParameter(
        slicer.vtkSegmentationConverter.GetReferenceImageGeometryParameterName()
    )
    to_ras = np.eye(4)
    if said and slicer.vtkSegmentationConverter.DeserializeImageGeometry(said, reference, False):
        to_ras = ijk_to_ras_of(reference)
    step: Matrix = np.linalg.inv(to_ras) @ ijk_to_ras_of(labelmap_of(segment))
    return step
