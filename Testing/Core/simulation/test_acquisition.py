from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from OPRadiomicsLib.geometry import to_sitk
from OPRadiomicsLib.types import Role
from OPRadiomicsTrainingLib.simulation import shapes
from OPRadiomicsTrainingLib.simulation.acquisition import (
    Scan,
    calm_abdomen,
    excite,
    excite_moved,
    failed_suppression,
    receive,
    slice_profile,
    through_k_space,
)
from OPRadiomicsTrainingLib.simulation.canvas import Canvas
from OPRadiomicsTrainingLib.simulation.patients import Patient
from OPRadiomicsTrainingLib.simulation.signal import protocol
from OPRadiomicsTrainingLib.simulation.study import Options, simulate_study
from OPRadiomicsTrainingLib.simulation.tissues import Material, Tissue

NOISY = Scan(
    noise=0.05, ghost=0.0, coil_exponent=1.0, coil_gap_mm=15.0, coil_radius_mm=70.0, shim=0.0, coil_wave=0.0, coil_phase=0.0
)


def _smooth_canvas() -> tuple[Canvas, np.ndarray]:
    from scipy.ndimage import gaussian_filter

    canvas = Canvas(5, 64, 2.0, 3.3)
    noise = np.random.default_rng(0).standard_normal(canvas.share.shape)
    return canvas, gaussian_filter(noise, 2.0).astype(np.complex64)


def test_a_patient_who_did_not_move_is_imaged_the_same_either_way() -> None:
    canvas, fine = _smooth_canvas()
    still = excite(canvas, fine)
    assert np.abs(excite_moved(canvas, fine, np.eye(4)) - still).max() < 2e-3 * still.real.std()


@pytest.mark.parametrize(("axis", "step", "image_axis"), [(1, 2.0, 2), (2, -2.0, 1)])
def test_moving_one_pixel_back_or_down_moves_the_image_one_column_or_row(axis: int, step: float, image_axis: int) -> None:
    canvas, fine = _smooth_canvas()
    motion = np.eye(4)
    motion[axis, 3] = step
    still, moved = excite(canvas, fine), excite_moved(canvas, fine, motion)
    there = np.take(moved, range(1, 64), image_axis)
    before = np.take(still, range(63), image_axis)
    assert np.abs(there - before).max() < 2e-3 * still.real.std()


def test_the_stored_motion_brings_the_sequences_back_together(a_patient: Patient) -> None:
    """Correlation about the bodies of the moved T2WI with the unmoved one: above 0.9 once resampled by the truth."""
    import SimpleITK as sitk
    from scipy.ndimage import binary_dilation

    options = Options(slices=7, pixels=128)
    moving = Options(slices=7, pixels=128, motion_sd_mm=2.0, motion_sd_deg=1.0)
    still, moved = (simulate_study(a_patient, seed=8, options=o) for o in (options, moving))
    matrix = moved.motion[Role.T2WI]
    assert not np.allclose(matrix, np.eye(4))
    transform = sitk.AffineTransform(3)
    transform.SetMatrix(matrix[:3, :3].ravel().tolist())
    transform.SetTranslation(matrix[:3, 3].tolist())
    reference, image = (to_sitk(s.volumes[Role.T2WI]) for s in (still, moved))
    back = sitk.GetArrayFromImage(sitk.Resample(image, reference, transform, sitk.sitkLinear))
    near = binary_dilation(still.bodies.labels > 0, iterations=2)
    near[[0, 1, -2, -1]] = False

    def agreement(array: np.ndarray) -> float:
        return float(np.corrcoef(still.volumes[Role.T2WI].array[near], array[near])[0, 1])

    assert agreement(back) > 0.9
    assert agreement(back) > agreement(moved.volumes[Role.T2WI].array) + 0.1


def test_fat_is_displaced_along_the_readout_and_water_is_not() -> None:
    sequence = protocol("A")[0]
    image = np.zeros((1, 320, 320), np.complex64)
    image[0, 100, 100] = 1.0
    image[0, 200, 100] = 1.0j
    out = through_k_space(image, sequence)[0]
    centre = [float((row.clip(0.05) - 0.05) @ np.arange(320) / (row.clip(0.05) - 0.05).sum()) for row in (out[100], out[200])]
    assert centre[0] == pytest.approx(100.0, abs=0.05)
    assert centre[1] - centre[0] == pytest.approx(sequence.fat_shift_pixels, abs=0.15)


