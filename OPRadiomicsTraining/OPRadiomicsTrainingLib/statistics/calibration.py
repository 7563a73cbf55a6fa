"""Calibration: do predicted probabilities come true? And recalibration for a new centre."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from OPRadiomicsLib.errors import ModelError, StudyError

from .arrays import Flags, FloatTable
from .estimate import NORMAL_975, Estimate, wilson
from .logistic import fit_logistic, logistic

KNOT_QUANTILES: Final = {3: (0.10, 0.5, 0.90), 4: (0.05, 0.35, 0.65, 0.95), 5: (0.05, 0.275, 0.5, 0.725, 0.95)}
"""Harrell, Regression Modeling Strategies, table 2.3."""


@dataclass(frozen=True)
class Calibration:
    """Slope and intercept of the observed class on the predicted logit, and Brier scores.

    ``slope`` and ``intercept`` are fitted together (ideal 1 and 0; a slope below 1 is optimism); NaN where the logits are all
    alike or separate the classes, so that there are none. ``in_the_large`` is the intercept with the slope fixed at 1 (above 0:
    predicted too low). ``scaled_brier`` is 1 - Brier / that of the prevalence.
    """

    slope: Estimate
    intercept: Estimate
    in_the_large: Estimate
    brier: float
    scaled_brier: float


def calibration(logits: FloatTable, ill: Flags) -> Calibration:
    """Calibration of predicted logits (Cox, Biometrika 1958; Steyerberg, Clinical Prediction Models 2019, chapter 15).

    Raises
    ------
    StudyError
        If a logit is not finite.
    ModelError
        If there is one class only.
    """
    in_the_large = recalibrated_intercept(logits, ill)
    intercept, slope = _joint(logits, ill)
    prevalence, score = float(ill.mean()), brier(logistic(logits), ill)
    return Calibration(slope, intercept, in_the_large, score, 1.0 - score / (prevalence * (1 - prevalence)))


def _joint(logits: FloatTable, ill: Flags) -> tuple[Estimate, Estimate]:
    """Intercept and slope."""
    try:
        fit = fit_logistic(np.asarray(logits)[:, None], ill)
    except ModelError:
        none = Estimate(math.nan, math.nan, math.nan)
        return none, none
    values, errors = fit.coefficients.tolist(), np.sqrt(np.diag(fit.covariance)).tolist()
    return Estimate.of_normal(values[0], errors[0]), Estimate.of_normal(values[1], errors[1])


def brier(probabilities: FloatTable, ill: Flags) -> float:
    """Mean squared difference of probability and class (Brier, Mon Weather Rev 1950)."""
    return float(((probabilities - ill) ** 2).mean())


def recalibrated_intercept(logits: FloatTable, ill: Flags) -> Estimate:
    """What to add to a model's intercept for a new centre, so that its mean probability there equals the observed share.

    The other coefficients stay. It is the calibration in the large; its patients can't test the result any more.

    Raises
    ------
    StudyError
        If a logit is not finite.
    ModelError
        If there is one class only.
    """
    _require_finite(logits)
    fit = fit_logistic(np.empty((len(logits), 0)), ill, offset=logits)
    return Estimate.of_normal(float(fit.coefficients[0]), float(fit.covariance[0, 0]) ** 0.5)


@dataclass(frozen=True, eq=False)
class Anchor:
    """Where a moved intercept holds a model: the set's mean predictors (p,), weighted by P (1 - P), and 1 / the weights' sum.

    The latter is the variance of the mean logit there, whatever the slopes.
    """

    centre: FloatTable
    variance: float


def anchor(columns: FloatTable, logits: FloatTable) -> Anchor:
    """Of patients given as (n, p), and their logits with the moved intercept, (n,)."""
    fitted = logistic(logits)
    weights = fitted * (1 - fitted)
    return Anchor(weights @ columns / weights.sum(), float(1 / weights.sum()))


def recalibrated_covariance(covariance: FloatTable, held: Anchor) -> FloatTable:
    """Covariance of the moved intercept and the slopes, in this order, by the delta method.

    The moved intercept solves "sum of P = number of ill" for the given slopes; the old one no longer matters. Hence it has the
    variance of that equation and follows the slopes by minus the anchor's centre (the implicit function's derivative).

    Parameters
    ----------
    covariance
        Of the old intercept and the slopes, (p + 1, p + 1).
    held
        By other patients than those of ``covariance``, in the same coordinates.
    """
    slopes = covariance[1:, 1:]
    follows = -slopes @ held.centre
    moved = np.empty_like(covariance)
    moved[0, 0] = held.variance - follows @ held.centre
    moved[0, 1:] = moved[1:, 0] = follows
    moved[1:, 1:] = slopes
    return moved


@dataclass(frozen=True)
class CalibrationBin:
    """Patients of similar probability: how many, their mean probability, and the observed share with Wilson's interval."""

    count: int
    predicted: float
    observed: Estimate


