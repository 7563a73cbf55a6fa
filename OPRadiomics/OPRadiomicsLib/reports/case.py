"""What a report tells of one patient: images and masks, features, predictions, and how all of it was made."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from ..models.signature import Signature
from ..profile import Profile
from ..types import Clinical, FeatureVector, LevelQuality, Mask, Prediction, Role, Volume

_PACKAGES: Final = ("opradiomics", "numpy", "scipy", "SimpleITK", "onnxruntime", "pyradiomics", "pydicom", "matplotlib")


def software_versions() -> dict[str, str]:
    """Versions of Python and of the packages that shape a result; "absent" where one is not installed."""
    return {"Python": platform.python_version(), **{package: _version(package) for package in _PACKAGES}}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"


@dataclass(frozen=True, eq=False)
class CaseResult:
    """Everything that one report holds; no patient's name, ID or date.

    Parameters
    ----------
    volumes
        The sequences as acquired; one or two may be absent.
    bodies, marrow
        Vertebral bodies and the profile's marrow region of each sequence; on the volume's grid or on another grid in the same
        space (the pictures go through millimetres).
    quality
        What is known of each segmented level.
    features
        Of the study, all sequences; None where a sequence is absent.
    predictions
        Of ``signature``'s models, in its order.
    published
        The published clinical formula's answer; shown apart, never as one of the models compared.
    warnings
        Sentences on the study, the masks or the features; those inside the predictions are added by the report.
    timings_s
        Wall time of each stage in seconds; they go into the HTML alone, so that prediction.json is the same in every run.
    series_notes
        Why each sequence was chosen, and its acquisition in words.
    segmentation_model
        Name, version and checksum of the network, or how the mask came about.
    """

    volumes: Mapping[Role, Volume]
    bodies: Mapping[Role, Mask]
    marrow: Mapping[Role, Mask]
    clinical: Clinical
    profile: Profile
    signature: Signature
    predictions: tuple[Prediction, ...]
    published: Prediction | None = None
    features: FeatureVector | None = None
    quality: tuple[LevelQuality, ...] = ()
    warnings: tuple[str, ...] = ()
    timings_s: Mapping[str, float] = field(default_factory=dict)
    series_notes: Mapping[Role, str] = field(default_factory=dict)
    segmentation_model: str = ""
    software: Mapping[str, str] = field(default_factory=software_versions)

    @property
    def demo(self) -> bool:
        """Whether any result comes from a signature fitted on simulated patients."""
        return self.signature.demo or any(prediction.demo for prediction in self.predictions)

    @property
    def all_warnings(self) -> tuple[str, ...]:
        """The case's warnings, then the features', then the predictions', each once.

        Segmentation and analysis both warn of a blemished image, the second with the sequence in front: that one stays.
        """
        features = self.features.warnings if self.features is not None else ()
        predicted = tuple(warning for prediction in self.predictions for warning in prediction.warnings)
        found = dict.fromkeys((*self.warnings, *features, *predicted))
        return tuple(text for text in found if not any(f"{role}: {text}" in found for role in Role))
