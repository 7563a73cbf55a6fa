"""Digital phantoms whose every voxel is defined by integer arithmetic, so that they are the same on every machine."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatPhantom = npt.NDArray[np.float32]


_HALF_WIDTHS = (1, 2, 4)
"""Of the boxes that the texture is summed over, in voxels."""


def textured_phantom(shape_kji: tuple[int, int, int], seed: int) -> FloatPhantom:
    """Smooth random texture, 0 to 255, float32, (k, j, i).

    White noise from the raw stream of PCG64 (which numpy guarantees) is summed over boxes of several widths; every step is
    exact in integers.
    """
    generator = np.random.PCG64(seed)
    total = np.zeros(shape_kji, dtype=np.int64)
    for half_width in _HALF_WIDTHS:
        raw = generator.random_raw(int(np.prod(shape_kji))).reshape(shape_kji)
        noise = _box_sums((raw >> np.uint64(52)).astype(np.int64), half_width)
        # Box sums shrink in spread with the width to the power 1.5; this brings the octaves to like amplitudes.
        total += noise * 64 // round((2 * half_width + 1) ** 1.5)
    low, high = int(total.min()), int(total.max())
    levels = (total - low) * (255 * 16) // (high - low)
    return levels.astype(np.float32) / np.float32(16)


def _box_sums(values: npt.NDArray[np.int64], half_width: int) -> npt.NDArray[np.int64]:
    for axis in range(values.ndim):
        pad = [(half_width + 1, half_width) if a == axis else (0, 0) for a in range(values.ndim)]
        running = np.cumsum(np.pad(values, pad, mode="wrap"), axis=axis)
        width = 2 * half_width + 1
        last = np.take(running, range(width, running.shape[axis]), axis=axis)
        values = last - np.take(running, range(running.shape[axis] - width), axis=axis)
    return values


def vertebrae_phantom(shape_kji: tuple[int, int, int], margin: int = 20) -> npt.NDArray[np.uint8]:
    """Three rounded bodies in a row along j with the labels 20, 21, 22 (L1-L3), uint8, (k, j, i).

    Parameters
    ----------
    margin
        Voxels left free at each face of the grid; 0 makes the bodies touch the border.
    """
    inner = [size - 2 * margin for size in shape_kji]
    labels = np.zeros(shape_kji, dtype=np.uint8)
    k, j, i = np.ogrid[: shape_kji[0], : shape_kji[1], : shape_kji[2]]
    for level in range(3):
        # Coordinates in twice the voxel size from the body's middle, so that they stay integers.
        dk = np.abs(2 * (k - margin) - (inner[0] - 1))
        dj = np.abs(2 * (j - margin) - (2 * level + 1) * inner[1] // 3)
        di = np.abs(2 * (i - margin) - (inner[2] - 1))
        height = inner[1] // 3 - 2
        box = (dk < inner[0]) & (dj < height) & (di < inner[2])
        rounded = (dk * dk * 100 // inner[0] ** 2) + (dj * dj * 40 // height**2) + (di * di * 100 // inner[2] ** 2) < 135
        labels[box & rounded] = 20 + level
    return labels
