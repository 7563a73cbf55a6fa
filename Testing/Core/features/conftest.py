"""Small digital studies for the feature tests."""

import numpy as np
import pytest
from OPRadiomicsLib.features.phantoms import textured_phantom, vertebrae_phantom
from OPRadiomicsLib.profile import Profile, load_profile
from OPRadiomicsLib.types import Mask, Volume

SHAPE = (36, 48, 34)


@pytest.fixture(scope="session")
def standard() -> Profile:
    return load_profile("standard")


@pytest.fixture(scope="session")
def paper_literal() -> Profile:
    return load_profile("paper-literal")


@pytest.fixture(scope="session")
def a_preprocessed_volume() -> Volume:
    return Volume(textured_phantom(SHAPE, seed=1), np.eye(4))


@pytest.fixture(scope="session")
def a_region() -> Mask:
    return Mask(vertebrae_phantom(SHAPE, margin=8), np.eye(4))
