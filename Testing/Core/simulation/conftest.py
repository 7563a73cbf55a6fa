"""Simulated studies that several tests look at; made once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from OPRadiomicsTrainingLib.simulation.patients import Patient, sample_patient
from OPRadiomicsTrainingLib.simulation.study import Options, SimulatedStudy, simulate_study


@pytest.fixture(scope="session")
def a_patient() -> Patient:
    return sample_patient(np.random.default_rng(5))


@pytest.fixture(scope="session")
def study_of(a_patient: Patient) -> Callable[[str], SimulatedStudy]:
    """Study of centre A or B, at full size."""

    @cache
    def made(centre: str) -> SimulatedStudy:
        return simulate_study(a_patient, seed=11, centre=centre)

    return made


@pytest.fixture
def small() -> Options:
    """A grid that is quick to simulate: coarse pixels over the same field of view, few slices."""
    return Options(slices=5, pixels=96)
