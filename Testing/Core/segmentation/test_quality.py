"""Flags name what is wrong with a level, and stay silent where nothing is."""

import json

import numpy as np
import pytest
from OPRadiomicsLib.segmentation.cleanup import split_bodies
from OPRadiomicsLib.segmentation.numbering import number_levels
from OPRadiomicsLib.segmentation.quality import assess_levels, body_heights, describe, size_doubts
from OPRadiomicsLib.types import Mask, Segmentation

SPACING_MM = (3.3, 1.0, 1.0)


def _assess(spine):
    bodies = split_bodies(spine.body, SPACING_MM, 0.5)
    return {q.level: q for q in assess_levels(bodies, number_levels(bodies, spine.sacrum), spine.body)}


def test_regular_bodies_raise_no_flag(block_spine):
    levels = _assess(block_spine)
    assert list(levels) == ["T12", "L1", "L2", "L3", "L4", "L5"]
    assert all(quality.flags == () for quality in levels.values())


def test_heights_of_a_block_are_its_own(block_spine):
    heights = body_heights(split_bodies(block_spine.body, SPACING_MM, 0.5), 3)
    assert (heights.anterior, heights.middle, heights.posterior) == pytest.approx((26, 26, 26), abs=1.5)


def test_a_wedge_is_flagged_as_a_possible_fracture(block_spine):
    top = block_spine.tops[2]
    for column in range(60, 92):
        lost = round(13 * (92 - column) / 32)
        block_spine.body[:, top : top + lost, column] = 0
    flags = _assess(block_spine)["L2"].flags
    assert any("fracture" in flag for flag in flags)


def test_a_low_body_is_flagged_against_its_neighbours(block_spine):
    top = block_spine.tops[2]
    block_spine.body[:, top : top + 10] = 0
    flags = _assess(block_spine)["L2"].flags
    assert any("lower than its neighbours" in flag for flag in flags)


def test_a_body_at_the_border_is_flagged_as_cut_off(make_spine):
    spine = make_spine(6)
    spine.body = spine.body[:, 20:]
    spine.sacrum = spine.sacrum[:, 20:]
    flags = _assess(spine)["T12"].flags
    assert any("edge of the image" in flag for flag in flags)


def test_the_size_of_a_body_cut_off_at_the_edge_is_judged_neither_in_it_nor_in_its_neighbour(make_spine):
    spine = make_spine(6)
    beyond = spine.tops[0] + 18
    spine.body = spine.body[:, beyond:]
    spine.sacrum = spine.sacrum[:, beyond:]
    levels = _assess(spine)
    assert levels["T12"].flags == ("it is cut off at the edge of the image",)
    assert levels["L1"].flags == ()


@pytest.mark.parametrize("columns", [slice(76, 92), slice(60, 120)])
def test_a_body_of_half_or_twice_its_neighbours_volume_is_flagged(block_spine, columns):
    """As high as they are: by its volume alone."""
    rows = slice(block_spine.tops[2], block_spine.tops[2] + 26)
    block_spine.body[:, rows] = 0
    block_spine.body[3:12, rows, columns] = 0.98
    flags = _assess(block_spine)["L2"].flags
    width = columns.stop - columns.start
    assert flags == (f"its volume is {width / 32:.2f} times that of its neighbours",)


@pytest.mark.parametrize("slices", [slice(4, None), slice(None, 11)])
def test_a_body_that_ends_at_the_first_or_last_slice_is_flagged_as_cut_off(block_spine, slices):
    block_spine.body, block_spine.sacrum = block_spine.body[slices], block_spine.sacrum[slices]
    flags = {quality.flags for quality in _assess(block_spine).values()}
    assert flags == {("it is cut off at the first or last slice",)}


def test_low_probability_is_flagged(block_spine):
    top = block_spine.tops[3]
    block_spine.body[:, top : top + 26] *= 0.7
    level = _assess(block_spine)["L3"]
    assert level.confidence == pytest.approx(0.98 * 0.7, abs=1e-3)
    assert any("unsure" in flag for flag in level.flags)


def test_description_is_json_with_snomed_codes_and_no_more_than_it_knows(block_spine):
    bodies = split_bodies(block_spine.body, SPACING_MM, 0.5)
    quality = assess_levels(bodies, number_levels(bodies, block_spine.sacrum), block_spine.body)
    mask = Mask(np.zeros((2, 2, 2), np.uint8), np.eye(4), origin="model x 1")
    described = json.loads(json.dumps(describe(Segmentation(mask, quality, ("a warning",), None, True))))
    assert [level["snomed_ct"] for level in described["levels"][1:4]] == ["66794005", "14293000", "36470004"]
    assert described["needs_confirmation"] is True
    assert described["warnings"] == ["a warning"]


def test_a_body_that_is_drawn_in_a_few_slices_is_said():
    labels = np.zeros((15, 120, 60), np.uint8)
    for label, top in ((20, 10), (21, 45), (22, 80)):
        labels[2:12, top : top + 26, 10:44] = label
    affine = np.array([[0, 0, 3.3, 0], [1, 0, 0, 0], [0, -1, 0, 0], [0, 0, 0, 1.0]])
    assert size_doubts(Mask(labels, affine)) == ()
    labels[:, 45:71][[2, 3, 4, 5, 9, 10, 11]] = 0
    (sentence,) = size_doubts(Mask(labels, affine))
    assert sentence.startswith("Narrow from side to side: L2 (3 slices, 10 mm);")
