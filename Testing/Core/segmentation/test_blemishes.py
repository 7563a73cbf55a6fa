"""Spikes and blank slices, which no patient shows, are said; an ordinary image passes."""

from __future__ import annotations

import numpy as np
import pytest
from OPRadiomicsLib.segmentation.blemishes import blemishes, brightest_plausible
from OPRadiomicsLib.types import FloatArray, Volume

AFFINE = np.array([[0, 0, 3.3, 0], [1, 0, 0, 0], [0, -1, 0, 0], [0, 0, 0, 1.0]])


@pytest.fixture
def image() -> FloatArray:
    """Rician noise about a bright block, (slice, row, column)."""
    noise = np.random.default_rng(0).normal(0, 20, (2, 9, 100, 90))
    signal = np.zeros(noise.shape[1:])
    signal[2:7, 20:80, 30:60] = 400
    found: FloatArray = np.hypot(signal + noise[0], noise[1]).astype(np.float32)
    return found


def test_an_ordinary_image_has_none(image: FloatArray) -> None:
    assert blemishes(Volume(image, AFFINE)) == ()
    assert image.max() < brightest_plausible(image)


def test_a_spike_is_counted(image: FloatArray) -> None:
    image[4, 50, 45] = 32767
    (sentence,) = blemishes(Volume(image, AFFINE))
    assert sentence.endswith("percentile: 1. Features may follow them: export the series again, or check it")


def test_padding_lowers_no_limit(image: FloatArray) -> None:
    padded = np.pad(image, ((0, 0), (900, 900), (0, 0)))
    assert brightest_plausible(padded) == pytest.approx(brightest_plausible(image), rel=0.01)
    assert blemishes(Volume(padded, AFFINE)) == ()


def test_a_blank_slice_between_others_is_said_and_those_at_the_ends_are_not(image: FloatArray) -> None:
    image[:2] = image[-1:] = 0
    assert blemishes(Volume(image, AFFINE)) == ()
    image[4] = 7
    (sentence,) = blemishes(Volume(image, AFFINE))
    assert sentence.startswith("Blank slices between others: 1.")


def test_values_cut_off_by_a_display_window_are_said(image: FloatArray) -> None:
    assert blemishes(Volume(np.minimum(image, np.percentile(image, 99.5)), AFFINE)) == ()  # moves features little
    (sentence,) = blemishes(Volume(np.minimum(image, np.percentile(image, 97)), AFFINE))
    assert sentence.startswith("Voxels at the largest value, ")
    assert ": 3 %. What was brighter is cut off" in sentence
