"""The inner loop of LASSO. Imports numba: import at the point of use.

min over b of b'Gb / 2 - q'b + penalty x sum |b|, with G a Gram matrix. Coordinate descent with covariance updates (Friedman,
Hastie & Tibshirani, J Stat Softw 2010) finds which coefficients are not 0; their values then come from the linear equations
that hold while no sign changes (the active-set step of Lee, Battle, Raina & Ng, NIPS 2006, "feature-sign search"). Radiomic
features are collinear to 0.99: descent alone crawls there, the equations do not.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
from OPRadiomicsLib.features.native.jit import compiled

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.signedinteger[Any]]

TOLERANCE: Final = 1e-10
"""On the change of a coefficient in one round, in units where its column has SD 1."""

MAX_ROUNDS: Final = 2000
DEPENDENT: Final = 1e-11
"""A column of which no larger share is left, once the others are taken out, is a combination of them."""

ROUNDS_BEFORE_EQUATIONS: Final = 10
"""Of coordinate descent over the coefficients that are not 0, to find their signs."""

ROUNDING: Final = 1e-10
"""A pull within this share of the penalty does not lift a coefficient off 0: of two equal columns one stays out."""


@compiled("f8(f8[:,::1], f8, f8[::1], f8[::1], i8[::1])")
def sweep(gram: Floats, penalty: float, b: Floats, gradient: Floats, columns: Places) -> float:
    """One round of coordinate descent over ``columns``; changes ``b`` and ``gradient`` (q - Gb); the largest change."""
    largest = 0.0
    for j in columns:
        weight = gram[j, j]
        if weight <= 0.0:
            continue
        pull = gradient[j] + weight * b[j]
        new = 0.0
        if abs(pull) > penalty * (1.0 + ROUNDING):
            new = (pull - penalty if pull > 0.0 else pull + penalty) / weight
        change = new - b[j]
        if change != 0.0:
            b[j] = new
            for row in range(len(gradient)):
                gradient[row] -= change * gram[j, row]
            largest = max(largest, abs(change) * np.sqrt(weight))
    return largest


@compiled("i8(f8[:,::1])")
def factorise(matrix: Floats) -> int:
    """Cholesky's factor into the upper triangle, and -1; or the place of the first column that depends on those before it."""
    size = len(matrix)
    for column in range(size):
        pivot = matrix[column, column]
        for k in range(column):
            pivot -= matrix[k, column] ** 2
        if pivot <= DEPENDENT * matrix[column, column]:
            return column
        root = np.sqrt(pivot)
        matrix[column, column] = root
        for k in range(column):
            factor = matrix[k, column]
            for row in range(column + 1, size):
                matrix[column, row] -= factor * matrix[k, row]
        for row in range(column + 1, size):
            matrix[column, row] /= root
    return -1


@compiled("void(f8[:,::1], f8[::1], i8)")
def back_substitute(factor: Floats, right: Floats, size: int) -> None:
    """Solve with the first ``size`` columns of the factor, into ``right``."""
    for column in range(size - 1, -1, -1):
        for row in range(column + 1, size):
            right[column] -= factor[column, row] * right[row]
        right[column] /= factor[column, column]


@compiled("i8(f8[:,::1], f8[::1])")
def solve_in_place(matrix: Floats, right: Floats) -> int:
    """The solution into ``right``, and -1. Changes both.

    Where a column depends on those before it, its place is returned instead, and ``right`` becomes the combination of the
    columns that is nothing: 1 there, minus its share of the others.
    """
    dependent = factorise(matrix)
    if dependent >= 0:
        right[:] = 0.0
        right[:dependent] = -matrix[:dependent, dependent]
        right[dependent] = 1.0
        back_substitute(matrix, right, dependent)
        return dependent
    size = len(right)
    for column in range(size):
        right[column] /= matrix[column, column]
        for row in range(column + 1, size):
            right[row] -= matrix[column, row] * right[column]
    back_substitute(matrix, right, size)
    return -1


@compiled("b1(f8[::1], f8[::1], f8)")
def move(values: Floats, direction: Floats, limit: float) -> bool:
    """Go along ``direction``, at most ``limit`` times, until a value is 0; whether one is. Without limit or zero: stay."""
    step, leaving = limit, -1
    for place in range(len(values)):
        if values[place] * direction[place] < 0.0 and -values[place] / direction[place] <= step:
            step, leaving = -values[place] / direction[place], place
    if leaving < 0 and limit == np.inf:
        return False
    for place in range(len(values)):
        values[place] += step * direction[place]
    if leaving >= 0:
        values[leaving] = 0.0
    return leaving >= 0


@compiled("void(f8[:,::1], f8[::1], f8, f8[::1], f8[::1])")
def solve_active(gram: Floats, linear: Floats, penalty: float, b: Floats, gradient: Floats) -> None:
    """Solve the equations of the coefficients that are not 0; one that would change its sign leaves at 0 on the way.

    Where columns depend on each other, many coefficients fit alike: they move along that dependence, downhill in the penalty,
    until one is 0. ``b`` and ``gradient`` stay consistent.
    """
    while True:
        active = np.flatnonzero(b)
        size = len(active)
        matrix, target, values = np.empty((size, size)), np.empty(size), np.empty(size)
        for row in range(size):
            values[row] = b[active[row]]
            target[row] = linear[active[row]] - penalty * np.sign(values[row])
            for column in range(size):
                matrix[row, column] = gram[active[row], active[column]]
        if solve_in_place(matrix, target) < 0:
            again = move(values, target - values, 1.0)
        else:
            # Towards a smaller sum of sizes; the other way where it stays and no value meets 0.
            downhill = -target if (np.sign(values) * target).sum() > 0.0 else target
            again = move(values, downhill, np.inf) or move(values, -downhill, np.inf)
        for row in range(size):
            b[active[row]] = values[row]
        gradient[:] = linear
        for chosen in active:
            for column in range(len(gradient)):
                gradient[column] -= b[chosen] * gram[chosen, column]
        if not again:
            return


@compiled("b1(f8[:,::1], f8[::1], f8, f8[::1])")
def solve_penalty(gram: Floats, linear: Floats, penalty: float, b: Floats) -> bool:
    """Minimise at one penalty from the start ``b``, which becomes the solution; False if it did not converge."""
    gradient = linear - gram @ b
    every = np.arange(len(b))
    for _ in range(MAX_ROUNDS):
        if sweep(gram, penalty, b, gradient, every) <= TOLERANCE:
            return True
        for _ in range(ROUNDS_BEFORE_EQUATIONS):
            if sweep(gram, penalty, b, gradient, np.flatnonzero(b)) <= TOLERANCE:
                break
        solve_active(gram, linear, penalty, b, gradient)
    return False


@compiled("b1(f8[:,::1], f8[::1], f8[::1], f8[:,::1])")
def solve_path(gram: Floats, linear: Floats, penalties: Floats, path: Floats) -> bool:
    """Solutions at each penalty into the rows of ``path``, each started from the one before; False if one did not converge."""
    b = np.zeros(len(linear))
    for place in range(len(penalties)):
        if not solve_penalty(gram, linear, penalties[place], b):
            return False
        path[place] = b
    return True
