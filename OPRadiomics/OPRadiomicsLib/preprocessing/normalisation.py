"""Linear scaling of intensities between limits that are stated, not implied."""

from __future__ import annotations

import numpy as np

from ..errors import StudyError
from ..profile import Normalisation
from ..regions import Bools
from ..types import FloatArray, Volume
from .body import require_body_of


def normalise(volume: Volume, settings: Normalisation, body: Bools) -> Volume:
    """Scale linearly so that the limits become 0 and ``settings.output_max``.

    Computed in float64, so that scaling the input's intensities by any positive factor changes the result by rounding alone.

    Parameters
    ----------
    volume
        Bias-corrected image.
    settings
        Which voxels set the limits, which percentiles they are, and whether values beyond are cut off.
    body
        Voxels of the patient, bool, (k, j, i); read where ``settings.over`` is "body".

    Raises
    ------
    GeometryError
        If ``body`` has another shape than the image.
    StudyError
        If both limits are equal: the image is constant where they are taken.
    """
    require_body_of(volume, body)
    values = volume.array[body] if settings.over == "body" else volume.array
    lower, upper = np.percentile(values.astype(np.float64), (settings.lower_percentile, settings.upper_percentile))
    if not upper > lower:
        raise StudyError(
            f"Image without contrast: percentiles {settings.lower_percentile:g} and {settings.upper_percentile:g} over the "
            f"{settings.over} are equal",
            "an MR image with contrast",
            "check the series",
        )
    scaled = (volume.array.astype(np.float64) - lower) * (settings.output_max / (upper - lower))
    array = within_limits(scaled.astype(np.float32), settings)
    return Volume(array, volume.affine, volume.frame_of_reference_uid, volume.source)


def within_limits(array: FloatArray, settings: Normalisation) -> FloatArray:
    """Cut off what lies beyond 0..``output_max`` if the profile says so; needed again after cubic resampling."""
    return np.clip(array, 0, settings.output_max) if settings.clip else array
