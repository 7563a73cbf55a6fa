"""Which body is which: counted up from the sacrum, with every doubt in words (design decision 5)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..levels import LABEL_OF_LEVEL, LEVEL_OF_LABEL
from ..regions import Bools, largest_piece
from .cleanup import Bodies, Floats, sacral_share, without_lowest

_L5 = LABEL_OF_LEVEL["L5"]
_TOP = min(LEVEL_OF_LABEL)

_MIN_SACRUM_ML = 2.0
_LEAP = 1.6
"""Distance between neighbouring centres, in units of the usual one, from which a body may be missing between them."""
_MAX_DISC_MM = 22.0
"""From the lowest body to the sacrum: beyond this a body may be missing between them."""
_LEAST_SACRUM_MM = 50.0
"""Of a sacrum that the image's lower edge cuts: S1 and most of S2, some 30 and 25 mm high. With less in view a
tilted L5 can pass for S1 (seen at 44 mm)."""
_SACRAL_SHARE = 0.35
_DOUBTFUL_SHARE = 0.15
_SHARE_ABOVE = 0.25
"""Of the sacrum: with more above the centre of the lowest body at the edge, that is a part of the sacrum."""
_LEAST_OF_NEXT = 0.68
"""Volume of the lowest body in that of the next one up: L5 held 0.72 to 1.1 of L4 in 67 real volumes as networks
that had not seen them draw it, S1 taken for L5 0.61."""
_MAX_SIDEWAYS_MM = 15.0
"""Left-right range of the centres above which the slices cut the bodies obliquely: levels are then easily miscounted."""


@dataclass(frozen=True)
class Numbering:
    """``labels``: VerSe code of each body from cranial to caudal; ``doubts``: why a reader should confirm them."""

    labels: tuple[int, ...]
    doubts: tuple[str, ...]


def settle_lowest(bodies: Bodies, body: Floats, sacrum: Floats) -> tuple[Bodies, Bools, tuple[str, ...]]:
    """Decide whether the lowest body is S1, which the network may take partly for a body, partly for sacrum.

    Returns
    -------
    Bodies, sacrum's voxels, doubts
        Without the lowest body where it is S1; its voxels then count as sacrum.
    """
    share = sacral_share(bodies, body, sacrum)
    voxels: Bools = sacrum > 0.5
    if share > _SACRAL_SHARE or _within_the_sacrum(bodies, voxels):
        return without_lowest(bodies), voxels | (bodies.labels == bodies.count), ()
    doubt = f"the lowest body may be S1 (the network takes {100 * share:.0f} % of it for sacrum)"
    return bodies, voxels, (doubt,) if share > _DOUBTFUL_SHARE else ()


def _within_the_sacrum(bodies: Bodies, sacrum: Bools) -> bool:
    """Whether the image's lower edge cuts the lowest body while much of the sacrum that it touches lies above its centre."""
    from scipy import ndimage

    lowest = bodies.labels == bodies.count
    if bodies.count == 0 or not lowest[:, -2:].any():
        return False
    parts, _ = ndimage.label(lowest | sacrum)
    touching = sacrum & np.isin(parts, np.unique(parts[lowest]))
    if touching.sum() * _voxel_ml(bodies) < _MIN_SACRUM_ML:
        return False
    return float(touching[:, : _row_of_lowest(bodies)].sum()) > _SHARE_ABOVE * float(touching.sum())


def _voxel_ml(bodies: Bodies) -> float:
    return float(np.prod(bodies.spacing_mm)) / 1000


def _row_of_lowest(bodies: Bodies) -> int:
    return int(bodies.centres_mm[-1][1] / bodies.spacing_mm[1])


def number_levels(bodies: Bodies, sacrum: Bools, shift: int = 0) -> Numbering:
    """Count up from the sacrum, or where it is out of view from the lowest body, taken for L5.

    Parameters
    ----------
    bodies
        Ordered from cranial to caudal.
    sacrum
        Voxels of the sacrum on the same grid.
    shift
        Levels by which every body is moved down (+1: L1 becomes L2) or up (-1).
    """
    if bodies.count == 0:
        return Numbering((), ("no vertebral body was found",))
    below = _below_the_lowest(bodies, sacrum)
    gap_mm = _gap_to_sacrum_mm(bodies, below)
    doubts = _doubts_at_the_sacrum(gap_mm) + _doubts_at_the_edge(below, bodies.spacing_mm[1])
    missing_below = 1 if gap_mm is not None and gap_mm > _MAX_DISC_MM else 0
    leaps, more_doubts = _leaps(bodies)
    lowest = _L5 - missing_below + shift
    labels = [lowest]
    for leap in reversed(leaps):
        labels.append(labels[-1] - leap)
    labels.reverse()
    doubts += more_doubts + _doubts_about_sizes(bodies) + _doubts_about_the_row(bodies)
    if shift:
        doubts.append(f"levels were shifted by {shift:+d} on request")
    return Numbering(tuple(labels), tuple(doubts))


