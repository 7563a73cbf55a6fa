"""Segmentation of one sagittal volume: orientation, network, separate bodies, levels, and back to the image's own grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from ..levels import LABEL_OF_LEVEL, LEVEL_OF_LABEL, STUDY_LEVELS
from ..progress import part
from ..regions import Bools
from ..types import LevelQuality, Mask, Progress, Segmentation, Volume, no_progress
from .blemishes import brightest_plausible
from .bundle import SegmentationModel
from .cleanup import Bodies, Floats, split_bodies
from .gaps import one_piece
from .numbering import Numbering, in_range, number_levels, settle_lowest
from .outline import as_drawn
from .quality import CUT_OFF, assess_levels
from .runners import Backend, Runner, choose_backend, make_runner
from .sagittal import SagittalOrder, held_slices, require_image, resample_in_plane, sagittal_order
from .standardise import standardise

Scalar = TypeVar("Scalar", bound=np.generic)

BODY, SACRUM, CANAL = 1, 2, 3
GRID_MM = 1.0
"""In-plane resolution that the network was trained at, and of its probabilities."""

SCALES_MM = (0.8, 1.0, 1.2)
"""In-plane resolutions at which it sees an image; the mean of the probabilities counts (multi-scale inference: Chen et al.,
IEEE TPAMI 2018;40:834). Training stretches its samples by 12 % (SD), so each of them is a size that the network knows."""

BATCH = 1
"""Slices at a time: little memory, and a prompt Cancel; 0.8 to 1.6 times as fast as the whole stack at once, by machine
(Testing/Benchmarks/batch_vs_whole_stack.py)."""

_STRIDE = 16


@dataclass(frozen=True, eq=False)
class Probabilities:
    """Softmax of the network, each (slice, row, column) at 1 mm in plane; slices as `SagittalOrder` gives them."""

    body: Floats
    sacrum: Floats
    canal: Floats
    spacing_mm: tuple[float, float, float]


def segment(
    volume: Volume,
    model: SegmentationModel,
    *,
    backend: Backend = "auto",
    shift: int = 0,
    scales_mm: Sequence[float] = SCALES_MM,
    progress: Progress = no_progress,
) -> Segmentation:
    """Find every vertebral body in view and number them.

    The network sees neither blank slices at the ends nor spikes (`blemishes.brightest_plausible`): neither moves an outline.

    Parameters
    ----------
    volume
        A sagittal image of any contrast, axis order and in-plane resolution.
    backend
        As `runners.choose_backend`.
    shift
        Levels by which the numbering is moved down (+1) or up (-1), where the reader knows better.
    scales_mm
        In-plane resolutions for test-time augmentation; ``(GRID_MM,)`` leaves it out.

    Returns
    -------
    Segmentation
        Mask with VerSe codes and the canal on the image's own grid, quality of each level, warnings.

    Raises
    ------
    StudyError
        If the image is not sagittal, too small, constant, or holds NaN or infinite values.
    MissingDependencyError, ModelError
        If the network cannot be run.
    ValueError
        If ``scales_mm`` holds no resolution, or one that is not positive and finite.
    Cancelled
        If ``progress`` raises it.
    """
    require_image(volume)
    progress("Loading the network", 0.0)
    chosen = choose_backend(model, backend)
    runner = make_runner(model, chosen)
    order = sagittal_order(volume)
    stack = order.apply(volume.array).astype(np.float32)
    held = held_slices(stack)
    slices = np.minimum(stack[held], brightest_plausible(stack))
    probabilities = predict_probabilities(slices, order, runner, model.neighbour_mm, scales_mm=scales_mm, progress=progress)
    progress("Separating and numbering the bodies", 0.9)
    bodies = split_bodies(probabilities.body, probabilities.spacing_mm, model.threshold)
    bodies, sacrum, unsettled = settle_lowest(bodies, probabilities.body, probabilities.sacrum)
    numbering = number_levels(bodies, sacrum, shift)
    doubts = (*unsettled, *numbering.doubts)
    codes = _level_codes(bodies, numbering)
    edges = _labels_on_image(codes, probabilities.body, order, slices.shape, model.threshold)
    body = _on_image(probabilities.body, order, slices.shape)
    labels, closed = one_piece(as_drawn(edges, body, order.spacing_mm[1:]))
    canal = _on_image(probabilities.canal, order, slices.shape) > 0.5
    levels = _with_volumes_of(labels, order, assess_levels(bodies, numbering, probabilities.body))
    labels, canal = _among_blank(labels, held, len(stack)), _among_blank(canal, held, len(stack))
    progress("Segmented", 1.0)
    seen_at = " and ".join(f"{mm:g}" for mm in scales_mm)
    origin = f"model {model.identity}, at {seen_at} mm, {chosen}"
    return Segmentation(
        Mask(order.undo(labels), volume.affine, volume.frame_of_reference_uid, origin),
        levels,
        (*_warnings(doubts, numbering, levels), *closed),
        order.undo(canal),
        bool(doubts),
    )


def _among_blank(slices: npt.NDArray[Scalar], held: slice, count: int) -> npt.NDArray[Scalar]:
    """The slices at their place in a stack of ``count``, whose others are empty."""
    return np.pad(slices, ((held.start, count - held.stop), (0, 0), (0, 0)))


@dataclass(frozen=True, eq=False)
class NetworkInput:
    """What the network is fed: standardised planes, padded to its stride, and for each the three that make its image.

    ``shape`` is that of a plane before padding, (rows, columns).
    """

    planes: Floats
    triples: npt.NDArray[np.intp]
    shape: tuple[int, int]

    def __len__(self) -> int:
        return len(self.planes)

    def images(self, chosen: slice) -> Floats:
        """Images of the chosen slices, (n, 3, rows, columns)."""
        return self.planes[self.triples[chosen]]


def network_input(
    slices: npt.NDArray[np.float32], order: SagittalOrder, neighbour_mm: float, scale_mm: float = GRID_MM
) -> NetworkInput:
    """Bring a stack, (slice, row, column) as ``order`` gives it, to ``scale_mm`` in plane and the form of the training."""
    slice_mm, row_mm, column_mm = order.spacing_mm
    shape = _shape(slices, order, scale_mm)
    planes = standardise(resample_in_plane(slices, (row_mm, column_mm), shape, (scale_mm, scale_mm)))
    padded = np.pad(planes, ((0, 0), (0, -shape[0] % _STRIDE), (0, -shape[1] % _STRIDE)), mode="edge")
    step = max(1, round(neighbour_mm / slice_mm))
    indices = np.arange(len(padded))
    triples = np.clip(indices[:, None] + np.array([-step, 0, step]), 0, len(padded) - 1)
    return NetworkInput(padded, triples, shape)


def predict_probabilities(
    slices: npt.NDArray[np.float32],
    order: SagittalOrder,
    runner: Runner,
    neighbour_mm: float,
    *,
    scales_mm: Sequence[float] = (GRID_MM,),
    progress: Progress = no_progress,
) -> Probabilities:
    """Run the network over all slices, `BATCH` at a time: the memory stays small and Cancel is prompt.

    Parameters
    ----------
    slices
        (slice, row, column) as ``order`` gives them.
    scales_mm
        In-plane resolutions at which the network sees them; the probabilities are the mean.

    Raises
    ------
    ValueError
        If ``scales_mm`` holds no resolution, or one that is not positive and finite.
    """
    if not scales_mm or not all(0 < mm < np.inf for mm in scales_mm):
        raise ValueError(f"scales_mm {tuple(scales_mm)}; expected one positive, finite resolution or more")
    shape = _shape(slices, order, GRID_MM)
    mean = np.zeros((3, len(slices), *shape), np.float32)
    work = np.array([1 / mm**2 for mm in scales_mm])
    ends = 0.1 + 0.8 * np.append(0, np.cumsum(work) / work.sum())
    for scale_mm, start, end in zip(scales_mm, ends[:-1], ends[1:], strict=True):
        classes = _classes(network_input(slices, order, neighbour_mm, scale_mm), runner, part(progress, start, end))
        mean += np.stack([resample_in_plane(one, (scale_mm, scale_mm), shape, (GRID_MM, GRID_MM)) for one in classes])
    mean /= len(scales_mm)
    return Probabilities(mean[0], mean[1], mean[2], (order.spacing_mm[0], GRID_MM, GRID_MM))


def _classes(prepared: NetworkInput, runner: Runner, progress: Progress) -> Floats:
    """Softmax of body, sacrum and canal, (3, slice, row, column), without the padding."""
    rows, columns = prepared.shape
    result = np.empty((3, len(prepared), rows, columns), np.float32)
    for start in range(0, len(prepared), BATCH):
        progress("Segmenting", start / len(prepared))
        chosen = slice(start, start + BATCH)
        classes = _softmax(runner(prepared.images(chosen)))[:, BODY : CANAL + 1, :rows, :columns]
        result[:, chosen] = classes.swapaxes(0, 1)
    return result


def _shape(slices: npt.NDArray[np.float32], order: SagittalOrder, scale_mm: float) -> tuple[int, int]:
    """Rows and columns of the stack at another in-plane resolution."""
    rows, columns = (
        int(np.floor((count - 1) * mm / scale_mm)) + 1 for count, mm in zip(slices.shape[1:], order.spacing_mm[1:], strict=True)
    )
    return rows, columns


def _softmax(logits: Floats) -> Floats:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=1, keepdims=True)
    return shares


def _on_image(probability: Floats, order: SagittalOrder, shape: tuple[int, ...]) -> Floats:
    return resample_in_plane(probability, (GRID_MM, GRID_MM), (shape[1], shape[2]), order.spacing_mm[1:])


def _level_codes(bodies: Bodies, numbering: Numbering) -> npt.NDArray[np.uint8]:
    """Bodies' numbers replaced by VerSe codes, 0 for what masks cannot name."""
    codes = np.array([0, *(label if in_range(label) else 0 for label in numbering.labels)], np.uint8)
    named: npt.NDArray[np.uint8] = codes[bodies.labels]
    return named


