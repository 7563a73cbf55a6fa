"""The field that is divided out is the one that the simulator multiplied in."""

from __future__ import annotations

import numpy as np
import pytest
from OPRadiomicsLib.errors import GeometryError, StudyError
from OPRadiomicsLib.preprocessing.bias_field import correct_bias_field
from OPRadiomicsLib.preprocessing.body import body_mask
from OPRadiomicsLib.profile import Profile
from OPRadiomicsLib.types import Role, Volume
from OPRadiomicsTrainingLib.simulation.study import SimulatedStudy


@pytest.mark.parametrize("role", list(Role))
def test_less_than_half_of_the_shading_is_left_in_the_vertebrae(
    small_study: SimulatedStudy, standard: Profile, role: Role
) -> None:
    volume, truth = small_study.volumes[role], small_study.bias_log_fields[role]
    vertebrae = small_study.bodies.labels > 0
    _, log_field = correct_bias_field(volume, standard.bias_field, body=body_mask(volume))
    assert (truth - log_field)[vertebrae].std() < 0.5 * truth[vertebrae].std()


def test_corrected_image_is_the_image_divided_by_the_field(small_study: SimulatedStudy, standard: Profile) -> None:
    volume = small_study.volumes[Role.T1WI]
    body = body_mask(volume)
    corrected, log_field = correct_bias_field(volume, standard.bias_field, body=body)
    np.testing.assert_allclose(corrected.array * np.exp(log_field), volume.array, rtol=1e-5)
    assert abs(float(log_field[body].mean(dtype=np.float64))) < 1e-5
    assert corrected.frame_of_reference_uid == volume.frame_of_reference_uid


def test_two_runs_are_bit_identical(small_study: SimulatedStudy, standard: Profile) -> None:
    volume = small_study.volumes[Role.T2WI]
    body = body_mask(volume)
    first, second = (correct_bias_field(volume, standard.bias_field, body=body)[1] for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_field_lies_at_voxel_centres_not_at_cell_centres(standard: Profile) -> None:
    # A coil whose log sensitivity is a straight line: a field read half a cell off would be wrong by 3.5 x 0.01.
    rng = np.random.default_rng(11)
    ramp = 0.01 * np.arange(96) * np.ones((8, 96, 1))
    tissues = np.kron(rng.choice([1.0, 2.0], (2, 12, 12)), np.ones((4, 8, 8)))
    volume = Volume(300 * tissues * np.exp(ramp), np.diag([1.0, 1.0, 2.0, 1.0]))
    everywhere = np.ones(volume.shape, dtype=bool)
    settings = standard.bias_field.model_copy(update={"iterations": (100,), "fwhm": 0.3})
    _, coarse = correct_bias_field(volume, settings, body=everywhere)
    _, full = correct_bias_field(volume, settings.model_copy(update={"grid_mm": None}), body=everywhere)
    slope = [np.polyfit(np.arange(20, 76), field.mean(axis=(0, 1))[20:76], 1)[0] for field in (coarse, full)]
    assert slope[0] == pytest.approx(slope[1], rel=0.05)
    middle = [field.mean(axis=(0, 1))[47:49].mean() for field in (coarse, full)]
    assert abs(middle[0] - middle[1]) < 0.01


def test_body_of_another_shape_is_refused(small_study: SimulatedStudy, standard: Profile) -> None:
    with pytest.raises(GeometryError, match="one shape"):
        correct_bias_field(small_study.volumes[Role.T1WI], standard.bias_field, body=np.ones((2, 2, 2), dtype=bool))


def test_body_without_signal_is_refused(standard: Profile) -> None:
    volume = Volume(np.zeros((4, 30, 30)), np.eye(4))
    with pytest.raises(StudyError, match="No signal"):
        correct_bias_field(volume, standard.bias_field, body=np.ones(volume.shape, dtype=bool))
