"""What a radiomics engine is: one image, one region, one set of settings in; named values out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from ..errors import FeatureError, MaskError
from ..profile import Features
from ..regions import bounding_box
from ..types import FloatArray, Progress

RegionArray = npt.NDArray[np.bool_]
SpacingIjk = tuple[float, float, float]


@dataclass(frozen=True)
class EngineResult:
    """Feature values by PyRadiomics' names, and the number of grey levels inside the region for each filtered image."""

    values: Mapping[str, float]
    grey_levels: Mapping[str, int]


class FeatureEngine(Protocol):
    """Computes the features that `names.names_of` lists."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    def compute(
        self, image: FloatArray, region: RegionArray, spacing_mm: SpacingIjk, settings: Features, progress: Progress
    ) -> EngineResult:
        """Features of one region.

        Parameters
        ----------
        image
            Intensities, (k, j, i); the whole analysis grid, for the Laplacian of Gaussian looks beyond the region.
        region
            Voxels of the region, (k, j, i).
        spacing_mm
            Voxel size along i, j, k.

        Raises
        ------
        MaskError
            If the region is empty, one voxel or a line.
        FeatureError
            If the image holds NaN or infinity or is too small for a filter.
        """
        ...


def require_computable(image: FloatArray, region: RegionArray, spacing_mm: SpacingIjk, settings: Features) -> None:
    """Raise unless PyRadiomics 3.0.1 defines every feature for this image and region.

    PyRadiomics refuses a region that extends in fewer than two dimensions, and silently leaves out a Laplacian of Gaussian
    for which the image has fewer than 4 voxels, or fewer than ceil(sigma / spacing) + 1, along an axis; here both are errors.

    Raises
    ------
    MaskError, FeatureError
        As `FeatureEngine.compute`.
    """
    _require_extent(region)
    if not np.isfinite(image).all():
        raise FeatureError(
            f"Image with {int((~np.isfinite(image)).sum())} voxels that are NaN or infinite",
            "finite intensities",
            "check the source image and its preprocessing",
        )
    for sigma_mm in settings.log_sigma_mm:
        needed = [max(4, int(np.ceil(sigma_mm / step)) + 1) for step in reversed(spacing_mm)]
        if any(size < least for size, least in zip(image.shape, needed, strict=True)):
            raise FeatureError(
                f"Image of {image.shape} voxels for a Laplacian of Gaussian of {sigma_mm:g} mm",
                f"at least {tuple(needed)} voxels (k, j, i)",
                "pad the analysis grid (profile: resampling.padding_voxels)",
            )


def _require_extent(region: RegionArray) -> None:
    extent = tuple(part.stop - part.start for part in bounding_box(region)) if region.any() else (0, 0, 0)
    if sum(size > 1 for size in extent) < 2:
        raise MaskError(
            f"Region of {int(region.sum())} voxels with the extent {extent} voxels (k, j, i)",
            "a region that extends along at least two axes",
            "redraw the mask before extraction",
        )
    if region.all():
        raise MaskError(
            "Region that fills the whole image", "a region with image around it", "redraw the mask, or pad the image"
        )
