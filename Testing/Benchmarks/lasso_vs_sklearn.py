"""Ten-fold cross-validated LASSO of one sequence's features against scikit-learn's LassoCV, same folds, same penalties.

768 patients and 300 features that share eight factors, correlated up to 0.97; 50 penalties down to 1 % of the largest.
scikit-learn gets its default tolerance of 1e-4, ours is exact to rounding; no joblib workers.
"""

from __future__ import annotations

import warnings

import numpy as np
from harness import Ratio, paired
from OPRadiomicsTrainingLib.statistics.folds import stratified_folds
from OPRadiomicsTrainingLib.statistics.penalised import cross_validate_lasso, penalty_grid
from sklearn.linear_model import LassoCV

PATIENTS, FEATURES, FACTORS = 768, 300, 8


def measure(runs: int = 3) -> Ratio:
    """How many times faster our cross-validation is; both must choose the same penalty."""
    rng = np.random.default_rng(1)
    factors = rng.normal(size=(PATIENTS, FACTORS))
    features = factors @ rng.normal(size=(FACTORS, FEATURES)) + 0.15 * rng.normal(size=(PATIENTS, FEATURES))
    ill = rng.random(PATIENTS) < 1 / (1 + np.exp(-0.6 * factors[:, 0]))
    features = (features - features.mean(axis=0)) / features.std(axis=0)
    penalties, folds = penalty_grid(features, ill, 50, 0.01), stratified_folds(ill, 10, rng)

    def stock() -> float:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it tells where it stops before its tolerance
            search = LassoCV(alphas=penalties, cv=folds, max_iter=50_000, tol=1e-4)
            return float(search.fit(features, ill.astype(np.float64)).alpha_)

    def ours() -> float:
        return cross_validate_lasso(features, ill, penalties, folds).lambda_min

    if not np.isclose(ours(), stock(), rtol=1e-9):
        raise RuntimeError("the two choose different penalties")
    return paired(stock, ours, runs)
