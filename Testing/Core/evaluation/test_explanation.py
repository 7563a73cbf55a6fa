"""SHAP of the linear models: equal to the shap package's exact explainer, adding up, shared out in full."""

import numpy as np
import pytest
from OPRadiomicsTrainingLib.evaluation.apply import apply_signature, logits_of, shap_of
from OPRadiomicsTrainingLib.evaluation.explanation import explain
from OPRadiomicsTrainingLib.fitting.nested import predictor_table


def test_shap_values_equal_the_shap_package_on_all_background_rows_to_1e_10(a_fit, a_study):
    """The background is the second stage's own training table, whose means are the signature's reference."""
    import shap

    model = a_fit.signature.models.combined
    background = np.column_stack([a_fit.stages.table[name] for name in model.predictors])
    slopes = np.asarray(model.coefficients) / np.asarray(model.sds)
    intercept = model.intercept - slopes @ np.asarray(model.means)
    explainer = shap.LinearExplainer((slopes, intercept), shap.maskers.Independent(background, max_samples=len(background)))
    applied = apply_signature(a_fit.signature, a_study, np.arange(200, 400))
    values = np.column_stack([applied.table[name] for name in model.predictors])
    np.testing.assert_allclose(shap_of(model, applied.table), explainer.shap_values(values), atol=1e-10)


def test_shap_values_and_the_reference_add_up_to_the_logit_to_1e_10(a_fit, a_study):
    model = a_fit.signature.models.combined
    applied = apply_signature(a_fit.signature, a_study, np.arange(200, 400))
    reference = {name: np.array([value]) for name, value in zip(model.predictors, model.reference, strict=True)}
    total = logits_of(model, reference) + shap_of(model, applied.table).sum(axis=1)
    np.testing.assert_allclose(total, applied.logits["combined"], atol=1e-10)


def test_shares_add_up_to_one_and_sequences_to_their_predictors(a_fit, a_study):
    rows = np.arange(200, 400)
    found = explain(a_fit.signature, apply_signature(a_fit.signature, a_study, rows).table, a_study.osteoporosis[rows])
    assert sum(found.shares.values()) == pytest.approx(1.0, abs=1e-12)
    assert sum(found.sequence_shares.values()) == pytest.approx(1.0, abs=1e-12)
    assert found.sequence_shares["clinical"] == pytest.approx(found.shares["age"] + found.shares["sex"], abs=1e-12)


def test_radscores_of_a_cohort_are_those_of_the_fit(a_fit, a_study):
    rows = np.arange(200, 400)
    applied, fitted = apply_signature(a_fit.signature, a_study, rows), predictor_table(a_fit.stages, a_fit.cohort, rows)
    for name in fitted:
        np.testing.assert_allclose(applied.table[name], fitted[name], atol=1e-12)