def test_noise_of_an_empty_image_is_rayleigh_distributed() -> None:
    """Magnitude of two Gaussian channels: mean / SD = 1.913 (Gudbjartsson and Patz)."""
    image = np.zeros((4, 128, 128), np.float32)
    image[:, :32] = 1.0
    background = receive(image, np.ones_like(image), NOISY, np.random.default_rng(0))[:, 48:]
    assert background.mean() / background.std() == pytest.approx(1.913, abs=0.03)


QUIET = replace(NOISY, noise=0.0)


def test_a_ghost_is_a_faint_copy_a_third_of_the_field_of_view_along_phase_encoding() -> None:
    image = np.zeros((1, 96, 64), np.float32)
    image[0, 10, 30] = 1.0
    out = receive(image, np.ones_like(image), replace(QUIET, ghost=0.05), np.random.default_rng(0))
    assert out[0, 10 + 32, 30] == pytest.approx(0.05, rel=1e-5)
    assert out[0, 10, 30] == pytest.approx(1.0, rel=1e-5)
    assert np.count_nonzero(out > 1e-6) == 2


def test_a_slice_excites_its_thickness_and_little_of_the_gap() -> None:
    """Half of the middle's signal at half the thickness, within 2 %; under a tenth 1 mm beyond it."""
    offsets = np.array([0.0, 1.5, 2.5], np.float32)
    middle, flank, beyond = slice_profile(offsets, 3.0)
    assert flank == pytest.approx(0.5 * middle, rel=0.02)
    assert beyond < 0.1 * middle
    assert slice_profile(offsets, 5.0)[1] > 0.9 * middle


def test_a_sphere_s_partial_volumes_add_up_to_its_volume() -> None:
    """Within 2 %, of a sphere of 20 mm on pixels of 2 mm; its border voxels hold two materials."""
    canvas = Canvas(21, 64, 2.0, 3.3)
    box = canvas.around((0.0, 0.0, 0.0), (24.0, 24.0, 24.0))
    sphere = shapes.ellipsoid(canvas.coordinates(box), (0.0, 0.0, 0.0), (20.0, 20.0, 20.0))
    canvas.paint(box, sphere, Material(Tissue.MUSCLE))
    volume = canvas.fraction(Tissue.MUSCLE).sum() * canvas.pixel_mm**2 * canvas.slab_mm
    assert volume == pytest.approx(4 / 3 * np.pi * 20**3, rel=0.02)
    assert np.mean((canvas.share > 0.05) & (canvas.share < 0.95)) > 0.005


def test_spectral_suppression_fails_toward_the_edges_and_never_adds_fat() -> None:
    canvas, suppressed = Canvas(1, 64, 4.4, 3.3), protocol("A")[2]
    gain = failed_suppression(canvas, suppressed, replace(QUIET, shim=2.0))[0]
    assert gain[32, 32] == pytest.approx(1.0, abs=0.01)
    assert gain[0, 0] > 1.5
    assert failed_suppression(canvas, suppressed, replace(QUIET, shim=1e3)).max() <= 1 / suppressed.fat_residual + 1e-5
    assert failed_suppression(canvas, protocol("A")[1], QUIET).shape == (1, 1, 1)


def test_the_saturation_slab_darkens_the_abdomen_and_leaves_the_spine() -> None:
    canvas = Canvas(1, 128, 2.2, 3.3)
    scan = replace(QUIET, saturation=0.2, saturation_gap_mm=15.0, saturation_mm=60.0)
    calmed = calm_abdomen(canvas, np.ones((1, 128, 128), np.complex64), scan, (-20.0, 0.1)).real[0]
    row = 64
    front = -20.0 + 0.1 * canvas.z[row]
    assert calmed[row, np.abs(canvas.y - (front - 45.0)).argmin()] == pytest.approx(0.2, abs=0.01)
    assert calmed[row, canvas.y > front] == pytest.approx(1.0, abs=0.005)
    assert calmed[row, 0] > 0.9


def test_breathing_smears_the_abdomen_along_phase_encoding_alone() -> None:
    canvas = Canvas(1, 128, 2.2, 3.3)
    points = np.zeros((1, 128, 128), np.complex64)
    points[0, 64, [10, 100]] = 1.0
    smeared = calm_abdomen(canvas, points, replace(QUIET, breathing_mm=3.0), (0.0, 0.0)).real[0]
    assert smeared[64, 100] == pytest.approx(1.0, abs=1e-3)
    assert smeared[64, 10] < 0.4 < smeared[62:67, 10].sum()
    assert smeared[64, 9] == pytest.approx(0.0, abs=1e-6)
