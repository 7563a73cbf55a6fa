"""The recursive Laplacian of Gaussian is ITK's to the last bit, and stays so when only a box is wanted."""

import numpy as np
import pytest
from OPRadiomicsLib.features.native import laplacian
from OPRadiomicsLib.features.native.laplacian import itk_laplacian, laplacian_of_gaussian, recursive_laplacian
from OPRadiomicsLib.features.phantoms import textured_phantom

WHOLE = (slice(0, 14), slice(0, 40), slice(0, 37))
BOX = (slice(3, 9), slice(0, 40), slice(20, 37))


@pytest.fixture
def needs_equal_recursion():
    if not laplacian.recursion_equals_itk():
        pytest.skip("this ITK was compiled with fused multiply-add: its own filter serves here")


@pytest.mark.parametrize("spacing_mm", [(1.0, 1.0, 1.0), (0.7, 1.3, 2.1)])
@pytest.mark.parametrize("sigma_mm", [0.5, 1.0, 2.0, 3.0, 6.0])
@pytest.mark.parametrize("box", [WHOLE, BOX], ids=["whole", "box"])
def test_every_voxel_equals_itk_s_bit_for_bit(needs_equal_recursion, spacing_mm, sigma_mm, box):
    image = textured_phantom((14, 40, 37), seed=3) * np.float32(1.1)
    found = recursive_laplacian(image, spacing_mm, sigma_mm, box)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, itk_laplacian(image, spacing_mm, sigma_mm)[box])


def test_a_double_precision_image_takes_itk_s_filter(monkeypatch):
    image = textured_phantom((14, 40, 37), seed=3).astype(np.float64) * 1.1
    monkeypatch.setattr(laplacian, "recursive_laplacian", None)
    found = laplacian_of_gaussian(image, (1.0, 1.0, 1.0), 2.0, BOX)
    np.testing.assert_array_equal(found, itk_laplacian(image, (1.0, 1.0, 1.0), 2.0)[BOX])


def test_where_the_recursion_differs_itk_s_own_filter_gives_the_values(monkeypatch):
    image = textured_phantom((14, 40, 37), seed=3)
    expected = itk_laplacian(image, (1.0, 1.0, 1.0), 2.0)[BOX]
    monkeypatch.setattr(laplacian, "recursion_equals_itk", lambda: False)
    monkeypatch.setattr(laplacian, "recursive_laplacian", None)
    np.testing.assert_array_equal(laplacian_of_gaussian(image, (1.0, 1.0, 1.0), 2.0, BOX), expected)


def test_a_blob_s_response_has_the_sign_and_size_of_theory(needs_equal_recursion):
    k, j, i = np.ogrid[-20:21, -20:21, -20:21]
    s = 3.0
    blob = np.exp(-(k * k + j * j + i * i) / (2 * s * s)).astype(np.float32)
    sigma = 2.0
    centre = recursive_laplacian(blob, (1.0, 1.0, 1.0), sigma, (slice(20, 21),) * 3)[0, 0, 0]
    # Gaussian * Gaussian: variance s^2 + sigma^2; scale-normalised Laplacian at the centre.
    expected = -3 * sigma**2 * s**3 / (s * s + sigma * sigma) ** 2.5
    assert centre == pytest.approx(expected, rel=0.01)
