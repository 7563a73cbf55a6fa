"""The canal tells T1-weighted images from T2-weighted ones, whatever file or series was given for them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from OPRadiomicsLib.segmentation.weighting import canal_to_marrow, weighting_doubt
from OPRadiomicsLib.types import Mask, Role
from OPRadiomicsTrainingLib.simulation.patients import sample_patient
from OPRadiomicsTrainingLib.simulation.study import SimulatedStudy, simulate_study


@pytest.fixture(scope="module", params=["A", "B"])
def study(request: pytest.FixtureRequest) -> SimulatedStudy:
    return simulate_study(sample_patient(np.random.default_rng(7), request.param), seed=7, centre=request.param)


def bodies_on(study: SimulatedStudy, role: Role) -> Mask:
    return replace(study.bodies, affine=study.volumes[role].affine)


@pytest.mark.parametrize("role", list(Role))
def test_each_sequence_passes_for_what_it_is(study: SimulatedStudy, role: Role) -> None:
    assert weighting_doubt(study.volumes[role], bodies_on(study, role), role) == ()


@pytest.mark.parametrize(("given", "shown", "said"), [("T1WI", "T2WI", "brighter"), ("FS-T2WI", "T1WI", "darker")])
def test_another_weighting_is_doubted(study: SimulatedStudy, given: str, shown: str, said: str) -> None:
    volume, bodies = study.volumes[Role(shown)], bodies_on(study, Role(shown))
    (sentence,) = weighting_doubt(volume, bodies, Role(given))
    assert said in sentence


def test_bodies_at_the_image_s_edge_tell_nothing(study: SimulatedStudy) -> None:
    volume = study.volumes[Role.T1WI]
    labels = np.zeros(volume.array.shape, np.uint8)
    for number, label in enumerate((20, 21, 22)):
        labels[5:12, 40 * number + 10 : 40 * number + 40, -30:] = label
    assert canal_to_marrow(volume, Mask(labels, volume.affine)) is None
    assert weighting_doubt(volume, Mask(labels, volume.affine), Role.T1WI) == ()
