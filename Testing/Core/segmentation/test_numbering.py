"""Levels are counted up from the sacrum, and every doubt is said."""

import numpy as np
import pytest
from OPRadiomicsLib.segmentation.cleanup import split_bodies
from OPRadiomicsLib.segmentation.numbering import number_levels, settle_lowest

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


def test_a_sacrum_cut_by_the_lower_edge_is_to_be_confirmed_unless_s1_and_s2_are_in_view(make_spine):
    """A tilted L5 at the edge passes for S1."""
    spine = make_spine(6)
    start = int(np.flatnonzero(spine.sacrum.any(axis=(0, 2)))[0])
    cut = split_bodies(spine.body[:, : start + 20], SPACING_MM, 0.5)
    stray = spine.sacrum[:, : start + 20].copy()
    stray[6, 5:8, 100:103] = True  # a few voxels far above, which the network took for sacrum, are no height of it
    for sacrum in (spine.sacrum[:, : start + 20], stray):
        assert any("20 mm" in doubt for doubt in number_levels(cut, sacrum).doubts)
    spine.sacrum[:, start:] = spine.sacrum[:, [start]]
    height_mm = spine.sacrum.shape[1] - start
    doubts = number_levels(split_bodies(spine.body, SPACING_MM, 0.5), spine.sacrum).doubts
    assert height_mm == 60
    assert doubts == ()


def test_stray_sacrum_below_l5_is_no_height_of_it(make_spine):
    spine = make_spine(6)
    start = int(np.flatnonzero(spine.sacrum.any(axis=(0, 2)))[0])
    columns = np.flatnonzero(spine.sacrum[:, start].any(axis=0))
    spine.sacrum[:, start:] = spine.sacrum[:, [start]]
    end = start + 46
    sacrum = spine.sacrum[:, :end].copy()
    sacrum[6, start - 8 : start - 6, columns[0] : columns[0] + 3] = True
    assert any("46 mm" in doubt for doubt in number_levels(split_bodies(spine.body[:, :end], SPACING_MM, 0.5), sacrum).doubts)


def test_a_lowest_body_that_is_much_smaller_may_be_s1(make_spine):
    spine = make_spine(6)
    spine.body[:, spine.tops[-1] :, 78:] = 0
    doubts = _numbered(spine).doubts
    assert any("may be S1" in doubt for doubt in doubts), doubts


def test_bodies_that_differ_much_in_volume_are_to_be_confirmed(make_spine):
    spine = make_spine(6)
    spine.body[:, spine.tops[3] : spine.tops[3] + 26, 76:] = 0
    assert _numbered(spine).doubts == ("neighbouring bodies differ in volume by a factor of 2.0",)


@pytest.mark.parametrize(("count", "said"), [(3, "only 3 bodies were found"), (11, "11 bodies were found")])
def test_a_row_that_is_too_short_or_too_long_is_to_be_confirmed(make_spine, count, said):
    (doubt,) = _numbered(make_spine(count)).doubts
    assert doubt.startswith(said)


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


def test_s1_taken_half_for_a_body_is_not_counted(make_spine):
    """Where the field of view ends within S1 the network wavers between the two."""
    spine = make_spine(7)
    low = spine.tops[-1]
    sacrum = spine.sacrum.astype(np.float32)
    sacrum[3:12, low : low + 26, 60:92] = 0.45
    spine.body[3:12, low : low + 26, 60:92] = 0.55
    bodies, found, doubts = settle_lowest(split_bodies(spine.body, SPACING_MM, 0.5), spine.body, sacrum)
    assert bodies.count == 6
    assert found[7, low + 10, 70]
    assert doubts == ()
    assert number_levels(bodies, found).labels == (19, 20, 21, 22, 23, 24)


def test_a_lowest_body_that_is_taken_for_sacrum_in_part_stays_and_is_to_be_confirmed(make_spine):
    spine = make_spine(6)
    sacrum = spine.sacrum.astype(np.float32)
    low = spine.tops[-1]
    sacrum[3:12, low : low + 26, 60:92] = 0.25
    spine.body[3:12, low : low + 26, 60:92] = 0.75
    bodies, _, doubts = settle_lowest(split_bodies(spine.body, SPACING_MM, 0.5), spine.body, sacrum)
    assert bodies.count == 6
    assert doubts == ("the lowest body may be S1 (the network takes 25 % of it for sacrum)",)


def test_a_body_that_the_lower_edge_cuts_below_the_top_of_the_sacrum_is_not_counted(make_spine):
    """Where the view ends within S1 the network may take its lowest part for a body."""
    spine = make_spine(6)
    start = int(np.flatnonzero(spine.sacrum.any(axis=(0, 2)))[0])
    body, sacrum = spine.body[:, : start + 24].copy(), spine.sacrum[:, : start + 24].astype(np.float32)
    columns = np.flatnonzero(sacrum.any(axis=(0, 1)))
    middle = slice(int(columns[0]) + 2, int(columns[-1]) - 2)
    sacrum[3:12, start + 12 :, middle], body[3:12, start + 12 :, middle] = 0, 1
    found = split_bodies(body, SPACING_MM, 0.5)
    assert found.count == 7
    bodies, _, doubts = settle_lowest(found, body, sacrum)
    assert bodies.count == 6
    assert doubts == ()


def test_what_passes_for_sacrum_elsewhere_takes_no_body_away(make_spine):
    spine = make_spine(6, with_sacrum=False)
    edge = spine.tops[-1] + 15
    body, sacrum = spine.body[:, :edge].copy(), np.zeros_like(spine.body[:, :edge])
    sacrum[3:12, edge - 90 : edge - 75, 110:135] = 1
    found = split_bodies(body, SPACING_MM, 0.5)
    bodies, _, _ = settle_lowest(found, body, sacrum)
    assert bodies.count == found.count == 6


def test_a_clear_l5_stays_a_body(make_spine):
    spine = make_spine(6)
    bodies, _, doubts = settle_lowest(split_bodies(spine.body, SPACING_MM, 0.5), spine.body, spine.sacrum.astype(np.float32))
    assert bodies.count == 6
    assert doubts == ()


def test_a_scoliotic_spine_is_to_be_confirmed(make_spine):
    spine = make_spine(6)
    body = np.pad(spine.body, ((6, 0), (0, 0), (0, 0)))
    for number, top in enumerate(spine.tops):
        rows = slice(top, top + 26)
        body[:, rows] = np.roll(body[:, rows], -number, axis=0)
    sacrum = np.pad(spine.sacrum, ((6, 0), (0, 0), (0, 0)))
    numbering = number_levels(split_bodies(body, SPACING_MM, 0.5), sacrum)
    assert any("sideways" in doubt for doubt in numbering.doubts)
