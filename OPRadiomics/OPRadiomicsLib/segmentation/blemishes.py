"""What no patient shows: voxels of a defect receiver or export, a display window's cut, and slices without an image."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from ..types import Volume
from .sagittal import held_slices, sagittal_order

BRIGHTEST: Final = 4.0
"""In units of the 99.9th percentile: over 113 real images of four origins the maximum is 1.0 to 1.63, over 30 simulated ones of
wide variety 1.08 to 1.65."""


CLIPPED_SHARE: Final = 0.01
"""Of the voxels, at the image's largest value, as a display window leaves them: over 40 simulated studies 1.7e-6 at most, over
73 real images of three origins 0.0055; 13 of 41 of a fourth, scaled to 8 bits by others, have 0.012 to 0.036. A window that
ends at the 97th percentile moved the DEMO radiomics probability of one simulated study from 0.29 to 0.44."""


def brightest_plausible(image: npt.NDArray[np.floating]) -> float:
    """Intensity beyond which a voxel is a spike; padding, which is all at the minimum, counts for nothing."""
    lowest = float(image.min())
    signal = image[image > lowest]
    return lowest + BRIGHTEST * (float(np.percentile(signal, 99.9)) - lowest) if signal.size else lowest


def clipped_share(volume: Volume) -> float:
    """Of the voxels, how many are at the largest value (Testing/Benchmarks/odd_images.py)."""
    return float((volume.array == volume.array.max()).mean())


def blemishes(volume: Volume) -> tuple[str, ...]:
    """A sentence each on spikes, on values cut off at the top and on blank slices between others: all move features.

    Blank slices at the ends are padding, which moves none.

    Raises
    ------
    StudyError
        If the slices are not sagittal.
    """
    slices = sagittal_order(volume).apply(volume.array)
    limit = brightest_plausible(slices)
    spikes = int((slices > limit).sum())
    within = slices[held_slices(slices)]
    clipped = clipped_share(volume)
    blank = int((within.min(axis=(1, 2)) == within.max(axis=(1, 2))).sum())
    found = []
    if spikes:
        found.append(
            f"Voxels brighter than {limit:.4g}, {BRIGHTEST:g} times the image's 99.9th percentile: {spikes}. "
            "Features may follow them: export the series again, or check it"
        )
    if clipped > CLIPPED_SHARE:
        found.append(
            f"Voxels at the largest value, {float(slices.max()):.4g}: {100 * clipped:.2g} %. What was brighter is cut off, as "
            "by a display window. Features follow it: export the original series"
        )
    if blank:
        found.append(f"Blank slices between others: {blank}. Features take them for signal: export the series again")
    return tuple(found)
