"""Eigenvalues against LAPACK."""

import numpy as np
import pytest
from OPRadiomicsLib.features.native.eigen_kernels import dominant_eigenpair, second_eigenvalues

EPSILON = np.spacing(1.0)


@pytest.mark.parametrize("n", [2, 3, 4, 17, 64, 130])
@pytest.mark.parametrize("rank", ["full", "low", "diagonal"])
def test_the_dominant_eigenpair_is_lapack_s_within_1e_12(n, rank):
    rng = np.random.default_rng(n)
    half = rng.normal(size=(n, n if rank == "full" else 1))
    matrix = np.diag(rng.normal(size=n)) if rank == "diagonal" else -(half @ half.T) / n
    vector = np.empty(n)
    value = dominant_eigenpair(matrix.copy(), vector)
    expected = np.linalg.eigvalsh(matrix)
    assert value == pytest.approx(expected[np.argmax(np.abs(expected))], rel=1e-12)
    np.testing.assert_allclose(matrix @ vector, value * vector, atol=1e-11 * np.abs(vector).max())


@pytest.mark.parametrize("n", [2, 5, 40, 120])
def test_the_second_eigenvalue_is_that_of_the_full_matrix_within_1e_11(n):
    rng = np.random.default_rng(n)
    levels = np.arange(n)
    near = np.exp(-(((levels[:, None] - levels) / (n / 4)) ** 2)) * rng.random((3, n, n))
    p = near + near.transpose(0, 2, 1)
    p /= p.sum(axis=(1, 2), keepdims=True)
    margin = p.sum(axis=2)
    q = (p / (margin[:, :, None] * margin[:, None] + EPSILON)) @ p
    second = np.empty(3)
    second_eigenvalues(p, EPSILON, second)
    np.testing.assert_allclose(second, np.sort(np.linalg.eigvals(q).real)[:, -2], rtol=1e-11)


def test_many_isolated_pairs_of_levels_have_the_eigenvalue_one_again():
    n = 90
    p = np.zeros((1, n, n))
    for i in range(0, n, 2):
        p[0, i, i + 1] = p[0, i + 1, i] = 1 / n
    second = np.empty(1)
    second_eigenvalues(p, EPSILON, second)
    assert second[0] == pytest.approx(1, abs=1e-10)