def _labels_on_image(
    codes: npt.NDArray[np.uint8], body: Floats, order: SagittalOrder, shape: tuple[int, ...], threshold: float
) -> npt.NDArray[np.uint8]:
    """Interpolated probabilities give the edge, the nearest labelled voxel of the slice gives the level."""
    inside: Bools = _on_image(np.where(_dilated(codes > 0), body, 0), order, shape) > threshold
    rows, columns = (
        np.clip(np.round(np.arange(n) * mm / GRID_MM).astype(int), 0, limit - 1)
        for n, mm, limit in zip(shape[1:], order.spacing_mm[1:], codes.shape[1:], strict=True)
    )
    nearest = _spread(codes)[:, rows[:, None], columns[None, :]]
    labels: npt.NDArray[np.uint8] = np.where(inside, nearest, 0).astype(np.uint8)
    return labels


def _with_volumes_of(
    labels: npt.NDArray[np.uint8], order: SagittalOrder, levels: tuple[LevelQuality, ...]
) -> tuple[LevelQuality, ...]:
    """The levels with the volumes of the mask itself, whose outlines differ from those of the bodies that were judged."""
    voxel_ml = float(np.prod(order.spacing_mm)) / 1000
    return tuple(replace(one, volume_ml=voxel_ml * int((labels == LABEL_OF_LEVEL[one.level]).sum())) for one in levels)


def _dilated(mask: Bools) -> Bools:
    from scipy import ndimage

    grown: Bools = ndimage.binary_dilation(mask, np.ones((1, 3, 3), bool))
    return grown


def _spread(labels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Labels carried two voxels outward in plane, each to what is unlabelled."""
    from scipy import ndimage

    grown = labels
    for _ in range(2):
        grown = np.where(grown > 0, grown, ndimage.grey_dilation(grown, (1, 3, 3)))
    return grown


def _warnings(doubts: tuple[str, ...], numbering: Numbering, levels: tuple[LevelQuality, ...]) -> tuple[str, ...]:
    warnings = [f"Confirm the levels: {doubt}" for doubt in doubts]
    unnamed = sum(not in_range(label) for label in numbering.labels)
    if unnamed:
        warnings.append(f"{unnamed} bodies beyond {LEVEL_OF_LABEL[min(LEVEL_OF_LABEL)]} or below L6 were left out")
    return (*warnings, *(f"{level.level}: {flag}" for level in levels for flag in level.flags if _matters(level.level, flag)))


def _matters(level: str, flag: str) -> bool:
    """A body above or below L1-L3 that the image cuts off is as it should be: only its own quality says so."""
    return level in STUDY_LEVELS or flag not in CUT_OFF
