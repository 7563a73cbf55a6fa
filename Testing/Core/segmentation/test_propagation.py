"""A shift between sequences is seen in millimetres, and mended only where that makes it better."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from OPRadiomicsLib.errors import GeometryError, MaskError
from OPRadiomicsLib.geometry import reoriented
from OPRadiomicsLib.segmentation.propagation import Propagation, propagate
from OPRadiomicsLib.types import Affine, Mask, Role, Volume
from OPRadiomicsTrainingLib.simulation.patients import sample_patient
from OPRadiomicsTrainingLib.simulation.study import Options, SimulatedStudy, simulate_study
from scipy.spatial.transform import Rotation


@pytest.fixture(scope="module")
def still_study() -> SimulatedStudy:
    """A patient who lay still."""
    return simulate_study(sample_patient(np.random.default_rng(12)), seed=12, options=Options(slices=11, pixels=200))


def about_the_middle(volume: Volume, angle_deg: float, shift_mm: tuple[float, float, float]) -> Affine:
    k, j, i = (n / 2 for n in volume.shape)
    return about((volume.affine @ [i, j, k, 1.0])[:3], angle_deg, shift_mm)


def about(middle: Affine, angle_deg: float, shift_mm: tuple[float, float, float]) -> Affine:
    move = np.eye(4)
    move[:3, :3] = Rotation.from_rotvec(np.radians(angle_deg) * np.array([0.95, 0.25, 0.2])).as_matrix()
    move[:3, 3] = middle - move[:3, :3] @ middle + shift_mm
    return move


def moved(volume: Volume, move: Affine) -> Volume:
    """The same tissue elsewhere: the patient moved by ``move`` before this sequence."""
    return dataclasses.replace(volume, affine=move @ volume.affine)


def carried(study: SimulatedStudy, role: Role, move: Affine, *, register: bool = False) -> Propagation:
    return propagate(study.bodies, study.volumes[Role.T1WI], moved(study.volumes[role], move), register=register)


def test_same_grid_without_motion_gives_the_same_labels(still_study: SimulatedStudy) -> None:
    result = carried(still_study, Role.T2WI, np.eye(4))
    np.testing.assert_array_equal(result.mask.labels, still_study.bodies.labels)
    assert result.mask.origin == "propagated, simulated truth"
    np.testing.assert_array_equal(result.transform, np.eye(4))


@pytest.mark.parametrize("role", [Role.T2WI, Role.FST2WI])
def test_patient_who_lay_still_gets_no_warning(still_study: SimulatedStudy, role: Role) -> None:
    result = carried(still_study, role, np.eye(4))
    assert result.warnings == ()
    assert all(level.before.offset_mm < 1.2 for level in result.alignment)


@pytest.mark.parametrize("role", [Role.T2WI, Role.FST2WI])
@pytest.mark.parametrize("shift_mm", [(0.0, 3.0, 0.0), (0.0, 0.0, -3.0), (0.0, 2.2, 2.2)])
def test_shift_of_three_millimetres_is_seen_at_every_studied_level(
    still_study: SimulatedStudy, role: Role, shift_mm: tuple[float, float, float]
) -> None:
    # Within 1 mm: fat is displaced by the chemical shift itself, by up to a pixel.
    result = carried(still_study, role, about_the_middle(still_study.volumes[role], 0.0, shift_mm))
    for level in result.alignment:
        if level.level in ("L1", "L2", "L3"):
            np.testing.assert_allclose(level.before.offset_lps_mm[1:], shift_mm[1:], atol=1.0)
            assert any(level.level in warning and "mm off" in warning for warning in result.warnings)


@pytest.mark.parametrize("role", [Role.T2WI, Role.FST2WI])
def test_registration_undoes_a_rigid_motion(still_study: SimulatedStudy, role: Role) -> None:
    move = about_the_middle(still_study.volumes[role], 3.0, (0.5, -2.0, 3.0))
    result = carried(still_study, role, move, register=True)
    assert result.accepted
    voxels = np.argwhere(np.isin(still_study.bodies.labels, (20, 21, 22)))[::20, ::-1]
    points = np.c_[voxels, np.ones(len(voxels))] @ still_study.bodies.affine.T
    before_mm = np.linalg.norm(points @ move.T - points, axis=1).mean()
    after_mm = np.linalg.norm(points @ (move - result.transform).T, axis=1).mean()
    assert before_mm > 3
    assert after_mm < 1.5  # half a slice: across the slices there is least to see
    for level in result.alignment:
        if level.level in ("L1", "L2", "L3"):
            assert level.after.similarity > level.before.similarity


def test_registration_is_not_used_where_it_brings_nothing(still_study: SimulatedStudy) -> None:
    result = carried(still_study, Role.T2WI, np.eye(4), register=True)
    assert not result.accepted
    np.testing.assert_array_equal(result.transform, np.eye(4))
    assert result.warnings == ("Registration not used: it brought no better alignment",)


def middle_of_l2(study: SimulatedStudy) -> Affine:
    voxel = np.argwhere(study.bodies.of("L2")).mean(axis=0)[::-1]
    return (study.bodies.affine @ [*voxel, 1.0])[:3]


@pytest.mark.parametrize(("angle_deg", "shift_mm"), [(0.0, (0.0, 8.0, 9.0)), (13.0, (0.0, 0.0, 0.0))])
def test_motion_beyond_ten_millimetres_or_ten_degrees_is_refused(
    still_study: SimulatedStudy, angle_deg: float, shift_mm: tuple[float, float, float]
) -> None:
    result = carried(still_study, Role.T2WI, about(middle_of_l2(still_study), angle_deg, shift_mm), register=True)
    assert not result.accepted
    np.testing.assert_array_equal(result.transform, np.eye(4))
    assert result.warnings[0].startswith("Registration refused: it moved the spine by")
    assert any("mm off: check its outline or correct the mask" in warning for warning in result.warnings)
    assert not any("register the sequence" in warning for warning in result.warnings), "that was tried"


def test_registration_does_not_depend_on_how_the_voxels_are_stored(still_study: SimulatedStudy) -> None:
    """To 0.001 mm and rad: sums run in another order."""
    t1, t2 = still_study.volumes[Role.T1WI], still_study.volumes[Role.T2WI]
    other = moved(t2, about_the_middle(t2, 2.0, (0.0, 2.0, 1.0)))
    straight = propagate(still_study.bodies, t1, other, register=True)
    codes = ("R", "A", "S")
    turned = propagate(reoriented(still_study.bodies, codes), reoriented(t1, codes), reoriented(other, codes), register=True)
    assert straight.accepted
    np.testing.assert_allclose(turned.transform, straight.transform, atol=1e-3)


def test_offset_and_scale_of_the_intensities_do_not_change_the_registration(still_study: SimulatedStudy) -> None:
    """z-scored images: half of their voxels are negative."""
    t1, t2 = still_study.volumes[Role.T1WI], still_study.volumes[Role.T2WI]
    other = moved(t2, about_the_middle(t2, 2.0, (0.0, 2.0, 1.0)))
    scored = [dataclasses.replace(one, array=(one.array - one.array.mean()) / one.array.std()) for one in (t1, other)]
    plain = propagate(still_study.bodies, t1, other, register=True)
    assert plain.accepted
    np.testing.assert_allclose(propagate(still_study.bodies, *scored, register=True).transform, plain.transform, atol=1e-3)


@pytest.mark.parametrize("register", [False, True])
def test_sequence_that_lies_elsewhere_is_refused_with_and_without_registration(
    still_study: SimulatedStudy, register: bool
) -> None:
    away = about_the_middle(still_study.volumes[Role.T2WI], 0.0, (0.0, 230.0, 0.0))
    with pytest.raises(GeometryError, match="100% of L1 lies outside"):
        carried(still_study, Role.T2WI, away, register=register)


def test_registration_that_cannot_be_done_leaves_the_identity_and_says_why(still_study: SimulatedStudy) -> None:
    middle = slice(4, 7)  # of three slices ITK computes no gradient
    t1, t2 = (
        dataclasses.replace(still_study.volumes[role], array=still_study.volumes[role].array[middle])
        for role in (Role.T1WI, Role.T2WI)
    )
    thin = Mask(still_study.bodies.labels[middle], still_study.bodies.affine)
    blank = dataclasses.replace(t2, array=np.full(t2.shape, 5.0))
    for onto in (moved(t2, about_the_middle(t2, 0.0, (0.0, 2.0, 1.0))), blank):
        result = propagate(thin, t1, onto, register=True)
        assert not result.accepted
        np.testing.assert_array_equal(result.transform, np.eye(4))
        assert result.warnings[0].startswith("Registration not possible: ")


def test_two_registrations_are_bit_identical(still_study: SimulatedStudy) -> None:
    move = about_the_middle(still_study.volumes[Role.T2WI], 2.0, (0.0, 2.0, 1.0))
    first, second = (carried(still_study, Role.T2WI, move, register=True).transform for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_mask_lands_on_the_other_grid_where_the_tissue_is(still_study: SimulatedStudy) -> None:
    """T2WI cut to its lower rows: the labels keep their place in the patient."""
    whole = still_study.volumes[Role.T2WI]
    cut_affine = whole.affine.copy()
    cut_affine[:3, 3] += 20 * whole.affine[:3, 1]
    cut = dataclasses.replace(whole, array=whole.array[:, 20:], affine=cut_affine)
    result = propagate(still_study.bodies, still_study.volumes[Role.T1WI], cut)
    np.testing.assert_array_equal(result.mask.labels, still_study.bodies.labels[:, 20:])


def test_studied_level_out_of_view_is_refused(still_study: SimulatedStudy) -> None:
    whole = still_study.volumes[Role.T2WI]
    first_row = int(np.argwhere(still_study.bodies.of("L2"))[:, 1].min())
    affine = whole.affine.copy()
    affine[:3, 3] += first_row * whole.affine[:3, 1]
    lower = dataclasses.replace(whole, array=whole.array[:, first_row:], affine=affine)
    with pytest.raises(GeometryError, match="L1 lies outside"):
        propagate(still_study.bodies, still_study.volumes[Role.T1WI], lower)


def test_level_beyond_the_study_out_of_view_is_a_warning(still_study: SimulatedStudy) -> None:
    whole = still_study.volumes[Role.T2WI]
    last_row = int(np.argwhere(still_study.bodies.of("L3"))[:, 1].max()) + 12
    upper = dataclasses.replace(whole, array=whole.array[:, :last_row])
    result = propagate(still_study.bodies, still_study.volumes[Role.T1WI], upper)
    assert any("L5 lies outside" in warning for warning in result.warnings)


def test_other_frame_of_reference_is_refused(still_study: SimulatedStudy) -> None:
    stranger = dataclasses.replace(still_study.volumes[Role.T2WI], frame_of_reference_uid="1.2.3.4")
    with pytest.raises(GeometryError, match="frames of reference"):
        propagate(still_study.bodies, still_study.volumes[Role.T1WI], stranger)


def test_mask_of_another_grid_is_refused(still_study: SimulatedStudy) -> None:
    shifted = Mask(still_study.bodies.labels, about_the_middle(still_study.volumes[Role.T1WI], 0, (0, 1, 0)))
    with pytest.raises(GeometryError):
        propagate(shifted, still_study.volumes[Role.T1WI], still_study.volumes[Role.T2WI])


def test_empty_mask_is_refused(still_study: SimulatedStudy) -> None:
    empty = Mask(np.zeros_like(still_study.bodies.labels), still_study.bodies.affine)
    with pytest.raises(MaskError, match="Empty mask"):
        propagate(empty, still_study.volumes[Role.T1WI], still_study.volumes[Role.T2WI])
