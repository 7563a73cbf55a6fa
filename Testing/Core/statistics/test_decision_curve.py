"""Net benefit from its definition."""

import numpy as np
import pytest
from OPRadiomicsLib.errors import StudyError
from OPRadiomicsTrainingLib.statistics.decision_curve import decision_curve


def test_net_benefit_patient_by_patient():
    rng = np.random.default_rng(1)
    probabilities, ill = np.round(rng.random(70), 2), rng.random(70) < 0.4
    cuts = np.arange(0.0, 1.0, 0.01)
    found = decision_curve(probabilities, ill, cuts)
    for place, cut in enumerate(cuts):
        treated = probabilities >= cut
        expected = (treated & ill).sum() / 70 - (treated & ~ill).sum() / 70 * cut / (1 - cut)
        assert found.model[place] == pytest.approx(expected, abs=1e-12)


def test_treating_all_is_the_prevalence_at_zero_and_nothing_at_the_prevalence():
    ill = np.arange(20) < 5
    found = decision_curve(np.full(20, 0.3), ill, np.array([0.0, 0.25, 0.5]))
    np.testing.assert_allclose(found.treat_all, [0.25, 0.0, -0.5], atol=1e-12)
    np.testing.assert_allclose(found.model, [0.25, 0.0, 0.0], atol=1e-12)
    assert not found.treat_none.any()


def test_a_perfect_model_is_worth_the_prevalence_everywhere():
    ill = np.arange(20) < 5
    np.testing.assert_allclose(decision_curve(ill.astype(float), ill, np.linspace(0.01, 0.99, 20)).model, 0.25, atol=1e-12)


@pytest.mark.parametrize(("risks", "cuts"), [([0.2, 1.3], [0.5]), ([0.2, 0.3], [1.0]), ([np.nan, 0.3], [0.5])])
def test_logits_and_impossible_thresholds_are_errors(risks, cuts):
    with pytest.raises(StudyError, match="not logits"):
        decision_curve(np.array(risks), np.array([True, False]), np.array(cuts))


def test_net_benefit_equals_its_formula_in_r_to_1e_12(reference, patients, ill):
    probabilities = 1 / (1 + np.exp(-(0.6 * patients["first"] + 0.4)))
    expected = reference["net_benefit"]
    found = decision_curve(probabilities, ill, np.array(expected["thresholds"]))
    np.testing.assert_allclose(found.model, expected["model"], atol=1e-12)
