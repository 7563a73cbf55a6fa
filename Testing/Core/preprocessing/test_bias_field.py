"""The field that is divided out is the one that the simulator multiplied in."""

from __future__ import annotations

import numpy as np
import pytest
from OPRadiomicsLib.errors import GeometryError, StudyError
from OPRadiomicsLib.preprocessing.bias_field import correct_bias_field
from OPRadiomicsLib.preprocessing.body import body_mask, cell_means
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


def test_field_at_a_cells_middle_voxel_is_the_cells_own(standard: Profile) -> None:
    # Cells of 3 x 3 x 3 voxels, and the same cells given as voxels: fitting half a cell off would differ by some hundredths.
    rng = np.random.default_rng(11)
    shading = 1.5 * np.hypot(*np.meshgrid(np.linspace(-1, 1, 90), np.linspace(0, 2, 72), indexing="ij"))
    tissues = np.kron(rng.choice([1.0, 2.5], (4, 15, 12)), np.ones((3, 6, 6)))
    fine = Volume(300 * tissues * np.exp(shading), np.diag([2.0, 2.0, 2.0, 1.0]))
    cells = Volume(cell_means(fine.array, (3, 3, 3)), np.diag([6.0, 6.0, 6.0, 1.0]))
    settings = standard.bias_field.model_copy(update={"grid_mm": 6.0, "convergence": 1e-4})
    at_voxels, at_cells = (
        correct_bias_field(volume, settings, body=np.ones(volume.shape, dtype=bool))[1].astype(np.float64)
        for volume in (fine, cells)
    )
    middle = at_voxels[1::3, 1::3, 1::3]
    assert at_cells.std() > 0.1
    np.testing.assert_allclose(middle - middle.mean(), at_cells - at_cells.mean(), rtol=0, atol=1e-5)


def test_body_of_another_shape_is_refused(small_study: SimulatedStudy, standard: Profile) -> None:
    with pytest.raises(GeometryError, match="one shape"):
        correct_bias_field(small_study.volumes[Role.T1WI], standard.bias_field, body=np.ones((2, 2, 2), dtype=bool))


def test_body_without_signal_is_refused(standard: Profile) -> None:
    volume = Volume(np.zeros((4, 30, 30)), np.eye(4))
    with pytest.raises(StudyError, match="No signal"):
        correct_bias_field(volume, standard.bias_field, body=np.ones(volume.shape, dtype=bool))
