"""A signature fitted on simulated features, and patients of two other sets."""

from dataclasses import replace

import pytest
from feature_cohort import simulate_feature_cohort
from OPRadiomicsLib.profile import load_profile
from OPRadiomicsTrainingLib.fitting.fit import fit_signature
from OPRadiomicsTrainingLib.fitting.settings import FitSettings, SelectionSettings

SETTINGS = FitSettings(SelectionSettings(lasso_folds=4, folds=3), tune=0, clinical=("age", "sex"), demo=True, name="a-fit")


@pytest.fixture(scope="session")
def a_study():
    """200 training patients, 100 of an internal and 100 of an external test set (another centre)."""
    cohort = simulate_feature_cohort({"A": 300, "B": 100}, 11, features=20)
    return replace(cohort, splits=("train",) * 200 + ("test",) * 100 + ("external",) * 100)


@pytest.fixture(scope="session")
def a_fit(a_study):
    return fit_signature(a_study, load_profile("standard"), SETTINGS)
