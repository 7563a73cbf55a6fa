"""Simulated patients through the whole pipeline, as the table that `fit-demo` reads."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
from OPRadiomicsLib import __version__
from OPRadiomicsLib.errors import GeometryError, MaskError, StudyError
from OPRadiomicsLib.files import write_text
from OPRadiomicsLib.io.tables import csv_text
from OPRadiomicsLib.profile import Profile
from OPRadiomicsLib.study import Study
from OPRadiomicsLib.types import FeatureVector, Mask, Role
from OPRadiomicsLib.workflow import analyse

from ..cohort.cohort import KEY_COLUMNS, MASKS_COLUMN, PROFILE_COLUMN
from ..simulation.patients import Patient, sample_patient
from ..simulation.study import SimulatedStudy, simulate_study

Segmenter = Callable[[SimulatedStudy], Mask]
"""A mask of the bodies on the study's T1WI; its ``origin`` goes into the table."""

FIRST_SEED: Final = 1_000_000
"""Far from the seeds of demo and test studies, which must not be training patients."""


def simulate_rows(
    folder: Path,
    profile: Profile,
    segmenter: Segmenter,
    *,
    masks: str,
    patients: int,
    seed: int,
    said: Callable[[str], None] = print,
) -> tuple[Path, ...]:
    """Write one CSV a simulated patient into ``folder``, and keep those of the same profile, masks and software version.

    So a stopped run goes on. A patient whose masks cannot be used (a level missing, cut off) is left out, and ``said`` tells.

    Parameters
    ----------
    masks
        What ``segmenter`` is, a network by its identity.

    Returns
    -------
    tuple of Path
        The rows' files, in the order of the seeds.
    """
    paths = []
    key = row_key(profile, masks)
    for number in range(FIRST_SEED * seed, FIRST_SEED * seed + patients):
        path = folder / f"{key}_{number}.csv"
        if not path.exists():
            try:
                patient, features, origin, slice_mm = simulate_features(number, profile, segmenter)
            except (MaskError, GeometryError, StudyError) as error:
                said(f"Simulated patient {number} left out: {error}")
                continue
            write_text(path, _table(f"sim{number}", patient, features, origin, slice_mm))
            said(f"Simulated patient {number}: BMD {patient.bmd:.0f} mg/cm3")
        paths.append(path)
    return tuple(paths)


def row_key(profile: Profile, masks: str) -> str:
    """Rows of equal keys were made alike."""
    return hashlib.sha256(f"{__version__} {profile.hash} {masks}".encode()).hexdigest()[:16]


def simulate_features(number: int, profile: Profile, segmenter: Segmenter) -> tuple[Patient, FeatureVector, str, float]:
    """One simulated patient, the features of the three sequences, where the masks came from, and the slices' distance in mm."""
    patient = sample_patient(np.random.default_rng(number))
    simulated = simulate_study(patient, seed=number)
    bodies = segmenter(simulated)
    study = Study({role: simulated.volumes[role] for role in Role})
    return patient, analyse(study, bodies, profile).features, bodies.origin, study.slice_mm


def join_rows(paths: tuple[Path, ...], out: Path) -> Path:
    """One table of many one-row tables with the same columns.

    Raises
    ------
    StudyError
        If there is no row, or the columns differ.
    """
    texts = [path.read_text(encoding="utf-8").splitlines() for path in paths]
    if not texts or any(text[0] != texts[0][0] for text in texts):
        raise StudyError(
            f"{len(texts)} simulated patients whose tables cannot be joined",
            "at least one, all with the same columns",
            "start again in an empty folder",
        )
    return write_text(out, "\n".join([texts[0][0], *(text[1] for text in texts)]) + "\n")


def _table(case: str, patient: Patient, features: FeatureVector, origin: str, slice_mm: float) -> str:
    clinical = (case, patient.age, int(patient.male), int(patient.osteoporosis))
    return csv_text(
        (*KEY_COLUMNS, PROFILE_COLUMN, MASKS_COLUMN, "slice_mm", *features.names),
        [(*clinical, features.profile_hash, origin, slice_mm, *features.values.tolist())],
    )
