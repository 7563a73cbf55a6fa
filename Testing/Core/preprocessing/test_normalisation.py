"""Limits are where the profile says, and the scaling is linear."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from OPRadiomicsLib.errors import GeometryError, StudyError
from OPRadiomicsLib.preprocessing.normalisation import normalise, within_limits
from OPRadiomicsLib.profile import Normalisation
from OPRadiomicsLib.types import Volume

RNG = np.random.default_rng(3)
IMAGE = RNG.gamma(2.0, 50.0, (5, 12, 14)).astype(np.float32)
BODY = RNG.random((5, 12, 14)) > 0.4


def chosen(**changes: object) -> Normalisation:
    defaults = {"over": "body", "lower_percentile": 1.0, "upper_percentile": 99.0, "output_max": 255.0, "clip": False}
    return Normalisation.model_validate({**defaults, **changes})


def test_percentiles_of_the_body_become_the_limits() -> None:
    scaled = normalise(Volume(IMAGE, np.eye(4)), chosen(), BODY).array
    np.testing.assert_allclose(np.percentile(scaled[BODY].astype(np.float64), (1, 99)), (0, 255), rtol=0, atol=1e-3)


def test_minimum_and_maximum_of_the_image_become_nought_and_one() -> None:
    literal = chosen(over="image", lower_percentile=0.0, upper_percentile=100.0, output_max=1.0)
    scaled = normalise(Volume(IMAGE, np.eye(4)), literal, BODY).array
    assert (scaled.min(), scaled.max()) == (0.0, 1.0)


def test_clip_cuts_off_what_lies_beyond_and_nothing_else() -> None:
    volume = Volume(IMAGE, np.eye(4))
    free, cut = normalise(volume, chosen(), BODY).array, normalise(volume, chosen(clip=True), BODY).array
    assert free.min() < 0
    assert free.max() > 255
    np.testing.assert_array_equal(cut, np.clip(free, 0, 255))


@settings(max_examples=30, deadline=None)
@given(factor=st.floats(1e-3, 1e4), shift=st.floats(-500, 500))
def test_linear_change_of_the_input_changes_nothing(factor: float, shift: float) -> None:
    # float32 input: a shift of 500 beside a range of 1e-3 would lose digits, so the shift goes with the factor.
    changed = Volume(factor * (IMAGE.astype(np.float64) + shift), np.eye(4))
    expected = normalise(Volume(IMAGE, np.eye(4)), chosen(), BODY).array
    np.testing.assert_allclose(normalise(changed, chosen(), BODY).array, expected, rtol=0, atol=1e-3)


def test_within_limits_leaves_unclipped_profiles_alone() -> None:
    values = np.array([-1.0, 300.0])
    np.testing.assert_array_equal(within_limits(values, chosen()), values)
    np.testing.assert_array_equal(within_limits(values, chosen(clip=True)), [0.0, 255.0])


def test_constant_body_is_refused() -> None:
    with pytest.raises(StudyError, match="without contrast"):
        normalise(Volume(np.full((2, 4, 4), 7.0), np.eye(4)), chosen(), np.ones((2, 4, 4), dtype=bool))


def test_body_of_another_shape_is_refused() -> None:
    with pytest.raises(GeometryError):
        normalise(Volume(IMAGE, np.eye(4)), chosen(), np.ones((2, 2, 2), dtype=bool))
