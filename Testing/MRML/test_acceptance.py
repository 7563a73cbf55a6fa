"""Acceptance holds for the voxels that the reader saw, and for no others."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
import slicer
from OPRadiomicsLib.errors import MaskError
from OPRadiomicsLib.mrml.acceptance import Acceptance, accept, acceptance, digest_of, is_accepted, withdraw, withdraw_changed
from OPRadiomicsLib.mrml.segmentation import add_segmentation, mask_of, shift_levels, update_segmentation
from OPRadiomicsLib.mrml.segments import segment_ids
from OPRadiomicsLib.mrml.volumes import add_volume
from OPRadiomicsLib.types import Mask, Volume

NOON = datetime(2026, 3, 4, 12, 0, 0, tzinfo=UTC)


def test_an_accepted_level_says_who_and_when(node: Any) -> None:
    accept(node, "L2", "AB", NOON)
    assert acceptance(node) == {"L2": Acceptance("AB", NOON)}
    assert is_accepted(node, "L2")
    assert not is_accepted(node, "L1")
    assert not is_accepted(node, "L5")


def test_levels_are_listed_from_head_to_foot(node: Any) -> None:
    for level in ("L3", "T12", "L1"):
        accept(node, level, "AB", NOON)
    assert list(acceptance(node)) == ["T12", "L1", "L3"]


def test_without_a_time_it_is_now(node: Any) -> None:
    before = datetime.now().astimezone().replace(microsecond=0)
    assert before <= accept(node, "L1", "AB").time <= datetime.now().astimezone()
    assert acceptance(node)["L1"].time.tzinfo is not None


@pytest.mark.parametrize("initials", ["", "  ", "A|B", "A:1", "Bartholomew Jones", "A\nB"])
def test_what_are_no_initials_is_refused(node: Any, initials: str) -> None:
    with pytest.raises(MaskError, match="initials"):
        accept(node, "L1", initials, NOON)
    assert acceptance(node) == {}


@pytest.mark.parametrize("initials", ["A", "AB", "A.B.", "J-P", "王文", "ÅÄ"])
def test_initials_of_all_scripts_count(node: Any, initials: str) -> None:
    assert accept(node, "L1", initials, NOON).initials == initials


def test_a_level_without_voxels_cannot_be_accepted(node: Any, edit: Any) -> None:
    edit(node, "L1", np.s_[:, :, :], False)
    with pytest.raises(MaskError, match="L1 has no voxel"):
        accept(node, "L1", "AB", NOON)
    with pytest.raises(MaskError, match="no segment L5"):
        accept(node, "L5", "AB", NOON)


@pytest.mark.parametrize("value", [True, False])
def test_an_edit_withdraws_the_edited_level_only(node: Any, edit: Any, value: bool) -> None:
    for level in ("L1", "L2", "L3"):
        accept(node, level, "AB", NOON)
    edit(node, "L2", np.s_[1:2, 27:28, 12:13] if value else np.s_[4:5, 27:28, 12:13], value)
    assert not is_accepted(node, "L2")
    assert list(acceptance(node)) == ["L1", "L3"]
    assert withdraw_changed(node) == ("L2",)
    assert withdraw_changed(node) == ()


def test_once_withdrawn_it_stays_so_though_the_edit_is_undone(node: Any, edit: Any) -> None:
    accept(node, "L2", "AB", NOON)
    for value in (True, False):
        edit(node, "L2", np.s_[1:2, 27:28, 12:13], value)
        withdraw_changed(node)
    assert not is_accepted(node, "L2")


def test_emptying_a_level_withdraws_it(node: Any, edit: Any) -> None:
    accept(node, "L2", "AB", NOON)
    edit(node, "L2", np.s_[:, :, :], False)
    assert withdraw_changed(node) == ("L2",)


def test_a_shift_withdraws_all(node: Any) -> None:
    accept(node, "L1", "AB", NOON)
    accept(node, "L2", "AB", NOON)
    shift_levels(node, 1)
    assert acceptance(node) == {}
    assert withdraw_changed(node) == ("L2", "L3")


def test_a_reader_can_withdraw(node: Any) -> None:
    accept(node, "L1", "AB", NOON)
    withdraw(node, "L1")
    assert acceptance(node) == {}


def test_an_update_with_the_same_voxels_changes_no_digest(node: Any, mask: Mask) -> None:
    accept(node, "L1", "AB", NOON)
    update_segmentation(node, mask)
    assert is_accepted(node, "L1")


def test_the_digest_does_not_depend_on_crop_or_sharing(node: Any, mask: Mask) -> None:
    before = {level: digest_of(node, level) for level in mask.levels}
    assert len(set(before.values())) == len(mask.levels)
    for segment_id in segment_ids(node).values():
        node.GetSegmentation().SeparateSegmentLabelmap(segment_id)
    assert node.GetSegmentation().GetNumberOfLayers() == len(mask.levels)
    for segment_id in segment_ids(node).values():
        labelmap = node.GetSegmentation().GetSegment(segment_id).GetRepresentation("Binary labelmap")
        slicer.vtkOrientedImageDataResample.CopyImage(labelmap, labelmap, [3, 35, 2, 58, 1, 8])
    assert {level: digest_of(node, level) for level in mask.levels} == before
    node.GetSegmentation().CollapseBinaryLabelmaps(False)
    assert {level: digest_of(node, level) for level in mask.levels} == before


@pytest.mark.parametrize("turn", [np.eye(4), np.diag([1, 1, -1, 1.0]), np.eye(4)[[2, 0, 1, 3]]])
def test_acceptance_survives_saving_whatever_the_axes(scene: Any, mask: Mask, volume: Volume, reload: Any, turn: Any) -> None:
    volume_node = add_volume(scene, Volume(volume.array, volume.affine @ turn), "T1WI")
    node = add_segmentation(scene, Mask(mask.labels, volume.affine @ turn), volume_node, "Bodies")
    accept(node, "L2", "王文", NOON)
    read = reload(scene).GetFirstNode("Bodies", "vtkMRMLSegmentationNode")
    assert acceptance(read) == {"L2": Acceptance("王文", NOON)}
    assert withdraw_changed(read) == ()


def test_after_saving_an_edit_still_withdraws(scene: Any, node: Any, reload: Any, edit: Any) -> None:
    accept(node, "L2", "AB", NOON)
    read = reload(scene).GetFirstNode("Bodies", "vtkMRMLSegmentationNode")
    edit(read, "L2", np.s_[4:5, 27:28, 12:13], False)
    assert mask_of(read).levels
    assert withdraw_changed(read) == ("L2",)


def test_two_studies_are_accepted_apart(scene: Any, node: Any, mask: Mask, volume: Volume) -> None:
    other = add_segmentation(scene, mask, add_volume(scene, volume, "other"), "Bodies")
    accept(node, "L1", "AB", NOON)
    assert acceptance(other) == {}
