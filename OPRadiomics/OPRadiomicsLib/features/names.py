"""Names of the radiomic features, as PyRadiomics 3.0.1 spells and orders them."""

from __future__ import annotations

from typing import Final

from ..profile import Features

ORIGINAL: Final = "original"
SHAPE: Final = "shape"

SHAPE_FEATURES: Final[tuple[str, ...]] = (
    "Elongation",
    "Flatness",
    "LeastAxisLength",
    "MajorAxisLength",
    "Maximum2DDiameterColumn",
    "Maximum2DDiameterRow",
    "Maximum2DDiameterSlice",
    "Maximum3DDiameter",
    "MeshVolume",
    "MinorAxisLength",
    "Sphericity",
    "SurfaceArea",
    "SurfaceVolumeRatio",
    "VoxelVolume",
)

INTENSITY_FEATURES: Final[dict[str, tuple[str, ...]]] = {
    "firstorder": (
        "10Percentile",
        "90Percentile",
        "Energy",
        "Entropy",
        "InterquartileRange",
        "Kurtosis",
        "Maximum",
        "MeanAbsoluteDeviation",
        "Mean",
        "Median",
        "Minimum",
        "Range",
        "RobustMeanAbsoluteDeviation",
        "RootMeanSquared",
        "Skewness",
        "TotalEnergy",
        "Uniformity",
        "Variance",
    ),
    "glcm": (
        "Autocorrelation",
        "ClusterProminence",
        "ClusterShade",
        "ClusterTendency",
        "Contrast",
        "Correlation",
        "DifferenceAverage",
        "DifferenceEntropy",
        "DifferenceVariance",
        "Id",
        "Idm",
        "Idmn",
        "Idn",
        "Imc1",
        "Imc2",
        "InverseVariance",
        "JointAverage",
        "JointEnergy",
        "JointEntropy",
        "MCC",
        "MaximumProbability",
        "SumAverage",
        "SumEntropy",
        "SumSquares",
    ),
    "gldm": (
        "DependenceEntropy",
        "DependenceNonUniformity",
        "DependenceNonUniformityNormalized",
        "DependenceVariance",
        "GrayLevelNonUniformity",
        "GrayLevelVariance",
        "HighGrayLevelEmphasis",
        "LargeDependenceEmphasis",
        "LargeDependenceHighGrayLevelEmphasis",
        "LargeDependenceLowGrayLevelEmphasis",
        "LowGrayLevelEmphasis",
        "SmallDependenceEmphasis",
        "SmallDependenceHighGrayLevelEmphasis",
        "SmallDependenceLowGrayLevelEmphasis",
    ),
    "glrlm": (
        "GrayLevelNonUniformity",
        "GrayLevelNonUniformityNormalized",
        "GrayLevelVariance",
        "HighGrayLevelRunEmphasis",
        "LongRunEmphasis",
        "LongRunHighGrayLevelEmphasis",
        "LongRunLowGrayLevelEmphasis",
        "LowGrayLevelRunEmphasis",
        "RunEntropy",
        "RunLengthNonUniformity",
        "RunLengthNonUniformityNormalized",
        "RunPercentage",
        "RunVariance",
        "ShortRunEmphasis",
        "ShortRunHighGrayLevelEmphasis",
        "ShortRunLowGrayLevelEmphasis",
    ),
    "glszm": (
        "GrayLevelNonUniformity",
        "GrayLevelNonUniformityNormalized",
        "GrayLevelVariance",
        "HighGrayLevelZoneEmphasis",
        "LargeAreaEmphasis",
        "LargeAreaHighGrayLevelEmphasis",
        "LargeAreaLowGrayLevelEmphasis",
        "LowGrayLevelZoneEmphasis",
        "SizeZoneNonUniformity",
        "SizeZoneNonUniformityNormalized",
        "SmallAreaEmphasis",
        "SmallAreaHighGrayLevelEmphasis",
        "SmallAreaLowGrayLevelEmphasis",
        "ZoneEntropy",
        "ZonePercentage",
        "ZoneVariance",
    ),
    "ngtdm": ("Busyness", "Coarseness", "Complexity", "Contrast", "Strength"),
}
"""The 93 features of one (filtered) image, by family: 18 first order and 75 of texture."""

TEXTURE_FAMILIES: Final[tuple[str, ...]] = ("glcm", "gldm", "glrlm", "glszm", "ngtdm")


def log_image_name(sigma_mm: float) -> str:
    """PyRadiomics' name of a Laplacian-of-Gaussian image: ``log-sigma-1-0-mm-3D`` for 1 mm."""
    return f"log-sigma-{str(float(sigma_mm)).replace('.', '-')}-mm-3D"


def image_names(settings: Features) -> tuple[str, ...]:
    """The original image and one Laplacian of Gaussian for each sigma."""
    return (ORIGINAL, *(log_image_name(sigma) for sigma in settings.log_sigma_mm))


def shape_names() -> tuple[str, ...]:
    """The 14 features of the region's shape, which belong to the original image."""
    return tuple(f"{ORIGINAL}_{SHAPE}_{name}" for name in SHAPE_FEATURES)


def intensity_names(image: str) -> tuple[str, ...]:
    """The 93 features of one image that depend on its intensities."""
    return tuple(f"{image}_{family}_{name}" for family, names in INTENSITY_FEATURES.items() for name in names)


def names_of(settings: Features) -> tuple[str, ...]:
    """Every feature of one sequence, in PyRadiomics' order: 107 of the original image and 93 for each sigma."""
    intensity = (name for image in image_names(settings) for name in intensity_names(image))
    return (*shape_names(), *intensity)