def calibration_bins(probabilities: FloatTable, ill: Flags) -> tuple[CalibrationBin, ...]:
    """Groups of equal size by probability: ten of at least 20 patients, or fewer groups, but three.

    Patients of equal probability stay together, so groups can be fewer still.
    """
    bins = int(np.clip(len(ill) // 20, 3, 10))
    edges = np.unique(np.quantile(probabilities, np.linspace(0, 1, bins + 1)))
    place = np.clip(np.searchsorted(edges, probabilities, side="left") - 1, 0, max(len(edges) - 2, 0))
    return tuple(
        CalibrationBin(
            int(chosen.sum()), float(probabilities[chosen].mean()), wilson(int(ill[chosen].sum()), int(chosen.sum()))
        )
        for chosen in (place == group for group in np.unique(place))
    )


@dataclass(frozen=True, eq=False)
class CalibrationCurve:
    """A smooth curve: observed share at predicted probabilities, with pointwise 95 % limits, each (m,)."""

    predicted: FloatTable
    observed: FloatTable
    lower: FloatTable
    upper: FloatTable


def calibration_curve(logits: FloatTable, ill: Flags, at: FloatTable, knots: int = 4) -> CalibrationCurve:
    """Flexible calibration: logistic regression on a restricted cubic spline of the logit (Van Calster, J Clin Epidemiol 2016).

    Parameters
    ----------
    at
        (m,) logits at which the curve is drawn; stay within those of the patients.
    knots
        3, 4 or 5, at Harrell's quantiles of the logits.

    Raises
    ------
    StudyError
        If a logit is not finite, or too few differ for the knots.
    ModelError
        If the spline separates the classes.
    """
    _require_finite(logits)
    places = np.quantile(logits, KNOT_QUANTILES[knots])
    if len(np.unique(places)) < knots:
        raise StudyError(
            f"Predictions that take {len(np.unique(logits))} values only", f"{knots} different knots", "draw bins instead"
        )
    fit = fit_logistic(restricted_cubic_spline(np.asarray(logits), places), ill)
    basis = restricted_cubic_spline(np.asarray(at), places)
    design = np.column_stack((np.ones(len(basis)), basis))
    found = fit.logits(basis)
    margin = NORMAL_975 * np.sqrt(np.einsum("ni,ij,nj->n", design, fit.covariance, design))
    return CalibrationCurve(logistic(np.asarray(at)), logistic(found), logistic(found - margin), logistic(found + margin))


def restricted_cubic_spline(values: FloatTable, knots: FloatTable | Sequence[float]) -> FloatTable:
    """Basis of a cubic spline that is linear beyond its outer knots, (n, knots - 1), the value itself first.

    Harrell, Regression Modeling Strategies, equation 2.25; cubic terms are divided by the squared span of the knots.
    """
    places = np.asarray(knots, dtype=np.float64)
    last, before = places[-1], places[-2]

    def cubed(knot: float) -> FloatTable:
        part: FloatTable = np.maximum(values - knot, 0.0) ** 3
        return part

    terms = [
        cubed(knot) - cubed(before) * (last - knot) / (last - before) + cubed(last) * (before - knot) / (last - before)
        for knot in places[:-2]
    ]
    return np.column_stack((values, *(term / (last - places[0]) ** 2 for term in terms)))


def _require_finite(logits: FloatTable) -> None:
    broken = int((~np.isfinite(logits)).sum())
    if broken:
        raise StudyError(
            f"{broken} predicted logits are not finite",
            "probabilities strictly between 0 and 1",
            "predict again, or cut probabilities of 0 and 1",
        )
