"""Fixed bin width discretisation, as PyRadiomics 3.0.1 defines it (edges are multiples of the width, anchored at zero)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def bin_edges(values: npt.NDArray[np.floating[Any]], bin_width: float) -> npt.NDArray[np.floating[Any]]:
    """Left edges of the bins: from the largest multiple of the width at or below the minimum, past the maximum.

    The sequence of operations and its floating-point type are PyRadiomics' own, because an edge that differs in its last
    bit moves a voxel that lies on it to another bin.

    Parameters
    ----------
    values
        Intensities inside the region.
    bin_width
        Width of a bin, in units of the intensities.
    """
    lowest, highest = values.min(), values.max()
    start = lowest - (lowest % bin_width)
    edges: npt.NDArray[np.floating[Any]] = np.arange(start, highest + 2 * bin_width, bin_width)
    return edges


def discretise(values: npt.NDArray[np.floating[Any]], bin_width: float) -> npt.NDArray[np.int64]:
    """Grey levels, 1 for the bin of the smallest value, of the same shape as the values."""
    levels: npt.NDArray[np.int64] = np.digitize(values, bin_edges(values, bin_width))
    return levels


def count_grey_levels(values: npt.NDArray[np.floating[Any]], bin_width: float) -> int:
    """Number of bins that hold at least one value."""
    return int(np.unique(discretise(values, bin_width)).size)
