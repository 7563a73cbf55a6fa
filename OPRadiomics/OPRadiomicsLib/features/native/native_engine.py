"""The native engine: from image and region to the 386 values."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ...errors import MissingDependencyError
from ...profile import Features
from ...regions import Box, bounding_box
from ...types import FloatArray, Progress, no_progress
from ..discretise import bin_edges
from ..engine import EngineResult, RegionArray, SpacingIjk, require_computable
from ..names import ORIGINAL, SHAPE, image_names, log_image_name, names_of
from .emphasis import gldm_features, glrlm_features, glszm_features
from .firstorder import firstorder_features
from .glcm import glcm_features
from .laplacian import laplacian_of_gaussian
from .matrices import texture_matrices
from .ngtdm import ngtdm_features
from .shape import shape_features

KERNEL_MODULES: Final = ("eigen_kernels", "gaussian_kernels", "shape_kernels", "texture_kernels")

Intensities = npt.NDArray[np.floating[Any]]


class NativeEngine:
    """PyRadiomics' definitions without PyRadiomics.

    Raises
    ------
    MissingDependencyError
        On construction, if numba cannot be imported.
    """

    name = "native"
    version = "1.0"

    def __init__(self) -> None:
        try:
            import numba  # noqa: F401
        except ImportError as error:
            raise MissingDependencyError(
                f"numba cannot be imported ({error})",
                "numba for the native radiomics engine",
                "pip install numba, or choose the engine 'pyradiomics'",
            ) from None

    def load(self, progress: Progress = no_progress) -> None:
        """Import the kernels; on the first run of an installation this compiles them, and ``progress`` is told so."""
        from .jit import telling

        with telling(progress):
            for name in KERNEL_MODULES:
                import_module(f".{name}", __package__)

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
        self.load(progress)
        box = bounding_box(region)
        inside = np.ascontiguousarray(region[box])
        values = {f"{ORIGINAL}_{SHAPE}_{name}": value for name, value in shape_features(inside, spacing_mm).items()}
        grey_levels: dict[str, int] = {}
        steps = len(image_names(settings))
        for step, (name, cropped) in enumerate(_images(image, spacing_mm, settings, box)):
            progress(f"features of the image {name}", step / steps)
            families, grey_levels[name] = _intensity_features(cropped[inside], inside, spacing_mm, settings)
            values |= {f"{name}_{family}_{key}": value for family, found in families.items() for key, value in found.items()}
        return EngineResult({name: values[name] for name in names_of(settings)}, grey_levels)


def _images(image: FloatArray, spacing_mm: SpacingIjk, settings: Features, box: Box) -> Iterator[tuple[str, Intensities]]:
    source = np.require(image, requirements=["C", "W"])  # as the kernels want it: a Volume's array is read-only
    yield ORIGINAL, source[box]
    for sigma_mm in settings.log_sigma_mm:
        yield log_image_name(sigma_mm), laplacian_of_gaussian(source, spacing_mm, sigma_mm, box)


def _intensity_features(
    intensities: Intensities, inside: RegionArray, spacing_mm: SpacingIjk, settings: Features
) -> tuple[dict[str, dict[str, float]], int]:
    """The 93 features of one image by family, and the number of grey levels."""
    from .texture_kernels import bin_of

    # The edges come from the intensities in their own type, as PyRadiomics'; from there on float64 holds both exactly.
    edges = bin_edges(intensities, settings.bin_width).astype(np.float64)
    exact = intensities.astype(np.float64)
    matrices = texture_matrices(bin_of(exact, edges), inside)
    levels = matrices.levels
    families = {
        "firstorder": firstorder_features(exact, matrices.voxels, spacing_mm),
        "glcm": glcm_features(matrices.cooccurrence, levels),
        "gldm": gldm_features(matrices.dependence, levels, matrices.dependence_sizes),
        "glrlm": glrlm_features(matrices.runs, levels, matrices.run_lengths),
        "glszm": glszm_features(matrices.zones, levels, matrices.zone_sizes),
        "ngtdm": ngtdm_features(levels, matrices.voxels, matrices.tone_difference),
    }
    return families, levels.size
