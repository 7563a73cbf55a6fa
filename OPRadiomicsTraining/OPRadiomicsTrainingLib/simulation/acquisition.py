"""From a painted canvas to an image: slice profile, motion, chemical shift, k-space, coil, ghosts, noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from OPRadiomicsLib.types import Affine

from .canvas import MARGIN_SLABS, Canvas
from .signal import SLICE_THICKNESS_MM, Sequence, fat_signal, spin_echo_signal
from .texture import Float

FREQUENCY_AXIS, PHASE_AXIS = 2, 1
"""Readout runs front to back, phase encoding head to foot, so that flow and breathing smear along the spine's own axis."""


@dataclass(frozen=True)
class Scan:
    """What varies from scan to scan.

    ``noise`` is the SD of each channel relative to the image's 90th percentile; ``ghost`` the amplitude of the image's
    displaced copy relative to it; ``saturation`` the signal that the slab over the abdomen leaves (1: no slab),
    ``saturation_gap_mm`` and ``saturation_mm`` its distance from the spine and its thickness; ``breathing_mm`` how far the
    abdomen smears along phase encoding; ``shim`` how far spectral fat suppression fails toward the edges of the field of view;
    ``coil_exponent`` how much of the surface coil's profile the scanner left in (0: none).
    """

    noise: float
    ghost: float
    coil_exponent: float
    coil_gap_mm: float
    coil_radius_mm: float
    coil_wave: float
    shim: float
    coil_phase: float
    saturation: float = 1.0
    saturation_gap_mm: float = 15.0
    saturation_mm: float = 80.0
    breathing_mm: float = 0.0


def sample_scan(rng: np.random.Generator) -> Scan:
    """Draw the scanner's part."""
    return Scan(
        noise=float(rng.uniform(0.010, 0.034)),
        ghost=float(rng.uniform(0.0, 0.03)),
        coil_exponent=float(rng.uniform(0.4, 1.0)),
        coil_gap_mm=float(rng.uniform(12.0, 25.0)),
        coil_radius_mm=float(rng.uniform(60.0, 85.0)),
        shim=float(rng.uniform(0.0, 2.5)),
        coil_wave=float(rng.uniform(0.02, 0.12)),
        coil_phase=float(rng.uniform(0.0, 2 * np.pi)),
        saturation=float(rng.uniform(0.12, 0.6)) if rng.random() < 0.7 else 1.0,
        saturation_gap_mm=float(rng.uniform(6.0, 25.0)),
        saturation_mm=float(rng.uniform(60.0, 120.0)),
        breathing_mm=float(rng.uniform(0.3, 3.0)),
    )


Complex = npt.NDArray[np.complex64]
"""Water in the real part, fat in the imaginary one: a way to carry both, not a phase."""


@dataclass(frozen=True, eq=False)
class Phantom:
    """A painted canvas, made ready for several sequences.

    ``mixed`` and ``textured`` are flat indices of voxels of two materials and of voxels with texture, whose materials,
    shares and changes of fat fraction follow.
    """

    canvas: Canvas
    present: Float
    mixed: npt.NDArray[np.intp]
    pair: tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]
    other_share: Float
    textured: npt.NDArray[np.intp]
    dominant: npt.NDArray[np.uint8]
    change: Float


def phantom(canvas: Canvas) -> Phantom:
    """Collect what every sequence needs of a canvas; texture never takes a fat fraction out of 0 to 1."""
    front, back = canvas.front.ravel(), canvas.back.ravel()
    share, flat = canvas.share.ravel(), canvas.fat_change.ravel()
    mixed = np.flatnonzero(share < 0.995)
    textured = np.flatnonzero(np.abs(flat) > 1e-3)
    dominant = np.where(share[textured] >= 0.5, front[textured], back[textured])
    fat = np.array([m.fat_fraction for m in canvas.materials], np.float32)[dominant]
    change = np.asarray(np.clip(flat[textured], -fat, 1 - fat), np.float32)
    return Phantom(canvas, 1 - canvas.void, mixed, (front[mixed], back[mixed]), 1 - share[mixed], textured, dominant, change)


def water_and_fat(scene: Phantom, sequence: Sequence) -> Complex:
    """Signal on the canvas, coil and noise aside; water real, fat imaginary."""
    materials = scene.canvas.materials
    share = np.array([m.fat_fraction for m in materials], np.float32)
    water = np.array([spin_echo_signal(m.water(sequence.field_t), sequence) for m in materials], np.float32)
    fat = np.array([fat_signal(sequence) * m.density for m in materials], np.float32)
    values = (water * (1 - share) + 1j * fat * share).astype(np.complex64)
    exchange = (1j * fat - water).astype(np.complex64)
    signal: Complex = np.take(values, scene.canvas.front)
    flat = signal.reshape(-1)
    front, back = scene.pair
    flat[scene.mixed] += scene.other_share * (values[back] - values[front])
    flat[scene.textured] += scene.change * exchange[scene.dominant]
    signal *= scene.present
    return signal


