"""What the network drew stays beside what the reader made of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from OPRadiomicsLib.errors import MaskError
from OPRadiomicsLib.geometry import reoriented
from OPRadiomicsLib.levels import LABEL_OF_LEVEL
from OPRadiomicsLib.mrml.draft import changes, draft_of, forget_draft, keep_draft
from OPRadiomicsLib.mrml.segmentation import mask_of, shift_levels
from OPRadiomicsLib.types import Mask


def voxel_ml(mask: Mask) -> float:
    return float(np.prod(mask.spacing_mm)) / 1000


def test_untouched_levels_have_dice_one_and_no_change(scene: Any, node: Any, mask: Mask) -> None:
    keep_draft(scene, node)
    found = changes(node)
    assert [(c.level, c.drafted_as, c.dice, c.change_ml, c.change_percent) for c in found] == [
        (level, level, 1.0, 0.0, 0.0) for level in mask.levels
    ]
    assert found[1].volume_ml == pytest.approx(np.count_nonzero(mask.of("L1")) * voxel_ml(mask))


def test_an_edit_shows_as_dice_and_volume_of_its_level(scene: Any, node: Any, mask: Mask, edit: Any) -> None:
    keep_draft(scene, node)
    edit(node, "L2", np.s_[1:2, 27:30, 12:20], True)
    change = {c.level: c for c in changes(node)}["L2"]
    before, after = np.count_nonzero(mask.of("L2")), np.count_nonzero(mask.of("L2")) + 24
    assert change.dice == pytest.approx(2 * before / (before + after))
    assert change.change_ml == pytest.approx(24 * voxel_ml(mask))
    assert change.change_percent == pytest.approx(100 * 24 / before)
    assert np.array_equal(draft_of(node).labels, mask.labels)


def test_a_shift_of_the_names_alone_changes_no_dice(scene: Any, node: Any) -> None:
    keep_draft(scene, node)
    shift_levels(node, 1)
    assert [(c.level, c.drafted_as, c.dice) for c in changes(node)][1:3] == [("L2", "L1", 1.0), ("L3", "L2", 1.0)]


def test_erased_and_new_bodies_are_listed(scene: Any, node: Any, edit: Any) -> None:
    edit(node, "L1", np.s_[:, :, :], False)
    keep_draft(scene, node)
    edit(node, "L1", np.s_[3:5, 15:20, 12:20], True)
    edit(node, "L4", np.s_[:, :, :], False)
    found = changes(node)
    new = next(c for c in found if c.level == "L1")
    assert (new.drafted_as, new.dice, new.change_percent) == (None, 0.0, None)
    assert found[-1].level is None
    assert (found[-1].drafted_as, found[-1].volume_ml, found[-1].change_percent) == ("L4", 0.0, -100.0)


def test_a_new_draft_replaces_the_old_one(scene: Any, node: Any, edit: Any) -> None:
    keep_draft(scene, node)
    edit(node, "L2", np.s_[4:5, :, :], False)
    keep_draft(scene, node)
    assert scene.GetNumberOfNodesByClass("vtkMRMLLabelMapVolumeNode") == 1
    assert all(c.dice == 1 for c in changes(node))


def test_without_a_draft_it_says_so(node: Any) -> None:
    assert draft_of(node) is None
    with pytest.raises(MaskError, match="'Bodies' has no draft"):
        changes(node)


def test_a_forgotten_draft_leaves_nothing(scene: Any, node: Any) -> None:
    draft = keep_draft(scene, node)
    forget_draft(node)
    assert draft_of(node) is None
    assert draft.GetReferenceCount() == 1  # this test's own
    assert scene.GetNumberOfNodesByClass("vtkMRMLLabelMapVolumeNode") == 0


def test_the_draft_is_hidden_from_editors_and_survives_saving(
    scene: Any, node: Any, mask: Mask, edit: Any, reload: Any
) -> None:
    assert keep_draft(scene, node).GetHideFromEditors()
    edit(node, "L2", np.s_[1:2, 27:30, 12:20], True)
    before = changes(node)
    read = reload(scene).GetFirstNode("Bodies", "vtkMRMLSegmentationNode")
    assert np.array_equal(reoriented(draft_of(read)).labels, reoriented(mask).labels)
    for one, other in zip(changes(read), before, strict=True):
        assert (one.level, one.drafted_as, one.dice) == (other.level, other.drafted_as, other.dice)
        assert one.volume_ml == pytest.approx(other.volume_ml)
    assert LABEL_OF_LEVEL["L2"] in mask_of(read).labels
