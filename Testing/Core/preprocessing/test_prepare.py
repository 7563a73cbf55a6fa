"""The chain keeps the study's order, and image and region stay in step."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from OPRadiomicsLib.errors import Cancelled, GeometryError, MaskError, StudyError
from OPRadiomicsLib.preprocessing.prepare import prepare_sequence
from OPRadiomicsLib.preprocessing.resampling import analysis_grid
from OPRadiomicsLib.profile import Profile
from OPRadiomicsLib.segmentation.marrow import marrow_region
from OPRadiomicsLib.types import Mask, Role
from OPRadiomicsTrainingLib.simulation.study import SimulatedStudy
from scipy import ndimage


@pytest.fixture(scope="module")
def marrow(small_study: SimulatedStudy, standard: Profile) -> Mask:
    return marrow_region(small_study.bodies, standard.region)


def padded(profile: Profile, voxels: int) -> Profile:
    return profile.model_copy(update={"resampling": profile.resampling.model_copy(update={"padding_voxels": voxels})})


def test_three_sequences_share_one_grid_and_one_range(small_study: SimulatedStudy, marrow: Mask, standard: Profile) -> None:
    grid = analysis_grid(marrow, standard.resampling)
    prepared = [prepare_sequence(small_study.volumes[role], marrow, grid, standard) for role in Role]
    for one in prepared:
        assert one.volume.shape == one.region.shape == grid.shape
        np.testing.assert_array_equal(one.volume.affine, grid.affine)
        assert one.region.levels == ("L1", "L2", "L3")
        assert 0 <= one.volume.array.min() < one.volume.array.max() <= 255
        assert one.body.shape == one.log_field.shape == small_study.bodies.shape
    np.testing.assert_array_equal(prepared[0].region.labels, prepared[2].region.labels)


def test_padding_changes_nothing_inside_the_region(small_study: SimulatedStudy, marrow: Mask, standard: Profile) -> None:
    # 1e-3 of 255: see test_resampling.
    inside = []
    for voxels in (5, 20):
        profile = padded(standard, voxels)
        one = prepare_sequence(small_study.volumes[Role.T2WI], marrow, analysis_grid(marrow, profile.resampling), profile)
        inside.append(one.volume.array[one.region.labels > 0])
    assert len(inside[0]) == len(inside[1])
    np.testing.assert_allclose(inside[1], inside[0], rtol=0, atol=1e-3)


def test_scanner_gain_changes_nothing(small_study: SimulatedStudy, marrow: Mask, standard: Profile) -> None:
    volume = small_study.volumes[Role.T1WI]
    brighter = dataclasses.replace(volume, array=volume.array * np.float32(8.0))
    grid = analysis_grid(marrow, standard.resampling)
    one, two = (prepare_sequence(v, marrow, grid, standard).volume.array for v in (volume, brighter))
    np.testing.assert_allclose(two, one, rtol=0, atol=1e-2)


def test_level_moved_off_the_grid_is_refused(small_study: SimulatedStudy, marrow: Mask, standard: Profile) -> None:
    far = np.eye(4)
    far[:3, 3] = [0, 0, 300.0]
    with pytest.raises(MaskError, match="L1"):
        prepare_sequence(
            small_study.volumes[Role.T2WI], marrow, analysis_grid(marrow, standard.resampling), standard, transform=far
        )


def test_other_frame_of_reference_is_refused(small_study: SimulatedStudy, marrow: Mask, standard: Profile) -> None:
    stranger = dataclasses.replace(small_study.volumes[Role.T2WI], frame_of_reference_uid="1.2.3.4")
    with pytest.raises(GeometryError, match="frames of reference"):
        prepare_sequence(stranger, marrow, analysis_grid(marrow, standard.resampling), standard)


def test_progress_rises_to_one_and_cancelling_stops(small_study: SimulatedStudy, marrow: Mask, standard: Profile) -> None:
    grid = analysis_grid(marrow, padded(standard, 2).resampling)
    heard: list[float] = []
    prepare_sequence(
        small_study.volumes[Role.T1WI], marrow, grid, standard, progress=lambda _message, fraction: heard.append(fraction)
    )
    assert heard == sorted(heard)
    assert heard[-1] == 1.0

    def stop(message: str, fraction: float) -> None:
        if fraction > 0.2:
            raise Cancelled

    with pytest.raises(Cancelled):
        prepare_sequence(small_study.volumes[Role.T1WI], marrow, grid, standard, progress=stop)


def test_padding_around_the_image_changes_nothing(small_study: SimulatedStudy, marrow: Mask, standard: Profile) -> None:
    # 2e-3 of 255: ITK's spline of a shifted origin, in single precision.
    volume = small_study.volumes[Role.T1WI]
    affine = volume.affine.copy()
    affine[:3, 3] -= affine[:3, :3] @ [31, 7, 0]
    around = dataclasses.replace(volume, array=np.pad(volume.array, ((0, 1), (7, 60), (31, 60))), affine=affine)
    grid = analysis_grid(marrow, standard.resampling)
    one, two = (prepare_sequence(v, marrow, grid, standard) for v in (volume, around))
    np.testing.assert_allclose(two.volume.array, one.volume.array, rtol=0, atol=2e-3)
    assert two.body.shape == two.log_field.shape == around.shape
    np.testing.assert_array_equal(two.body[:-1, 7:-60, 31:-60], one.body)
    np.testing.assert_array_equal(two.log_field[:-1, 7:-60, 31:-60], one.log_field)


@pytest.mark.parametrize("offset", [-1000.0, -50.0])
def test_image_with_negative_intensities_is_refused(
    small_study: SimulatedStudy, marrow: Mask, standard: Profile, offset: float
) -> None:
    volume = small_study.volumes[Role.T1WI]
    moved = dataclasses.replace(volume, array=volume.array + np.float32(offset))
    with pytest.raises(StudyError, match="% of its voxels negative"):
        prepare_sequence(moved, marrow, analysis_grid(marrow, standard.resampling), standard)


def test_undershoots_of_an_interpolation_are_cut_off_at_zero(
    small_study: SimulatedStudy, marrow: Mask, standard: Profile
) -> None:
    # Turned by 10 degrees with padding around: the sharpest undershoots that a rigid cubic interpolation makes.
    volume = small_study.volumes[Role.T2WI]
    turned = ndimage.rotate(volume.array, 10.0, axes=(1, 2), order=3, reshape=False)
    grid = analysis_grid(marrow, standard.resampling)
    assert turned.min() < 0
    one, two = (
        prepare_sequence(dataclasses.replace(volume, array=array), marrow, grid, standard).volume.array
        for array in (turned, np.maximum(turned, 0))
    )
    np.testing.assert_array_equal(one, two)