def calm_abdomen(canvas: Canvas, slices: Complex, scan: Scan, spine_front: tuple[float, float]) -> Complex:
    """What breathing and a saturation slab do to the abdomen, (slices, rows, columns).

    A slab is laid over the prevertebral tissues as a rule, so that their motion does not ghost over the spine (Bernstein
    et al. 2004, section 5.3). It is straight, and oblique as the spine's front is: ``spine_front`` holds y (mm) at z = 0, and
    its slope. What it leaves is one share for all tissues: recovery until the excitation is short against every T1.
    """
    from scipy.ndimage import gaussian_filter1d

    ahead = np.float32(spine_front[0]) + np.float32(spine_front[1]) * canvas.z[:, None] - canvas.y[None, :]
    beyond = 0.5 + 0.5 * np.tanh((ahead - np.float32(scan.saturation_gap_mm)) / np.float32(4.0))
    within = beyond * (0.5 - 0.5 * np.tanh((ahead - np.float32(scan.saturation_gap_mm + scan.saturation_mm)) / np.float32(4.0)))
    columns = slice(0, int(np.count_nonzero(beyond.max(axis=0) > 1e-3)))
    abdomen = slices[..., columns]
    smeared = gaussian_filter1d(
        abdomen, max(scan.breathing_mm, 1e-3) / canvas.pixel_mm, axis=PHASE_AXIS, mode="nearest", truncate=2.5
    )
    calmed = slices.copy()
    calmed[..., columns] = abdomen + beyond[:, columns].astype(np.float32) * (smeared - abdomen)
    calmed *= (1 - np.float32(1 - scan.saturation) * within).astype(np.float32)
    return calmed


def failed_suppression(canvas: Canvas, sequence: Sequence, scan: Scan) -> Float:
    """Gain of fat's signal, (1, rows, columns): away from the middle the main field drifts and suppression misses fat."""
    if sequence.fat_residual >= 1.0:
        return np.ones((1, 1, 1), np.float32)
    away = (canvas.y[None, None, :] ** 2 + canvas.z[None, :, None] ** 2) / np.float32(150.0**2)
    gain = 1 + np.float32(scan.shim) * away * away
    return np.asarray(np.minimum(gain, 1.0 / sequence.fat_residual), np.float32)


def slice_profile(offset_mm: Float, thickness_mm: float = SLICE_THICKNESS_MM) -> Float:
    """Excitation of a slice at a distance from its middle, with soft flanks; not normalised."""
    half, flank_mm = thickness_mm / 2, 0.15 * thickness_mm
    profile = np.tanh((offset_mm + half) / flank_mm) - np.tanh((offset_mm - half) / flank_mm)
    return np.asarray(0.5 * profile, np.float32)


def excite(canvas: Canvas, fine: Complex, thickness_mm: float = SLICE_THICKNESS_MM) -> Complex:
    """Slices of the scan from sub-slices of the canvas, the patient lying as painted."""
    weights = slice_profile(np.arange(-MARGIN_SLABS, MARGIN_SLABS + 1, dtype=np.float32) * canvas.slab_mm, thickness_mm)
    weights /= weights.sum()
    image = np.zeros((canvas.slices, *fine.shape[1:]), np.complex64)
    for slab, weight in enumerate(weights):
        if weight > 1e-3:
            first = slab + canvas.sub_slices // 2
            image += weight * fine[first : first + canvas.slices * canvas.sub_slices : canvas.sub_slices]
    return image


def excite_moved(canvas: Canvas, fine: Complex, motion: Affine, thickness_mm: float = SLICE_THICKNESS_MM) -> Complex:
    """Slices of the scan after the patient moved.

    Parameters
    ----------
    motion
        4 x 4, a point of the canvas (x, y, z, 1; mm) to where it lies now. Rigid, of a few degrees at most: a slice is
        gathered along the sub-slices first, then turned in plane; shear of the second order is neglected.
    """
    from scipy.ndimage import affine_transform

    back = np.linalg.inv(motion)
    turn = np.linalg.inv(back[1:3, 1:3])
    x, y, z = canvas.x, canvas.y, canvas.z
    out = np.empty((canvas.slices, *fine.shape[1:]), np.complex64)
    to_mm = np.array([[0.0, canvas.pixel_mm], [-canvas.pixel_mm, 0.0]])
    for k in range(canvas.slices):
        x_k = ((canvas.slices - 1) / 2 - k) * canvas.spacing_mm
        moved = back[1:3, 0] * x_k + back[1:3, 3]
        slope = back[0, 1:3] @ turn
        depth = back[0, 0] * x_k + back[0, 3] - slope @ moved
        source_x = depth + slope[0] * y[None, :] + slope[1] * z[:, None]
        plane = _gather(fine, (x[0] - source_x).astype(np.float32), canvas.slab_mm, thickness_mm)
        origin = np.array([y[0], z[0]])
        matrix = np.linalg.inv(to_mm) @ back[1:3, 1:3] @ to_mm
        offset = np.linalg.inv(to_mm) @ (back[1:3, 1:3] @ origin + moved - origin)
        out[k] = affine_transform(plane, matrix, offset, order=3, mode="nearest")
    return out


