"""The network as it ships: levels and borders on a simulated study, and on the real pair that training never sees."""

from pathlib import Path

import numpy as np
import pytest
from OPRadiomicsLib.levels import LABEL_OF_LEVEL, STUDY_LEVELS
from OPRadiomicsLib.regions import dice
from OPRadiomicsLib.segmentation import load_segmentation_model, segment
from OPRadiomicsLib.types import Role, Volume

REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "spine-mr"
SEED = 102


@pytest.fixture(scope="module")
def model():
    return load_segmentation_model()


@pytest.fixture(scope="module")
def simulated():
    """A study that training did not see, whose seed it never draws, and its bodies at the border that training uses."""
    from OPRadiomicsTrainingLib.segmentation.simulated import simulated_cases
    from OPRadiomicsTrainingLib.simulation.patients import sample_patient
    from OPRadiomicsTrainingLib.simulation.study import simulate_study

    study = simulate_study(sample_patient(np.random.default_rng(SEED), "A"), seed=SEED)
    harmonised = simulated_cases(study, "sim", np.random.default_rng(0))[0].body > 0
    return study, harmonised


@pytest.mark.parametrize("role", list(Role))
def test_a_simulated_study_is_found_and_numbered_in_every_contrast(model, simulated, role):
    study, harmonised = simulated
    found = segment(study.volumes[role], model)
    assert not found.needs_confirmation, "the sacrum is in view"
    for level in STUDY_LEVELS:
        truth = study.bodies.of(level) & harmonised
        assert dice(found.mask.of(level), truth) > 0.85, level
    canal = np.isin(study.tissues, (3, 4))
    assert dice(found.canal, canal) > 0.75


def test_the_volume_that_is_told_of_a_level_is_the_mask_s(model, simulated):
    volume = simulated[0].volumes[Role.T1WI]
    found = segment(volume, model)
    for level in found.quality:
        ml = np.count_nonzero(found.mask.of(level.level)) * np.prod(volume.spacing_mm) / 1000
        assert level.volume_ml == pytest.approx(ml, rel=1e-6)


def test_the_axes_order_of_the_file_does_not_matter(model, simulated):
    """The same voxels stored coronally, upside down: the same mask to the voxel."""
    volume = simulated[0].volumes[Role.T1WI]
    straight = segment(volume, model).mask.labels
    turned = volume.array.transpose(1, 2, 0)[::-1]
    affine = volume.affine @ np.array([[0, 0, 0, 0], [1.0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 1]])
    affine[:, 0] = volume.affine[:, 2]
    affine[:, 1] = volume.affine[:, 0]
    affine[:, 2] = -volume.affine[:, 1]
    affine[:, 3] = volume.affine @ np.array([0, volume.shape[1] - 1, 0, 1])
    again = segment(Volume(turned, affine), model).mask.labels
    assert np.array_equal(again[::-1].transpose(2, 0, 1), straight)


@pytest.mark.parametrize("role", list(Role))
def test_blank_slices_at_the_ends_change_nothing(model, simulated, role):
    volume = simulated[0].volumes[role]
    plain = segment(volume, model)
    affine = volume.affine.copy()
    affine[:3, 3] -= 2 * affine[:3, 2]
    padded = segment(Volume(np.pad(volume.array, ((2, 3), (0, 0), (0, 0))), affine), model)
    assert np.array_equal(padded.mask.labels[2:-3], plain.mask.labels)
    assert np.array_equal(padded.canal[2:-3], plain.canal)
    assert not padded.mask.labels[[0, 1, -3, -2, -1]].any()
    assert (padded.quality, padded.warnings) == (plain.quality, plain.warnings)


def test_a_spike_moves_no_outline(model, simulated):
    """Without a limit it sets the spread of the whole slice: L1 to L3 then agree by 0.96 to 0.99 in real images."""
    volume = simulated[0].volumes[Role.T1WI]
    array = volume.array.copy()
    array[8, 160, 160] = 1e8
    plain, spiked = segment(volume, model).mask, segment(Volume(array, volume.affine), model).mask
    for level in STUDY_LEVELS:
        assert dice(plain.of(level), spiked.of(level)) > 0.998, level


def test_shift_renames_and_moves_nothing(model, simulated):
    volume = simulated[0].volumes[Role.T1WI]
    plain, shifted = (segment(volume, model, shift=shift) for shift in (0, -1))
    assert np.array_equal(plain.mask.of("L3"), shifted.mask.of("L2"))
    assert shifted.needs_confirmation


@pytest.mark.skipif(not REAL.is_dir(), reason="../shared/data, the development data folder, is absent")
@pytest.mark.parametrize("name", ["zukic_02_AKa3_T1", "zukic_03_AKa4_TIRM"])
def test_a_real_patient_of_another_origin_is_segmented_and_every_level_is_right(model, name):
    """T1 and fat-suppressed, which no real training set holds. Measured figures stand in the model card."""
    import SimpleITK as sitk
    from OPRadiomicsLib.geometry import volume_from_sitk

    truth = sitk.GetArrayFromImage(sitk.ReadImage(str(REAL / f"{name}_lab.nii.gz")))
    found = segment(volume_from_sitk(sitk.ReadImage(str(REAL / f"{name}_img.nii.gz"))), model).mask.labels
    for label in range(LABEL_OF_LEVEL["T10"], LABEL_OF_LEVEL["L5"] + 1):
        names = np.bincount(found[(truth == label) & (found > 0)])
        assert names.argmax() == label
    labels = [LABEL_OF_LEVEL[level] for level in STUDY_LEVELS]
    assert np.mean([dice(found == v, truth == v) for v in labels]) > 0.84
    assert np.mean([dice(found[4:13] == v, truth[4:13] == v) for v in labels]) > 0.88
