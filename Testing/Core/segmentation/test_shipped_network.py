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
