"""From class probabilities to separate vertebral bodies, ordered along the spine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..regions import Bools, bounding_box, largest_piece

Floats = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int16]

CORE_INSET_MM = 2.0
"""Bodies are told apart by their cores, so far inside the border: facets and thin bridges vanish."""

_MIN_CORE_ML = 1.0
_MIN_SHARE_OF_MEDIAN = 0.22
_MIN_VOLUME_ML = 3.0
_TALL = 1.55
_SMALL = 0.6
"""Only bodies under this share of the median volume are doubted: a large one off the line is for the reader to judge."""
_CROWDED_MM = 16.0
_MAX_BESIDE_MM = (16.0, 25.0)
"""Left-right and front-back, from a parabola through the other centres."""


@dataclass(frozen=True, eq=False)
class Bodies:
    """Separate bodies on the network's grid.

    ``labels`` (slice, row, column): 0, or 1 for the most cranial body, 2 for the next ...
    ``centres_mm`` (n, 3) of slice, row, column; ``volumes_ml`` (n,).
    """

    labels: Labels
    centres_mm: npt.NDArray[np.float64]
    volumes_ml: npt.NDArray[np.float64]
    spacing_mm: tuple[float, float, float]

    @property
    def count(self) -> int:
        return len(self.volumes_ml)


def split_bodies(probability: Floats, spacing_mm: tuple[float, float, float], threshold: float) -> Bodies:
    """Separate the bodies, drop what is none, and order the rest from cranial to caudal.

    Parameters
    ----------
    probability
        Of "body", (slice, row, column).
    spacing_mm
        Of slice, row, column.
    threshold
        Above which a voxel belongs to a body.
    """
    labels = np.zeros(probability.shape, np.int16)
    above = probability > threshold
    if above.any():
        box = bounding_box(above)
        mask = _filled(above[box])
        cores = _split_tall(_cores(mask, spacing_mm), spacing_mm)
        labels[box] = _keep_bodies(_grow(cores, mask, spacing_mm), spacing_mm)
    return _ordered(labels, spacing_mm)


def sacral_share(bodies: Bodies, body: Floats, sacrum: Floats) -> float:
    """How much of the lowest body, with 3 mm around it, the network takes for sacrum: 0 none, 1 all.

    Parameters
    ----------
    body, sacrum
        Probabilities on the grid of ``bodies``.
    """
    from scipy import ndimage

    if bodies.count == 0:
        return 0.0
    lowest = bodies.labels == bodies.count
    box = ndimage.find_objects(np.pad(lowest, 3).astype(np.uint8))[0]
    k, rows, columns = (slice(max(0, b.start - 6), b.stop) for b in box)
    near = ndimage.binary_dilation(lowest[k, rows, columns], np.ones((1, 3, 3), bool), iterations=3)
    as_body, as_sacrum = (float(p[k, rows, columns][near].sum()) for p in (body, sacrum))
    return as_sacrum / (as_body + as_sacrum + 1e-6)


def without_lowest(bodies: Bodies) -> Bodies:
    """The same without the lowest body, e.g. because it is S1."""
    labels = np.where(bodies.labels == bodies.count, 0, bodies.labels).astype(np.int16)
    return Bodies(labels, bodies.centres_mm[:-1], bodies.volumes_ml[:-1], bodies.spacing_mm)


def _filled(mask: Bools) -> Bools:
    from scipy import ndimage

    return np.stack([ndimage.binary_fill_holes(plane) for plane in mask])


def _cores(mask: Bools, spacing_mm: tuple[float, float, float]) -> Labels:
    from scipy import ndimage

    inside = np.stack([ndimage.distance_transform_edt(plane, spacing_mm[1:]) for plane in mask])
    cores, count = ndimage.label(inside > CORE_INSET_MM)
    voxel_ml = float(np.prod(spacing_mm)) / 1000
    volumes = np.bincount(cores.ravel(), minlength=count + 1) * voxel_ml
    kept = np.flatnonzero(volumes >= _MIN_CORE_ML)
    kept = kept[kept > 0]
    relabel = np.zeros(count + 1, np.int16)
    relabel[kept] = np.arange(1, len(kept) + 1)
    result: Labels = relabel[cores]
    return result


def _split_tall(cores: Labels, spacing_mm: tuple[float, float, float]) -> Labels:
    """Cut cores that hold two or more bodies where their area along the spine is least."""
    result = cores.copy()
    heights = {int(label): _extent_mm(cores == label, spacing_mm) for label in np.unique(cores[cores > 0])}
    if len(heights) < 2:
        return result
    typical = float(np.median(list(heights.values())))
    for label, height in heights.items():
        parts = round(height / typical)
        if height > _TALL * typical and parts >= 2:
            _cut(result, label, parts)
    return result


def _extent_mm(mask: Bools, spacing_mm: tuple[float, float, float]) -> float:
    """Height along the rows, which the spine follows within about 40 degrees."""
    low, high = np.percentile(np.argwhere(mask)[:, 1], (2, 98))
    return float(high - low) * spacing_mm[1]


def _cut(labels: Labels, label: int, parts: int) -> None:
    mask = labels == label
    area = mask.sum(axis=(0, 2))
    rows = np.flatnonzero(area)
    step = len(rows) / parts
    new = int(labels.max())
    cuts = []
    for number in range(1, parts):
        around = rows[int((number - 0.35) * step) : int((number + 0.35) * step) + 1]
        cuts.append(int(around[np.argmin(area[around])]))
    bounds = [*cuts, labels.shape[1]]
    for start, stop in zip(cuts, bounds[1:], strict=True):
        new += 1
        below = mask.copy()
        below[:, : start + 1] = False
        below[:, stop:] = False
        labels[below] = new
    for cut in cuts:
        labels[:, cut][mask[:, cut]] = 0


def _grow(cores: Labels, mask: Bools, spacing_mm: tuple[float, float, float]) -> Labels:
    """Give every voxel of the mask to its nearest core, if that is near and connected to it."""
    from scipy import ndimage

    if not cores.any():
        return np.zeros(mask.shape, np.int16)
    distance, nearest = ndimage.distance_transform_edt(cores == 0, spacing_mm, return_indices=True)
    labels: Labels = np.where(mask & (distance < 3 * CORE_INSET_MM + spacing_mm[0]), cores[tuple(nearest)], 0).astype(np.int16)
    for number, box in enumerate(ndimage.find_objects(labels), start=1):
        if box is None:
            continue
        region = labels[box]
        own = region == number
        region[own & ~largest_piece(own)] = 0
    return labels


def _keep_bodies(labels: Labels, spacing_mm: tuple[float, float, float]) -> Labels:
    """Drop what is too small for a body beside the others, or lies off the line that they form."""
    voxel_ml = float(np.prod(spacing_mm)) / 1000
    volumes = np.bincount(labels.ravel())[1:] * voxel_ml
    large = volumes[volumes >= _MIN_VOLUME_ML]
    if large.size == 0:
        return np.zeros_like(labels)
    least = max(_MIN_VOLUME_ML, _MIN_SHARE_OF_MEDIAN * float(np.median(large)))
    keep = _along_the_spine(labels, [int(n) + 1 for n in np.flatnonzero(volumes >= least)], spacing_mm)
    result: Labels = np.where(np.isin(labels, keep), labels, 0).astype(np.int16)
    return result


def _along_the_spine(labels: Labels, numbers: list[int], spacing_mm: tuple[float, float, float]) -> list[int]:
    """Drop small parts that lie beside the curve of the others' centres, or too near to a larger one on it."""
    centres = {n: np.argwhere(labels == n).mean(axis=0) * spacing_mm for n in numbers}
    sizes = {n: int((labels == n).sum()) for n in numbers}
    usual = float(np.median(list(sizes.values())))
    kept = sorted(numbers, key=lambda n: -sizes[n])
    for n in sorted(numbers, key=lambda n: sizes[n]):
        others = [m for m in kept if m != n]
        if sizes[n] < _SMALL * usual and others and _is_stray(centres[n], np.array([centres[m] for m in others])):
            kept.remove(n)
    return kept


