"""Arrays that the statistics take and give."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

FloatTable = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.intp]


def standard_deviation(values: FloatTable) -> float:
    """Sample standard deviation (n - 1); 0 where all values are equal, whatever rounding makes of it."""
    return float(np.std(values, ddof=1)) if not math.isclose(float(values.min()), float(values.max()), abs_tol=1e-12) else 0.0


def symmetric(matrix: FloatTable) -> FloatTable:
    """The matrix without the asymmetry that rounding leaves."""
    return (matrix + matrix.T) / 2.0


def numbers(values: FloatTable) -> tuple[float, ...]:
    """Plain floats, for JSON."""
    return tuple(float(value) for value in values)
