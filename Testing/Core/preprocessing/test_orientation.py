"""How a file stores an image, by which axis first, in which direction and with what padding, changes no feature."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from OPRadiomicsLib.geometry import axis_codes, ijk_to_lps, reoriented
from OPRadiomicsLib.profile import Profile
from OPRadiomicsLib.study import Study
from OPRadiomicsLib.types import Affine, Mask, Role, Volume
from OPRadiomicsLib.workflow import Analysis, analyse
from OPRadiomicsTrainingLib.simulation.study import SimulatedStudy

Codes = tuple[str, str, str]
ALL = [
    (order[0], order[1], order[2])
    for letters in itertools.product("LR", "PA", "SI")
    for order in itertools.permutations(letters)
]


@pytest.mark.parametrize("codes", ALL)
def test_voxels_stay_where_they_lie_in_the_patient(a_volume: Volume, two_bodies: Mask, codes: Codes) -> None:
    turned, labels = reoriented(a_volume, codes), reoriented(two_bodies, codes)
    assert axis_codes(turned.affine) == axis_codes(labels.affine) == codes
    k, j, i = np.indices(turned.shape).reshape(3, -1)
    lps = ijk_to_lps(turned.affine, np.stack([i, j, k], axis=1))
    own = ijk_to_lps(np.linalg.inv(a_volume.affine), lps)
    index = np.round(own).astype(int)
    np.testing.assert_allclose(own, index, rtol=0, atol=1e-9)
    np.testing.assert_array_equal(turned.array.ravel(), a_volume.array[index[:, 2], index[:, 1], index[:, 0]])
    np.testing.assert_array_equal(labels.labels.ravel(), two_bodies.labels[index[:, 2], index[:, 1], index[:, 0]])


def test_canonical_image_is_returned_as_it_is(a_volume: Volume) -> None:
    canonical = reoriented(a_volume)
    assert reoriented(canonical) is canonical


@pytest.fixture(scope="module")
def stored(small_study: SimulatedStudy, standard: Profile) -> tuple[Study, Mask, Analysis]:
    roles = (Role.T1WI, Role.T2WI)
    study = Study({role: small_study.volumes[role] for role in roles})
    return study, small_study.bodies, analyse(study, small_study.bodies, standard)


@pytest.mark.parametrize("codes", [("R", "P", "I"), ("A", "S", "L"), ("I", "L", "A"), ("L", "I", "P")])
def test_features_dont_depend_on_how_the_image_is_stored(
    stored: tuple[Study, Mask, Analysis], standard: Profile, codes: Codes
) -> None:
    # 1e-6: the affine's rounding there and back (1e-13 mm) reaches ITK's single-precision interpolation.
    study, bodies, expected = stored
    turned = Study({role: reoriented(volume, codes) for role, volume in study.volumes.items()})
    found = analyse(turned, reoriented(bodies, codes), standard)
    np.testing.assert_allclose(found.features.values, expected.features.values, rtol=1e-6, atol=1e-9)
    for role, volume in turned.volumes.items():
        for mask, own in ((found.bodies[role], expected.bodies[role]), (found.marrow[role], expected.marrow[role])):
            assert mask.shape == volume.shape
            np.testing.assert_array_equal(mask.affine, volume.affine)
            np.testing.assert_array_equal(mask.labels, reoriented(own, codes).labels)


def test_features_dont_depend_on_padding(stored: tuple[Study, Mask, Analysis], standard: Profile) -> None:
    # 60 rows and columns of zeros on each side; 1e-3: single precision of ITK's coordinates, which discretisation magnifies.
    study, bodies, expected = stored
    width = ((0, 0), (60, 60), (60, 60))

    def moved(affine: Affine) -> Affine:
        away = affine.copy()
        away[:3, 3] -= affine[:3, :3] @ [60, 60, 0]
        return away

    padded = {role: replace(v, array=np.pad(v.array, width), affine=moved(v.affine)) for role, v in study.volumes.items()}
    around = Mask(np.pad(bodies.labels, width), moved(bodies.affine), bodies.frame_of_reference_uid)
    found = analyse(Study(padded), around, standard)
    np.testing.assert_allclose(found.features.values, expected.features.values, rtol=1e-3, atol=1e-6)
