"""N4 on a regular grid, where its B-spline approximation factorises into one small matrix per axis.

The algorithm is that of Tustison et al. (N4ITK, IEEE TMI 2010): sharpen the histogram of the log image (Sled et al., IEEE TMI
1998), approximate the difference by a cubic B-spline lattice (multilevel B-spline approximation: Lee et al., IEEE TVCG 1997),
repeat, refine the lattice. ITK scatters the samples one by one; here they form a grid, the sums over samples separate, and
the same field (a test compares the two) comes some 30 times sooner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..profile import BiasField
from ..types import Progress, no_progress

Floats = npt.NDArray[np.float64]

SPLINE_ORDER = 3


@dataclass(frozen=True, eq=False)
class LogField:
    """A sum of cubic B-spline lattices, one per fitting level, over the samples' grid of ``shape``."""

    lattices: tuple[Floats, ...]
    shape: tuple[int, ...]

    def at(self, positions: Sequence[Floats]) -> Floats:
        """Values at the product of positions along the three axes, in units of samples.

        Beyond the first and last sample the end spans' polynomials go on.
        """
        field = np.zeros([len(p) for p in positions])
        for lattice in self.lattices:
            bases = [
                spline_basis(along, samples, count - SPLINE_ORDER)
                for along, samples, count in zip(positions, self.shape, lattice.shape, strict=True)
            ]
            field += _along_axes(lattice, bases)
        return field


def fit_log_field(
    log_image: Floats, inside: npt.NDArray[np.bool_], settings: BiasField, progress: Progress = no_progress
) -> LogField:
    """Estimate the smooth additive part of a log image.

    Parameters
    ----------
    log_image
        Natural logarithm of the intensities, any three axes.
    inside
        Samples to use, bool, same shape.
    settings
        Control points (given for the axes in reverse, x first), iterations per level, convergence, sharpening.
    progress
        Told after every iteration; what it raises ends the fit.
    """
    values = log_image[inside]
    correction = np.zeros(log_image.shape)
    lattices = []
    for level, most in enumerate(settings.iterations):
        fit = _Approximation.over(inside, [(n - SPLINE_ORDER) * 2**level for n in settings.control_points[::-1]])
        lattice = np.zeros([basis.shape[1] for basis in fit.bases])
        for iteration in range(most):
            uncorrected = values - correction[inside]
            residual = np.zeros(log_image.shape)
            residual[inside] = uncorrected - sharpened(uncorrected, settings)
            step_lattice = fit.lattice_of(residual)
            step = _along_axes(step_lattice, fit.bases)
            lattice += step_lattice
            correction += step
            progress("Correcting the bias field", (level + (iteration + 1) / most) / len(settings.iterations))
            if _variation(step[inside]) < settings.convergence:
                break
        lattices.append(lattice)
    return LogField(tuple(lattices), log_image.shape)


def sharpened(values: Floats, settings: BiasField) -> Floats:
    """Expected value of the unbiased log intensity, given the biased one (Sled et al. 1998, equations 8 to 11).

    The field's values are taken to be Gaussian with ``settings.fwhm``; Wiener deconvolution with ``settings.noise`` takes them
    out of the histogram.
    """
    low, high = values.min(), values.max()
    if not high > low:
        return values.copy()
    bins = settings.bins
    width = (high - low) / (bins - 1)
    position = (values - low) / width
    size = 2 ** (int(np.ceil(np.log2(bins))) + 1)
    start = (size - bins) // 2
    histogram = np.zeros(size)
    histogram[start : start + bins] = _linear_histogram(position, bins)
    blur = np.fft.fft(_periodic_gaussian(size, settings.fwhm / width))
    wiener = (np.conj(blur) / (np.abs(blur) ** 2 + settings.noise)).real
    unbiased = np.maximum(np.fft.ifft(np.fft.fft(histogram) * wiener).real, 0)
    centres = low + (np.arange(size) - start) * width
    numerator = np.fft.ifft(np.fft.fft(centres * unbiased) * blur).real
    denominator = np.fft.ifft(np.fft.fft(unbiased) * blur).real
    expected = np.divide(numerator, denominator, out=np.zeros(size), where=denominator != 0)
    mapped: Floats = np.interp(position, np.arange(bins), expected[start : start + bins])
    return mapped


def spline_basis(position: Floats, samples: int, spans: int) -> Floats:
    """Uniform cubic B-splines (rows: positions, columns: control points) over ``samples`` points in ``spans`` spans."""
    u = position * (spans / max(samples - 1, 1))
    span = np.clip(np.floor(u), 0, spans - 1).astype(np.intp)
    t = u - span
    weights = np.stack([(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3], axis=1) / 6
    basis = np.zeros((len(u), spans + SPLINE_ORDER))
    np.put_along_axis(basis, span[:, None] + np.arange(SPLINE_ORDER + 1), weights, axis=1)
    return basis


@dataclass(frozen=True, eq=False)
class _Approximation:
    """Lee et al. 1997, equations 3 to 5: control point c = sum w_c^2 (w_c z / sum w^2) / sum w_c^2, sums over samples.

    With w the product of one weight per axis, every sum is a chain of one matrix product per axis.
    """

    bases: tuple[Floats, ...]
    cubed: tuple[Floats, ...]
    weights: Floats

    @staticmethod
    def over(inside: npt.NDArray[np.bool_], spans: Sequence[int]) -> _Approximation:
        bases = tuple(
            spline_basis(np.arange(n, dtype=np.float64), n, count) for n, count in zip(inside.shape, spans, strict=True)
        )
        squared = [basis**2 for basis in bases]
        cubed = tuple((basis * two / two.sum(axis=1, keepdims=True)).T for basis, two in zip(bases, squared, strict=True))
        return _Approximation(bases, cubed, _along_axes(inside.astype(np.float64), [two.T for two in squared]))

    def lattice_of(self, residual: Floats) -> Floats:
        """Control points; those that no sample reaches are zero."""
        sums = _along_axes(residual, self.cubed)
        return np.divide(sums, self.weights, out=np.zeros_like(sums), where=self.weights > 0)


def _along_axes(array: Floats, matrices: Sequence[Floats]) -> Floats:
    """One matrix product per axis."""
    for axis, matrix in enumerate(matrices):
        array = np.moveaxis(np.tensordot(matrix, array, axes=(1, axis)), 0, axis)
    return array


def _linear_histogram(position: Floats, bins: int) -> Floats:
    """Counts, each value shared between its two nearest bin centres."""
    lower = np.floor(position).astype(np.intp)
    share = position - lower
    counts = np.bincount(lower, 1 - share, bins + 1) + np.bincount(lower + 1, share, bins + 1)
    return counts[:bins].astype(np.float64)


def _periodic_gaussian(size: int, fwhm_bins: float) -> Floats:
    """Of unit area, centred on the first element and wrapped."""
    ahead = np.arange(size, dtype=np.float64)
    steps = np.minimum(ahead, size - ahead)
    height = 2 * np.sqrt(np.log(2) / np.pi) / fwhm_bins
    gaussian: Floats = height * np.exp(-4 * np.log(2) * (steps / fwhm_bins) ** 2)
    return gaussian


def _variation(step: Floats) -> float:
    """N4's convergence measure: coefficient of variation of the ratio between two successive fields."""
    ratio = np.exp(-step)
    return float(ratio.std(ddof=1) / ratio.mean())
