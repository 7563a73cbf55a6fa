"""What the network drew, kept beside what the reader made of it, and the difference in figures.

The draft is a hidden label map that the segmentation node refers to: it is saved with the scene, and no editor lists it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ..errors import MaskError
from ..io.masks import onto_lattice
from ..levels import LEVEL_OF_LABEL
from ..types import LabelArray, Mask
from .geometry import RAS_OF_LPS, affine_of_volume, world_of
from .segmentation import mask_of, require_volume_node
from .volumes import add_hidden_labels, volume_of, voxels_of

REFERENCE: Final = "OPRadiomics.Draft"


@dataclass(frozen=True)
class Change:
    """One level as the reader left it, against the network's draft of the same body.

    ``drafted_as`` is the level that the draft gave this body (another one after a shift), None where the reader drew it anew.
    ``level`` is None where the reader erased a drafted body. ``dice`` is 2 |A and B| / (|A| + |B|) (Dice, Ecology 1945).
    """

    level: str | None
    drafted_as: str | None
    dice: float
    volume_ml: float
    draft_volume_ml: float

    @property
    def change_ml(self) -> float:
        """Volume that the reader added (or, negative, took away)."""
        return self.volume_ml - self.draft_volume_ml

    @property
    def change_percent(self) -> float | None:
        """`change_ml` in percent of the draft; None where there was none."""
        return 100 * self.change_ml / self.draft_volume_ml if self.draft_volume_ml else None


def keep_draft(scene: Any, node: Any) -> Any:
    """Keep what the segments hold now as the draft, in place of an earlier one; returns the hidden vtkMRMLLabelMapVolumeNode.

    Raises
    ------
    MaskError, GeometryError
        As `mask_of`; an earlier draft then stays.
    """
    mask = mask_of(node)
    forget_draft(node)
    ijk_to_ras = np.linalg.inv(world_of(node)) @ RAS_OF_LPS @ mask.affine
    draft = add_hidden_labels(scene, mask.labels, ijk_to_ras, f"{node.GetName()} (draft)")
    draft.SetAndObserveTransformNodeID(node.GetTransformNodeID())
    node.SetNodeReferenceID(REFERENCE, draft.GetID())
    return draft


def forget_draft(node: Any) -> None:
    """Remove the draft from the scene, if there is one."""
    draft = node.GetNodeReference(REFERENCE)
    if draft is not None:
        node.RemoveNodeReferenceIDs(REFERENCE)
        draft.GetScene().RemoveNode(draft)


def has_draft(node: Any) -> bool:
    """Whether a draft is kept with the node."""
    return node.GetNodeReference(REFERENCE) is not None


def draft_of(node: Any) -> Mask | None:
    """The draft under the names that it had when it was kept, on the volume's grid as `mask_of`; None where there is none.

    Raises
    ------
    GeometryError
        If the volume has been exchanged for one with another grid.
    """
    draft = node.GetNodeReference(REFERENCE)
    if draft is None:
        return None
    volume = volume_of(require_volume_node(node))
    labels = onto_lattice(voxels_of(draft), affine_of_volume(draft), volume)
    return Mask(labels, volume.affine, volume.frame_of_reference_uid, "draft")


def changes(node: Any) -> tuple[Change, ...]:
    """What the reader changed: each level from cranial to caudal, then the drafted bodies that are gone.

    A body is compared with the drafted one that it shares most voxels with, whatever the two are called: a shift of the names
    alone changes no Dice.

    Raises
    ------
    MaskError
        If there is no draft, or as `mask_of`.
    GeometryError
        As `draft_of`.
    """
    draft = draft_of(node)
    if draft is None:
        raise MaskError(f"'{node.GetName()}' has no draft", "a segmentation proposed by the network", "segment the study first")
    voxel_ml = abs(float(np.linalg.det(draft.affine[:3, :3]))) / 1000
    counts = _shared_voxels(mask_of(node).labels, draft.labels)
    found = [_change(counts, label, voxel_ml) for label in LEVEL_OF_LABEL if counts[label].any()]
    matched = {change.drafted_as for change in found}
    gone = [label for label, level in LEVEL_OF_LABEL.items() if counts[:, label].any() and level not in matched]
    lost = [Change(None, LEVEL_OF_LABEL[label], 0.0, 0.0, float(counts[:, label].sum()) * voxel_ml) for label in gone]
    return (*found, *lost)


def _shared_voxels(reviewed: LabelArray, drafted: LabelArray) -> npt.NDArray[np.int64]:
    """Table of voxel counts, 256 x 256, by reviewed (row) and drafted (column) label, without the common background."""
    either = (reviewed | drafted) != 0
    pairs = reviewed[either].astype(np.int64) * 256 + drafted[either]
    counts: npt.NDArray[np.int64] = np.bincount(pairs, minlength=256 * 256).reshape(256, 256)
    return counts


def _change(counts: npt.NDArray[np.int64], label: int, voxel_ml: float) -> Change:
    volume = int(counts[label].sum())
    best = int(np.argmax(counts[label, 1:])) + 1
    shared = int(counts[label, best])
    if not shared:
        return Change(LEVEL_OF_LABEL[label], None, 0.0, volume * voxel_ml, 0.0)
    drafted = int(counts[:, best].sum())
    dice = 2 * shared / (volume + drafted)
    return Change(LEVEL_OF_LABEL[label], LEVEL_OF_LABEL[best], dice, volume * voxel_ml, drafted * voxel_ml)
