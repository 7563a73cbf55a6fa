"""A level whose marrow a lesion, cement or metal fills is said; levels that differ as people's do are not."""

from __future__ import annotations

import numpy as np
import pytest
from OPRadiomicsLib.segmentation.odd_levels import odd_levels
from OPRadiomicsLib.types import FloatArray, Mask, Role, Volume

AFFINE = np.array([[0, 0, 3.3, 0], [1, 0, 0, 0], [0, -1, 0, 0], [0, 0, 0, 1.0]])


@pytest.fixture
def marrow() -> Mask:
    labels = np.zeros((9, 100, 50), np.uint8)
    for label, top in ((20, 5), (21, 37), (22, 70)):
        labels[1:8, top : top + 24, 10:40] = label
    return Mask(labels, AFFINE)


@pytest.fixture
def image(marrow: Mask) -> FloatArray:
    """Marrow of 300, 360 and 270 with noise."""
    noise = np.random.default_rng(0).normal(0, 30, marrow.shape)
    found: FloatArray = (
        sum(mean * marrow.of(level) for mean, level in ((300, "L1"), (360, "L2"), (270, "L3"))) + noise
    ).astype(np.float32)
    return found


def test_levels_that_differ_as_in_people_are_not_said(image: FloatArray, marrow: Mask) -> None:
    assert [odd_levels(Volume(image, AFFINE), marrow, role) for role in Role] == [(), (), ()]


@pytest.mark.parametrize(("share", "said"), [(0.1, False), (0.4, True), (1.0, True)])
def test_a_level_that_cement_fills_is_said(share: float, said: bool, image: FloatArray, marrow: Mask) -> None:
    image[marrow.of("L3") & (np.random.default_rng(1).random(marrow.shape) < share)] = 10
    found = odd_levels(Volume(image, AFFINE), marrow, Role.T1WI)
    assert [sentence.startswith("A quarter of L3's marrow and more is far darker") for sentence in found] == [True] * said


def test_a_bright_lesion_is_said_on_fs_t2wi_only_where_it_is_brighter_than_oedema(image: FloatArray, marrow: Mask) -> None:
    image[marrow.of("L1")] *= 2.1
    assert odd_levels(Volume(image, AFFINE), marrow, Role.FST2WI) == ()
    (sentence,) = odd_levels(Volume(image, AFFINE), marrow, Role.T2WI)
    assert sentence.startswith("A quarter of L1's marrow and more is far brighter (1.")
    image[marrow.of("L1")] *= 1.5
    assert len(odd_levels(Volume(image, AFFINE), marrow, Role.FST2WI)) == 1
