"""Simulated readers: masks of one truth that differ as human ones do.

A reader draws slice by slice, by habit: tighter or wider than the border, endplates in or out, lateral slices kept until
the body is this thin. On top come slips that are correlated along the border. The spread is set so that two readers of
one patient agree as two manual masks of one patient do: Dice 0.84 (one level, laterally ragged) to 0.97.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from OPRadiomicsLib.levels import LABEL_OF_LEVEL, STUDY_LEVELS
from OPRadiomicsLib.regions import bounding_box, dice
from OPRadiomicsLib.types import Mask

from .texture import Float, tile

BORDER_LENGTH_MM = 7.0
"""Correlation length of a hand-drawn border's slips."""

TOLERANCE = 0.9
"""Dice of one slice, about, from which a reviewer leaves a first reader's drawing as it is."""

PAD = 5
"""Rows and columns about a body's box."""


@dataclass(frozen=True)
class Reader:
    """Habits of one reader.

    ``border_mm`` outward shift of the border, ``endplate_mm`` further outward shift at the endplates, ``lateral`` the
    share of the largest slice's area below which a slice is left out, ``slip_mm`` SD of the border's slips,
    ``care`` how much of a habit varies from level to level.
    """

    border_mm: float
    endplate_mm: float
    lateral: float
    slip_mm: float
    care: float = 0.5


def sample_reader(rng: np.random.Generator) -> Reader:
    """Draw a reader's habits."""
    return Reader(
        border_mm=float(rng.normal(-0.15, 0.25)),
        endplate_mm=float(rng.normal(-0.1, 0.25)),
        lateral=float(rng.uniform(0.30, 0.75)),
        slip_mm=float(rng.uniform(0.3, 0.55)),
    )


def read(truth: Mask, reader: Reader, rng: np.random.Generator, levels: tuple[str, ...] = STUDY_LEVELS) -> Mask:
    """What a reader draws of a true mask.

    Parameters
    ----------
    truth
        Bodies on sagittal slices: axis 0 counts slices, axis 1 rows downward.
    reader
        Whose habits.
    rng
        Of this session: the same reader draws another mask with another state.
    levels
        Levels to draw; those that are not in view are left out.

    Returns
    -------
    Mask
        On the truth's grid. Where two bodies come to overlap, the lower one gives way.
    """
    labels = np.zeros(truth.shape, np.uint8)
    for level in levels:
        body = truth.of(level)
        if body.any():
            box = bounding_box(body, (0, PAD, PAD))  # so that a wide reader stays inside it
            drawn = _draw(body[box], truth.spacing_mm, reader, rng)
            np.copyto(labels[box], np.uint8(LABEL_OF_LEVEL[level]), where=drawn & (labels[box] == 0))
    return Mask(labels, truth.affine, truth.frame_of_reference_uid, "simulated reader")


def revise(drawn: Mask, own: Mask, rng: np.random.Generator) -> Mask:
    """A second reader's revision of a first one's mask.

    The reviewer compares slice by slice with what they would have drawn (``own``), and redraws a slice of a level where
    the two agree by a Dice below `TOLERANCE`, give or take; else the first reader's stays. So two masks of one case
    are nearer than two independent ones (study.md, section 7).
    """
    labels = drawn.labels.copy()
    for level in sorted({*drawn.levels, *own.levels}, key=LABEL_OF_LEVEL.__getitem__):
        first, second = drawn.of(level), own.of(level)
        for k in np.flatnonzero((first | second).any(axis=(1, 2))):
            if dice(first[k], second[k]) < TOLERANCE + rng.normal(0.0, 0.03):
                labels[k][first[k]] = 0
                labels[k][second[k] & (labels[k] == 0)] = LABEL_OF_LEVEL[level]
    return Mask(labels, drawn.affine, drawn.frame_of_reference_uid, "simulated reader, reviewed")


def _draw(
    inside: npt.NDArray[np.bool_], spacing_mm: tuple[float, float, float], reader: Reader, rng: np.random.Generator
) -> npt.NDArray[np.bool_]:
    """One level as a reader draws it, on the box of the true one."""
    distance, upright = _border(inside, spacing_mm)
    border = reader.border_mm + reader.care * rng.normal(0.0, 0.25)
    endplate = reader.endplate_mm + reader.care * rng.normal(0.0, 0.3)
    slips = reader.slip_mm * _slips(inside.shape, spacing_mm, rng)
    areas = inside.sum(axis=(1, 2))
    least = np.clip(reader.lateral + reader.care * rng.normal(0.0, 0.15, len(areas)), 0.05, 0.9)
    large = np.flatnonzero(areas >= areas.max() * least)
    kept = np.zeros(len(areas), dtype=np.bool_)
    kept[large[0] : large[-1] + 1] = True  # a reader leaves out slices at the sides, never one between
    drawn: npt.NDArray[np.bool_] = (distance <= border + endplate * upright + slips) & kept[:, None, None]
    return drawn


def _border(inside: npt.NDArray[np.bool_], spacing_mm: tuple[float, float, float]) -> tuple[Float, Float]:
    """Signed distance in each slice (mm, negative inside), and how far its border looks up or down there (0 to 1)."""
    from scipy.ndimage import distance_transform_edt

    sampling = (spacing_mm[1], spacing_mm[0])
    distance = np.empty(inside.shape, np.float32)
    for k, plane in enumerate(inside):
        if plane.any():
            distance[k] = distance_transform_edt(~plane, sampling) - distance_transform_edt(plane, sampling)
            distance[k] -= np.float32(0.5 * spacing_mm[0]) * np.sign(distance[k])
        else:
            distance[k] = 99.0
    down, along = np.gradient(distance, axis=(1, 2))
    upright = down**2 / np.maximum(down**2 + along**2, 1e-6)
    return distance, upright.astype(np.float32)


def _slips(shape: tuple[int, ...], spacing_mm: tuple[float, float, float], rng: np.random.Generator) -> Float:
    """Correlated along the border and a little between slices; SD 1."""
    k, j, i = shape
    padded = (k + 4, j + 16, i + 16)
    field = tile(rng, padded, (spacing_mm[2], spacing_mm[1], spacing_mm[0]), (4.0, BORDER_LENGTH_MM, BORDER_LENGTH_MM))
    return field[:k, :j, :i]
