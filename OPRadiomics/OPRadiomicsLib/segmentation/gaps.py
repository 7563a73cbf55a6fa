"""A vertebral body is one piece: slices that the network left out are closed, fragments beside the body are dropped."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..levels import LEVEL_OF_LABEL
from ..regions import Bools
from ..types import LabelArray

LEAST_SHARE = 0.1
"""A part beyond a gap with less than this share of the body's voxels is a fragment: partial volume, or another structure."""

WIDEST_GAP = 2
"""Slices; across more the shape between would be invented."""


def one_piece(labels: LabelArray) -> tuple[LabelArray, tuple[str, ...]]:
    """Every label drawn in consecutive slices, and a sentence for each level that this changed.

    Between two slices the outline is interpolated by signed distance (shape-based interpolation, Raya & Udupa, IEEE Trans Med
    Imaging 1990); voxels of other labels are never taken.

    Parameters
    ----------
    labels
        VerSe codes, (slice, row, column).
    """
    whole, sentences = labels.copy(), []
    for label in (int(value) for value in np.unique(labels) if value):
        drawn = labels == label
        kept, closed = _joined(drawn)
        if closed or not np.array_equal(kept, drawn):
            whole[drawn] = 0
            whole[kept & (whole == 0)] = label
            level = LEVEL_OF_LABEL[label]
            if closed:
                sentences.append(f"{level}: the network left out {closed} of its slices; they were drawn by interpolation")
            if (drawn & ~kept).any():
                sentences.append(f"{level}: a fragment beside it was left out")
    return whole, tuple(sentences)


def _joined(drawn: Bools) -> tuple[Bools, int]:
    """The body in consecutive slices, and how many slices were closed."""
    areas = drawn.sum(axis=(1, 2))
    runs = _runs(areas > 0)
    main = max(range(len(runs)), key=lambda n: int(areas[slice(*runs[n])].sum()))
    first, last = runs[main]
    for start, stop in reversed(runs[:main]):
        if first - stop > WIDEST_GAP or areas[start:stop].sum() < LEAST_SHARE * areas.sum():
            break
        first = start
    for start, stop in runs[main + 1 :]:
        if start - last > WIDEST_GAP or areas[start:stop].sum() < LEAST_SHARE * areas.sum():
            break
        last = stop
    whole = np.zeros_like(drawn)
    whole[first:last] = drawn[first:last]
    empty = [k for k in range(first, last) if not areas[k]]
    for k in empty:
        whole[k] = _between(drawn, areas > 0, k)
    return whole, len(empty)


def _runs(occupied: Bools) -> list[tuple[int, int]]:
    """Start and stop of each run of occupied slices."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], occupied.astype(np.int8), [0]))))
    return [(int(start), int(stop)) for start, stop in zip(edges[::2], edges[1::2], strict=True)]


def _between(drawn: Bools, occupied: Bools, k: int) -> Bools:
    """Outline of slice ``k`` from the nearest drawn slices on both sides."""
    before, after = int(np.flatnonzero(occupied[:k])[-1]), k + int(np.flatnonzero(occupied[k:])[0])
    share = (k - before) / (after - before)
    inside: Bools = (1 - share) * _signed_distance(drawn[before]) + share * _signed_distance(drawn[after]) > 0
    return inside


def _signed_distance(mask: Bools) -> npt.NDArray[np.float64]:
    from scipy import ndimage

    distance: npt.NDArray[np.float64] = ndimage.distance_transform_edt(mask) - ndimage.distance_transform_edt(~mask)
    return distance
