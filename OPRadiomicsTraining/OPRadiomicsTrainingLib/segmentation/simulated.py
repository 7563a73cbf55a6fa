"""Simulated studies as training cases: the only source of T1-weighted and fat-suppressed contrast, and of the sacrum."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from OPRadiomicsLib.types import Progress, no_progress

from . import labels
from .cases import CANAL, DISC, SACRUM, TrainingCase, to_distance_bytes

if TYPE_CHECKING:
    from OPRadiomicsTrainingLib.simulation.study import SimulatedStudy

Floats = npt.NDArray[np.float32]

_S1 = 26


def prepare_simulated_cases(count: int, out: Path, *, seed: int, progress: Progress = no_progress) -> None:
    """Simulate ``count`` studies and write four cases of each: the three sequences, and one of random tissue contrast.

    The border rule is the one that the real sets get. Cases that are there already are kept, so that a broken run goes on.
    """
    from OPRadiomicsTrainingLib.simulation.patients import sample_patient
    from OPRadiomicsTrainingLib.simulation.study import simulate_study

    out.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        if (out / f"sim_{number:04d}_painted.npz").exists():
            continue
        rng = np.random.default_rng([seed, number])
        centre = "A" if rng.random() < 0.7 else "B"
        study = simulate_study(sample_patient(rng, centre), seed=int(rng.integers(2**31)), centre=centre)
        for case in simulated_cases(study, f"sim_{number:04d}", rng):
            case.save(out)
        progress(f"Simulated {number + 1} of {count}", (number + 1) / count)


def simulated_cases(study: SimulatedStudy, name: str, rng: np.random.Generator) -> list[TrainingCase]:
    """The three sequences of a study and a painted one, with one set of targets."""
    bodies = np.where(study.bodies.labels == _S1, 0, study.bodies.labels).astype(np.uint8)
    column_mm, row_mm, slice_mm = study.bodies.spacing_mm
    spacing_mm = (slice_mm, row_mm, column_mm)
    images = {role.value: np.asarray(volume.array, np.float32) for role, volume in study.volumes.items()}
    offset_mm = _offset_mm(images["T1WI"], bodies, row_mm)
    distance = to_distance_bytes(labels.body_distance_mm(bodies, spacing_mm, offset_mm))
    tissue = _classes(study)
    images["painted"] = paint(study.tissues, rng)
    return [
        TrainingCase(
            f"{name}_{kind}",
            _as_bytes(image),
            distance,
            tissue,
            np.full(image.shape, 255, np.uint8),
            np.ones(5, bool),
            spacing_mm,
        )
        for kind, image in images.items()
    ]


def _offset_mm(image: Floats, bodies: npt.NDArray[np.uint8], spacing_mm: float) -> float:
    profiles = []
    for k in range(len(image) // 2 - 1, len(image) // 2 + 2):
        for label in np.unique(bodies[k][bodies[k] > 0]):
            profile = labels.endplate_profile(image[k], bodies[k] == label, spacing_mm)
            if profile is not None:
                profiles.append(profile)
    return labels.border_offset_mm(profiles)


def _classes(study: SimulatedStudy) -> npt.NDArray[np.uint8]:
    from OPRadiomicsTrainingLib.simulation.tissues import Tissue

    tissue = np.zeros(study.tissues.shape, np.uint8)
    tissue[(study.tissues == Tissue.SACRUM) | (study.bodies.labels == _S1)] = SACRUM
    tissue[np.isin(study.tissues, (Tissue.CSF, Tissue.NEURAL))] = CANAL
    tissue[study.tissues == Tissue.DISC] = DISC
    return tissue


def paint(tissues: npt.NDArray[np.uint8], rng: np.random.Generator) -> Floats:
    """An image of random tissue intensities (Billot et al., Med Image Anal 2023): air, gas and cortex stay dark."""
    from scipy import ndimage

    from OPRadiomicsTrainingLib.simulation.tissues import Tissue

    level = rng.uniform(0.1, 1.0, 256).astype(np.float32)
    spread = rng.uniform(0.02, 0.15, 256).astype(np.float32)
    for dark in (Tissue.AIR, Tissue.GAS, Tissue.CORTEX):
        level[dark], spread[dark] = rng.uniform(0, 0.08), 0.02
    grain = ndimage.gaussian_filter(rng.normal(0, 1, tissues.shape), (0, 1.0, 1.0)).astype(np.float32)
    grain /= grain.std()
    image = level[tissues] + spread[tissues] * grain
    painted: Floats = np.clip(ndimage.gaussian_filter(image, (0, 0.7, 0.7)), 0, None).astype(np.float32)
    return painted


def _as_bytes(image: Floats) -> npt.NDArray[np.uint8]:
    low, high = np.percentile(image, (0.5, 99.8))
    return np.asarray(np.clip((image - low) / max(1e-6, float(high - low)), 0, 1) * 255, np.uint8)
