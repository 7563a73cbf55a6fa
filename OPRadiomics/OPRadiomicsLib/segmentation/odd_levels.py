"""A level whose marrow is unlike that of the others: what a lesion, cement or metal does, and osteoporosis does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from ..levels import STUDY_LEVELS
from ..types import Mask, Role, Volume

DARKEST: Final = 0.6
"""Lower quartile of a level's marrow, in units of the middle one of L1-L3. Over 114 real images of four origins one lies below,
at 0.49, whose L1 is dark to the eye, and the next at 0.63; over 40 simulated studies the least is 0.72."""

BRIGHTEST: Final = 1.6
"""Upper quartile, T1WI and T2WI: over the same real images one lies above, at 1.67, whose L1 has a bright lesion, and the next
at 1.24; over the simulated T1WI and T2WI the largest is 1.47."""

BRIGHTEST_SUPPRESSED: Final = 2.0
"""Upper quartile, FS-T2WI, where oedema beside a worn disc and failing suppression are common: 1.88 over the simulated ones."""


def odd_levels(volume: Volume, marrow: Mask, role: Role) -> tuple[str, ...]:
    """A sentence for each of L1-L3 a quarter of whose marrow is far darker or brighter than the others'.

    Parameters
    ----------
    marrow
        On the volume's grid; nothing is said where it lacks one of L1-L3.
    """
    if any(not marrow.of(level).any() for level in STUDY_LEVELS):
        return ()
    quartiles = np.array([np.percentile(volume.array[marrow.of(level)], (25, 75)) for level in STUDY_LEVELS])
    usual = np.median(quartiles, axis=0)
    return tuple(_sentences(quartiles / usual, role)) if (usual > 0).all() else ()


def _sentences(ratios: np.ndarray[tuple[int, int], np.dtype[np.float64]], role: Role) -> Iterator[str]:
    brightest = BRIGHTEST_SUPPRESSED if role is Role.FST2WI else BRIGHTEST
    for level, (dark, bright) in zip(STUDY_LEVELS, ratios.tolist(), strict=True):
        if dark < DARKEST or bright > brightest:
            seen = f"darker ({dark:.2g}" if dark < DARKEST else f"brighter ({bright:.2g}"
            yield (
                f"A quarter of {level}'s marrow and more is far {seen} times the usual of L1-L3): a lesion, oedema, cement or "
                "metal? Features tell of it as of bone"
            )
