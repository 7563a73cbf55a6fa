"""Levels are counted up from the sacrum, and every doubt is said."""

import numpy as np
from OPRadiomicsLib.segmentation.cleanup import split_bodies
from OPRadiomicsLib.segmentation.numbering import number_levels

SPACING_MM = (3.3, 1.0, 1.0)


def _numbered(spine, shift=0):
    return number_levels(split_bodies(spine.body, SPACING_MM, 0.5), spine.sacrum, shift)


def test_with_the_sacrum_in_view_the_lowest_body_is_l5_without_doubt(make_spine):
    numbering = _numbered(make_spine(6))
    assert numbering.labels == (19, 20, 21, 22, 23, 24)
    assert numbering.doubts == ()


def test_without_the_sacrum_the_reader_is_asked(make_spine):
    numbering = _numbered(make_spine(6, with_sacrum=False))
    assert numbering.labels[-1] == 24
    assert any("sacrum" in doubt for doubt in numbering.doubts)


def test_a_gap_in_the_row_is_counted_as_a_level(make_spine):
    numbering = _numbered(make_spine(7, skip=3))
    assert numbering.labels == (18, 19, 20, 22, 23, 24)
    assert any("missing" in doubt for doubt in numbering.doubts)


def test_a_gap_above_the_sacrum_makes_the_lowest_body_l4(make_spine):
    numbering = _numbered(make_spine(6, skip=5))
    assert numbering.labels[-1] == 23
    assert any("L4" in doubt for doubt in numbering.doubts)


def test_shift_moves_all_levels_and_says_so(make_spine):
    numbering = _numbered(make_spine(6), shift=-1)
    assert numbering.labels == (18, 19, 20, 21, 22, 23)
    assert any("-1" in doubt for doubt in numbering.doubts)


def test_an_empty_image_has_no_levels(make_spine):
    spine = make_spine(6)
    numbering = number_levels(split_bodies(np.zeros_like(spine.body), SPACING_MM, 0.5), spine.sacrum)
    assert numbering.labels == ()
    assert numbering.doubts
