"""LASSO's path and its cross-validation for one Radscore: one answer for both families and both rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..statistics.arrays import Flags, FloatTable, Indices
from ..statistics.folds import stratified_folds
from ..statistics.penalised import cross_validate_lasso, cross_validate_logistic_lasso, penalty_grid
from .settings import LambdaRule, SelectionSettings

PENALTIES: Final = 50
SMALLEST: Final = 0.02
"""Of the largest penalty. Radiomic features are collinear to 0.99: below it the path only fits noise."""


@dataclass(frozen=True, eq=False)
class PenaltyPath:
    """Penalties from large to small, (l,); coefficients (l, p) and intercepts (l,) on standardised columns.

    ``error`` is the cross-validated mean squared error or binomial deviance with its ``standard_error``, each (l,);
    ``places`` those of lambda.min and lambda.1se (Hastie et al., Elements of Statistical Learning, 2009, section 7.10).
    """

    penalties: FloatTable
    coefficients: FloatTable
    intercepts: FloatTable
    error: FloatTable
    standard_error: FloatTable
    places: tuple[int, int]

    def index(self, rule: LambdaRule) -> int:
        """Place of a rule's penalty."""
        return self.places[0 if rule == "min" else 1]

    def at(self, rule: LambdaRule) -> tuple[FloatTable, float]:
        """Coefficients and intercept under a rule."""
        place = self.index(rule)
        return self.coefficients[place], float(self.intercepts[place])


def penalty_path(
    standardised: FloatTable,
    osteoporosis: Flags,
    settings: SelectionSettings,
    rng: np.random.Generator,
    patients: Indices | None = None,
) -> PenaltyPath:
    """Path and cross-validation of columns with mean 0 and SD 1, (n, p); folds by `stratified_folds`, drawn from ``rng``."""
    folds = stratified_folds(osteoporosis, settings.lasso_folds, rng, patients)
    penalties = penalty_grid(standardised, osteoporosis, PENALTIES, SMALLEST)
    validate = cross_validate_lasso if settings.lasso == "gaussian" else cross_validate_logistic_lasso
    found = validate(standardised, osteoporosis, penalties, folds)
    places = (int(np.flatnonzero(penalties == penalty)[0]) for penalty in (found.lambda_min, found.lambda_1se))
    path = found.path
    return PenaltyPath(
        path.penalties, path.coefficients, path.intercepts, found.errors, found.standard_errors, (next(places), next(places))
    )
