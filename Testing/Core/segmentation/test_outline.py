"""Outlines as a reader draws them."""

from __future__ import annotations

import numpy as np
import pytest
from OPRadiomicsLib.segmentation.outline import as_drawn

L1, L2 = 20, 21


def _block(rows=(20, 50), columns=(20, 60), slices=(1, 6), label=L1):
    labels = np.zeros((7, 100, 90), np.uint8)
    labels[slice(*slices), slice(*rows), slice(*columns)] = label
    return labels


SURE = np.ones((7, 100, 90), np.float32)


@pytest.mark.parametrize("spacing_mm", [(1.0, 1.0), (0.7, 1.2)])
def test_a_whole_body_stays_as_it_is(spacing_mm):
    labels = _block()
    assert np.array_equal(as_drawn(labels, SURE, spacing_mm), labels)


def test_a_bite_at_the_pedicle_is_filled_where_the_network_is_in_doubt_but_no_schmorl_node():
    whole = _block()
    bitten = whole.copy()
    bitten[3, 30:40, 55:60] = 0
    drawn = as_drawn(bitten, SURE, (1.0, 1.0))
    assert not ((drawn > 0) & (whole == 0)).any()
    assert (whole[3, 30:40, 55:60] > 0).sum() - (drawn[3, 30:40, 55:60] > 0).sum() <= 0.3 * 50  # the disc leaves a shallow dent
    assert np.array_equal(as_drawn(bitten, np.where(bitten > 0, SURE, 0.1), (1.0, 1.0)), bitten)


def test_an_end_slice_that_holds_little_of_the_largest_cross_section_is_left_out():
    labels = _block()
    labels[1, 35:] = 0
    labels[5, 37:] = 0
    drawn = as_drawn(labels, SURE, (1.0, 1.0))
    assert [int(area) for area in (drawn > 0).sum(axis=(1, 2))] == [0, 0, 1200, 1200, 1200, 680, 0]


def test_an_end_slice_of_which_the_network_is_unsure_must_hold_more():
    labels, body = _block(), SURE.copy()
    labels[1, 40:] = labels[5, 40:] = 0
    body[1] *= 0.7
    drawn = as_drawn(labels, body, (1.0, 1.0))
    assert [int(area) for area in (drawn > 0).sum(axis=(1, 2))] == [0, 0, 1200, 1200, 1200, 800, 0]


def test_a_thin_slice_inside_stays_so_that_the_body_is_one_piece():
    labels = _block()
    labels[3, 25:] = 0
    assert (as_drawn(labels, SURE, (1.0, 1.0)) > 0).any(axis=(1, 2)).tolist() == [False, *[True] * 5, False]


def test_another_level_is_never_taken():
    labels = _block() + _block((52, 80), label=L2)
    labels[:, 49, 30:40] = 0
    labels[3, 49:52, 30:40] = L2
    drawn = as_drawn(labels, SURE, (1.0, 1.0))
    assert (drawn[3, 49:52, 30:40] == L2).all()


def test_a_body_at_the_edge_of_the_image_is_closed_too():
    labels = _block((0, 30), (0, 40))
    bitten = labels.copy()
    bitten[3, :6, 20:23] = 0
    assert np.array_equal(as_drawn(bitten, SURE, (1.0, 1.0)), labels)
