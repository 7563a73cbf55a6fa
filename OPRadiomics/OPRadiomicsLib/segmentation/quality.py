"""What a reader should know of each segmented level before trusting it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from ..geometry import sagittal_axis
from ..levels import LEVEL_OF_LABEL, SNOMED_CODE, STUDY_LEVELS
from ..types import LevelQuality, Mask, Segmentation
from .cleanup import Bodies, Floats
from .numbering import Numbering, in_range

CUT_AT_THE_EDGE = "it is cut off at the edge of the image"
CUT_AT_A_SLICE = "it is cut off at the first or last slice"
CUT_OFF = (CUT_AT_THE_EDGE, CUT_AT_A_SLICE)
LOW_CONFIDENCE = 0.85
VOLUME_RATIO = (0.6, 1.6)
"""Plausible volume, in units of the neighbours' mean."""
HEIGHT_RATIO = 0.75
"""Below this share of another height of the body or its neighbours: Genant's grade 1 begins at a loss of 20-25 % (Genant et
al., J Bone Miner Res 1993)."""

LOWEST_HEIGHT_RATIO = 0.65
"""For the lowest body: L5 is a wedge by nature, lower behind than in front."""

VOLUME_ML = (4.0, 120.0)
"""Of a lumbar body, with room for a crushed one: readers drew 24 to 63 ml (L1-L3 in real images, n = 219 bodies), the network
draws 9 to 25 ml of simulated ones (n = 180), inside their cortex."""

_EDGE_SHARE = 0.5


LEAST_WIDTH_MM = 20.0
"""From side to side: readers drew 40 to 66 mm (n = 219 bodies), the network 28 mm and more in simulated images (n = 120)."""


def size_doubts(bodies: Mask) -> tuple[str, ...]:
    """A sentence for each of L1-L3 whose volume no lumbar body has: specks, a whole image, spacing that is wrong; and one on
    those of a few slices, as in a mask that was not finished.
    """
    return (*_volume_doubts(bodies), *_width_doubts(bodies))


def _width_doubts(bodies: Mask) -> Iterator[str]:
    axis = sagittal_axis(bodies.affine)
    slice_mm = float(np.linalg.norm(bodies.affine[:3, axis]))
    others = tuple(one for one in range(3) if one != 2 - axis)
    slices = {level: int(bodies.of(level).any(axis=others).sum()) for level in STUDY_LEVELS}
    narrow = [
        f"{level} ({n} slices, {n * slice_mm:.0f} mm)" for level, n in slices.items() if 0 < n * slice_mm < LEAST_WIDTH_MM
    ]
    if narrow:
        yield (
            f"Narrow from side to side: {', '.join(narrow)}; a lumbar body has some 40 to 60 mm. Is the mask finished, and is "
            "the whole body in view?"
        )


def _volume_doubts(bodies: Mask) -> tuple[str, ...]:
    voxel_ml = abs(float(np.linalg.det(bodies.affine[:3, :3]))) / 1000
    volumes_ml = {level: voxel_ml * int(bodies.of(level).sum()) for level in STUDY_LEVELS}
    least, most = VOLUME_ML
    return tuple(
        f"{level} holds {volume_ml:.3g} ml, a lumbar body some 10 to 70: check the mask and the image's spacing"
        for level, volume_ml in volumes_ml.items()
        if not least <= volume_ml <= most
    )


@dataclass(frozen=True)
class BodyHeights:
    """Anterior, middle and posterior height in mm, over the three slices through the middle of the body."""

    anterior: float
    middle: float
    posterior: float

    @property
    def least(self) -> float:
        return min(self.anterior, self.middle, self.posterior)


def assess_levels(bodies: Bodies, numbering: Numbering, probability: Floats) -> tuple[LevelQuality, ...]:
    """Volume, mean probability and flags of every body that has a level, from cranial to caudal.

    A body that the image's edge cuts off is said to be so; its size and heights, which tell of the edge, are not judged, nor
    are its neighbours' by them.

    Parameters
    ----------
    probability
        Of "body", on the grid of ``bodies``.
    """
    heights = [body_heights(bodies, number) for number in range(1, bodies.count + 1)]
    cut = [_is_cut_off(bodies, number) for number in range(1, bodies.count + 1)]
    levels = []
    for index, label in enumerate(numbering.labels):
        if not in_range(label):
            continue
        confidence = float(probability[bodies.labels == index + 1].mean())
        flags = [CUT_AT_THE_EDGE] if cut[index] else []
        if _ends_at_a_border_slice(bodies, index + 1):
            flags.append(CUT_AT_A_SLICE)
        if not cut[index]:
            beside = [n for n in (index - 1, index + 1) if 0 <= n < bodies.count and not cut[n]]
            flags += [*_size_flags(bodies, index, beside), *_height_flags(heights, index, beside)]
        if confidence < LOW_CONFIDENCE:
            flags.append(f"the network is unsure of it (mean probability {confidence:.2f})")
        levels.append(LevelQuality(LEVEL_OF_LABEL[label], float(bodies.volumes_ml[index]), confidence, tuple(flags)))
    return tuple(levels)


