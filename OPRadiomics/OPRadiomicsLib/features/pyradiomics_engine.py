"""The reference engine: PyRadiomics 3.0.1 (van Griethuysen et al., Cancer Research 2017) with every setting explicit."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import FeatureError, MissingDependencyError
from ..profile import Features
from ..types import FloatArray, Progress, no_progress
from .discretise import count_grey_levels
from .engine import EngineResult, RegionArray, SpacingIjk, require_computable
from .names import image_names, names_of

if TYPE_CHECKING:
    import SimpleITK as sitk

LABEL = 1


class PyRadiomicsEngine:
    """PyRadiomics through its own `RadiomicsFeatureExtractor`.

    Raises
    ------
    MissingDependencyError
        On construction, if PyRadiomics cannot be imported.
    """

    name = "pyradiomics"

    def __init__(self) -> None:
        self.version: str = _import_radiomics().__version__.removeprefix("v")

    def compute(
        self,
        image: FloatArray,
        region: RegionArray,
        spacing_mm: SpacingIjk,
        settings: Features,
        progress: Progress = no_progress,
    ) -> EngineResult:
        """As `FeatureEngine.compute`."""
        require_computable(image, region, spacing_mm, settings)
        grey_levels: dict[str, int] = {}
        extractor = _extractor(settings, grey_levels, progress)
        with np.errstate(all="ignore"):
            found = extractor.execute(*to_sitk_pair(image, region, spacing_mm))
        missing = [name for name in names_of(settings) if name not in found]
        if missing:
            raise FeatureError(
                f"PyRadiomics {self.version} returned no {missing[0]} ({len(missing)} features missing)",
                f"the {len(names_of(settings))} features of version 3.0.1",
                "install pyradiomics==3.0.1, or choose the native engine",
            )
        return EngineResult({name: float(found[name]) for name in names_of(settings)}, grey_levels)


def to_sitk_pair(image: FloatArray, region: RegionArray, spacing_mm: SpacingIjk) -> tuple[sitk.Image, sitk.Image]:
    """Image and label map (label 1) for PyRadiomics. Axes are taken as they are: no feature depends on the direction."""
    import SimpleITK as sitk

    pair = sitk.GetImageFromArray(image), sitk.GetImageFromArray(region.astype(np.uint8) * LABEL)
    for item in pair:
        item.SetSpacing(spacing_mm)
    return pair


def _import_radiomics() -> Any:
    try:
        import radiomics
    except ImportError as error:
        raise MissingDependencyError(
            f"PyRadiomics cannot be imported ({error})",
            "pyradiomics 3.0.1 for the engine 'pyradiomics'",
            "choose the native engine, or, on Python 3.11 with a C compiler: pip install setuptools wheel numpy && "
            "pip install --no-build-isolation pyradiomics==3.0.1",
        ) from None
    # It warns of sum average and of each undefined feature; undefined features are NaN, which `extract` reports.
    logging.getLogger("radiomics").setLevel(logging.CRITICAL)
    return radiomics


def _extractor(settings: Features, grey_levels: dict[str, int], progress: Progress) -> Any:
    """Extractor with every setting that bears on a value; it fills ``grey_levels`` and reports progress as it goes."""
    from radiomics import featureextractor

    images = image_names(settings)

    class RecordingExtractor(featureextractor.RadiomicsFeatureExtractor):  # type: ignore[misc]
        def computeFeatures(self, image: Any, mask: Any, imageTypeName: str, **kwargs: Any) -> Any:  # noqa: N802, N803
            progress(f"features of the image {imageTypeName}", images.index(imageTypeName) / len(images))
            grey_levels[imageTypeName] = _grey_levels(image, mask, settings)
            return super().computeFeatures(image, mask, imageTypeName, **kwargs)

    extractor = RecordingExtractor(
        binWidth=settings.bin_width,
        label=LABEL,
        normalize=False,
        resampledPixelSpacing=None,
        resegmentRange=None,
        preCrop=False,  # a crop before the Laplacian of Gaussian would truncate it
        force2D=False,
        distances=[1],
        symmetricalGLCM=True,
        weightingNorm=None,
        gldm_a=0,
        voxelArrayShift=0,
        minimumROIDimensions=2,
        additionalInfo=False,
    )
    extractor.disableAllImageTypes()
    extractor.enableImageTypeByName("Original")
    extractor.enableImageTypeByName("LoG", customArgs={"sigma": list(settings.log_sigma_mm)})
    return extractor


def _grey_levels(image: Any, mask: Any, settings: Features) -> int:
    import SimpleITK as sitk

    inside = sitk.GetArrayViewFromImage(image)[sitk.GetArrayViewFromImage(mask) == LABEL]
    return count_grey_levels(inside, settings.bin_width)
