"""Largest eigenvalue in magnitude of a symmetric matrix, in one thread and one order of operations on every machine.

LAPACK would do, but its BLAS may split sums by the number of threads, and results would differ in their last bits.
Imports numba: import at the point of use.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .jit import compiled

Matrix = npt.NDArray[np.float64]
Vector = npt.NDArray[np.float64]

TINY = 1e-300
NEGLIGIBLE = 1e-60
"""Squared length of a column that counts as zero in a matrix whose elements are of the order of 1."""
HUGE = 1e100
SMALLEST_PIVOT = 1e-18
BISECTIONS = 70
INVERSE_ITERATIONS = 3


@compiled("void(float64[:,::1], float64[::1], float64[::1], float64[::1])")
def _tridiagonalise(a: Matrix, diagonal: Vector, beside: Vector, scale: Vector) -> None:
    """Householder's reduction (Golub & Van Loan, Matrix Computations, 8.3.1).

    Column k of ``a`` keeps the reflection's vector below the diagonal, ``scale[k]`` its 2 / |v|^2.
    """
    n = a.shape[0]
    v, w = np.zeros(n), np.zeros(n)
    for k in range(n - 2):
        squared = 0.0
        for i in range(k + 1, n):
            v[i] = a[k, i]
            squared += v[i] * v[i]
        rest = squared - v[k + 1] * v[k + 1]
        beside[k] = v[k + 1]
        scale[k] = 0.0
        if rest > NEGLIGIBLE:
            beside[k] = -np.sqrt(squared) if v[k + 1] > 0 else np.sqrt(squared)
            v[k + 1] -= beside[k]
            scale[k] = 2.0 / (rest + v[k + 1] * v[k + 1])
            for i in range(k + 1, n):
                w[i] = 0.0
            for i in range(k + 1, n):
                factor = scale[k] * v[i]
                for j in range(k + 1, n):
                    w[j] += factor * a[i, j]
            half = 0.0
            for i in range(k + 1, n):
                half += w[i] * v[i]
            half *= scale[k] / 2.0
            for i in range(k + 1, n):
                w[i] -= half * v[i]
            for i in range(k + 1, n):
                for j in range(k + 1, n):
                    a[i, j] -= v[i] * w[j] + w[i] * v[j]
        diagonal[k] = a[k, k]
        for i in range(k + 1, n):
            a[i, k] = v[i]
    diagonal[n - 2], diagonal[n - 1], beside[n - 2] = a[n - 2, n - 2], a[n - 1, n - 1], a[n - 2, n - 1]


@compiled("int64(float64[::1], float64[::1], float64)")
def _count_below(diagonal: Vector, beside: Vector, x: float) -> int:
    """Eigenvalues of the tridiagonal matrix below x (Sturm sequence)."""
    below = 0
    pivot = 1.0
    for i in range(diagonal.size):
        coupling = beside[i - 1] * beside[i - 1] / pivot if i > 0 else 0.0
        pivot = diagonal[i] - x - coupling
        if abs(pivot) < TINY:
            pivot = -TINY
        below += pivot < 0.0
    return below


@compiled("float64(float64[::1], float64[::1], int64)")
def _eigenvalue(diagonal: Vector, beside: Vector, rank: int) -> float:
    """Eigenvalue number ``rank`` in ascending order, by bisection."""
    reach = 0.0
    for i in range(diagonal.size):
        left = abs(beside[i - 1]) if i > 0 else 0.0
        right = abs(beside[i]) if i + 1 < diagonal.size else 0.0
        reach = max(reach, abs(diagonal[i]) + left + right)
    low, high = -reach, reach
    for _ in range(BISECTIONS):
        middle = (low + high) / 2.0
        if _count_below(diagonal, beside, middle) > rank:
            high = middle
        else:
            low = middle
    return (low + high) / 2.0


@compiled("void(float64[::1], float64)")
def _divide(x: Vector, divisor: float) -> None:
    for i in range(x.size):
        x[i] /= divisor


@compiled("void(float64[::1], float64[::1], float64, float64[::1])")
def _inverse_iteration(diagonal: Vector, beside: Vector, value: float, x: Vector) -> None:
    """Eigenvector of the tridiagonal matrix, by Gaussian elimination with partial pivoting, in place of the start vector."""
    n = diagonal.size
    main, upper, second = np.empty(n), np.zeros(n), np.zeros(n)
    for _ in range(INVERSE_ITERATIONS):
        main[0], upper[0], second[0] = diagonal[0] - value, beside[0], 0.0
        for i in range(1, n):
            here, following = diagonal[i] - value, beside[i] if i + 1 < n else 0.0
            lower = beside[i - 1]
            if abs(lower) > abs(main[i - 1]):
                factor = main[i - 1] / lower
                main[i], upper[i], second[i] = upper[i - 1] - factor * here, second[i - 1] - factor * following, 0.0
                main[i - 1], upper[i - 1], second[i - 1] = lower, here, following
                x[i - 1], x[i] = x[i], x[i - 1] - factor * x[i]
            else:
                factor = lower / main[i - 1] if main[i - 1] != 0.0 else 0.0
                main[i], upper[i], second[i] = here - factor * upper[i - 1], following, 0.0
                x[i] -= factor * x[i - 1]
        largest = 0.0
        for i in range(n - 1, -1, -1):
            known = (upper[i] * x[i + 1] if i + 1 < n else 0.0) + (second[i] * x[i + 2] if i + 2 < n else 0.0)
            pivot = main[i] if abs(main[i]) > SMALLEST_PIVOT else SMALLEST_PIVOT
            x[i] = (x[i] - known) / pivot
            largest = max(largest, abs(x[i]))
            if abs(x[i]) > HUGE:  # an eigenvalue that occurs many times magnifies at every pivot
                _divide(x, largest)
                largest = 1.0
        _divide(x, largest)


@compiled("float64(float64[:,::1], float64[::1])")
def dominant_eigenpair(a: Matrix, vector: Vector) -> float:
    """Eigenvalue of largest magnitude of a symmetric matrix of at least 2 x 2, and its eigenvector.

    Parameters
    ----------
    a
        (n, n), elements of the order of 1; it is overwritten.
    vector
        Filled with the eigenvector, of arbitrary length, (n,).
    """
    n = a.shape[0]
    diagonal, beside, scale = np.zeros(n), np.zeros(n - 1), np.zeros(n)
    _tridiagonalise(a, diagonal, beside, scale)
    lowest, highest = _eigenvalue(diagonal, beside, 0), _eigenvalue(diagonal, beside, n - 1)
    value = highest if highest >= -lowest else lowest
    for i in range(n):
        vector[i] = 1.0 + (i * 0.6180339887498949) % 1.0  # any vector with a share in every direction
    _inverse_iteration(diagonal, beside, value, vector)
    for k in range(n - 3, -1, -1):
        along = 0.0
        for i in range(k + 1, n):
            along += a[i, k] * vector[i]
        along *= scale[k]
        for i in range(k + 1, n):
            vector[i] -= along * a[i, k]
    return value


@compiled("void(float64[:,:,::1], float64, float64[::1])")
def second_eigenvalues(p: npt.NDArray[np.float64], epsilon: float, second: Vector) -> None:
    """Second largest eigenvalue of Q(i, j) = sum over k of p(i, k) p(j, k) / (m(i) m(k) + epsilon), m the margin of p.

    Without epsilon Q is similar to S^2 with the symmetric S(i, k) = p(i, k) / sqrt(m(i) m(k)), whose largest eigenvector,
    sqrt(m), is known. Epsilon turns one factor into S' = S / (1 + epsilon / (m m)), which matters where two rare grey levels
    meet; a Rayleigh quotient with left and right eigenvector of S' S is right to second order in that change.

    Parameters
    ----------
    p
        Symmetric, (directions, n, n), n at least 2.
    second
        Filled, (directions,).
    """
    directions, n, _ = p.shape
    margin, root, u, v = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    deflated = np.empty((n, n))
    for d in range(directions):
        for i in range(n):
            margin[i] = 0.0
            for k in range(n):
                margin[i] += p[d, i, k]
            root[i] = np.sqrt(margin[i])
        for i in range(n):
            for k in range(n):
                both = root[i] * root[k]
                deflated[i, k] = p[d, i, k] / both - both if both > 0.0 else 0.0
        dominant_eigenpair(deflated, u)
        overlap = 0.0
        for i in range(n):
            v[i] = 0.0
            for k in range(n):
                if p[d, i, k] > 0.0:
                    v[i] += p[d, i, k] / (root[i] * root[k]) * u[k]
            overlap += v[i] * u[i]
        quotient = 0.0
        for i in range(n):
            for k in range(n):
                if p[d, i, k] > 0.0:
                    share = 1.0 / (1.0 + epsilon / (margin[i] * margin[k]))
                    quotient += v[i] * v[k] * p[d, i, k] / (root[i] * root[k]) * share
        second[d] = quotient / overlap if overlap != 0.0 else 0.0
