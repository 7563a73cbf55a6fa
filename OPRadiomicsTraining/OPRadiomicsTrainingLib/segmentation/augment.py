"""From a training case to one randomised sample: geometry, contrast, coil, blur, noise.

Written on numpy and torch's grid_sample rather than on MONAI's dictionary transforms: image, distances and classes are warped
together in one pass, which on two cores costs a tenth of MONAI's chain (a training step must not wait for its samples).
Contrast randomisation follows Billot et al. (SynthSeg, Med Image Anal 2023) as far as real images allow: tissue gains from the
labels, then a random, not necessarily monotone, remapping of intensities, since the sets hold neither T1 nor fat suppression.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from OPRadiomicsLib.segmentation.standardise import standardise

from .cases import BODY, CANAL, DISC, DISTANCE_STEP_MM, NEIGHBOUR_MM, SACRUM, SACRUM_SEED, TrainingCase

Floats = npt.NDArray[np.float32]

CROP = (192, 128)
"""Rows and columns of a sample, in mm: about five vertebrae."""


@dataclass(frozen=True, eq=False)
class Sample:
    """One training sample; every array has `CROP`'s rows and columns.

    ``image`` (3, ...) standardised; ``target`` (5, ...) class shares, those that are not labelled counted as background;
    ``weight`` (...) of each voxel; ``labelled`` (5,); ``seed`` (...) voxels known to be sacrum though the case doesn't
    label it.
    """

    image: Floats
    target: Floats
    weight: Floats
    labelled: npt.NDArray[np.bool_]
    seed: Floats


def draw_sample(case: TrainingCase, rng: np.random.Generator) -> Sample:
    """One randomised sample of a case."""
    k = _draw_slice(case, rng)
    planes, body_mm, classes, weight = _warp(case, k, rng)
    body = np.clip(0.5 + body_mm, 0, 1)
    target = np.zeros((5, *CROP), np.float32)
    target[BODY] = body
    for channel, label in enumerate((SACRUM, CANAL, DISC)):
        if case.labelled[label]:
            target[label] = classes[channel] * (1 - body)
    target[0] = 1 - target[1:].sum(axis=0)
    image = randomise_contrast(planes, body, classes, rng)
    return Sample(standardise(image), target, weight, case.labelled, classes[3])


def _draw_slice(case: TrainingCase, rng: np.random.Generator) -> int:
    holds_body = np.flatnonzero((case.body > 0).any(axis=(1, 2)))
    if holds_body.size and rng.random() < 0.9:
        return int(rng.choice(holds_body))
    return int(rng.integers(len(case.image)))


def _warp(case: TrainingCase, k: int, rng: np.random.Generator) -> tuple[Floats, Floats, Floats, Floats]:
    """Rotated, scaled, shifted crop at 1 mm: image planes (3, ...), body distance in mm, classes (4, ...), weight."""
    import torch
    from torch.nn import functional

    scale = float(np.exp(rng.normal(0, 0.12)))
    angle = float(np.deg2rad(rng.normal(0, 9)))
    centre = _draw_centre(case, k, rng)
    rows, columns = (np.arange(n) - (n - 1) / 2 for n in CROP)
    y, x = np.meshgrid(rows * scale, columns * scale, indexing="ij")
    source_y = (np.cos(angle) * y - np.sin(angle) * x) / case.spacing_mm[1] + centre[0]
    source_x = (np.sin(angle) * y + np.cos(angle) * x) / case.spacing_mm[2] + centre[1]
    box = tuple(_reach(v, n) for v, n in zip((source_y, source_x), case.image.shape[1:], strict=True))
    stack = _stack(case, _neighbours(case, k, rng), k, box)
    height, width = stack.shape[1:]
    across, down = (source_x - box[1].start) / (width - 1), (source_y - box[0].start) / (height - 1)
    grid = (2 * np.stack([across, down], axis=-1) - 1).astype(np.float32)
    layers, places = torch.from_numpy(stack)[None], torch.from_numpy(grid)[None]
    warped = functional.grid_sample(layers, places, padding_mode="border", align_corners=True)[0].numpy()
    outside = (np.abs(grid) > 1).any(axis=-1)
    warped[:3, outside] = 0
    weight = np.where(outside, 0, warped[4])
    return warped[:3], warped[3] / scale, warped[5:], weight.astype(np.float32)


def _reach(positions: npt.NDArray[np.float64], count: int) -> slice:
    """The part of an axis that a crop needs, at least two voxels of it."""
    start = min(max(0, int(positions.min()) - 2), count - 2)
    return slice(start, max(start + 2, min(count, int(positions.max()) + 3)))


def _draw_centre(case: TrainingCase, k: int, rng: np.random.Generator) -> tuple[float, float]:
    """Mostly near a body, at times anywhere."""
    inside = np.argwhere(case.body[k, ::4, ::4] > 0) * 4
    jitter = np.array([rng.uniform(-70, 70), rng.uniform(-45, 45)]) / case.spacing_mm[1:]
    if len(inside) and rng.random() < 0.88:
        row, column = inside[rng.integers(len(inside))] + jitter
    else:
        row, column = rng.uniform(0, case.image.shape[1]), rng.uniform(0, case.image.shape[2])
    margins = 0.3 * np.array(CROP) / case.spacing_mm[1:]
    low, high = margins, np.maximum(margins, np.array(case.image.shape[1:]) - margins)
    return float(np.clip(row, low[0], high[0])), float(np.clip(column, low[1], high[1]))


def _neighbours(case: TrainingCase, k: int, rng: np.random.Generator) -> list[int]:
    """As far apart as `segment` takes them; at times the slice itself instead, or twice as far."""
    usual = max(1, round(NEIGHBOUR_MM / case.spacing_mm[0]))
    stride = usual * int(rng.choice([0, 1, 2], p=[0.12, 0.76, 0.12]))
    order = [k - stride, k, k + stride]
    if rng.random() < 0.5:
        order.reverse()
    return [min(max(n, 0), len(case.image) - 1) for n in order]


def _stack(case: TrainingCase, planes: list[int], k: int, box: tuple[slice, ...]) -> Floats:
    tissue = case.tissue[k][box]
    layers = [case.image[n][box] / np.float32(255) for n in planes]
    layers += [case.body[k][box] * np.float32(DISTANCE_STEP_MM), case.weight[k][box] / np.float32(255)]
    layers += [tissue == label for label in (SACRUM, CANAL, DISC, SACRUM_SEED)]
    return np.stack(layers).astype(np.float32)


def randomise_contrast(planes: Floats, body: Floats, classes: Floats, rng: np.random.Generator) -> Floats:
    """Another contrast, coil and noise for image planes (3, rows, columns) of 0 to 1."""
    image = planes * _tissue_gain(body, classes, rng)
    signal = np.clip(planes / 0.06, 0, 1)
    if rng.random() < 0.75:
        image = _remap(image / max(0.3, float(image.max())), rng)
    if rng.random() < 0.8:
        image = image * signal
    image = np.power(np.clip(image, 0, None) + 1e-4, np.exp(rng.normal(0, 0.3)))
    if rng.random() < 0.7:
        image = image * np.exp(_smooth_field((2, 2), rng.uniform(0, 0.8), rng))
    return _degrade(image.astype(np.float32), rng)


def _smooth_field(points: tuple[int, int], amplitude: float, rng: np.random.Generator) -> Floats:
    import torch
    from torch.nn import functional

    coarse = torch.from_numpy(rng.normal(0, amplitude, (1, 1, *(p + 2 for p in points))).astype(np.float32))
    field: Floats = functional.interpolate(coarse, size=CROP, mode="bicubic", align_corners=True)[0, 0].numpy()
    return field


def _tissue_gain(body: Floats, classes: Floats, rng: np.random.Generator) -> Floats:
    gain = np.ones(CROP, np.float32)
    if rng.random() < 0.6:
        marrow = rng.normal(0, 0.35) + (_smooth_field((8, 6), 0.35, rng) if rng.random() < 0.6 else 0)
        gain = gain * np.exp(body * marrow)
    for mask in classes[1:3]:
        if rng.random() < 0.5:
            gain = gain * np.exp(mask * rng.normal(0, 0.6))
    return gain.astype(np.float32)


def _remap(image: Floats, rng: np.random.Generator) -> Floats:
    """Piecewise linear through random knots: half of the time increasing, else free (as dark fluid on T1 needs)."""
    count = int(rng.integers(3, 9))
    knots = np.concatenate([[0.0], np.sort(rng.uniform(0.03, 0.97, count - 2)), [1.0]])
    values = rng.uniform(0, 1, count)
    if rng.random() < 0.5:
        values = np.sort(values)
    mix = rng.uniform(0, 0.6)
    mapped = np.interp(image, knots, (1 - mix) * values + mix * knots)
    return mapped.astype(np.float32)


def _degrade(image: Floats, rng: np.random.Generator) -> Floats:
    from scipy import ndimage

    if rng.random() < 0.3:
        sigma = (0, *rng.uniform(0.3, 1.1, 2))
        smooth = ndimage.gaussian_filter(image, sigma, truncate=2.5)
        image = smooth if rng.random() < 0.7 else image + rng.uniform(0.2, 0.8) * (image - smooth)
    level = float(image.mean()) + 1e-3
    if rng.random() < 0.1:
        image = image + rng.uniform(0.02, 0.1) * np.roll(image, int(rng.integers(20, 100)), axis=int(rng.integers(1, 3)))
    if rng.random() < 0.6:
        image = np.abs(image + rng.normal(0, level * rng.uniform(0.01, 0.2), image.shape))
    return image.astype(np.float32)
