"""ROC against closed forms and independent implementations."""

import numpy as np
import pytest
from OPRadiomicsTrainingLib.statistics.roc import auc, youden_threshold
from sklearn.metrics import roc_auc_score


def test_auc_equals_sklearn_with_ties_to_1e_12():
    rng = np.random.default_rng(5)
    scores, ill = np.round(rng.normal(size=80), 1), rng.random(80) < 0.5
    assert auc(scores, ill) == pytest.approx(roc_auc_score(ill, scores), abs=1e-12)


def test_youden_threshold_by_hand():
    probabilities = np.array([0.1, 0.2, 0.6, 0.3, 0.7, 0.8])
    ill = np.array([False, False, False, True, True, True])
    # Cuts 0.25 (sensitivity 1, specificity 2/3) and 0.65 (2/3, 1) tie; 0.65 lies nearer one half.
    assert youden_threshold(probabilities, ill) == pytest.approx(0.65, abs=1e-15)
