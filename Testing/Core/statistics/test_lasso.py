"""LASSO against its optimality conditions."""

import numpy as np
from OPRadiomicsTrainingLib.statistics.lasso import fit_lasso


def test_lasso_meets_its_optimality_conditions_to_1e_3():
    """Correlation with the residual is the penalty on active columns, and at most the penalty on the others."""
    rng = np.random.default_rng(4)
    columns = rng.normal(size=(120, 30))
    ill = columns[:, 0] + columns[:, 1] + rng.normal(size=120) > 0
    columns = (columns - columns.mean(axis=0)) / columns.std(axis=0, ddof=1)
    fit = fit_lasso(columns, ill, 10, rng)
    correlation = columns.T @ (ill - fit.intercept - columns @ fit.coefficients) / 120
    active = fit.coefficients != 0
    np.testing.assert_allclose(correlation[active], fit.penalty * np.sign(fit.coefficients[active]), atol=1e-3)
    assert np.abs(correlation[~active]).max() <= fit.penalty + 1e-3
    assert active[:2].all()
