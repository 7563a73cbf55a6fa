"""Random fields with a given correlation length, as periodic tiles."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Float = npt.NDArray[np.float32]


def tile(
    rng: np.random.Generator,
    shape: tuple[int, int, int],
    voxel_mm: tuple[float, float, float],
    length_mm: tuple[float, ...],
    lean: float = 0.0,
) -> Float:
    """Gaussian random field, periodic, mean 0 and SD 1, with a Gaussian correlation of ``length_mm`` along each axis.

    ``lean`` tilts what is long along the rows: columns gained for each row down.
    """
    import scipy.fft

    spectrum = scipy.fft.rfftn(rng.standard_normal(shape, dtype=np.float32))
    k, j, i = (
        step(n, mm) for step, n, mm in zip((scipy.fft.fftfreq,) * 2 + (scipy.fft.rfftfreq,), shape, voxel_mm, strict=True)
    )
    down = j[:, None] + lean * i[None, :]
    spectrum *= np.exp(-((np.pi * length_mm[0] * k) ** 2)).astype(np.float32)[:, None, None]
    spectrum *= np.exp(-((np.pi * length_mm[1] * down) ** 2) - (np.pi * length_mm[2] * i) ** 2).astype(np.float32)[None]
    spectrum[0, 0, 0] = 0
    field: Float = scipy.fft.irfftn(spectrum, s=shape).astype(np.float32)
    return field / np.float32(field.std())


def crop(field: Float, shape: tuple[int, ...], start: npt.ArrayLike) -> Float:
    """Piece of a periodic field from an index on."""
    taken = field
    for axis, (n, first) in enumerate(zip(shape, np.asarray(start, int), strict=True)):
        taken = np.take(taken, np.arange(first, first + n) % field.shape[axis], axis=axis)
    return taken


def piece(field: Float, shape: tuple[int, ...], rng: np.random.Generator) -> Float:
    """Piece of a periodic field from a random place; a view of it where the piece fits."""
    start = rng.integers(0, 1 << 16, len(shape))
    fits = [max(have - want + 1, 0) for have, want in zip(field.shape, shape, strict=True)]
    if min(fits) < 1:
        return crop(field, shape, start)
    k, j, i = (slice(int(s) % f, int(s) % f + n) for s, f, n in zip(start, fits, shape, strict=True))
    return field[k, j, i]
