"""Features of the matrices that count by grey level and size: runs (GLRLM), zones (GLSZM), dependences (GLDM).

Their formulas are one family (Galloway 1975; Chu 1990; Dasarathy & Holder 1991; Thibault 2009; Sun & Wee 1983); only the
names differ. Symbols as in PyRadiomics' documentation: P(i, j) counts, i grey level, j size.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

EPSILON: Final = float(np.spacing(1.0))
"""PyRadiomics adds it inside logarithms."""

_RUN_NAMES: Final = {
    "small": "ShortRunEmphasis",
    "large": "LongRunEmphasis",
    "level_nonuniformity": "GrayLevelNonUniformity",
    "level_nonuniformity_normalised": "GrayLevelNonUniformityNormalized",
    "size_nonuniformity": "RunLengthNonUniformity",
    "size_nonuniformity_normalised": "RunLengthNonUniformityNormalized",
    "percentage": "RunPercentage",
    "level_variance": "GrayLevelVariance",
    "size_variance": "RunVariance",
    "entropy": "RunEntropy",
    "low": "LowGrayLevelRunEmphasis",
    "high": "HighGrayLevelRunEmphasis",
    "small_low": "ShortRunLowGrayLevelEmphasis",
    "small_high": "ShortRunHighGrayLevelEmphasis",
    "large_low": "LongRunLowGrayLevelEmphasis",
    "large_high": "LongRunHighGrayLevelEmphasis",
}
_ZONE_NAMES: Final = {
    "small": "SmallAreaEmphasis",
    "large": "LargeAreaEmphasis",
    "level_nonuniformity": "GrayLevelNonUniformity",
    "level_nonuniformity_normalised": "GrayLevelNonUniformityNormalized",
    "size_nonuniformity": "SizeZoneNonUniformity",
    "size_nonuniformity_normalised": "SizeZoneNonUniformityNormalized",
    "percentage": "ZonePercentage",
    "level_variance": "GrayLevelVariance",
    "size_variance": "ZoneVariance",
    "entropy": "ZoneEntropy",
    "low": "LowGrayLevelZoneEmphasis",
    "high": "HighGrayLevelZoneEmphasis",
    "small_low": "SmallAreaLowGrayLevelEmphasis",
    "small_high": "SmallAreaHighGrayLevelEmphasis",
    "large_low": "LargeAreaLowGrayLevelEmphasis",
    "large_high": "LargeAreaHighGrayLevelEmphasis",
}
# PyRadiomics leaves out GLDM's percentage (always 1) and normalised level non-uniformity (first-order uniformity).
_DEPENDENCE_NAMES: Final = {
    "small": "SmallDependenceEmphasis",
    "large": "LargeDependenceEmphasis",
    "level_nonuniformity": "GrayLevelNonUniformity",
    "size_nonuniformity": "DependenceNonUniformity",
    "size_nonuniformity_normalised": "DependenceNonUniformityNormalized",
    "level_variance": "GrayLevelVariance",
    "size_variance": "DependenceVariance",
    "entropy": "DependenceEntropy",
    "low": "LowGrayLevelEmphasis",
    "high": "HighGrayLevelEmphasis",
    "small_low": "SmallDependenceLowGrayLevelEmphasis",
    "small_high": "SmallDependenceHighGrayLevelEmphasis",
    "large_low": "LargeDependenceLowGrayLevelEmphasis",
    "large_high": "LargeDependenceHighGrayLevelEmphasis",
}


def glrlm_features(runs: Array, levels: Array, lengths: Array) -> dict[str, float]:
    """16 features, each the mean over the directions; NaN where no direction holds two voxels.

    Parameters
    ----------
    runs
        (directions, levels, lengths).
    """
    if runs.shape[0] == 0:
        return dict.fromkeys(_RUN_NAMES.values(), float("nan"))
    return {_RUN_NAMES[key]: float(value.mean()) for key, value in _emphases(runs, levels, lengths).items()}


def glszm_features(zones: Array, levels: Array, sizes: Array) -> dict[str, float]:
    """16 features of the zone matrix, (levels, sizes)."""
    return {_ZONE_NAMES[key]: float(value[0]) for key, value in _emphases(zones[None], levels, sizes).items()}


def gldm_features(dependence: Array, levels: Array, sizes: Array) -> dict[str, float]:
    """14 features of the dependence matrix, (levels, sizes)."""
    values = _emphases(dependence[None], levels, sizes)
    return {name: float(values[key][0]) for key, name in _DEPENDENCE_NAMES.items()}


def _emphases(counts: Array, i: Array, j: Array) -> dict[str, Array]:
    """The family's 16 values for a stack of matrices (m, levels, sizes), each of shape (m,).

    Sums go through einsum, not matmul: BLAS may split a sum by the number of threads, and round differently.
    """
    by_level, by_size = counts.sum(axis=2), counts.sum(axis=1)
    total = by_size.sum(axis=1)
    i2, j2 = i * i, j * j
    share = counts / total[:, None, None]
    over_j2, times_j2 = np.einsum("mij,j->mi", counts, 1 / j2), np.einsum("mij,j->mi", counts, j2)
    return {
        "small": _weighted(by_size, 1 / j2) / total,
        "large": _weighted(by_size, j2) / total,
        "level_nonuniformity": (by_level**2).sum(axis=1) / total,
        "level_nonuniformity_normalised": (by_level**2).sum(axis=1) / total**2,
        "size_nonuniformity": (by_size**2).sum(axis=1) / total,
        "size_nonuniformity_normalised": (by_size**2).sum(axis=1) / total**2,
        "percentage": total / _weighted(by_size, j),
        "level_variance": _variance(by_level / total[:, None], i),
        "size_variance": _variance(by_size / total[:, None], j),
        "entropy": -(share * np.log2(share + EPSILON)).sum(axis=(1, 2)),
        "low": _weighted(by_level, 1 / i2) / total,
        "high": _weighted(by_level, i2) / total,
        "small_low": _weighted(over_j2, 1 / i2) / total,
        "small_high": _weighted(over_j2, i2) / total,
        "large_low": _weighted(times_j2, 1 / i2) / total,
        "large_high": _weighted(times_j2, i2) / total,
    }


def _weighted(rows: Array, weights: Array) -> Array:
    sums: Array = np.einsum("mn,n->m", rows, weights)
    return sums


def _variance(share: Array, values: Array) -> Array:
    mean = _weighted(share, values)
    variance: Array = (share * (values - mean[:, None]) ** 2).sum(axis=1)
    return variance
