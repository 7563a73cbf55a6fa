"""Boxes and overlaps of regions of voxels."""

from __future__ import annotations

import numpy as np
import pytest
from OPRadiomicsLib.regions import bounding_box, dice


@pytest.fixture
def region() -> np.ndarray:
    region = np.zeros((5, 20, 30), bool)
    region[1:3, 4:9, 25:29] = True
    region[2, 4, 10] = True
    return region


def test_the_box_holds_every_voxel_and_no_more(region: np.ndarray) -> None:
    assert bounding_box(region) == (slice(1, 3), slice(4, 9), slice(10, 29))


def test_a_margin_ends_where_the_array_does(region: np.ndarray) -> None:
    assert bounding_box(region, (0, 6, 2)) == (slice(1, 3), slice(0, 15), slice(8, 30))


def test_dice_is_twice_the_common_part_over_the_sum_of_both() -> None:
    first, second = np.zeros(10, bool), np.zeros(10, bool)
    first[:4], second[2:8] = True, True
    assert dice(first, second) == pytest.approx(2 * 2 / (4 + 6))
    assert dice(first, ~first) == 0.0


def test_two_empty_regions_have_no_dice() -> None:
    assert np.isnan(dice(np.zeros(3, bool), np.zeros(3, bool)))
