"""Coefficients of the recursive Gaussian and its second derivative, as ITK 5.4 uses them.

Farneback & Westin, "Improving Deriche-style recursive Gaussian filters", J Math Imaging Vis 2006: the half kernel is a sum of
two damped oscillations, sum over m of (a_m cos(w_m t) + b_m sin(w_m t)) exp(l_m t) with t in units of sigma, so that a
fourth-order recursion forwards and one backwards apply it in constant time for any sigma.

The order of operations matters: the values that follow are discretised, and a last bit that differs from ITK's can move a
voxel to another grey level. `laplacian.itk_equal` proves the equality on the machine at hand.
"""

from __future__ import annotations

from math import cos, exp, sin
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

FREQUENCY = (0.6681, 2.0787)
DAMPING = (-1.3932, -1.3732)
SMOOTHING_SERIES = ((1.3530, 1.8151), (-0.3531, 0.0902))
"""(a_m, b_m) of the Gaussian."""
SECOND_DERIVATIVE_SERIES = ((-1.3563, 5.2318), (0.3446, -2.2355))
"""(a_m, b_m) of its second derivative."""

Series = tuple[tuple[float, float], tuple[float, float]]
Four = tuple[float, float, float, float]


class _Moments(NamedTuple):
    """Sum of a polynomial's coefficients, and the sums weighted by the exponent and by its square."""

    zeroth: float
    first: float
    second: float


def smoothing_coefficients(sigma_voxels: float) -> npt.NDArray[np.float64]:
    """Coefficients of the Gaussian for `kernels.filter_lines`, shape (20,)."""
    recursion, d = _denominator(sigma_voxels)
    forward, n = _numerator(sigma_voxels, SMOOTHING_SERIES)
    gain = 1.0 / (2 * n.zeroth / d.zeroth - forward[0])
    return _assemble(_scaled(forward, gain), recursion)


def second_derivative_coefficients(sigma_voxels: float, sigma_mm: float) -> npt.NDArray[np.float64]:
    """Coefficients of the second derivative, normalised across scale (times sigma^2 in mm^2), shape (20,)."""
    recursion, d = _denominator(sigma_voxels)
    smooth, n0 = _numerator(sigma_voxels, SMOOTHING_SERIES)
    curved, n2 = _numerator(sigma_voxels, SECOND_DERIVATIVE_SERIES)
    # Some of the Gaussian is mixed in so that the response to a constant is exactly zero.
    mix = -(2 * n2.zeroth - d.zeroth * curved[0]) / (2 * n0.zeroth - d.zeroth * smooth[0])
    a, b, c, e = (two + mix * zero for two, zero in zip(curved, smooth, strict=True))
    n = _Moments(*(two + mix * zero for two, zero in zip(n2, n0, strict=True)))
    response = (
        n.second * d.zeroth * d.zeroth
        - d.second * n.zeroth * d.zeroth
        - 2 * n.first * d.first * d.zeroth
        + 2 * d.first * d.first * n.zeroth
    )
    response /= d.zeroth * d.zeroth * d.zeroth
    return _assemble(_scaled((a, b, c, e), sigma_mm * sigma_mm / response), recursion)


def _oscillations(sigma: float) -> tuple[float, float, float, float, float, float]:
    """sin, cos and damping of the two modes after one voxel."""
    (w1, w2), (l1, l2) = FREQUENCY, DAMPING
    return sin(w1 / sigma), sin(w2 / sigma), cos(w1 / sigma), cos(w2 / sigma), exp(l1 / sigma), exp(l2 / sigma)


def _denominator(sigma: float) -> tuple[Four, _Moments]:
    _, _, cos1, cos2, exp1, exp2 = _oscillations(sigma)
    d4 = exp1 * exp1 * exp2 * exp2
    d3 = -2 * cos1 * exp1 * exp2 * exp2
    d3 += -2 * cos2 * exp2 * exp1 * exp1
    d2 = 4 * cos2 * cos1 * exp1 * exp2
    d2 += exp1 * exp1 + exp2 * exp2
    d1 = -2 * (exp2 * cos2 + exp1 * cos1)
    moments = _Moments(1.0 + d1 + d2 + d3 + d4, d1 + 2 * d2 + 3 * d3 + 4 * d4, d1 + 4 * d2 + 9 * d3 + 16 * d4)
    return (d1, d2, d3, d4), moments


def _numerator(sigma: float, series: Series) -> tuple[Four, _Moments]:
    sin1, sin2, cos1, cos2, exp1, exp2 = _oscillations(sigma)
    (a1, b1), (a2, b2) = series
    n0 = a1 + a2
    n1 = exp2 * (b2 * sin2 - (a2 + 2 * a1) * cos2)
    n1 += exp1 * (b1 * sin1 - (a1 + 2 * a2) * cos1)
    n2 = (a1 + a2) * cos2 * cos1
    n2 -= b1 * cos2 * sin1 + b2 * cos1 * sin2
    n2 *= 2 * exp1 * exp2
    n2 += a2 * exp1 * exp1 + a1 * exp2 * exp2
    n3 = exp2 * exp1 * exp1 * (b2 * sin2 - a2 * cos2)
    n3 += exp1 * exp2 * exp2 * (b1 * sin1 - a1 * cos1)
    return (n0, n1, n2, n3), _Moments(n0 + n1 + n2 + n3, n1 + 2 * n2 + 3 * n3, n1 + 4 * n2 + 9 * n3)


def _scaled(forward: Four, gain: float) -> Four:
    a, b, c, e = (gain * n for n in forward)
    return a, b, c, e


def _assemble(forward: Four, recursion: Four) -> npt.NDArray[np.float64]:
    """Forward taps, recursion, backward taps, and the start values that continue the border voxel to infinity."""
    n0, n1, n2, n3 = forward
    d1, d2, d3, d4 = recursion
    backward = (n1 - d1 * n0, n2 - d2 * n0, n3 - d3 * n0, -d4 * n0)
    sum_forward = n0 + n1 + n2 + n3
    sum_backward = backward[0] + backward[1] + backward[2] + backward[3]
    total = 1.0 + d1 + d2 + d3 + d4
    start = [d * sum_forward / total for d in recursion]
    end = [d * sum_backward / total for d in recursion]
    return np.array([*forward, *recursion, *backward, *start, *end])
