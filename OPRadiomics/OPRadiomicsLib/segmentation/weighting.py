"""Whether an image is weighted as its role says: cerebrospinal fluid is dark beside marrow on T1WI and bright on T2WI, and fat
is darker on FS-T2WI than on T2WI.

NIfTI and NRRD files carry no header that would contradict a mix-up of sequences: the image itself has to. The limits rest on
Testing/Benchmarks/weighting_limits.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from ..geometry import ijk_to_lps
from ..levels import LABEL_OF_LEVEL, STUDY_LEVELS
from ..types import Affine, Mask, Role, Volume
from .sagittal import sagittal_order

CANAL_MM: Final = (4.0, 12.0)
"""How far behind a posterior wall the canal is looked for: beyond the ligament, before the fat at its back."""

BRIGHTEST_ON_T1: Final = 1.2
DARKEST_ON_T2: Final = 0.85
"""What lies between is said of no image: pixels of 3 mm mix fluid, nerves and fat."""

BACK_MM: Final = (25.0, 500.0)
"""How far behind a posterior wall fat is looked for: beyond the canal, up to the skin."""

FAT_PERCENTILE: Final = 95.0
"""The brightest twentieth of the back on T1WI is fat, most of it, and muscle and ligaments that hold fat."""

FLUID_PERCENTILE: Final = 75.0
"""The brighter part of the canal on T2WI is fluid, not nerves."""


def weighting_doubts(volumes: Mapping[Role, Volume], bodies: Mapping[Role, Mask]) -> tuple[str, ...]:
    """A sentence for each image whose canal denies its role; where none does, one if T2WI and FS-T2WI seem to be exchanged.

    Parameters
    ----------
    volumes, bodies
        Of each sequence, the bodies on its volume's grid.

    Raises
    ------
    StudyError
        If the slices are not sagittal.
    """
    doubts = tuple(doubt for role, volume in volumes.items() for doubt in _doubt_by_canal(volume, bodies[role], role))
    return doubts or (_doubt_by_fat(volumes, bodies) if set(volumes) == set(Role) else ())


def canal_to_marrow(volume: Volume, bodies: Mask) -> float | None:
    """Median intensity of the canal behind L1-L3, in units of their marrow's; None where it is not in view.

    Of each body, the three middle slices and the middle half of its height count. Over 30 simulated studies of both centres,
    half of them of wide variety, it is 0.40 to 0.89 on T1WI, and 1.59 and more on T2WI and FS-T2WI; over 47 real images 0.64
    (T1, n = 1), 1.24 to 5.69 (T2, n = 30), 1.65 to 2.54 (gradient echo, n = 15) and 2.39 (TIRM, n = 1).

    Parameters
    ----------
    bodies
        On the volume's grid.

    Raises
    ------
    StudyError
        If the slices are not sagittal.
    """
    image = sagittal_order(volume).apply(volume.array)
    ratios = []
    for k, body, canal in _middle_slices(volume, bodies, CANAL_MM):
        marrow = float(np.median(image[k][body]))
        if canal.any() and marrow > 0:
            ratios.append(float(np.median(image[k][canal])) / marrow)
    return float(np.median(ratios)) if ratios else None


def fat_of(t1wi: Volume, bodies: Mask) -> npt.NDArray[np.float64]:
    """Points (n, 3), LPS mm, in the fat of the back behind L1-L3, by the T1WI; n is 0 where the back is not in view.

    Raises
    ------
    StudyError
        If the slices are not sagittal.
    """
    order = sagittal_order(t1wi)
    image = order.apply(t1wi.array)
    back = np.zeros(image.shape, bool)
    for k, _, behind in _middle_slices(t1wi, bodies, BACK_MM):
        back[k] |= behind
    fat = back & (image >= np.percentile(image[back], FAT_PERCENTILE)) if back.any() else back
    return ijk_to_lps(t1wi.affine, np.argwhere(order.undo(fat))[:, ::-1])


def fat_to_canal(volume: Volume, bodies: Mask, fat_lps: npt.NDArray[np.float64]) -> float | None:
    """Median intensity at points in fat, in units of the fluid in the canal behind L1-L3; None where either is out of view.

    T2WI's divided by FS-T2WI's is 1.98 to 32 over 30 simulated studies of both centres, half of them of wide variety: coil
    and patient cancel out. Real pairs of both were not at hand (one TIRM alone: 0.58).

    Parameters
    ----------
    bodies
        On the volume's grid.
    fat_lps
        As `fat_of` gives them.

    Raises
    ------
    StudyError
        If the slices are not sagittal.
    """
    image = sagittal_order(volume).apply(volume.array)
    canal = np.concatenate([image[k][behind] for k, _, behind in _middle_slices(volume, bodies, CANAL_MM)] or [np.empty(0)])
    to_ijk: Affine = np.linalg.inv(volume.affine).astype(np.float64)
    kji = np.rint(ijk_to_lps(to_ijk, fat_lps)).astype(int)[:, ::-1]
    k, j, i = kji[np.all((kji >= 0) & (kji < volume.array.shape), axis=1)].T
    fluid = float(np.percentile(canal, FLUID_PERCENTILE)) if canal.size else 0.0
    return float(np.median(volume.array[k, j, i])) / fluid if fluid > 0 and k.size else None


def _doubt_by_canal(volume: Volume, bodies: Mask, role: Role) -> tuple[str, ...]:
    ratio = canal_to_marrow(volume, bodies)
    if ratio is None or (ratio <= BRIGHTEST_ON_T1 if role is Role.T1WI else ratio >= DARKEST_ON_T2):
        return ()
    seen, other = ("brighter", "T2-weighted") if role is Role.T1WI else ("darker", "T1-weighted")
    return (
        f"{role}: The canal is {seen} than the marrow ({ratio:.2g} times as bright), as on {other} images: was another image"
        " meant?",
    )


def _doubt_by_fat(volumes: Mapping[Role, Volume], bodies: Mapping[Role, Mask]) -> tuple[str, ...]:
    fat_lps = fat_of(volumes[Role.T1WI], bodies[Role.T1WI])
    plain, suppressed = (fat_to_canal(volumes[role], bodies[role], fat_lps) for role in (Role.T2WI, Role.FST2WI))
    if plain is None or suppressed is None or suppressed < plain:
        return ()
    return (
        f"Fat is no darker on FS-T2WI than on T2WI ({suppressed:.2g} and {plain:.2g} times as bright as the canal): were the"
        " two exchanged, or was fat not suppressed?",
    )


def _middle_slices(
    volume: Volume, bodies: Mask, behind_mm: tuple[float, float]
) -> Iterator[tuple[int, npt.NDArray[np.bool_], npt.NDArray[np.bool_]]]:
    """Of L1-L3 each the three middle slices in sagittal order: index, the body, and what lies so far behind its posterior wall
    over the middle half of its height.
    """
    order = sagittal_order(volume)
    labels = order.apply(bodies.labels)
    near, far = (round(mm / order.spacing_mm[2]) for mm in behind_mm)
    for level in STUDY_LEVELS:
        body = labels == LABEL_OF_LEVEL[level]
        held = np.flatnonzero(body.any(axis=(1, 2)))
        for k in held[max(0, len(held) // 2 - 1) : len(held) // 2 + 2]:
            rows = np.flatnonzero(body[k].any(axis=1))
            behind = np.zeros_like(body[k])
            for row in rows[len(rows) // 4 : len(rows) - len(rows) // 4]:
                wall = int(np.flatnonzero(body[k, row])[-1])
                behind[row, wall + near : wall + far + 1] = True
            yield int(k), body[k], behind
