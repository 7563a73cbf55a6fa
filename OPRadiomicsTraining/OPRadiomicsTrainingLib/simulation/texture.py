"""Random fields with a given correlation length, as periodic tiles."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Float = npt.NDArray[np.float32]


def tile(
    rng: np.random.Generator, shape: tuple[int, int, int], voxel_mm: tuple[float, float, float], length_mm: tuple[float, ...]
) -> Float:
    """Gaussian random field, periodic, mean 0 and SD 1, with a Gaussian correlation of ``length_mm`` along each axis."""
    import scipy.fft

    spectrum = scipy.fft.rfftn(rng.standard_normal(shape, dtype=np.float32))
    for axis, (n, step, length) in enumerate(zip(shape, voxel_mm, length_mm, strict=True)):
        frequency = scipy.fft.rfftfreq(n, step) if axis == 2 else scipy.fft.fftfreq(n, step)
        weight = np.exp(-((np.pi * length * frequency) ** 2)).astype(np.float32)
        spectrum *= weight.reshape([-1 if a == axis else 1 for a in range(3)])
    spectrum[0, 0, 0] = 0
    field: Float = scipy.fft.irfftn(spectrum, s=shape).astype(np.float32)
    return field / np.float32(field.std())


def crop(field: Float, shape: tuple[int, ...], start: npt.ArrayLike) -> Float:
    """Piece of a periodic field from an index on."""
    taken = field
    for axis, (n, first) in enumerate(zip(shape, np.asarray(start, int), strict=True)):
        taken = np.take(taken, np.arange(first, first + n) % field.shape[axis], axis=axis)
    return taken