def in_range(label: int) -> bool:
    """Whether a code is one of T8 to L6, which a body in a mask can have."""
    return _TOP <= label <= LABEL_OF_LEVEL["L6"]


def _below_the_lowest(bodies: Bodies, sacrum: Bools) -> Bools:
    """The sacrum without what the network takes for sacrum above the lowest body's centre."""
    below = sacrum.copy()
    below[:, : _row_of_lowest(bodies)] = False
    return below


def _gap_to_sacrum_mm(bodies: Bodies, below: Bools) -> float | None:
    """Distance from the lowest body to the sacrum below it; None where no sacrum is in view."""
    from scipy import ndimage

    lowest = bodies.labels == bodies.count
    if below.sum() * _voxel_ml(bodies) < _MIN_SACRUM_ML:
        return None
    box = ndimage.find_objects((lowest | below).astype(np.uint8))[0]
    distance_mm = ndimage.distance_transform_edt(~lowest[box], bodies.spacing_mm)
    return float(np.percentile(distance_mm[below[box]], 1))


def _doubts_at_the_sacrum(gap_mm: float | None) -> list[str]:
    if gap_mm is None:
        return ["the sacrum was not found in view: the lowest body is taken for L5"]
    if gap_mm > _MAX_DISC_MM:
        return [f"{gap_mm:.0f} mm lie between the lowest body and the sacrum: it is taken for L4"]
    return []


def _doubts_at_the_edge(sacrum: Bools, row_mm: float) -> list[str]:
    rows = np.flatnonzero(largest_piece(sacrum).any(axis=(0, 2)))  # stray voxels around it are no height of the sacrum
    if rows.size == 0 or rows[-1] < sacrum.shape[1] - 2:
        return []
    in_view_mm = float(rows[-1] - rows[0] + 1) * row_mm
    if in_view_mm >= _LEAST_SACRUM_MM:
        return []
    return [f"the image's lower edge cuts the sacrum: of the {in_view_mm:.0f} mm in view, a part may be L5"]


def _leaps(bodies: Bodies) -> tuple[list[int], list[str]]:
    """How many levels lie from each body to the next one down, usually 1."""
    distances = np.linalg.norm(np.diff(bodies.centres_mm[:, 1:], axis=0), axis=1)
    leaps, doubts = [], []
    for index, distance in enumerate(distances):
        others = np.delete(distances, index)
        usual = float(np.median(others)) if others.size else float(distance)
        leap = max(1, round(float(distance) / usual)) if distance > _LEAP * usual else 1
        leaps.append(leap)
        if leap > 1:
            doubts.append(f"a body seems to be missing between the {index + 1}. and the {index + 2}. from above")
    return leaps, doubts


def _doubts_about_sizes(bodies: Bodies) -> list[str]:
    """Neighbouring bodies differ little in volume; the ends of the row may be cut off by the field of view."""
    inner = bodies.volumes_ml[1:]
    jumps = [max(a, b) / min(a, b) for a, b in pairwise(inner)]
    if jumps and max(jumps) > 1.8:
        return [f"neighbouring bodies differ in volume by a factor of {max(jumps):.1f}"]
    if len(inner) > 1 and inner[-1] < _LEAST_OF_NEXT * inner[-2]:
        return [f"the lowest body holds {100 * inner[-1] / inner[-2]:.0f} % of the next one up: it may be S1"]
    return []


def _doubts_about_the_row(bodies: Bodies) -> list[str]:
    doubts = []
    if bodies.count < 4:
        doubts.append(f"only {bodies.count} bodies were found; a lumbar study shows at least five")
    if bodies.count > 10:
        doubts.append(f"{bodies.count} bodies were found; a lumbar study shows at most about ten")
    sideways_mm = float(np.ptp(bodies.centres_mm[:, 0]))
    if sideways_mm > _MAX_SIDEWAYS_MM:
        doubts.append(f"the spine curves sideways by {sideways_mm:.0f} mm")
    return doubts
