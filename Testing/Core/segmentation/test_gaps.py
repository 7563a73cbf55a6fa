"""A body comes out in consecutive slices: gaps are closed between like outlines, fragments are left out, both are said."""

from __future__ import annotations

import numpy as np
import pytest
from OPRadiomicsLib.segmentation.gaps import one_piece

L1, L2 = 20, 21


@pytest.fixture
def body() -> np.ndarray:
    """L1 as a disc of growing radius in slices 2 to 11 of 14."""
    rows, columns = np.mgrid[:40, :40] - 20
    labels = np.zeros((14, 40, 40), np.uint8)
    for k in range(2, 12):
        labels[k][rows**2 + columns**2 <= (5 + k / 2) ** 2] = L1
    return labels


def test_a_whole_body_is_left_as_it_is(body: np.ndarray) -> None:
    whole, said = one_piece(body)
    assert np.array_equal(whole, body)
    assert said == ()


def test_a_missing_slice_gets_the_outline_between_its_neighbours(body: np.ndarray) -> None:
    truth = body[6].copy()
    body[6] = 0
    whole, (sentence,) = one_piece(body)
    # As a disc on a grid allows: every voxel of the smaller neighbour, none outside the larger one.
    assert (whole[6] == L1)[body[5] == L1].all()
    assert not (whole[6] == L1)[body[7] != L1].any()
    assert abs(int((whole[6] == L1).sum()) - int((truth == L1).sum())) < int((body[7] == L1).sum() - (body[5] == L1).sum())
    assert np.array_equal(np.delete(whole, 6, 0), np.delete(body, 6, 0))
    assert sentence.startswith("L1: the network left out 1 ")


def test_a_fragment_beyond_a_gap_is_left_out(body: np.ndarray) -> None:
    body[13, 20:23, 20:23] = L1
    whole, (sentence,) = one_piece(body)
    assert not whole[12:].any()
    assert "fragment" in sentence


def test_a_wide_gap_is_not_bridged(body: np.ndarray) -> None:
    body[4:8] = 0
    whole, said = one_piece(body)
    assert np.array_equal(np.flatnonzero(whole.any(axis=(1, 2))), np.arange(8, 12))
    assert len(said) == 1


def test_another_body_is_never_overwritten(body: np.ndarray) -> None:
    body[6] = 0
    body[6, 18:22, 18:22] = L2
    whole, _ = one_piece(body)
    assert np.array_equal(whole == L2, body == L2)
    assert (whole[6] == L1).any()
