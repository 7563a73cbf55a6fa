"""What the network sees: each slice in units of its neighbourhood's mean and spread.

A coil's sensitivity and the scanner's scaling drop out, and the same function serves training and inference.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

WINDOW = 96
"""Side of the square neighbourhood in voxels: two to three vertebrae at 1 mm."""

_FLOOR = 0.15
"""Share of the slice's own spread that keeps air from being blown up to noise."""

_LIMIT = 4.0


def standardise(slices: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Local z-score of each slice, cut off at 4.

    Parameters
    ----------
    slices
        (n, rows, columns) at about 1 mm.
    """
    from scipy import ndimage

    size = (0, WINDOW + 1, WINDOW + 1)
    mean = ndimage.uniform_filter(slices, size, mode="nearest")
    square = ndimage.uniform_filter(np.square(slices), size, mode="nearest")
    spread = np.sqrt(np.maximum(square - np.square(mean), 0))
    floor = _FLOOR * slices.std(axis=(1, 2), keepdims=True) + 1e-6
    result: npt.NDArray[np.float32] = np.clip((slices - mean) / (spread + floor), -_LIMIT, _LIMIT).astype(np.float32)
    return result
