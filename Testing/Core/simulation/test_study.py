from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from OPRadiomicsLib.geometry import axis_codes, require_same_frame, require_same_grid
from OPRadiomicsLib.types import Role
from OPRadiomicsTrainingLib.simulation.patients import Patient
from OPRadiomicsTrainingLib.simulation.signal import Grid
from OPRadiomicsTrainingLib.simulation.study import Options, SimulatedStudy, simulate_study
from OPRadiomicsTrainingLib.simulation.tissues import Tissue

StudyOf = Callable[[str], SimulatedStudy]


def test_one_seed_gives_bit_identical_images_and_another_does_not(a_patient: Patient, small: Options) -> None:
    first, again, other = (simulate_study(a_patient, seed=s, options=small) for s in (1, 1, 2))
    for role in Role:
        assert np.array_equal(first.volumes[role].array, again.volumes[role].array)
        assert not np.array_equal(first.volumes[role].array, other.volumes[role].array)
    assert np.array_equal(first.bodies.labels, again.bodies.labels)
    assert np.array_equal(first.volumes[Role.T1WI].affine, again.volumes[Role.T1WI].affine)


def test_another_grid_samples_the_same_anatomy_otherwise(a_patient: Patient, small: Options) -> None:
    """Bodies' volume is kept within 10 % by slices of 5 mm every 5.5 mm over 240 mm."""
    coarse = replace(small, slices=9, grid=Grid(240.0, (256, 160), 5.0, 5.5))
    fine = replace(small, slices=15)
    made = [simulate_study(a_patient, seed=1, options=o) for o in (coarse, fine)]
    assert made[0].volumes[Role.T2WI].spacing_mm == pytest.approx((2.5, 2.5, 5.5))
    ml = [s.bodies.of("L3").sum() * np.prod(s.bodies.spacing_mm) / 1000 for s in made]
    assert ml[0] == pytest.approx(ml[1], rel=0.1)
    assert {s.thickness_mm for s in made[0].sequences.values()} == {5.0}


def test_without_signal_the_images_do_not_depend_on_the_patient(a_patient: Patient, small: Options) -> None:
    unlike = replace(a_patient, bmd=20.0, age=88, male=not a_patient.male, bmi=33.0)
    one, two = (simulate_study(p, seed=4, signal_strength=0.0, options=small) for p in (a_patient, unlike))
    for role in Role:
        assert np.array_equal(one.volumes[role].array, two.volumes[role].array)
    one, two = (simulate_study(p, seed=4, signal_strength=1.0, options=small) for p in (a_patient, unlike))
    assert not np.array_equal(one.volumes[Role.T1WI].array, two.volumes[Role.T1WI].array)


@pytest.mark.parametrize(("centre", "pixel_mm"), [("A", 0.875), ("B", 0.9375)])
def test_geometry_is_that_of_the_study(study_of: StudyOf, centre: str, pixel_mm: float) -> None:
    study = study_of(centre)
    for volume in study.volumes.values():
        assert volume.shape == (17, 320, 320)
        assert volume.spacing_mm == pytest.approx((pixel_mm, pixel_mm, 3.3), abs=1e-9)
        assert axis_codes(volume.affine) == ("P", "I", "R")
        require_same_frame(volume, study.volumes[Role.T1WI])
        assert np.isfinite(volume.array).all()
        assert volume.array.min() >= 0
    require_same_grid(study.volumes[Role.T1WI], study.bodies)
    assert study.tissues.shape == (17, 320, 320)


@pytest.mark.parametrize("centre", ["A", "B"])
def test_bodies_of_the_study_are_whole_ordered_and_of_human_size(study_of: StudyOf, centre: str) -> None:
    """Volumes of L1-L3 in adults lie within about 15-60 ml (Limthongkul et al., Spine J 2010;10:153-158)."""
    study = study_of(centre)
    assert {"L1", "L2", "L3", "L4", "L5", "S1"} <= set(study.bodies.levels)
    voxel_ml = abs(np.linalg.det(study.bodies.affine[:3, :3])) / 1000
    rows = []
    for level in ("L1", "L2", "L3", "L4", "L5"):
        voxels = study.bodies.of(level)
        assert 15 < voxels.sum() * voxel_ml < 60, level
        rows.append(np.argwhere(voxels)[:, 1].mean())
    assert rows == sorted(rows)
    assert np.diff(rows).min() * study.bodies.spacing_mm[1] > 25


def _mean(study: SimulatedStudy, role: Role, tissue: Tissue) -> float:
    """Median signal of a tissue behind the bodies' middle, where no saturation slab lies; coil taken off, borders left out."""
    from scipy.ndimage import binary_erosion

    inside = binary_erosion(study.tissues == tissue, np.ones((1, 3, 3)))
    inside[:, :, : int(np.argwhere(study.bodies.labels)[:, 2].mean())] = False
    image = study.volumes[role].array / np.exp(study.bias_log_fields[role])
    return float(np.median(image[inside]))


@pytest.mark.parametrize("centre", ["A", "B"])
@pytest.mark.parametrize(
    ("role", "order"),
    [
        (Role.T1WI, (Tissue.FAT, Tissue.BODY, Tissue.DISC, Tissue.CSF)),
        (Role.T2WI, (Tissue.CSF, Tissue.FAT, Tissue.BODY, Tissue.MUSCLE)),
        (Role.FST2WI, (Tissue.CSF, Tissue.DISC, Tissue.MUSCLE, Tissue.AIR)),
    ],
)
def test_tissues_stand_in_the_order_of_brightness_that_the_sequence_is_named_for(
    study_of: StudyOf, centre: str, role: Role, order: tuple[Tissue, ...]
) -> None:
    means = [_mean(study_of(centre), role, tissue) for tissue in order]
    assert means == sorted(means, reverse=True), dict(zip(order, means, strict=True))


def test_fat_suppression_darkens_fat_against_cerebrospinal_fluid(study_of: StudyOf) -> None:
    study = study_of("A")
    plain, suppressed = (_mean(study, role, Tissue.FAT) / _mean(study, role, Tissue.CSF) for role in (Role.T2WI, Role.FST2WI))
    assert suppressed < 0.4 * plain


def test_the_coil_is_several_times_more_sensitive_at_the_back_than_at_the_belly(study_of: StudyOf) -> None:
    field = study_of("A").bias_log_fields[Role.T1WI]
    assert np.exp(field.max() - field.min()) > 3
    assert abs(float(field.mean())) < 1e-3
