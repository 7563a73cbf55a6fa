"""The patient is told from air under a bias that is far stronger than the contrast."""

from __future__ import annotations

import numpy as np
import pytest
from OPRadiomicsLib.errors import StudyError
from OPRadiomicsLib.preprocessing.body import body_mask, cell_means, without_padding
from OPRadiomicsLib.types import Role, Volume
from OPRadiomicsTrainingLib.simulation.patients import sample_patient
from OPRadiomicsTrainingLib.simulation.study import Options, SimulatedStudy, simulate_study
from OPRadiomicsTrainingLib.simulation.tissues import Tissue

COARSE = Options(slices=11, pixels=160)
AFFINE = np.array([[0.0, 0.0, 3.3, 0.0], [1.0, 0.0, 0.0, 0.0], [0.0, -1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]])


def a_slab_in_air(fall_off: float, offset: float = 0.0) -> tuple[Volume, np.ndarray]:
    """Tissue from column 30 to 110 whose signal falls by exp(-fall_off) from back to front; Rician air of sigma 2."""
    rng = np.random.default_rng(7)
    truth = np.zeros((6, 120, 128), dtype=bool)
    truth[:, :, 30:110] = True
    signal = truth * 400 * np.exp(-fall_off * (110 - np.arange(128)) / 80) * rng.choice([0.6, 1.0], (6, 120, 128))
    noisy = np.hypot(signal + rng.normal(0, 2, truth.shape), rng.normal(0, 2, truth.shape)) + offset
    return Volume(noisy.astype(np.float32), AFFINE), truth


@pytest.mark.parametrize("fall_off", [0.0, 1.5, 3.0])
@pytest.mark.parametrize("offset", [0.0, 33.0])
def test_slab_is_found_to_a_cell_whatever_the_coil(fall_off: float, offset: float) -> None:
    volume, truth = a_slab_in_air(fall_off, offset)
    found = body_mask(volume)
    wrong_columns = np.flatnonzero((found != truth).mean(axis=(0, 1)) > 0.02)
    assert all(min(abs(c - 30), abs(c - 109)) <= 4 for c in wrong_columns)


@pytest.mark.parametrize("role", list(Role))
def test_no_vertebra_is_left_out(small_study: SimulatedStudy, role: Role) -> None:
    body = body_mask(small_study.volumes[role])
    assert body[small_study.bodies.labels > 0].mean() > 0.995  # dark corners at the end of the field of view
    assert body.mean() < 0.97


def test_brightness_factor_changes_nothing() -> None:
    volume, _ = a_slab_in_air(1.5)
    brighter = Volume(volume.array * 4.0, volume.affine)
    np.testing.assert_array_equal(body_mask(brighter), body_mask(volume))


def test_bowel_gas_inside_belongs_to_the_body() -> None:
    volume, _ = a_slab_in_air(0.5)
    with_gas = volume.array.copy()
    with_gas[:, 50:62, 60:72] = 3.0
    assert body_mask(Volume(with_gas, volume.affine))[:, 50:62, 60:72].all()


def test_constant_image_is_refused() -> None:
    with pytest.raises(StudyError, match="Constant"):
        body_mask(Volume(np.full((4, 40, 40), 5.0), AFFINE))


def test_cells_cut_by_the_border_average_what_they_hold() -> None:
    array = np.arange(5.0).reshape(1, 1, 5)
    np.testing.assert_allclose(cell_means(array, (1, 1, 2)).ravel(), [0.5, 2.5, 4.0], rtol=1e-15)


def test_with_irregular_padding_air_isnt_taken_for_the_body() -> None:
    """A disc of the image is left, as after a correction of distortion. Of the true air in it 5 points more go to the body,
    the mean of five patients (11 the most; 44 and 96 where padding sets the floor), and of the tissue 0.6 % at most is lost."""
    rows, columns = np.indices((COARSE.pixels, COARSE.pixels))
    disc = np.hypot(rows - 79.5, columns - 79.5) < 82
    gained, lost = [], []
    for seed in range(6, 11):
        study = simulate_study(sample_patient(np.random.default_rng(seed)), seed=seed, options=COARSE)
        volume, air = study.volumes[Role.T2WI], (study.tissues == Tissue.AIR) & disc
        whole = body_mask(volume) & disc
        padded = body_mask(Volume(np.where(disc, volume.array, 0), volume.affine))
        gained.append(padded[air].mean() - whole[air].mean())
        lost.append(1 - padded[whole & ~air].mean())
    assert np.mean(gained) < 0.06 and max(gained) < 0.12
    assert max(lost) < 0.01


def test_blanked_air_changes_nothing_but_the_border() -> None:
    volume, truth = a_slab_in_air(1.5)
    found = body_mask(Volume(np.where(truth, volume.array, 0), volume.affine))
    wrong_columns = np.flatnonzero((found != truth).mean(axis=(0, 1)) > 0.02)
    assert all(min(abs(c - 30), abs(c - 109)) <= 4 for c in wrong_columns)


def test_only_border_planes_of_the_minimum_are_padding() -> None:
    volume, _ = a_slab_in_air(0.5, offset=20.0)
    holed = volume.array.copy()
    holed[:, 40:50] = holed.min()  # inside, and so no padding
    assert without_padding(np.pad(holed, ((1, 0), (3, 7), (0, 11)), constant_values=holed.min())) == (
        slice(1, 7),
        slice(3, 123),
        slice(0, 128),
    )