def _gather(fine: Complex, depth_mm: Float, slab_mm: float, thickness_mm: float) -> Complex:
    """Sum of sub-slices about a depth that varies in plane, weighted by the slice profile."""
    reach = thickness_mm / 2 + 1.0
    first = int(np.floor((float(depth_mm.min()) - reach) / slab_mm))
    last = int(np.ceil((float(depth_mm.max()) + reach) / slab_mm))
    total, weight = np.zeros(depth_mm.shape, np.complex64), np.zeros_like(depth_mm)
    for slab in range(first, last + 1):
        profile = slice_profile(np.float32(slab * slab_mm) - depth_mm, thickness_mm)
        total += profile * fine[min(max(slab, 0), len(fine) - 1)]
        weight += profile
    return total / weight


def coil_log_field(canvas: Canvas, skin_y_mm: float, scan: Scan) -> Float:
    """Natural log of the spine array's sensitivity, mean 0 over the grid, (slices, rows, columns).

    Six loops lie behind the back; each falls off as on its axis, R^2 / (R^2 + d^2)^(3/2) (Biot-Savart), and the array
    combines as root of the sum of squares (Roemer et al., Magn Reson Med 1990;16:192-225).
    """
    x = (((canvas.slices - 1) / 2 - np.arange(canvas.slices)) * canvas.spacing_mm).astype(np.float32)
    y, z = canvas.y, canvas.z
    across = (np.float32(skin_y_mm + scan.coil_gap_mm) - y[None, None, :]) ** 2 + x[:, None, None] ** 2
    across += np.float32(scan.coil_radius_mm**2)
    power = np.zeros((len(x), len(z), len(y)), np.float32)
    for number, centre in enumerate(np.linspace(-160.0, 160.0, 6)):
        gain = 1.0 + scan.coil_wave * np.sin(2.4 * number + scan.coil_phase)
        distance2 = across + (z[None, :, None] - np.float32(centre)) ** 2
        power += np.float32(gain * scan.coil_radius_mm**6) / (distance2 * distance2 * distance2)
    log_field = np.float32(0.5 * scan.coil_exponent) * np.log(power)
    return np.asarray(log_field - log_field.mean(dtype=np.float64), np.float32)


def through_k_space(signal: Complex, sequence: Sequence) -> Float:
    """Sample both compartments in k-space: fat shifted along readout, resolution cut to the acquired matrix.

    The image is real: the receiver's phase is taken as known.
    """
    import scipy.fft

    pixels = signal.shape[-1]
    rows = scipy.fft.fftfreq(pixels).astype(np.float32)
    columns = scipy.fft.rfftfreq(pixels).astype(np.float32)
    shift = sequence.fat_shift_pixels * pixels / sequence.matrix[0]
    ramp = np.exp(-2j * np.pi * columns * shift).astype(np.complex64)
    spectrum = scipy.fft.rfft2(signal.real) + scipy.fft.rfft2(signal.imag) * ramp
    window = _window(rows, sequence.matrix[1] / pixels)[:, None] * _window(columns, sequence.matrix[0] / pixels)[None, :]
    image: Float = scipy.fft.irfft2(spectrum * window, s=signal.shape[1:]).astype(np.float32)
    return image


def _window(frequency: npt.NDArray[np.float32], share: float) -> npt.NDArray[np.float32]:
    """Acquired part of k-space, its edge apodised as scanners do (Fermi filter, Bernstein et al. 2004, section 13.1)."""
    edge = min(share, 1.0) / 2
    filtered: npt.NDArray[np.float32] = (1.0 / (1.0 + np.exp((np.abs(frequency) - 0.95 * edge) / (0.03 * edge)))).astype(
        np.float32
    )
    return filtered


def receive(image: Float, sensitivity: Float, scan: Scan, rng: np.random.Generator) -> Float:
    """Coil profile, ghost along phase encoding and Rician noise (Gudbjartsson & Patz, Magn Reson Med 1995;34:910-914)."""
    weighted = image * sensitivity
    level = float(np.percentile(weighted[::2, ::4, ::4], 90))
    shift = image.shape[PHASE_AXIS] // 3
    weighted = weighted + scan.ghost * np.roll(weighted, shift, axis=PHASE_AXIS)
    noise = scan.noise * level * rng.standard_normal((2, *image.shape), dtype=np.float32)
    received: Float = np.hypot(weighted + noise[0], noise[1]).astype(np.float32)
    return received
