"""Proof, on the machine at hand, that an engine gives PyRadiomics 3.0.1's values: a phantom, and those values as shipped."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from pydantic import BaseModel, ConfigDict

from ..profile import Features
from ..resources import resources_folder
from ..types import no_progress
from .engine import FeatureEngine, RegionArray
from .phantoms import FloatPhantom, textured_phantom, vertebrae_phantom

TOLERANCE: Final = 1e-8
"""Largest difference, relative to the reference value, or absolute where that is below 1."""


class ParityCase(BaseModel):
    """A phantom by the numbers that make it, the settings, and the reference's values and grey levels."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reference: str
    shape_kji: tuple[int, int, int]
    seed: int
    margin: int
    spacing_mm: tuple[float, float, float]
    settings: Features
    values: Mapping[str, float]
    grey_levels: Mapping[str, int]

    def phantom(self) -> tuple[FloatPhantom, RegionArray]:
        """Image and region, (k, j, i)."""
        return textured_phantom(self.shape_kji, self.seed), vertebrae_phantom(self.shape_kji, self.margin) > 0


@dataclass(frozen=True)
class Proof:
    """Outcome of a self-test: the largest difference, where it was found, and the seconds it took."""

    difference: float
    feature: str
    seconds: float

    @property
    def holds(self) -> bool:
        return self.difference <= TOLERANCE


def parity_path() -> Path:
    """Resources/Features/parity.json."""
    return resources_folder() / "Features" / "parity.json"


def shipped_case() -> ParityCase:
    """The case that ships, with values computed by PyRadiomics 3.0.1."""
    return ParityCase.model_validate(json.loads(parity_path().read_text(encoding="utf-8")))


def prove(engine: FeatureEngine, case: ParityCase) -> Proof:
    """Compute the case and compare every value and every number of grey levels."""
    start = time.perf_counter()
    image, region = case.phantom()
    found = engine.compute(image, region, case.spacing_mm, case.settings, no_progress)
    differences = {name: difference(found.values[name], value) for name, value in case.values.items()}
    if dict(found.grey_levels) != dict(case.grey_levels):
        differences["number of grey levels"] = float("inf")
    worst = max(differences, key=differences.__getitem__)
    return Proof(differences[worst], worst, time.perf_counter() - start)


def difference(value: float, reference: float) -> float:
    """Relative difference, absolute where the reference is below 1 in magnitude; 0 if both are NaN, infinite if one is."""
    if np.isnan(value) or np.isnan(reference):
        return 0.0 if np.isnan(value) and np.isnan(reference) else float("inf")
    return abs(value - reference) / max(abs(reference), 1.0)
