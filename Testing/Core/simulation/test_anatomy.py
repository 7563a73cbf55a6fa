from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from OPRadiomicsTrainingLib.simulation.anatomy import Anatomy, Variety, sample_anatomy
from OPRadiomicsTrainingLib.simulation.patients import Patient
from OPRadiomicsTrainingLib.simulation.spine import place


@pytest.fixture(scope="module")
def anatomies(a_patient: Patient) -> list[Anatomy]:
    return [sample_anatomy(np.random.default_rng(n), a_patient) for n in range(200)]


def test_lumbar_lordosis_is_that_of_adults(anatomies: list[Anatomy]) -> None:
    """L1-S1, 60 +- 10 degrees or so in the population (Roussouly et al., 2005): mean in 45-65, nine of ten in 30-80."""
    angles = []
    for anatomy in anatomies:
        lumbar = [v.level for v in anatomy.vertebrae if v.level.startswith("L")]
        bodies = sum(v.wedge for v in anatomy.vertebrae if v.level in lumbar)
        angles.append(bodies + sum(d.wedge for d in anatomy.discs if d.level in lumbar))
    assert 45 < np.mean(angles) < 65
    assert np.mean([30 < a < 80 for a in angles]) > 0.9


def test_bodies_stand_in_order_with_a_disc_between_them(anatomies: list[Anatomy]) -> None:
    for anatomy in anatomies[:50]:
        spine = place(anatomy)
        heights = [pose.centre[2] for _, pose in spine.bodies]
        assert heights == sorted(heights)
        for (lower, low), (upper, high) in zip(spine.bodies[:-1], spine.bodies[1:], strict=True):
            gap = np.linalg.norm(high.centre - low.centre) - (lower.height + upper.height) / 2
            assert 1.0 < gap < 20.0


def test_l3_stands_where_the_field_of_view_is_centred(anatomies: list[Anatomy]) -> None:
    for anatomy in anatomies[:20]:
        middle = next(pose.centre for v, pose in place(anatomy).bodies if v.level == "L3")
        assert middle == pytest.approx(anatomy.centre_shift, abs=1e-9)


def test_options_decide_how_often_rare_anatomy_appears(a_patient: Patient) -> None:
    always = Variety(six_lumbar=1.0, modic=1.0, schmorl=1.0, haemangioma=1.0)
    anatomy = sample_anatomy(np.random.default_rng(0), a_patient, variety=always)
    assert anatomy.vertebrae[0].level == "L6"
    assert all(min(v.modic) > 0 and all(v.schmorl) and v.haemangioma for v in anatomy.vertebrae)
    never = Variety(six_lumbar=0.0, modic=0.0, schmorl=0.0, haemangioma=0.0)
    anatomy = sample_anatomy(np.random.default_rng(0), a_patient, variety=never)
    assert not any(max(v.modic) or any(v.schmorl) or v.haemangioma for v in anatomy.vertebrae)


def test_endplates_change_where_the_disc_is_worn(a_patient: Patient) -> None:
    """Share of changed endplates beside discs of degeneration above 0.8 against below 0.4: at least three times."""
    beside: dict[bool, list[bool]] = {True: [], False: []}
    for seed in range(150):
        anatomy = sample_anatomy(np.random.default_rng(seed), a_patient, variety=Variety(modic=0.15))
        for vertebra, disc in zip(anatomy.vertebrae, anatomy.discs, strict=True):
            if not 0.4 < disc.degeneration < 0.8:
                beside[disc.degeneration > 0.6].append(vertebra.modic[1] > 0)
    assert np.mean(beside[True]) > 3 * np.mean(beside[False])
    assert len(beside[False]) > 50


def test_men_are_larger_unless_the_patient_is_told_not_to_matter(a_patient: Patient) -> None:
    man, woman = replace(a_patient, male=True), replace(a_patient, male=False)
    sizes = [sample_anatomy(np.random.default_rng(1), p).size for p in (man, woman)]
    assert sizes[0] - sizes[1] == pytest.approx(0.075, abs=1e-9)
    same = [sample_anatomy(np.random.default_rng(1), p, dependence=0.0) for p in (man, woman)]
    assert same[0] == same[1]
