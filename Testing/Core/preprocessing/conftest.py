"""Small images whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from OPRadiomicsLib.profile import Profile, load_profile
from OPRadiomicsLib.types import Affine, Mask, Volume
from OPRadiomicsTrainingLib.simulation.patients import sample_patient
from OPRadiomicsTrainingLib.simulation.study import Options, SimulatedStudy, simulate_study


@pytest.fixture(scope="session")
def standard() -> Profile:
    return load_profile("standard")


@pytest.fixture(scope="session")
def small_study() -> SimulatedStudy:
    """A simulated examination on coarser slices (160 x 160 x 11), for speed."""
    patient = sample_patient(np.random.default_rng(5))
    return simulate_study(patient, seed=5, options=Options(slices=11, pixels=160))


def sagittal_affine(in_plane_mm: float, slice_mm: float, *, turn_deg: float = 0.0) -> Affine:
    """Columns run to posterior, rows to inferior, slices to the left; turned about the left-right axis."""
    angle = np.radians(turn_deg)
    affine = np.eye(4)
    affine[:3, 0] = in_plane_mm * np.array([0.0, np.cos(angle), np.sin(angle)])
    affine[:3, 1] = in_plane_mm * np.array([0.0, np.sin(angle), -np.cos(angle)])
    affine[:3, 2] = [slice_mm, 0.0, 0.0]
    affine[:3, 3] = [-20.0, -35.0, 60.0]
    return affine


@pytest.fixture
def a_volume() -> Volume:
    """Smooth structure without symmetry, 12 slices of 60 x 50."""
    k, j, i = np.meshgrid(np.arange(12) * 3.3, np.arange(60) * 0.875, np.arange(50) * 0.875, indexing="ij")
    array = 100 + 40 * np.sin(i / 5 + 0.3) * np.cos(j / 7) + 20 * np.cos(k / 9 + i / 11)
    return Volume(array.astype(np.float32), sagittal_affine(0.875, 3.3), "1.2.3", "analytic")


@pytest.fixture
def two_bodies() -> Mask:
    """L1 and L2 as ellipsoids on the grid of `a_volume`."""
    k, j, i = np.meshgrid((np.arange(12) - 5.5) * 3.3, np.arange(60) * 0.875, np.arange(50) * 0.875, indexing="ij")
    labels = np.zeros(k.shape, dtype=np.uint8)
    for label, centre_mm in ((20, 14.0), (21, 38.0)):
        labels[(k / 14) ** 2 + ((j - centre_mm) / 10) ** 2 + ((i - 22) / 13) ** 2 <= 1] = label
    return Mask(labels, sagittal_affine(0.875, 3.3), "1.2.3", "analytic")
