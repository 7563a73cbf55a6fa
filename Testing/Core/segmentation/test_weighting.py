"""Canal and fat tell the three sequences from each other, whatever file or series was given for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from OPRadiomicsLib.geometry import ijk_to_lps
from OPRadiomicsLib.segmentation.weighting import canal_to_marrow, fat_of, fat_to_canal, weighting_doubts
from OPRadiomicsLib.types import Mask, Role, Volume
from OPRadiomicsTrainingLib.simulation.patients import sample_patient
from OPRadiomicsTrainingLib.simulation.study import SimulatedStudy, simulate_study
from OPRadiomicsTrainingLib.simulation.tissues import Tissue


@pytest.fixture(scope="module", params=["A", "B"])
def study(request: pytest.FixtureRequest) -> SimulatedStudy:
    return simulate_study(sample_patient(np.random.default_rng(7), request.param), seed=7, centre=request.param)


def bodies_on(study: SimulatedStudy, volumes: Mapping[Role, Volume]) -> dict[Role, Mask]:
    return {role: replace(study.bodies, affine=volume.affine) for role, volume in volumes.items()}


def given(study: SimulatedStudy, **shown: Role) -> dict[Role, Volume]:
    """The study's images, with another's in the place of some: ``T1WI=Role.T2WI`` gives the T2WI as T1WI."""
    return {role: study.volumes[shown.get(role.name, role)] for role in Role}


def test_each_sequence_passes_for_what_it_is(study: SimulatedStudy) -> None:
    assert weighting_doubts(study.volumes, bodies_on(study, study.volumes)) == ()


@pytest.mark.parametrize(("role", "shown", "said"), [("T1WI", "T2WI", "brighter"), ("FST2WI", "T1WI", "darker")])
def test_another_weighting_is_doubted(study: SimulatedStudy, role: str, shown: str, said: str) -> None:
    volumes = given(study, **{role: Role[shown]})
    (sentence,) = weighting_doubts(volumes, bodies_on(study, volumes))
    assert sentence.startswith(f"{Role[role]}: The canal is {said}")


def test_exchanged_t2wi_and_fs_t2wi_are_doubted(study: SimulatedStudy) -> None:
    volumes = given(study, T2WI=Role.FST2WI, FST2WI=Role.T2WI)
    (sentence,) = weighting_doubts(volumes, bodies_on(study, volumes))
    assert "exchanged" in sentence


def test_fat_is_found_in_the_back_where_the_simulator_put_it(study: SimulatedStudy) -> None:
    volume = study.volumes[Role.T1WI]
    fat_lps = fat_of(volume, study.bodies)
    k, j, i = np.rint(ijk_to_lps(np.linalg.inv(volume.affine), fat_lps)).astype(int)[:, ::-1].T
    assert len(k) > 500
    assert (study.tissues[k, j, i] == Tissue.FAT).mean() > 0.75


def test_fat_out_of_view_tells_nothing(study: SimulatedStudy) -> None:
    volume, elsewhere_lps = study.volumes[Role.T2WI], np.full((10, 3), 1e4)
    assert fat_to_canal(volume, replace(study.bodies, affine=volume.affine), elsewhere_lps) is None


def test_bodies_at_the_image_s_edge_tell_nothing(study: SimulatedStudy) -> None:
    volume = study.volumes[Role.T1WI]
    labels = np.zeros(volume.array.shape, np.uint8)
    for number, label in enumerate((20, 21, 22)):
        labels[5:12, 40 * number + 10 : 40 * number + 40, -30:] = label
    at_the_edge = {role: Mask(labels, one.affine) for role, one in study.volumes.items()}
    assert canal_to_marrow(volume, at_the_edge[Role.T1WI]) is None
    assert fat_of(volume, at_the_edge[Role.T1WI]).shape == (0, 3)
    assert weighting_doubts(study.volumes, at_the_edge) == ()
