"""Masks pass to segments and back unchanged; what can't be a mask is refused in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import slicer
from OPRadiomicsLib import io
from OPRadiomicsLib.errors import GeometryError, MaskError
from OPRadiomicsLib.geometry import reoriented
from OPRadiomicsLib.levels import LABEL_OF_LEVEL, LEVEL_OF_LABEL, SNOMED_CODE
from OPRadiomicsLib.mrml.geometry import vtk_matrix
from OPRadiomicsLib.mrml.segmentation import (
    add_segmentation,
    mask_of,
    shift_levels,
    show_levels,
    update_segmentation,
    volume_node_of,
)
from OPRadiomicsLib.mrml.segments import layer_of, new_segment, segment_ids, tag_of
from OPRadiomicsLib.mrml.volumes import add_volume, labelmap
from OPRadiomicsLib.preprocessing.resampling import AnalysisGrid, resample_mask
from OPRadiomicsLib.types import Mask, Volume

BINARY = "Binary labelmap"


def segments(node: Any) -> list[Any]:
    segmentation = node.GetSegmentation()
    return [segmentation.GetNthSegment(index) for index in range(segmentation.GetNumberOfSegments())]


def moved(mask: Mask, planes: int) -> Mask:
    return Mask(np.roll(mask.labels, planes, axis=1), mask.affine)


def test_a_mask_comes_back_unchanged(mask: Mask, node: Any) -> None:
    found = mask_of(node)
    assert np.array_equal(found.labels, mask.labels)
    np.testing.assert_allclose(found.affine, mask.affine, atol=1e-9)


def test_segments_bear_name_code_and_colour_of_their_level(mask: Mask, node: Any) -> None:
    assert [segment.GetName() for segment in segments(node)] == list(mask.levels)
    assert list(segment_ids(node).values()) == list(mask.levels)
    for segment in segments(node):
        entry = slicer.vtkSlicerTerminologyEntry()
        assert slicer.vtkSlicerTerminologiesModuleLogic.DeserializeTerminologyEntry(
            tag_of(segment, slicer.vtkSegment.GetTerminologyEntryTagName()), entry
        )
        assert entry.GetTypeObject().GetCodeValue() == SNOMED_CODE[segment.GetName()]
        assert entry.GetTypeObject().GetCodeMeaning() == f"{segment.GetName()} vertebra"
        assert entry.GetCategoryObject().GetCodeMeaning() == "Anatomical Structure"
    thoracic, lumbar = ([round(255 * c) for c in segments(node)[n].GetColor()] for n in (0, 1))
    # Slicer's GenericAnatomyColors: thoracic_vertebral_column, lumbar_vertebral_column.
    assert (thoracic, lumbar) == ([226, 202, 134], [212, 188, 102])


def test_the_node_knows_its_volume_and_has_its_geometry(node: Any, volume_node: Any, mask: Mask) -> None:
    assert volume_node_of(node) is volume_node
    assert node.GetSegmentation().GetNumberOfLayers() == 1
    said = node.GetSegmentation().GetConversionParameter("Reference image geometry")
    assert said.endswith("0;39;0;59;0;8;")


def test_a_mask_on_another_grid_is_refused_and_adds_nothing(scene: Any, mask: Mask, volume_node: Any) -> None:
    elsewhere = mask.affine.copy()
    elsewhere[0, 3] += 1
    with pytest.raises(GeometryError, match=r"1\.00 mm apart"):
        add_segmentation(scene, Mask(mask.labels, elsewhere), volume_node, "Bodies")
    assert scene.GetNumberOfNodesByClass("vtkMRMLSegmentationNode") == 0


def test_a_transform_above_both_cancels_out(scene: Any, mask: Mask, volume: Volume, volume_node: Any) -> None:
    turn = np.eye(4)
    turn[:3, :3] = [[0, -1, 0], [1, 0, 0], [0, 0, 1]]
    turn[:3, 3] = (30, 20, 10)
    transform = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "turn")
    transform.SetMatrixTransformToParent(vtk_matrix(turn))
    volume_node.SetAndObserveTransformNodeID(transform.GetID())
    from OPRadiomicsLib.mrml.volumes import volume_of

    node = add_segmentation(scene, Mask(mask.labels, volume_of(volume_node).affine), volume_node, "Bodies")
    assert np.array_equal(mask_of(node).labels, mask.labels)
    node.SetAndObserveTransformNodeID(None)
    with pytest.raises(GeometryError):
        mask_of(node)
    volume_node.SetAndObserveTransformNodeID(None)
    found = mask_of(node)
    assert np.array_equal(found.labels, mask.labels)
    np.testing.assert_allclose(found.affine, volume.affine, atol=1e-9)


def test_a_painted_voxel_is_in_the_mask(node: Any, mask: Mask, edit: Any) -> None:
    edit(node, "L2", np.s_[1:2, 27:30, 12:20], True)
    expected = mask.labels.copy()
    expected[1:2, 27:30, 12:20] = LABEL_OF_LEVEL["L2"]
    assert np.array_equal(mask_of(node).labels, expected)


def test_painting_over_a_neighbour_without_overwriting_is_refused_as_overlap(node: Any, edit: Any) -> None:
    edit(node, "L2", np.s_[4:5, 15:20, 12:20], True)
    with pytest.raises(MaskError, match=r"Overlapping segments: L[12] and L[12] share 40 voxels"):
        mask_of(node)


def test_a_segment_that_is_no_level_is_refused_by_name(node: Any, mask: Mask) -> None:
    segments(node)[1].SetName("tumour")
    segments(node)[1].RemoveTag(slicer.vtkSegment.GetTerminologyEntryTagName())
    with pytest.raises(MaskError, match=r"'tumour' is not one vertebral level.*rename"):
        mask_of(node)


def test_an_empty_segment_that_is_no_level_does_no_harm(node: Any, mask: Mask) -> None:
    node.GetSegmentation().AddEmptySegment("scratch", "scratch")
    assert np.array_equal(mask_of(node).labels, mask.labels)


def test_two_segments_of_one_level_are_refused(node: Any) -> None:
    segments(node)[1].SetName("L2")
    segments(node)[1].RemoveTag(slicer.vtkSegment.GetTerminologyEntryTagName())
    with pytest.raises(MaskError, match="Two segments are L2"):
        mask_of(node)


def test_surfaces_are_refused_as_no_voxels(node: Any) -> None:
    node.GetSegmentation().CreateRepresentation("Closed surface", True)
    assert mask_of(node).levels
    node.GetSegmentation().SetSourceRepresentationName("Closed surface")
    with pytest.raises(MaskError, match="made of closed surfaces"):
        mask_of(node)


def test_a_segment_on_finer_voxels_is_refused_with_a_remedy(node: Any, volume: Volume) -> None:
    segment = new_segment("L5")
    finer = volume.affine @ np.diag([0.5, 0.5, 0.5, 1])
    segment.AddRepresentation(BINARY, labelmap(np.ones((2, 2, 2), np.uint8), np.diag([-1, -1, 1, 1]) @ finer))
    node.GetSegmentation().AddSegment(segment)
    with pytest.raises(GeometryError, match=r"voxels do not coincide.*source geometry"):
        mask_of(node)


def test_a_mask_propagated_by_geometry_passes_through_the_other_sequences_node(scene: Any, node: Any, mask: Mask) -> None:
    # Unlike spacing and origin; every body stays in view.
    turn = np.array([[1.25, 0, 0, -3], [0, 1.2, 0, -4.5], [0, 0, 1, 0.25], [0, 0, 0, 1]])
    other = Volume(np.zeros((8, 56, 36), np.float32), mask.affine @ turn)
    propagated = resample_mask(mask, AnalysisGrid(other.affine, other.shape))
    assert propagated.levels == mask.levels
    found = mask_of(add_segmentation(scene, propagated, add_volume(scene, other, "T2WI"), "Bodies T2WI"))
    assert np.array_equal(found.labels, propagated.labels)
    # Slicer's own nearest-neighbour resampling of the first node says the same, up to the outlines.
    resampled = slicer.vtkOrientedImageData()
    reference = labelmap(np.ones(other.shape, np.uint8), np.diag([-1, -1, 1, 1]) @ other.affine)
    for level in ("L1", "L2", "L3"):
        layer = node.GetSegmentation().GetSegment(segment_ids(node)[level]).GetRepresentation(BINARY)
        slicer.vtkOrientedImageDataResample.ResampleOrientedImageToReferenceOrientedImage(layer, reference, resampled, False)
        nearest = layer_of(resampled) == LABEL_OF_LEVEL[level]
        both = np.count_nonzero(nearest & found.of(level))
        assert 2 * both / (np.count_nonzero(nearest) + np.count_nonzero(found.of(level))) > 0.9


def test_what_slicer_saves_the_command_line_reads(scene: Any, node: Any, mask: Mask, volume: Volume, tmp_path: Path) -> None:
    shift_levels(node, -1)
    node.AddDefaultStorageNode()
    node.GetStorageNode().SetFileName(str(tmp_path / "mask.seg.nrrd"))
    assert node.GetStorageNode().WriteData(node)
    found = io.read_mask(tmp_path / "mask.seg.nrrd", volume, levels=())
    assert np.array_equal(found.labels, mask_of(node).labels)
    assert found.levels == ("T11", "T12", "L1", "L2", "L3")


def test_a_level_that_must_be_there_is_named_when_missing(node: Any) -> None:
    assert mask_of(node, levels=("L1", "L4")).levels
    with pytest.raises(MaskError, match="Mask without L5"):
        mask_of(node, levels=("L4", "L5"))


def test_a_segment_known_by_its_code_may_have_any_name(node: Any, mask: Mask) -> None:
    segments(node)[1].SetName("Wirbel")
    assert np.array_equal(mask_of(node).labels, mask.labels)


def test_an_update_gives_the_new_mask_and_keeps_the_segments(node: Any, mask: Mask) -> None:
    ids = segment_ids(node)
    new = moved(mask, 3)
    update_segmentation(node, new)
    assert np.array_equal(mask_of(node).labels, new.labels)
    assert segment_ids(node) == ids
    assert node.GetSegmentation().GetNumberOfLayers() == 1


def test_an_update_empties_levels_that_are_gone_and_adds_new_ones(node: Any, mask: Mask) -> None:
    labels = np.where(mask.labels == LABEL_OF_LEVEL["T12"], LABEL_OF_LEVEL["L5"], mask.labels)
    update_segmentation(node, Mask(labels, mask.affine))
    assert mask_of(node).levels == ("L1", "L2", "L3", "L4", "L5")
    assert np.array_equal(mask_of(node).labels, labels)
    assert [segment.GetName() for segment in segments(node)] == ["T12", "L1", "L2", "L3", "L4", "L5"]


def test_an_update_after_edits_and_a_shift_gives_the_new_mask(node: Any, mask: Mask, edit: Any) -> None:
    edit(node, "L2", np.s_[4:5, 15:20, 12:20], True)
    edit(node, "L3", np.s_[3:4, :, :], False)
    shift_levels(node, 1)
    update_segmentation(node, mask)
    assert np.array_equal(mask_of(node).labels, mask.labels)


def test_an_update_on_another_grid_changes_nothing(node: Any, mask: Mask) -> None:
    with pytest.raises(GeometryError):
        update_segmentation(node, Mask(mask.labels[:-1], mask.affine))
    assert np.array_equal(mask_of(node).labels, mask.labels)


@pytest.mark.parametrize("by", [1, -1])
def test_a_shift_moves_every_level_and_back(node: Any, mask: Mask, by: int) -> None:
    before = [(s.GetName(), s.GetColor(), tag_of(s, "TerminologyEntry")) for s in segments(node)]
    shift_levels(node, by)
    found = mask_of(node)
    assert np.array_equal(found.labels, np.where(mask.labels, mask.labels.astype(int) + by, 0))
    for segment in segments(node):
        assert SNOMED_CODE[segment.GetName()] in tag_of(segment, "TerminologyEntry")
    shift_levels(node, -by)
    assert [(s.GetName(), s.GetColor(), tag_of(s, "TerminologyEntry")) for s in segments(node)] == before


@pytest.fixture
def with_levels(scene: Any, volume_node: Any, mask: Mask) -> Any:
    """Make a segmentation of the named levels, from head to foot."""

    def added(levels: tuple[str, ...]) -> Any:
        labels = np.zeros(mask.shape, np.uint8)
        for number, level in enumerate(levels):
            labels[4, 8 * number : 8 * number + 6, 10:20] = LABEL_OF_LEVEL[level]
        return add_segmentation(scene, Mask(labels, mask.affine), volume_node, "Some")

    return added


@pytest.mark.parametrize(("level", "by"), [("T8", -1), ("S1", 1)])
def test_no_level_is_shifted_beyond_the_known_ones(with_levels: Any, level: str, by: int) -> None:
    levels = (level, "L3") if level == "T8" else ("L3", level)
    node = with_levels(levels)
    with pytest.raises(MaskError, match=f"{level} cannot be shifted"):
        shift_levels(node, by)
    assert mask_of(node).levels == levels


@pytest.mark.parametrize(
    ("levels", "by", "expected"),
    [
        (("L4", "L5"), 1, ("L5", "L6")),
        (("L5", "L6"), 1, ("L6", "S1")),
        (("L5", "S1"), -1, ("L4", "L5")),
        (("L5", "L6", "S1"), -1, ("L4", "L5", "L6")),
    ],
)
def test_l6_counts_where_the_spine_has_it(with_levels: Any, levels: Any, by: int, expected: Any) -> None:
    node = with_levels(levels)
    shift_levels(node, by)
    assert mask_of(node).levels == expected


def test_only_the_study_levels_are_shown(node: Any) -> None:
    show_levels(node)
    display, ids = node.GetDisplayNode(), segment_ids(node)
    shown = [level for level, segment_id in ids.items() if display.GetSegmentVisibility(segment_id)]
    assert shown == ["L1", "L2", "L3"]
    show_levels(node, tuple(LEVEL_OF_LABEL.values()))
    assert all(display.GetSegmentVisibility(segment_id) for segment_id in ids.values())


def test_segments_saved_in_a_scene_come_back(scene: Any, node: Any, mask: Mask, edit: Any, reload: Any) -> None:
    edit(node, "L2", np.s_[1:2, 27:30, 12:20], True)
    before = mask_of(node)
    found = mask_of(reload(scene).GetFirstNode("Bodies", "vtkMRMLSegmentationNode"))
    # Slicer stores images right-handed: the slices may come back in the other order, at the same places.
    assert np.array_equal(reoriented(found).labels, reoriented(before).labels)
    assert not np.array_equal(before.labels, mask.labels)
    np.testing.assert_allclose(reoriented(found).affine, reoriented(before).affine, atol=1e-4)


def test_two_studies_share_a_scene(scene: Any, node: Any, mask: Mask, volume: Volume, edit: Any) -> None:
    other_volume = add_volume(scene, Volume(volume.array[:, ::-1], volume.affine @ np.diag([1, 1, -1, 1.0])), "T1WI")
    other_mask = Mask(mask.labels, mask.affine @ np.diag([1, 1, -1, 1.0]))
    other = add_segmentation(scene, other_mask, other_volume, "Bodies")
    edit(other, "L1", np.s_[:, :, :], False)
    assert np.array_equal(mask_of(node).labels, mask.labels)
    assert "L1" not in mask_of(other).levels


def test_a_new_segment_drawn_by_hand_counts_once_it_is_named(node: Any, mask: Mask, edit: Any) -> None:
    segment = new_segment("L5")
    node.GetSegmentation().AddSegment(segment, "by hand")
    edit(node, "L5", np.s_[3:5, 58:60, 5:9], True)
    assert mask_of(node).levels[-1] == "L5"
