"""How well two sequences of one patient lie on each other at each vertebra, whatever their contrast."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..geometry import sagittal_axis
from ..levels import LABEL_OF_LEVEL
from ..preprocessing.resampling import AnalysisGrid, resample_volume
from ..types import Affine, FloatArray, Mask, Volume

SEARCH_MM = 8.0
"""Offsets up to this far, in the sagittal plane, are looked for."""

SURROUND_MM = 6.0
"""How far around a body its neighbourhood goes: endplates, discs and the walls' fat and ligaments carry the edges."""

GRADIENT_SIGMA_MM = 1.0


@dataclass(frozen=True)
class LevelOffset:
    """Alignment at one vertebra.

    ``similarity``: 0 to 1, correlation of the two sequences' edge orientations around the body as they lie.
    ``offset_lps_mm``: where the body seems to lie in the other sequence, relative to where it is looked for, within the
    sagittal plane.
    """

    level: str
    similarity: float
    offset_lps_mm: tuple[float, float, float]

    @property
    def offset_mm(self) -> float:
        """Length of the offset; 0 is aligned."""
        return math.hypot(*self.offset_lps_mm)


def level_offsets(mask: Mask, source: Volume, onto: Volume, transform: Affine) -> tuple[LevelOffset, ...]:
    """Measure the alignment of each level.

    The measure is that of normalised gradient fields (Haber & Modersitzki, MICCAI 2006): whether edges run the same way in
    both images, whichever side is bright. T1WI, T2WI and FS-T2WI show the same endplates and walls with other signs and
    strengths, and a coil's shading has no edges. Mutual information of so small a window, some thousand voxels under two coil
    profiles, is the noisier measure. Edges are taken within the sagittal plane: slices of 3.3 mm show no motion below that
    across it.

    Parameters
    ----------
    mask
        Bodies on ``source``'s grid.
    source, onto
        The two sequences.
    transform
        What lies at ``p`` in ``source`` is looked for at ``transform @ p`` in ``onto``, 4 x 4, LPS mm.
    """
    axis = 2 - sagittal_axis(source.affine)
    # Sampling `onto` at transform @ p is sampling it on a grid that has been moved along.
    moved = resample_volume(onto, AnalysisGrid(transform @ source.affine, source.shape), "linear").array
    fixed, other = np.moveaxis(source.array, axis, 0), np.moveaxis(moved, axis, 0)
    labels = np.moveaxis(mask.labels, axis, 0)
    steps_lps = np.delete((transform @ source.affine)[:3, :3].T[::-1], axis, axis=0)
    return tuple(_offset(level, labels == LABEL_OF_LEVEL[level], fixed, other, steps_lps) for level in mask.levels)


def _offset(
    level: str, body: npt.NDArray[np.bool_], fixed: FloatArray, other: FloatArray, steps_lps: npt.NDArray[np.float64]
) -> LevelOffset:
    """Arrays are (slice, row, column); ``steps_lps`` holds one row's and one column's step in mm."""
    spacing_mm = np.linalg.norm(steps_lps, axis=1)
    slices = np.flatnonzero(body.any(axis=(1, 2)))
    outline: npt.NDArray[np.bool_] = np.any(body, axis=0)
    window = _window(outline, spacing_mm)
    area = (slice(slices[0], slices[-1] + 1), *window)
    near = _neighbourhood(body[area], spacing_mm)
    scores, centre = _scores(_orientations(fixed[area], spacing_mm), _orientations(other[area], spacing_mm), near, spacing_mm)
    best = np.unravel_index(np.argmax(scores), scores.shape)
    refined = np.array([_peak(np.take(scores, best[1 - axis], axis=1 - axis), best[axis]) for axis in (0, 1)])
    x, y, z = (refined - centre) @ steps_lps
    return LevelOffset(level, float(scores[centre]), (float(x), float(y), float(z)))


def _window(outline: npt.NDArray[np.bool_], spacing_mm: npt.NDArray[np.float64]) -> tuple[slice, slice]:
    """Box around the body with room for its surroundings and the search."""
    margin = np.ceil((SURROUND_MM + SEARCH_MM) / spacing_mm).astype(int)
    where = np.argwhere(outline)
    low, high = np.maximum(where.min(axis=0) - margin, 0), where.max(axis=0) + margin + 1
    return slice(int(low[0]), int(high[0])), slice(int(low[1]), int(high[1]))


def _neighbourhood(body: npt.NDArray[np.bool_], spacing_mm: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    from scipy import ndimage

    near = [ndimage.distance_transform_edt(~plane, spacing_mm) <= SURROUND_MM if plane.any() else plane for plane in body]
    return np.stack(near)


def _orientations(image: FloatArray, spacing_mm: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Products of the normalised gradient's two components, (3, slice, row, column): their dot product with another's is the
    squared cosine between the two edges, times both strengths.

    A gradient at the median of the window counts half: noise below it fades, what is above counts alike.
    """
    from scipy import ndimage

    smooth = [ndimage.gaussian_filter(plane.astype(np.float64), GRADIENT_SIGMA_MM / spacing_mm) for plane in image]
    rows, columns = np.gradient(np.stack(smooth), *spacing_mm, axis=(1, 2))
    noise = np.median(np.hypot(rows, columns)) + 1e-12
    strength = rows**2 + columns**2 + noise**2
    products: npt.NDArray[np.float64] = np.stack([rows**2, np.sqrt(2) * rows * columns, columns**2])
    normalised: npt.NDArray[np.float64] = products / strength
    return normalised


def _scores(
    fixed: npt.NDArray[np.float64],
    other: npt.NDArray[np.float64],
    near: npt.NDArray[np.bool_],
    spacing_mm: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float64], tuple[int, int]]:
    """Correlation for every in-plane offset within the search, and where in the table no offset stands.

    score(d) = sum fixed(p) other(p + d) / sqrt(sum fixed(p)^2 sum other(p + d)^2), p near the body: all offsets at once by FFT.
    """
    from scipy import fft

    shape = [fft.next_fast_len(2 * n) for n in near.shape[1:]]

    def transformed(array: npt.NDArray[np.float64]) -> npt.NDArray[np.complex128]:
        result: npt.NDArray[np.complex128] = fft.rfft2(array, shape)
        return result

    def correlated(one: npt.NDArray[np.float64], two: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        products = np.conj(transformed(one)) * transformed(two)
        result: npt.NDArray[np.float64] = fft.irfft2(products.reshape(-1, *products.shape[-2:]).sum(axis=0), shape)
        return result

    cross = correlated(fixed * near, other)
    energy = correlated(near.astype(np.float64), (other**2).sum(axis=0)) * np.sum(fixed**2 * near)
    reach = np.floor(SEARCH_MM / spacing_mm).astype(int)
    table = np.ix_(*(np.arange(-n, n + 1) for n in reach))
    scores = cross[table] / np.sqrt(np.maximum(energy[table], 1e-12))
    return scores, (int(reach[0]), int(reach[1]))


def _peak(line: npt.NDArray[np.float64], index: np.intp) -> float:
    """Vertex of the parabola through the largest sample and its neighbours."""
    if not 0 < index < len(line) - 1:
        return float(index)
    before, at, after = line[index - 1 : index + 2]
    bend = before - 2 * at + after
    return float(index) if bend == 0 else float(index + 0.5 * (before - after) / bend)
