"""A level whose marrow is unlike that of the others: what a lesion, cement or metal does, and osteoporosis does not.

The limits rest on Testing/Benchmarks/odd_images.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from ..levels import STUDY_LEVELS
from ..types import Mask, Role, Volume

FloatTable = npt.NDArray[np.float64]

DARKEST: Final = 0.6
"""Lower quartile of a level's marrow, in units of the middle one of L1-L3. Over 114 real images of four origins one lies below,
at 0.49, whose L1 is dark to the eye, and the next at 0.63; over 20 simulated studies the least is 0.71, over 20 of wide
variety, which has altered marrow often, 0.48."""

BRIGHTEST: Final = 1.6
"""Upper quartile, T1WI and T2WI: over the same real images one lies above, at 1.67, whose L1 has a bright lesion, and the next
at 1.24; over the simulated T1WI and T2WI the largest is 1.29, of wide variety 1.49."""

BRIGHTEST_SUPPRESSED: Final = 2.0
"""Upper quartile, FS-T2WI, where oedema beside a worn disc and failing suppression are common: 1.40 over the simulated ones, of
wide variety 2.07."""


def marrow_quartiles(volume: Volume, marrow: Mask) -> FloatTable | None:
    """Lower and upper quartile of the marrow of L1, L2 and L3, (3, 2), in units of the middle ones; None if a level is absent.

    Parameters
    ----------
    marrow
        On the volume's grid.
    """
    if any(not marrow.of(level).any() for level in STUDY_LEVELS):
        return None
    quartiles = np.array([np.percentile(volume.array[marrow.of(level)], (25, 75)) for level in STUDY_LEVELS])
    usual = np.median(quartiles, axis=0)
    return quartiles / usual if (usual > 0).all() else None


def odd_levels(volume: Volume, marrow: Mask, role: Role) -> tuple[str, ...]:
    """A sentence for each of L1-L3 a quarter of whose marrow is far unlike the others'; arguments as of `marrow_quartiles`."""
    quartiles = marrow_quartiles(volume, marrow)
    return () if quartiles is None else tuple(_sentences(quartiles, role))


def _sentences(ratios: FloatTable, role: Role) -> Iterator[str]:
    brightest = BRIGHTEST_SUPPRESSED if role is Role.FST2WI else BRIGHTEST
    for level, (dark, bright) in zip(STUDY_LEVELS, ratios.tolist(), strict=True):
        if dark < DARKEST or bright > brightest:
            seen = f"darker ({dark:.2g}" if dark < DARKEST else f"brighter ({bright:.2g}"
            yield (
                f"A quarter of {level}'s marrow and more is far {seen} times the usual of L1-L3): a lesion, oedema, cement or "
                "metal? Features tell of it as of bone"
            )
