"""From a painted canvas to an image: slice profile, motion, chemical shift, k-space, coil, ghosts, noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .canvas import MARGIN_SLABS, Canvas
from .signal import SLICE_THICKNESS_MM, Sequence, fat_signal, spin_echo_signal
from .texture import Float

FREQUENCY_AXIS, PHASE_AXIS = 2, 1
"""Readout runs front to back, phase encoding head to foot, so that flow and breathing smear along the spine's own axis."""


@dataclass(frozen=True)
class Scan:
    """What varies from scan to scan.

    ``noise`` is the SD of each channel relative to the mean marrow-like signal; ``ghost`` the amplitude of the ghost of
    moving tissue relative to it; ``coil_exponent`` how much of the surface coil's profile the scanner left in (0: none).
    """

    noise: float
    ghost: float
    coil_exponent: float
    coil_gap_mm: float
    coil_radius_mm: float
    coil_wave: float
    coil_phase: float


def sample_scan(rng: np.random.Generator) -> Scan:
    """Draw the scanner's part."""
    return Scan(
        noise=float(rng.uniform(0.012, 0.045)),
        ghost=float(rng.uniform(0.0, 0.03)),
        coil_exponent=float(rng.uniform(0.55, 1.0)),
        coil_gap_mm=float(rng.uniform(12.0, 25.0)),
        coil_radius_mm=float(rng.uniform(60.0, 85.0)),
        coil_wave=float(rng.uniform(0.02, 0.12)),
        coil_phase=float(rng.uniform(0.0, 2 * np.pi)),
    )


def water_and_fat(canvas: Canvas, sequence: Sequence) -> tuple[Float, Float]:
    """Signal of water and of fat on the canvas, coil and noise aside."""
    fat_unit = fat_signal(sequence)
    pure = np.array([spin_echo_signal(m.water(sequence.field_t), sequence) for m in canvas.materials], np.float32)
    share = np.array([m.fat_fraction for m in canvas.materials], np.float32)
    density = np.array([m.density for m in canvas.materials], np.float32)
    water = _mix(canvas, pure * (1 - share))
    fat = _mix(canvas, fat_unit * share * density)
    dominant = np.where(canvas.share >= 0.5, canvas.front, canvas.back)
    lowest, highest = -share[dominant], 1 - share[dominant]
    change = np.clip(canvas.fat_change, lowest, highest)
    water -= change * pure[dominant]
    fat += change * np.float32(fat_unit) * density[dominant]
    present = 1 - canvas.void
    return water * present, fat * present


def _mix(canvas: Canvas, values: npt.NDArray[np.float32]) -> Float:
    back = values[canvas.back]
    mixed: Float = back + canvas.share * (values[canvas.front] - back)
    return mixed


def slice_weights(canvas: Canvas) -> Float:
    """Weights of the sub-slices from -MARGIN to +MARGIN about a slice's middle: a 3 mm profile with soft flanks."""
    offsets = np.arange(-MARGIN_SLABS, MARGIN_SLABS + 1) * canvas.slab_mm
    half, flank = SLICE_THICKNESS_MM / 2, 0.45
    weights = 0.5 * (np.tanh((offsets + half) / flank) - np.tanh((offsets - half) / flank))
    normalised: Float = (weights / weights.sum()).astype(np.float32)
    return normalised


def excite(canvas: Canvas, fine: Float) -> Float:
    """Slices of the scan from sub-slices of the canvas."""
    weights = slice_weights(canvas)
    image = np.zeros((canvas.slices, *fine.shape[1:]), np.float32)
    for slab, weight in enumerate(weights):
        if weight > 1e-4:
            first = slab + canvas.sub_slices // 2
            image += weight * fine[first : first + canvas.slices * canvas.sub_slices : canvas.sub_slices]
    return image


def coil_log_field(canvas: Canvas, skin_y_mm: float, scan: Scan) -> Float:
    """Natural log of the spine array's sensitivity, mean 0 over the grid, (slices, rows, columns).

    Six loops lie behind the back; each falls off as on its axis, R^2 / (R^2 + d^2)^(3/2) (Biot-Savart), and the array
    combines as root of the sum of squares (Roemer et al., Magn Reson Med 1990;16:192-225).
    """
    x = ((canvas.slices - 1) / 2 - np.arange(canvas.slices)) * canvas.spacing_mm
    y, z = canvas.y.astype(float), canvas.z.astype(float)
    depth2 = (skin_y_mm + scan.coil_gap_mm - y[None, None, :]) ** 2 + x[:, None, None] ** 2
    power = np.zeros((len(x), len(z), len(y)))
    for number, centre in enumerate(np.linspace(-160.0, 160.0, 6)):
        gain = 1.0 + scan.coil_wave * np.sin(2.4 * number + scan.coil_phase)
        power += gain * (1.0 / (scan.coil_radius_mm**2 + depth2 + (z[None, :, None] - centre) ** 2)) ** 3
    log_field = scan.coil_exponent * 0.5 * np.log(power)
    centred: Float = (log_field - log_field.mean()).astype(np.float32)
    return centred


def through_k_space(water: Float, fat: Float, sequence: Sequence, shift_pixels: tuple[float, float] = (0.0, 0.0)) -> Float:
    """Sample both compartments in k-space: fat shifted along readout, resolution cut to the acquired matrix.

    ``shift_pixels`` moves the patient by (columns, rows). The image is real: the receiver's phase is taken as known.
    """
    import scipy.fft

    pixels = water.shape[-1]
    rows = scipy.fft.fftfreq(pixels).astype(np.float32)
    columns = scipy.fft.rfftfreq(pixels).astype(np.float32)
    shift = sequence.fat_shift_pixels * pixels / sequence.matrix[0]
    spectrum = scipy.fft.rfft2(water) + scipy.fft.rfft2(fat) * np.exp(-2j * np.pi * columns * shift).astype(np.complex64)
    window = _window(rows, sequence.matrix[1] / pixels)[:, None] * _window(columns, sequence.matrix[0] / pixels)[None, :]
    phase = np.exp(-2j * np.pi * (columns[None, :] * shift_pixels[0] + rows[:, None] * shift_pixels[1]))
    image: Float = scipy.fft.irfft2(spectrum * (window * phase).astype(np.complex64), s=water.shape[1:]).astype(np.float32)
    return image


def _window(frequency: npt.NDArray[np.float32], share: float) -> npt.NDArray[np.float32]:
    """Acquired part of k-space, its edge apodised as scanners do (Fermi filter, Bernstein et al. 2004, section 13.1)."""
    edge = min(share, 1.0) / 2
    filtered: npt.NDArray[np.float32] = (1.0 / (1.0 + np.exp((np.abs(frequency) - 0.95 * edge) / (0.03 * edge)))).astype(
        np.float32
    )
    return filtered


def receive(image: Float, log_field: Float, scan: Scan, rng: np.random.Generator) -> Float:
    """Coil profile, ghost along phase encoding and Rician noise (Gudbjartsson & Patz, Magn Reson Med 1995;34:910-914)."""
    weighted = image * np.exp(log_field)
    level = float(np.percentile(weighted, 90))
    shift = image.shape[PHASE_AXIS] // 3
    weighted = weighted + scan.ghost * np.roll(weighted, shift, axis=PHASE_AXIS)
    noise = scan.noise * level * rng.standard_normal((2, *image.shape), dtype=np.float32)
    received: Float = np.hypot(weighted + noise[0], noise[1]).astype(np.float32)
    return received
