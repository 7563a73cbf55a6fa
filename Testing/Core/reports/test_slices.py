"""Whatever the storage order, a reader sees head up and face to the left, and masks where they belong."""

from itertools import permutations, product

import numpy as np
import pytest
from OPRadiomicsLib.reports.slices import crop, labels_on, middle_slice, near_the_spine, sagittal_stack, spread_slices
from OPRadiomicsLib.types import Mask, Volume


def _stored(order, flips):
    """A phantom whose values encode (right-left, head-foot, front-back), stored in any order of axes; spacing 4, 2, 1 mm."""
    truth = np.arange(3 * 5 * 7, dtype=np.float32).reshape(3, 5, 7)
    steps = np.array([[4.0, 0, 0], [0, 0, -2.0], [0, 1.0, 0]])  # Towards left, inferior, posterior, in LPS mm.
    array = truth.transpose(order)
    directions = steps[list(order)]
    origin = np.zeros(3)
    for axis in range(3):
        if flips[axis]:
            origin = origin + directions[axis] * (array.shape[axis] - 1)
            directions[axis] = -directions[axis]
    affine = np.eye(4)
    affine[:3, :3] = directions[::-1].T  # Columns are i, j, k; the array is (k, j, i).
    affine[:3, 3] = origin
    turned = np.flip(array, axis=[axis for axis in range(3) if flips[axis]])
    return truth, Volume(turned, affine)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_every_storage_order_is_shown_alike(order):
    for flips in product((False, True), repeat=3):
        truth, volume = _stored(order, flips)
        labels = np.where(volume.array % 2 == 0, 20, 0).astype(np.uint8)
        stack = sagittal_stack(volume, Mask(labels, volume.affine), None)
        np.testing.assert_array_equal(stack.image, truth)
        np.testing.assert_array_equal(stack.bodies > 0, truth % 2 == 0)
        assert stack.pixel_mm == pytest.approx((2.0, 1.0))


def test_a_mask_on_a_finer_grid_in_another_order_lands_on_the_same_place():
    """A box in millimetres, drawn on a 1 mm grid and looked up on a 4 x 2 x 1 mm one: every centre inside the box, no other."""
    _, volume = _stored((0, 1, 2), (False, False, False))
    fine = np.zeros((12, 14, 16), dtype=np.uint8)
    affine = np.array([[1.0, 0, 0, -2.0], [0, 1, 0, -3], [0, 0, 1, -10], [0, 0, 0, 1]])
    fine[6:12, 5:8, 5:11] = 21  # z -4 ... 1, y 2 ... 4, x 3 ... 8
    found = labels_on(Mask(fine, affine), volume)
    k, j, i = np.nonzero(found)
    centres = np.c_[i, j, k, np.ones(len(i))] @ volume.affine.T
    assert set(map(tuple, centres[:, :3].tolist())) == {(x, y, z) for x in (4, 8) for y in (2, 3, 4) for z in (-4, -2, 0)}


def test_the_middle_slice_is_the_area_weighted_centre_of_the_study_levels(a_case):
    role = next(iter(a_case.volumes))
    labels = np.zeros_like(a_case.bodies[role].labels)
    labels[2, 10:20, 10:20] = 21
    labels[4, 10:25, 10:25] = 22
    labels[6, :, :] = 24
    stack = sagittal_stack(a_case.volumes[role], Mask(labels, a_case.volumes[role].affine), None)
    # (2 x 100 + 4 x 225) / 325 = 3.4; L4 counts for nothing.
    assert middle_slice(stack) == 3
    assert spread_slices(stack, 6) == (2, 3, 4)
    assert spread_slices(stack, 2) == (2, 4)


def test_crop_keeps_the_margin_in_millimetres_and_all_labels(a_case):
    role = next(iter(a_case.volumes))
    stack = sagittal_stack(a_case.volumes[role], a_case.bodies[role], None)
    cut = crop(stack, 5.0)
    assert cut.image.shape == (9, 72 + 10, 26 + 10)
    assert (cut.bodies > 0).sum() == (stack.bodies > 0).sum()


def test_near_the_spine_keeps_all_rows_and_the_columns_around_the_bodies():
    labels = np.zeros((4, 50, 60), np.uint8)
    labels[1, 10:20, 30:40] = 24
    affine = np.array([[0, 0, 4.0, 0], [1.0, 0, 0, 0], [0, -1.0, 0, 0], [0, 0, 0, 1.0]])
    volume = Volume(np.zeros(labels.shape, np.float32), affine)
    near = near_the_spine(sagittal_stack(volume, Mask(labels, affine), None), 8.0)
    assert near.image.shape == near.bodies.shape == near.marrow.shape == (4, 50, 26)
    assert (near.bodies > 0).any(axis=(0, 1)).nonzero()[0].tolist() == list(range(8, 18))
    empty = sagittal_stack(volume, Mask(np.zeros_like(labels), affine), None)
    assert near_the_spine(empty, 8.0) is empty
