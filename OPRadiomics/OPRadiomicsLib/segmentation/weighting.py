"""Whether an image is weighted as its role says: cerebrospinal fluid is dark beside marrow on T1WI, and bright on T2WI.

NIfTI and NRRD files carry no header that would contradict a mix-up of sequences: the image itself has to.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ..levels import LABEL_OF_LEVEL, STUDY_LEVELS
from ..types import Mask, Role, Volume
from .sagittal import sagittal_order

CANAL_MM: Final = (4.0, 12.0)
"""How far behind a posterior wall the canal is looked for: beyond the ligament, before the fat at its back."""

BRIGHTEST_ON_T1: Final = 1.2
DARKEST_ON_T2: Final = 0.85
"""What lies between is said of no image: pixels of 3 mm mix fluid, nerves and fat."""


def canal_to_marrow(volume: Volume, bodies: Mask) -> float | None:
    """Median intensity of the canal behind L1-L3, in units of their marrow's; None where it is not in view.

    Of each body, the three middle slices and the middle half of its height count. Testing/Benchmarks/canal_to_marrow.py: over
    30 simulated studies of both centres, half of them of wide variety, it is 0.40 to 0.89 on T1WI, and 1.59 and more on T2WI
    and FS-T2WI; over 47 real images 0.64 (T1, n = 1), 1.24 to 5.69 (T2, n = 30), 1.65 to 2.54 (gradient echo, n = 15) and 2.39
    (TIRM, n = 1).

    Parameters
    ----------
    bodies
        On the volume's grid.

    Raises
    ------
    StudyError
        If the slices are not sagittal.
    """
    order = sagittal_order(volume)
    image, labels = order.apply(volume.array), order.apply(bodies.labels)
    near, far = (round(mm / order.spacing_mm[2]) for mm in CANAL_MM)
    ratios = []
    for level in STUDY_LEVELS:
        body = labels == LABEL_OF_LEVEL[level]
        held = np.flatnonzero(body.any(axis=(1, 2)))
        for k in held[max(0, len(held) // 2 - 1) : len(held) // 2 + 2]:
            rows = np.flatnonzero(body[k].any(axis=1))
            walls = {row: int(np.flatnonzero(body[k, row])[-1]) for row in rows[len(rows) // 4 : len(rows) - len(rows) // 4]}
            behind = np.concatenate([image[k, row, wall + near : wall + far + 1] for row, wall in walls.items()])
            marrow = float(np.median(image[k][body[k]]))
            if behind.size and marrow > 0:
                ratios.append(float(np.median(behind)) / marrow)
    return float(np.median(ratios)) if ratios else None


def weighting_doubt(volume: Volume, bodies: Mask, role: Role) -> tuple[str, ...]:
    """A sentence where the canal is brighter than marrow on T1WI, or darker on the others."""
    ratio = canal_to_marrow(volume, bodies)
    if ratio is None or (ratio <= BRIGHTEST_ON_T1 if role is Role.T1WI else ratio >= DARKEST_ON_T2):
        return ()
    seen, other = ("brighter", "T2-weighted") if role is Role.T1WI else ("darker", "T1-weighted")
    return (
        f"The canal is {seen} than the marrow ({ratio:.2g} times as bright), as on {other} images: was another image meant?",
    )
