"""Orientation and in-plane resampling are exact, whatever the header's axis order."""

from itertools import permutations, product

import numpy as np
import pytest
from OPRadiomicsLib.errors import StudyError
from OPRadiomicsLib.segmentation.sagittal import require_image, resample_in_plane, sagittal_order
from OPRadiomicsLib.types import Volume


def _marked_volume(axes, signs, spacing=(3.3, 0.9, 0.8)):
    """A volume whose voxel value is its own position in LPS: 10000 x + 100 y + z in voxels of each patient axis."""
    shape_xyz = (6, 90, 100)
    affine = np.eye(4)
    affine[:3, :3] = 0
    counts = [0, 0, 0]
    for voxel_axis, patient_axis in enumerate(axes):
        affine[patient_axis, voxel_axis] = signs[patient_axis] * spacing[patient_axis]
        counts[voxel_axis] = shape_xyz[patient_axis]
    i, j, k = np.meshgrid(*(np.arange(n) for n in counts), indexing="ij")
    index = [i, j, k]
    value = np.zeros(i.shape)
    for voxel_axis, patient_axis in enumerate(axes):
        along = index[voxel_axis] if signs[patient_axis] > 0 else counts[voxel_axis] - 1 - index[voxel_axis]
        value += along * (10000, 100, 1)[patient_axis]
    return Volume(value.transpose(2, 1, 0).astype(np.float32), affine)


@pytest.mark.parametrize("axes", list(permutations(range(3))))
@pytest.mark.parametrize("signs", list(product((1, -1), repeat=3)))
def test_every_axis_order_gives_slices_with_head_up_and_front_left(axes, signs):
    volume = _marked_volume(axes, signs)
    order = sagittal_order(volume)
    slices = order.apply(volume.array)
    assert order.spacing_mm == pytest.approx((3.3, 0.8, 0.9))
    assert slices.shape == (6, 100, 90)
    assert np.all(np.diff(slices, axis=1) == -1), "rows run from superior to inferior"
    assert np.all(np.diff(slices, axis=2) == 100), "columns run from anterior to posterior"
    assert np.array_equal(order.undo(slices), volume.array)


def test_axial_slices_are_refused_by_name():
    volume = Volume(np.random.default_rng(0).random((20, 100, 100), np.float32), np.diag([0.8, 0.8, 4.0, 1.0]))
    with pytest.raises(StudyError, match="axial"):
        sagittal_order(volume)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((5, 100, 100)),
        np.full((5, 100, 100), np.nan),
        np.random.default_rng(0).random((1, 100, 100)),
        np.pad(np.random.default_rng(0).random((2, 100, 100)), ((3, 3), (0, 0), (0, 0))),
        np.random.default_rng(0).integers(0, 18, (5, 100, 100)),
    ],
    ids=["constant", "not a number", "one slice", "two slices among blank ones", "label map"],
)
def test_useless_images_are_refused(array):
    affine = np.array([[0, 0, 3.3, 0], [1, 0, 0, 0], [0, -1, 0, 0], [0, 0, 0, 1.0]])
    with pytest.raises(StudyError):
        require_image(Volume(array, affine))


def test_resampling_keeps_a_ramp():
    ramp = np.broadcast_to(np.arange(50, dtype=np.float32)[:, None] * 0.8, (2, 50, 40))
    finer = resample_in_plane(ramp, (0.8, 0.8), (80, 40), (0.4, 0.8))
    assert finer[0, :79, 0] == pytest.approx(np.arange(79) * 0.4, abs=1e-4)


def test_coarser_grid_keeps_the_mean_of_noise():
    noise = np.random.default_rng(0).normal(5, 1, (1, 200, 200)).astype(np.float32)
    coarse = resample_in_plane(noise, (0.5, 0.5), (100, 100), (1.0, 1.0))
    assert coarse.mean() == pytest.approx(noise.mean(), abs=0.01)
    assert coarse.std() < 0.7 * noise.std(), "averaged, not picked"
