"""A small study, fitted and evaluated once."""

from dataclasses import replace

import pytest
from feature_cohort import simulate_feature_cohort
from OPRadiomicsLib.profile import load_profile
from OPRadiomicsTrainingLib.evaluation.evaluate import evaluate
from OPRadiomicsTrainingLib.evaluation.results import EvaluationSettings
from OPRadiomicsTrainingLib.fitting.fit import fit_signature
from OPRadiomicsTrainingLib.fitting.record import training_predictions
from OPRadiomicsTrainingLib.fitting.settings import FitSettings, SelectionSettings

SETTINGS = FitSettings(SelectionSettings(lasso_folds=4, folds=3), tune=2, demo=True, name="a-paper", compare=("svm",))


@pytest.fixture(scope="session")
def a_study():
    cohort = simulate_feature_cohort({"A": 150, "B": 50}, 7, features=15)
    splits = ("train",) * 100 + ("test",) * 50 + ("external",) * 50
    return replace(cohort, splits=splits, excluded={"previous fracture": 3, "poor images": 2})


@pytest.fixture(scope="session")
def a_fit(a_study):
    return fit_signature(a_study, load_profile("standard"), SETTINGS)


@pytest.fixture(scope="session")
def an_evaluation(a_study, a_fit):
    return evaluate(a_fit.signature, a_study, EvaluationSettings(bootstrap=50), training=training_predictions(a_fit))
