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


@compiled("b1(f8[:,::1], f8[::1])")
def solve_in_place(matrix: Floats, right: Floats) -> bool:
    """Cholesky's solution into ``right``; False where the matrix is singular to rounding. Changes both."""
    size = len(right)
    for column in range(size):
        diagonal = matrix[column, column]
        pivot = diagonal
        for k in range(column):
            pivot -= matrix[k, column] ** 2
        if pivot <= 1e-11 * diagonal:
            return False
        root = np.sqrt(pivot)
        matrix[column, column] = root
        for row in range(column + 1, size):
            matrix[column, row] = matrix[row, column]
        for k in range(column):
            factor = matrix[k, column]
            for row in range(column + 1, size):
                matrix[column, row] -= factor * matrix[k, row]
        for row in range(column + 1, size):
            matrix[column, row] /= root
    for column in range(size):
        right[column] /= matrix[column, column]
        for row in range(column + 1, size):
            right[row] -= matrix[column, row] * right[column]
    for column in range(size - 1, -1, -1):
        for row in range(column + 1, size):
            right[column] -= matrix[column, row] * right[row]
        right[column] /= matrix[column, column]
    return True


@compiled("b1(f8[:,::1], f8[::1], f8, f8[::1], f8[::1])")
def solve_active(gram: Floats, linear: Floats, penalty: float, b: Floats, gradient: Floats) -> bool:
    """Solve the equations of the coefficients that are not 0, one that would change its sign leaving at 0 on the way.

    False where they are collinear; ``b`` and ``gradient`` stay consistent in any case.
    """
    while True:
        active = np.flatnonzero(b)
        size = len(active)
        matrix = np.empty((size, size))
        target = np.empty(size)
        for row in range(size):
            target[row] = linear[active[row]] - penalty * np.sign(b[active[row]])
            for column in range(size):
                matrix[row, column] = gram[active[row], active[column]]
        if not solve_in_place(matrix, target):
            return False
        step, leaving = 1.0, -1
        for row in range(size):
            old = b[active[row]]
            if target[row] * old <= 0.0 and old / (old - target[row]) < step:
                step, leaving = old / (old - target[row]), row
        for row in range(size):
            b[active[row]] = b[active[row]] + step * (target[row] - b[active[row]]) if step < 1.0 else target[row]
        if leaving >= 0:
            b[active[leaving]] = 0.0
        gradient[:] = linear
        for chosen in active:
            for column in range(len(gradient)):
                gradient[column] -= b[chosen] * gram[chosen, column]
        if leaving < 0:
            return True


@compiled("b1(f8[:,::1], f8[::1], f8, f8[::1])")
def solve_penalty(gram: Floats, linear: Floats, penalty: float, b: Floats) -> bool:
    """Minimise at one penalty from the start ``b``, which becomes the solution; False if it did not converge."""
    gradient = linear - gram @ b
    every = np.arange(len(b))
    exact = True
    for _ in range(MAX_ROUNDS):
        if sweep(gram, penalty, b, gradient, every) <= TOLERANCE:
            return True
        # A few rounds find the signs; many where the equations cannot be solved.
        for _ in range(10 if exact else 200):
            if sweep(gram, penalty, b, gradient, np.flatnonzero(b)) <= TOLERANCE:
                break
        exact = solve_active(gram, linear, penalty, b, gradient)
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