def body_heights(bodies: Bodies, number: int) -> BodyHeights:
    """Heights along the spine's own direction, taken from the neighbouring centres."""
    index = number - 1
    above, below = bodies.centres_mm[max(0, index - 1)], bodies.centres_mm[min(bodies.count - 1, index + 1)]
    along = (below - above)[1:] if bodies.count > 1 else np.array([1.0, 0.0])
    along = along / np.linalg.norm(along)
    across = np.array([-along[1], along[0]])
    area = (bodies.labels == number).sum(axis=(1, 2))
    middle = int(np.argmax(np.convolve(area, np.ones(3), "same")))
    planes = bodies.labels[max(0, middle - 1) : middle + 2] == number
    heights = [_heights_mm(plane, bodies.spacing_mm[1:], across) for plane in planes if plane.sum() > 30]
    return BodyHeights(*np.mean(heights or [[0.0] * 3], axis=0).tolist())


def _heights_mm(
    plane: npt.NDArray[np.bool_],
    spacing_mm: tuple[float, float],
    across: npt.NDArray[np.float64],
) -> list[float]:
    """Mean height of the anterior, middle and posterior fifth: its area over its width, voxels cut where it ends."""
    depth = np.argwhere(plane) * spacing_mm @ across
    low, high = np.percentile(depth, (4, 96))
    edges = np.linspace(low, high, 6)
    half = spacing_mm[1] / 2
    heights = []
    for start, stop in list(pairwise(edges))[::2]:
        share = np.clip(np.minimum(stop, depth + half) - np.maximum(start, depth - half), 0, None) / (2 * half)
        heights.append(float(share.sum()) * spacing_mm[0] * spacing_mm[1] / (stop - start + 1e-6))
    return heights


def _is_cut_off(bodies: Bodies, number: int) -> bool:
    """Whether the body reaches the edge of the image in plane."""
    mask = bodies.labels == number
    return bool(mask[:, [0, -1]].any() or mask[:, :, [0, -1]].any())


def _ends_at_a_border_slice(bodies: Bodies, number: int) -> bool:
    area = (bodies.labels == number).sum(axis=(1, 2))
    return bool(max(area[0], area[-1]) > _EDGE_SHARE * area.max())


def _size_flags(bodies: Bodies, index: int, beside: list[int]) -> list[str]:
    """``beside``: the neighbours' indices."""
    if not beside:
        return []
    ratio = float(bodies.volumes_ml[index] / np.mean([bodies.volumes_ml[n] for n in beside]))
    if VOLUME_RATIO[0] <= ratio <= VOLUME_RATIO[1]:
        return []
    return [f"its volume is {ratio:.2f} times that of its neighbours"]


def _height_flags(heights: list[BodyHeights], index: int, beside: list[int]) -> list[str]:
    own = heights[index]
    if own.least <= 0:
        return ["its height could not be measured"]
    flags = []
    ratio = LOWEST_HEIGHT_RATIO if index == len(heights) - 1 else HEIGHT_RATIO
    if own.least < ratio * max(own.anterior, own.posterior):
        flags.append(
            f"its heights differ (anterior {own.anterior:.0f}, middle {own.middle:.0f}, posterior {own.posterior:.0f} mm): "
            "a fracture or wedge is possible"
        )
    usual = float(np.mean([heights[n].middle for n in beside])) if beside else 0.0
    if own.middle < HEIGHT_RATIO * usual:
        flags.append(f"it is lower than its neighbours ({own.middle:.0f} against {usual:.0f} mm)")
    return flags


def describe(segmentation: Segmentation) -> dict[str, Any]:
    """What stands beside a mask as JSON: levels with SNOMED CT codes, volumes, confidence and flags, and the warnings."""
    levels = [
        {
            "level": quality.level,
            "snomed_ct": SNOMED_CODE.get(quality.level),
            "volume_ml": round(quality.volume_ml, 2),
            "confidence": round(quality.confidence, 3),
            "flags": list(quality.flags),
        }
        for quality in segmentation.quality
    ]
    return {
        "origin": segmentation.mask.origin,
        "levels": levels,
        "needs_confirmation": segmentation.needs_confirmation,
        "warnings": list(segmentation.warnings),
    }
