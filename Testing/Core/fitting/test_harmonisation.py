"""ComBat inside the fit: fitted on training rows, exact in every centre's own signature, refused where it cannot be."""

from dataclasses import replace

import numpy as np
import pytest
from feature_cohort import simulate_feature_cohort
from OPRadiomicsLib.errors import FeatureError, StudyError
from OPRadiomicsLib.profile import load_profile
from OPRadiomicsTrainingLib.evaluation.apply import apply_by_centre
from OPRadiomicsTrainingLib.evaluation.evaluate import evaluate
from OPRadiomicsTrainingLib.evaluation.results import EvaluationSettings
from OPRadiomicsTrainingLib.fitting.fit import fit_signature
from OPRadiomicsTrainingLib.fitting.nested import fit_two_stages, predict_two_stages
from OPRadiomicsTrainingLib.fitting.settings import FitSettings, SelectionSettings

SETTINGS = FitSettings(SelectionSettings(lasso_folds=4, folds=3), tune=0, combat=True, clinical=("age", "sex"))
PROFILE = load_profile("standard")


@pytest.fixture(scope="module")
def two_centres():
    return simulate_feature_cohort({"A": 120, "B": 80}, 3, features=12)


@pytest.fixture(scope="module")
def a_fit(two_centres):
    return fit_signature(two_centres, PROFILE, SETTINGS)


def test_each_centres_signature_predicts_as_the_harmonised_fit_to_1e_9(a_fit, two_centres):
    rows = np.arange(200)
    harmonised = predict_two_stages(a_fit.stages, two_centres, rows)
    own = apply_by_centre(a_fit.by_centre, a_fit.signature, two_centres, rows)
    np.testing.assert_array_equal(own.rows, rows)
    for name, logits in own.logits.items():
        np.testing.assert_allclose(logits, harmonised[name], atol=1e-9)


def test_patients_of_another_centre_get_the_largest_ones_signature_and_the_evaluation_says_so(a_fit, two_centres):
    centres = tuple("C" if centre == "B" else centre for centre in two_centres.centres)
    for cohort, strange in (
        (two_centres, 0),
        (replace(two_centres, centres=centres), 80),
        (replace(two_centres, centres=()), 200),
    ):
        found = evaluate(a_fit.signature, cohort, EvaluationSettings(bootstrap=50), by_centre=a_fit.by_centre)
        said = [note for note in found.notes if "of no centre that the fit harmonised" in note]
        assert [int(note.split()[1]) for note in said] == ([strange] if strange else [])


def test_the_signature_is_the_largest_centres_and_says_so(a_fit):
    assert set(a_fit.signatures) == {"", "A", "B"}
    assert a_fit.signature == a_fit.signatures["A"]
    assert "centre A" in a_fit.signature.provenance.notes[-1]
    assert any("ComBat" in note for note in a_fit.signature.provenance.notes)


def test_a_scanners_shift_of_three_sd_is_taken_out_to_a_tenth(two_centres):
    """What stays is how far empirical Bayes draws a feature's shift towards the others'."""
    from OPRadiomicsTrainingLib.fitting.harmonisation import features_of, harmonise_rows

    at_b = np.array(two_centres.centres) == "B"
    shifted = two_centres.features + 3.0 * at_b[:, None] * two_centres.features.std(axis=0)
    cohort = replace(two_centres, features=shifted)
    features = features_of(cohort, np.arange(200), harmonise_rows(cohort, np.arange(200)))
    gap = np.abs(features[at_b].mean(axis=0) - features[~at_b].mean(axis=0)) / two_centres.features.std(axis=0)
    assert gap.max() < 0.3


@pytest.mark.parametrize("name", ["../../../escaped", "Site 1/2", "b\\c", "CON:", ".hidden", "B ", "a"])
def test_a_centre_that_cannot_name_a_folder_is_refused(two_centres, name):
    centres = tuple(name if centre == "B" else centre for centre in two_centres.centres)
    with pytest.raises(StudyError, match="can't name its signature's folder"):
        fit_signature(replace(two_centres, centres=centres), PROFILE, SETTINGS)


def test_one_centre_or_none_is_an_error(two_centres):
    with pytest.raises(FeatureError, match="1 centres"):
        fit_signature(replace(two_centres, centres=("A",) * 200), PROFILE, SETTINGS)
    with pytest.raises(StudyError, match="no centre"):
        fit_signature(replace(two_centres, centres=()), PROFILE, SETTINGS)


def test_combat_is_fitted_on_training_rows_alone(two_centres):
    """Centre B's test patients are shifted by three SD: no training patient's prediction changes by a bit."""
    train = np.r_[0:100, 120:180]
    shifted = two_centres.features.copy()
    shifted[180:] += 3.0 * two_centres.features.std(axis=0)
    fits = [
        fit_two_stages(cohort, train, SETTINGS, np.random.default_rng(1))
        for cohort in (two_centres, replace(two_centres, features=shifted))
    ]
    for name, logits in predict_two_stages(fits[0], two_centres, train).items():
        np.testing.assert_array_equal(logits, predict_two_stages(fits[1], two_centres, train)[name])


def test_patients_of_two_centres_in_any_order_get_their_own_predictions(a_fit, two_centres):
    """B's patients first: each is predicted as alone."""
    rows = np.arange(200)[::-1]
    turned = replace(
        two_centres,
        cases=two_centres.cases[::-1],
        centres=two_centres.centres[::-1],
        **{name: getattr(two_centres, name)[::-1] for name in ("ages", "male", "osteoporosis", "features", "bmi", "bmd")},
        **{name: getattr(two_centres, name)[::-1] for name in ("diabetes", "smoking", "drinking")},
    )
    found = apply_by_centre(a_fit.by_centre, a_fit.signature, turned, np.arange(200))
    expected = apply_by_centre(a_fit.by_centre, a_fit.signature, two_centres, np.arange(200))
    for name, logits in found.logits.items():
        np.testing.assert_allclose(logits, expected.logits[name][rows], atol=1e-12)


def test_a_centre_s_signature_names_its_own_scanners(two_centres):
    scanners = tuple(f"scanner of {centre}" for centre in two_centres.centres)
    fit = fit_signature(replace(two_centres, scanners=scanners), PROFILE, SETTINGS)
    assert {name: one.provenance.scanners for name, one in fit.signatures.items() if name} == {
        "A": ("scanner of A",),
        "B": ("scanner of B",),
    }
