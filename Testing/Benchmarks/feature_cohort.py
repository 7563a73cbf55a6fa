"""Cohorts simulated at the level of features, for questions that need thousands of patients or many seeds.

Patients are those of `patients.sample_patient`. What an image would show of their bone (one latent marrow value a sequence,
driven by BMD) and nuisances that have nothing to do with it (scanner, coil, reader) load on the features of a sequence in
families, as radiomic features do: within a family they correlate to 0.8 and more. No image is made; nothing here says how
strong the signal of a real image is.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt
from OPRadiomicsLib.types import Role
from OPRadiomicsTrainingLib.cohort.cohort import Cohort
from OPRadiomicsTrainingLib.cohort.row import OSTEOPOROSIS_BMD
from OPRadiomicsTrainingLib.simulation.patients import Patient, sample_patient

Floats = npt.NDArray[np.float64]

SIGNAL: Final[Mapping[Role, float]] = MappingProxyType({Role.T1WI: 0.7, Role.T2WI: 0.9, Role.FST2WI: 0.4})
"""Change of the latent marrow value, in its SD between patients of one BMD, per 32 mg/cm3 (an SD) of BMD lost."""

INFORMATIVE: Final = 0.15
"""Share of the features that load on the marrow value."""

FAMILIES: Final = 12
"""Latent nuisances of a sequence."""

CENTRE_SHIFT: Final = 0.4
"""How far centre B's nuisances lie from A's, in SD."""


def simulate_feature_cohort(
    centres: Mapping[str, int],
    seed: int,
    *,
    features: int = 386,
    signal_strength: float = 1.0,
) -> Cohort:
    """Simulate a cohort of the centres A and B.

    Parameters
    ----------
    centres
        Patients by centre.
    features
        Of each sequence.
    signal_strength
        0 makes the features independent of BMD, age and sex.
    """
    rng = np.random.default_rng(seed)
    listed = [centre for centre, count in sorted(centres.items()) for _ in range(count)]
    patients = [sample_patient(rng, centre) for centre in listed]
    blocks = [_sequence(rng, patients, SIGNAL[role] * signal_strength, features) for role in Role]
    return Cohort(
        cases=tuple(f"sim{number:05d}" for number in range(len(patients))),
        ages=np.array([float(patient.age) for patient in patients]),
        male=np.array([patient.male for patient in patients]),
        osteoporosis=np.array([patient.osteoporosis for patient in patients]),
        feature_names=tuple(f"{role}_original_simulated_F{number:03d}" for role in Role for number in range(features)),
        features=np.hstack(blocks),
        masks=("none: simulated features",),
        bmi=np.array([patient.bmi for patient in patients]),
        diabetes=np.array([float(patient.diabetes) for patient in patients]),
        smoking=np.array([float(patient.smoking) for patient in patients]),
        drinking=np.array([float(patient.drinking) for patient in patients]),
        bmd=np.array([patient.bmd for patient in patients]),
        centres=tuple(listed),
    )


def _sequence(rng: np.random.Generator, patients: list[Patient], signal: float, features: int) -> Floats:
    """(n, features): loadings on nuisances and marrow plus noise of their own, at scales from 1e-2 to 1e4.

    Loadings and scales come from a fixed generator, the same for each sequence: two cohorts of different seeds hold the same
    features, and three sequences see the same kinds of them; nuisances, marrow and noise are the sequence's own.
    """
    n = len(patients)
    deficit = np.array([OSTEOPOROSIS_BMD - patient.bmd for patient in patients]) / 32.0
    marrow = signal * deficit + rng.standard_normal(n)
    at_b = np.array([patient.centre == "B" for patient in patients])
    fixed = np.random.default_rng([2026, features, round(1000 * INFORMATIVE)])
    nuisances = rng.standard_normal((n, FAMILIES)) + CENTRE_SHIFT * at_b[:, None] * fixed.standard_normal(FAMILIES)
    loadings = np.zeros((FAMILIES, features))
    loadings[fixed.integers(FAMILIES, size=features), np.arange(features)] = fixed.choice([-1.0, 1.0], features)
    on_marrow = (fixed.random(features) < INFORMATIVE) * fixed.uniform(0.2, 0.6, features)
    own = rng.standard_normal((n, features)) * fixed.uniform(0.2, 0.6, features)
    scale = 10.0 ** fixed.uniform(-2.0, 4.0, features)
    values: Floats = scale * (3.0 + nuisances @ loadings + marrow[:, None] * on_marrow + own)
    return values
