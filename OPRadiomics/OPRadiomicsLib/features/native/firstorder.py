"""First-order features, with PyRadiomics' choices: kurtosis not in excess, entropy of the discretised histogram."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from ..engine import SpacingIjk
from .emphasis import EPSILON


def firstorder_features(
    intensities: npt.NDArray[np.float64], level_voxels: npt.NDArray[np.float64], spacing_mm: SpacingIjk
) -> dict[str, float]:
    """18 features.

    Parameters
    ----------
    intensities
        Intensities inside the region, (voxels,).
    level_voxels
        Voxels of each grey level that occurs, (n,).
    spacing_mm
        Voxel size, for the total energy.
    """
    x = intensities
    mean = x.mean()
    deviation = x - mean
    squared = deviation * deviation
    variance = squared.mean()
    ordered = np.sort(x)
    p10, p25, median, p75, p90 = (_quantile(ordered, q) for q in (0.10, 0.25, 0.50, 0.75, 0.90))
    core = x[(x >= p10) & (x <= p90)]
    energy = (x * x).sum()
    share = level_voxels / level_voxels.sum()
    values = {
        "10Percentile": p10,
        "90Percentile": p90,
        "Energy": energy,
        "Entropy": -(share * np.log2(share + EPSILON)).sum(),
        "InterquartileRange": p75 - p25,
        "Kurtosis": (squared * squared).mean() / variance**2 if variance else 0.0,
        "Maximum": ordered[-1],
        "MeanAbsoluteDeviation": np.abs(deviation).mean(),
        "Mean": mean,
        "Median": median,
        "Minimum": ordered[0],
        "Range": ordered[-1] - ordered[0],
        "RobustMeanAbsoluteDeviation": np.abs(core - core.mean()).mean() if core.size else np.nan,
        "RootMeanSquared": math.sqrt(energy / x.size),
        "Skewness": (squared * deviation).mean() / variance**1.5 if variance else 0.0,
        "TotalEnergy": energy * math.prod(spacing_mm),
        "Uniformity": (share * share).sum(),
        "Variance": variance,
    }
    return {name: float(value) for name, value in values.items()}


def _quantile(ordered: npt.NDArray[np.float64], fraction: float) -> float:
    """Linear interpolation between the two nearest ranks (numpy's default, Hyndman & Fan's type 7)."""
    position = fraction * (ordered.size - 1)
    below = math.floor(position)
    above = min(below + 1, ordered.size - 1)
    low, high = float(ordered[below]), float(ordered[above])
    rise = position - below
    # From the nearer end, as numpy does, so that a value that belongs to the core is not lost to rounding.
    return high - (high - low) * (1 - rise) if rise >= 0.5 else low + (high - low) * rise
