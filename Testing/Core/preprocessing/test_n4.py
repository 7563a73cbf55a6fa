"""Our N4 is N4: the same field as ITK's, and the sharpening and the splines it is made of."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk
from OPRadiomicsLib.errors import Cancelled
from OPRadiomicsLib.preprocessing.n4 import fit_log_field, sharpened, spline_basis
from OPRadiomicsLib.profile import BiasField

SHAPE = (7, 30, 24)


def settings(**changes: object) -> BiasField:
    return BiasField.model_validate(
        {"grid_mm": 8.0, "control_points": (4, 5, 4), "iterations": (12, 12), "convergence": 1e-5, **changes}
    )


def shaded_tissues(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Three tissues in patches under a smooth field, and the samples to use (a block with a hole)."""
    rng = np.random.default_rng(seed)
    tissues = np.kron(rng.choice([100.0, 250.0, 600.0], (7, 6, 6)), np.ones((1, 5, 4)))
    k, j, i = np.meshgrid(*(np.linspace(-1, 1, n) for n in SHAPE), indexing="ij")
    image = tissues * np.exp(0.5 * j + 0.2 * i * j - 0.1 * k) * rng.normal(1.0, 0.03, SHAPE)
    inside = np.ones(SHAPE, dtype=bool)
    inside[:, :3] = inside[2:4, 10:14, 8:12] = False
    return image, inside


@pytest.mark.parametrize("changes", [{}, {"fwhm": 0.4, "noise": 0.1, "bins": 100}, {"iterations": (30,)}])
def test_field_equals_itks_within_a_thousandth(changes: dict[str, object]) -> None:
    # ITK computes in single precision and stops at its own rounding; fields here span about 1.
    image, inside = shaded_tissues(1)
    chosen = settings(**changes)
    n4 = sitk.N4BiasFieldCorrectionImageFilter()
    n4.SetNumberOfControlPoints(chosen.control_points)
    n4.SetMaximumNumberOfIterations(chosen.iterations)
    n4.SetConvergenceThreshold(chosen.convergence)
    n4.SetWienerFilterNoise(chosen.noise)
    n4.SetBiasFieldFullWidthAtHalfMaximum(chosen.fwhm)
    n4.SetNumberOfHistogramBins(chosen.bins)
    itk_image = sitk.GetImageFromArray(image.astype(np.float32))
    n4.Execute(itk_image, sitk.GetImageFromArray(inside.astype(np.uint8)))
    theirs = sitk.GetArrayFromImage(n4.GetLogBiasFieldAsImage(itk_image))

    ours = fit_log_field(np.log(image), inside, chosen).at([np.arange(n, dtype=np.float64) for n in SHAPE])

    assert np.ptp(theirs) > 0.3
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-3)


def test_field_evaluated_between_samples_agrees_with_the_samples() -> None:
    image, inside = shaded_tissues(2)
    field = fit_log_field(np.log(image), inside, settings())
    at_samples = field.at([np.arange(n, dtype=np.float64) for n in SHAPE])
    at_halves = field.at([np.arange(2 * n - 1) / 2 for n in SHAPE])
    np.testing.assert_allclose(at_halves[::2, ::2, ::2], at_samples, rtol=0, atol=1e-12)


def test_brightness_factor_leaves_the_field_alone() -> None:
    image, inside = shaded_tissues(3)
    grid = [np.arange(n, dtype=np.float64) for n in SHAPE]
    field = fit_log_field(np.log(image), inside, settings()).at(grid)
    brighter = fit_log_field(np.log(7.3 * image), inside, settings()).at(grid)
    np.testing.assert_allclose(brighter, field, rtol=0, atol=1e-9)


def test_sharpening_pulls_two_blurred_tissues_towards_their_centres() -> None:
    rng = np.random.default_rng(4)
    values = np.concatenate([rng.normal(5.0, 0.15, 4000), rng.normal(6.0, 0.15, 4000)])
    spread = [sharpened(values, settings(fwhm=0.35))[half].std() for half in (slice(0, 4000), slice(4000, None))]
    assert max(spread) < 0.1


def test_constant_samples_have_nothing_to_sharpen() -> None:
    np.testing.assert_array_equal(sharpened(np.full(10, 3.0), settings()), np.full(10, 3.0))


def test_splines_sum_to_one_everywhere() -> None:
    basis = spline_basis(np.linspace(-0.5, 20.5, 101), samples=21, spans=4)
    assert basis.shape == (101, 7)
    np.testing.assert_allclose(basis.sum(axis=1), 1.0, rtol=0, atol=1e-12)


def test_cancelling_ends_the_fit_at_once() -> None:
    image, inside = shaded_tissues(5)
    heard: list[float] = []

    def stop_at_third(message: str, fraction: float) -> None:
        heard.append(fraction)
        if len(heard) == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        fit_log_field(np.log(image), inside, settings(), stop_at_third)
    assert len(heard) == 3
    assert heard == sorted(heard)
