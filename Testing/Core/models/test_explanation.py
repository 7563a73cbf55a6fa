"""SHAP values add up to the logit and equal the shap package's exact linear explainer."""

import numpy as np
import pytest
from OPRadiomicsLib.models.explanation import (
    contributions,
    linear_shap,
    logit,
    radscore_contributions,
    sequence_shares,
    shares,
)
from OPRadiomicsLib.models.prediction import predict, radscores
from OPRadiomicsLib.models.signature_file import load_signature
from OPRadiomicsLib.types import Clinical, Contribution


def test_contributions_and_base_add_up_to_the_logit_to_1e_12(a_signature, some_features, a_woman_of_71):
    published = predict(load_signature("published-clinical"), None, Clinical(83.5, True))
    for prediction in (*predict(a_signature, some_features, a_woman_of_71), *published):
        total = prediction.base_logit + sum(term.shap for term in prediction.contributions)
        assert total == pytest.approx(prediction.logit, abs=1e-12)


def test_linear_shap_equals_the_exact_linear_explainer_to_1e_10():
    shap = pytest.importorskip("shap")
    rng = np.random.default_rng(7)
    background = rng.normal(size=(300, 5)) * (9.0, 0.5, 0.3, 0.2, 0.1) + (68.0, 0.4, 0.5, 0.5, 0.5)
    coefficients = rng.normal(size=5)
    # All rows: with its default of 100 the masker would subsample, and the means would differ.
    masker = shap.maskers.Independent(background, max_samples=len(background))
    oracle = shap.LinearExplainer((coefficients, -6.178), masker).shap_values(background)
    ours = linear_shap(coefficients, background, background.mean(axis=0))
    np.testing.assert_allclose(ours, oracle, rtol=0, atol=1e-10)


def test_contributions_of_a_standardised_model_equal_the_exact_linear_explainer_to_1e_10(a_signature):
    shap = pytest.importorskip("shap")
    model = a_signature.models.combined
    rng = np.random.default_rng(8)
    background = rng.normal(size=(250, 5)) * model.sds + model.means
    exact = model.model_copy(update={"reference": tuple(background.mean(axis=0).tolist())})
    raw = np.asarray(model.coefficients) / np.asarray(model.sds)
    masker = shap.maskers.Independent(background, max_samples=len(background))
    explainer = shap.LinearExplainer((raw, model.intercept - raw @ np.asarray(model.means)), masker)
    patient = background[3]
    ours = [term.shap for term in contributions(exact, patient)]
    np.testing.assert_allclose(ours, explainer.shap_values(patient[None])[0], rtol=0, atol=1e-10)
    assert logit(exact, exact.reference) == pytest.approx(explainer.expected_value, abs=1e-10)


def test_shares_sum_to_one_and_group_by_sequence():
    terms = [
        Contribution("age", 71, 68, 0.2),
        Contribution("sex", 0, 0.4, -0.3),
        Contribution("radscore_T1WI", 0.5, 0.4, -0.5),
    ]
    assert shares(terms) == pytest.approx({"radscore_T1WI": 0.5, "sex": 0.3, "age": 0.2})
    assert sequence_shares(terms) == pytest.approx({"T1WI": 0.5, "clinical": 0.5})


def test_shares_of_a_patient_at_the_reference_are_zero_not_nan():
    assert shares([Contribution("age", 69, 69, 0.0)]) == {"age": 0.0}


def test_a_radscore_taken_apart_adds_up_to_1e_12(a_signature, some_features):
    scores = radscores(a_signature, some_features)
    for radscore in a_signature.radscores:
        terms = radscore_contributions(radscore, some_features.as_dict())
        total = radscore.intercept + sum(term.shap for term in terms)
        assert total == pytest.approx(scores[radscore.predictor], abs=1e-12)
