"""Stock PyRadiomics, as a plain script calls it: what the engines are proved equal to and measured against."""

from __future__ import annotations

import logging

import numpy as np
import numpy.typing as npt
from OPRadiomicsLib.features.pyradiomics_engine import to_sitk_pair
from OPRadiomicsLib.profile import Features
from OPRadiomicsLib.types import FloatArray
from radiomics import featureextractor


def stock(
    image: FloatArray, region: npt.NDArray[np.bool_], spacing_mm: tuple[float, float, float], settings: Features
) -> dict[str, float]:
    """Every feature of a default extractor with the bin width and the LoG scales, and nothing else set.

    Parameters
    ----------
    image, region
        On one grid, (k, j, i).
    spacing_mm
        Of i, j, k.
    """
    logging.getLogger("radiomics").setLevel(logging.CRITICAL)  # it warns of each undefined feature
    extractor = featureextractor.RadiomicsFeatureExtractor(binWidth=settings.bin_width, additionalInfo=False)
    extractor.enableImageTypeByName("LoG", customArgs={"sigma": list(settings.log_sigma_mm)})
    return {name: float(value) for name, value in extractor.execute(*to_sitk_pair(image, region, spacing_mm)).items()}
