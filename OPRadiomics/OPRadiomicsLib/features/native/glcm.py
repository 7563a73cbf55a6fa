"""Features of the grey level co-occurrence matrix (Haralick, Shanmugam & Dinstein, IEEE Trans SMC 1973).

Symbols as in PyRadiomics' documentation: p(i, j) normalised for each direction, p_x its margin (equal to p_y, for the matrix
is symmetric), p_{x+y} and p_{x-y} the histograms of sum and difference; every feature is the mean over the directions.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from ..names import INTENSITY_FEATURES
from .emphasis import EPSILON

Array = npt.NDArray[np.float64]

SMALL_EIGENVALUE: Final = 1e-6
"""Nearer to 0 the square root magnifies rounding, nearer to 1 the second eigenvalue blends with the first:
`_maximal_correlation` then repeats PyRadiomics' order of operations and its LAPACK routine."""
FEW_LEVELS: Final = 64
"""Up to this many grey levels LAPACK's result does not depend on the number of threads."""

_NAMES: Final = tuple(name for name in INTENSITY_FEATURES["glcm"] if name != "MCC")
"""Means over the directions; MCC has its own way."""


def glcm_features(cooccurrence: Array, levels: Array) -> dict[str, float]:
    """24 features; NaN where no two voxels of the region are neighbours.

    Parameters
    ----------
    cooccurrence
        Symmetric counts, (n, n, directions), C order.
    levels
        Grey levels that occur, ascending, (n,).
    """
    if cooccurrence.shape[2] == 0:
        mcc = 1.0 if levels.size < 2 else float("nan")
        return dict.fromkeys(_NAMES, float("nan")) | {"MCC": mcc}
    p = cooccurrence / cooccurrence.sum(axis=(0, 1))
    by_direction = _moments(p, levels) | _difference_and_sum(p, levels) | _information(p)
    features = {name: float(by_direction[name].mean()) for name in _NAMES}
    return features | {"MCC": _maximal_correlation(p) if levels.size > 1 else 1.0}


def _moments(p: Array, levels: Array) -> dict[str, Array]:
    i = levels[:, None, None]
    j = levels[None, :, None]
    mean = (i * p).sum(axis=(0, 1))
    centred = i - mean
    variance = (p * centred**2).sum(axis=(0, 1))
    both = i + j - 2 * mean
    both_squared = both * both
    tendency = p * both_squared
    sigma = np.sqrt(variance) * np.sqrt(variance)
    covariance = (p * centred * (j - mean)).sum(axis=(0, 1))
    return {
        "Autocorrelation": (p * (i * j)).sum(axis=(0, 1)),
        "JointAverage": mean,
        "SumSquares": variance,
        "ClusterTendency": tendency.sum(axis=(0, 1)),
        "ClusterShade": (tendency * both).sum(axis=(0, 1)),
        "ClusterProminence": (tendency * both_squared).sum(axis=(0, 1)),
        "Contrast": (p * (i - j) ** 2).sum(axis=(0, 1)),
        # A direction that meets one grey level only counts as fully correlated.
        "Correlation": np.where(sigma == 0, 1.0, covariance / (sigma + EPSILON)),
        "JointEnergy": (p * p).sum(axis=(0, 1)),
        "MaximumProbability": p.max(axis=(0, 1)),
    }


def _difference_and_sum(p: Array, levels: Array) -> dict[str, Array]:
    highest = int(levels[-1])
    step = levels.astype(np.int64)
    difference = _grouped(p, np.abs(step[:, None] - step[None, :]), highest)
    total = _grouped(p, step[:, None] + step[None, :] - 2, 2 * highest - 1)
    k = np.arange(highest, dtype=np.float64)[:, None]
    k_sum = np.arange(2, 2 * highest + 1, dtype=np.float64)[:, None]
    average = (k * difference).sum(axis=0)
    return {
        "DifferenceAverage": average,
        "DifferenceEntropy": _entropy(difference),
        "DifferenceVariance": (difference * (k - average) ** 2).sum(axis=0),
        "Id": (difference / (1 + k)).sum(axis=0),
        "Idm": (difference / (1 + k * k)).sum(axis=0),
        "Idn": (difference / (1 + k / highest)).sum(axis=0),
        "Idmn": (difference / (1 + k * k / highest**2)).sum(axis=0),
        "InverseVariance": (difference[1:] / k[1:] ** 2).sum(axis=0),
        "SumAverage": (k_sum * total).sum(axis=0),
        "SumEntropy": _entropy(total),
    }


def _grouped(p: Array, group: npt.NDArray[np.int64], groups: int) -> Array:
    """Sums of p over the cells of each group, (groups, directions)."""
    sums = np.zeros((groups, p.shape[2]))
    np.add.at(sums, group.ravel(), p.reshape(-1, p.shape[2]))
    return sums


def _information(p: Array) -> dict[str, Array]:
    px = p.sum(axis=1, keepdims=True)
    py = p.sum(axis=0, keepdims=True)
    independent = px * py
    log_independent = np.log2(independent + EPSILON)
    hx = _entropy(px)
    hxy = _entropy(p)
    hxy1 = -(p * log_independent).sum(axis=(0, 1))
    hxy2 = -(independent * log_independent).sum(axis=(0, 1))
    with np.errstate(invalid="ignore", divide="ignore"):
        imc1 = np.where(hx == 0, 0.0, (hxy - hxy1) / hx)
        imc2 = np.where(hxy2 == hxy, 0.0, (1 - np.e ** (-2 * (hxy2 - hxy))) ** 0.5)
    return {"JointEntropy": hxy, "Imc1": imc1, "Imc2": imc2}


def _entropy(p: Array) -> Array:
    entropy: Array = -(p * np.log2(p + EPSILON)).sum(axis=tuple(range(p.ndim - 1)))
    return entropy


def _maximal_correlation(p: Array) -> float:
    """MCC: square root of the second largest eigenvalue of Q(i, j) = sum over k of p(i, k) p(j, k) / (p_x(i) p_y(k))."""
    from .eigen_kernels import second_eigenvalues

    second = np.empty(p.shape[2])
    second_eigenvalues(np.ascontiguousarray(p.transpose(2, 0, 1)), EPSILON, second)
    uncertain = (second < SMALL_EIGENVALUE) | (second > 1 - SMALL_EIGENVALUE)
    if uncertain.any() and p.shape[0] <= FEW_LEVELS:
        literal = np.sort(np.linalg.eigvals(_literal_q(p)))[:, -2]
        with np.errstate(invalid="ignore"):
            return float(np.nanmean(np.sqrt(literal)).real)
    return float(np.sqrt(np.maximum(second, 0)).mean())


def _literal_q(p: Array) -> Array:
    """Q summed term by term as PyRadiomics does, so that an eigenvalue of zero comes out with the same rounding error."""
    px = p.sum(axis=1)
    py = p.sum(axis=0)
    q = np.zeros_like(p)
    for k in range(p.shape[0]):
        q += (p[:, None, k] * p[None, :, k]) / (px[:, None] * py[None, k] + EPSILON)
    return np.ascontiguousarray(q.transpose(2, 0, 1))