def _is_stray(centre: npt.NDArray[np.float64], others: npt.NDArray[np.float64]) -> bool:
    if np.linalg.norm(others[:, 1:] - centre[1:], axis=1).min() < _CROWDED_MM:
        return True
    if len(others) < 3:
        return False
    degree = 2 if len(others) > 4 else 1
    beside = [
        abs(float(np.polyval(np.polyfit(others[:, 1], others[:, axis], degree), centre[1]) - centre[axis])) for axis in (0, 2)
    ]
    return beside[0] > _MAX_BESIDE_MM[0] or beside[1] > _MAX_BESIDE_MM[1]


def _ordered(labels: Labels, spacing_mm: tuple[float, float, float]) -> Bodies:
    numbers = [int(n) for n in np.unique(labels[labels > 0])]
    centres = [np.argwhere(labels == n).mean(axis=0) * spacing_mm for n in numbers]
    order = sorted(range(len(numbers)), key=lambda n: float(centres[n][1]))
    relabel = np.zeros(int(labels.max()) + 1, np.int16)
    for place, index in enumerate(order, start=1):
        relabel[numbers[index]] = place
    ordered: Labels = relabel[labels]
    volumes = np.bincount(ordered.ravel(), minlength=len(numbers) + 1)[1:] * float(np.prod(spacing_mm)) / 1000
    centres_mm = np.array([centres[index] for index in order]).reshape(-1, 3)
    return Bodies(ordered, centres_mm, volumes.astype(np.float64), spacing_mm)
