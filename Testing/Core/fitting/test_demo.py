"""The fitted demo signature: consistent with its own cohort, reproducible, honest about noise, marked DEMO."""

import argparse

import numpy as np
import pytest
from OPRadiomicsLib.errors import FeatureError, OPRadiomicsError
from OPRadiomicsLib.models.prediction import predict
from OPRadiomicsLib.models.signature_file import load_signature
from OPRadiomicsLib.profile import load_profile
from OPRadiomicsLib.types import Clinical, FeatureVector
from OPRadiomicsTrainingLib.fitting.cli import add_fit_demo_command
from OPRadiomicsTrainingLib.fitting.demo import fit_demo_signature
from OPRadiomicsTrainingLib.fitting.settings import SelectionSettings

QUICK = SelectionSettings(lasso_folds=5, folds=4)


@pytest.fixture(scope="module")
def a_demo_signature(a_cohort):
    return fit_demo_signature(a_cohort, load_profile("standard"), 5, QUICK)


def test_it_is_marked_demo_and_says_simulated(a_demo_signature):
    assert a_demo_signature.demo
    assert "SIMULATED" in a_demo_signature.provenance.trained_on
    assert "SIMULATED" in a_demo_signature.provenance.validation
    assert a_demo_signature.profile.hash == load_profile("standard").hash


def test_equal_cohort_and_seed_give_an_equal_signature(a_demo_signature, a_cohort):
    assert fit_demo_signature(a_cohort, load_profile("standard"), 5, QUICK).sha256 == a_demo_signature.sha256


def test_base_logit_is_the_mean_logit_of_the_training_patients_to_1e_9(a_demo_signature, a_cohort):
    """A linear model at the mean of its predictors equals the mean of its logits; checked for the clinical model."""
    predictions = [
        predict(a_demo_signature, None, Clinical(age, bool(male)))[0]
        for age, male in zip(a_cohort.ages, a_cohort.male, strict=True)
    ]
    assert predictions[0].base_logit == pytest.approx(np.mean([prediction.logit for prediction in predictions]), abs=1e-9)
    shap = np.abs([[term.shap for term in prediction.contributions] for prediction in predictions]).mean(axis=0)
    np.testing.assert_allclose(shap, a_demo_signature.models.clinical.mean_abs_shap, atol=1e-9)


def test_clinical_probabilities_average_to_the_share_of_osteoporosis_to_1e_9(a_demo_signature, a_cohort):
    """The score equation of the intercept."""
    probabilities = [
        predict(a_demo_signature, None, Clinical(age, bool(male)))[0].probability
        for age, male in zip(a_cohort.ages, a_cohort.male, strict=True)
    ]
    assert np.mean(probabilities) == pytest.approx(a_cohort.osteoporosis.mean(), abs=1e-9)


def test_it_predicts_a_new_patient_with_all_three_models(a_demo_signature, simulate_cohort):
    new = simulate_cohort(seed=99)
    features = FeatureVector(new.feature_names, new.features[0], a_demo_signature.profile.hash)
    predictions = predict(a_demo_signature, features, Clinical(float(new.ages[0]), bool(new.male[0])))
    assert [prediction.model for prediction in predictions] == ["clinical", "radiomics", "combined"]
    for prediction in predictions:
        assert prediction.interval[0] < prediction.probability < prediction.interval[1]
        assert prediction.osteoporosis is not None


def test_combined_model_beats_both_others_on_new_patients(a_demo_signature, simulate_cohort):
    """400 new patients of the same law; with this signal the AUC differ by some 0.05, standard error of a difference 0.02."""
    from OPRadiomicsTrainingLib.statistics.roc import auc

    new = simulate_cohort(seed=1234, patients=400)
    logits = {"clinical": [], "radiomics": [], "combined": []}
    for row, (age, male) in enumerate(zip(new.ages, new.male, strict=True)):
        features = FeatureVector(new.feature_names, new.features[row], a_demo_signature.profile.hash)
        for prediction in predict(a_demo_signature, features, Clinical(float(age), bool(male))):
            logits[prediction.model].append(prediction.logit)
    areas = {name: auc(np.array(values), new.osteoporosis) for name, values in logits.items()}
    assert areas["combined"] > max(areas["clinical"], areas["radiomics"])


def test_pure_noise_never_gives_a_silent_signature_of_radiomics(simulate_cohort):
    """Without signal either no feature is selected, said as an error, or the recorded nested AUC stays near one half."""
    try:
        signature = fit_demo_signature(simulate_cohort(seed=8, signal=0.0), load_profile("standard"), 5, QUICK)
    except FeatureError as error:
        assert "associated" in error.found
    else:
        area = float(signature.provenance.validation.split("radiomics ")[1].split(",")[0])
        assert area < 0.63


def _parsed(*arguments):
    parser = argparse.ArgumentParser()
    add_fit_demo_command(parser.add_subparsers())
    return parser.parse_args(["fit-demo", *map(str, arguments)])


def test_the_command_writes_a_signature_that_loads(a_table, tmp_path, capsys):
    options = _parsed("--cohort", a_table(), "--out", tmp_path / "model", "--folds", 3)
    options.run(options)
    assert load_signature(tmp_path / "model").demo
    assert "AUC" in capsys.readouterr().out


def test_a_bad_table_writes_nothing(a_table, tmp_path):
    def one_class(header, rows):
        for row in rows:
            row[3] = "1"

    options = _parsed("--cohort", a_table(one_class), "--out", tmp_path / "model")
    with pytest.raises(OPRadiomicsError, match="one class only"):
        options.run(options)
    assert not (tmp_path / "model").exists()
