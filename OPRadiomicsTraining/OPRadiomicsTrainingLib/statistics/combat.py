"""ComBat: taking the scanner's shift and stretch out of features (Johnson, Biostatistics 2007; Fortin, NeuroImage 2018).

Limits. It needs several patients of every centre (three or more here; some twenty for a steady estimate), so a new centre
must send a sample before its first patient can be harmonised. It removes what differs between centres in mean and variance of
each feature alone: a difference of another kind (resolution, correlation of features) stays. What is confounded with the centre
goes with it: a centre of older or sicker patients loses a true difference, unless that variable is given as a covariate - and
the label, as a covariate, would leak it into new patients' features, who have none. Fit it on training rows only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from OPRadiomicsLib.errors import FeatureError

from .arrays import FloatTable, Indices

MIN_PATIENTS: Final = 3
TOLERANCE: Final = 1e-10
MAX_ITERATIONS: Final = 10_000

Centres = npt.NDArray[np.str_]


@dataclass(frozen=True, eq=False)
class Combat:
    """What was estimated on the training rows.

    ``centres`` names c centres; ``shift`` and ``stretch`` (a variance ratio) are (c, p) in units of ``sd`` (p,); ``mean``
    (p,) is the grand mean at covariates 0, ``slopes`` (q, p) the covariates' effect, which is kept.
    """

    centres: tuple[str, ...]
    mean: FloatTable
    slopes: FloatTable
    sd: FloatTable
    shift: FloatTable
    stretch: FloatTable

    def apply(self, features: FloatTable, centres: Centres, covariates: FloatTable | None = None) -> FloatTable:
        """Harmonised features of any patients of the known centres, (n, p).

        Raises
        ------
        FeatureError
            If a centre was not among the training rows, or the covariates are other ones.
        """
        place = _places(centres, self.centres)
        expected = self.mean + _covariates(covariates, len(features), len(self.slopes)) @ self.slopes
        standardised = (features - expected) / self.sd
        harmonised: FloatTable = (standardised - self.shift[place]) / np.sqrt(self.stretch[place]) * self.sd + expected
        return harmonised


def fit_combat(features: FloatTable, centres: Centres, covariates: FloatTable | None = None) -> Combat:
    """Estimate shift and stretch of each centre by parametric empirical Bayes; equals sva's ComBat.

    Parameters
    ----------
    features
        (n, p), training rows.
    centres
        (n,) names; at least two centres with three patients each.
    covariates
        (n, q) whose effect is kept (age, sex), not collinear with the centres; none if None.

    Raises
    ------
    FeatureError
        If there is one centre only or a centre has too few patients, a feature does not vary within a centre, or a covariate
        is collinear with the centres.
    """
    names, place, counts = np.unique(centres, return_inverse=True, return_counts=True)
    _require_centres(names, counts)
    known = _covariates(covariates, len(features), None)
    members = np.eye(len(names))[place]
    design = np.column_stack((members, known))
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise FeatureError(
            "Covariates that are a combination of the centres or of each other",
            "covariates that vary within the centres",
            "leave such a covariate out",
        )
    effects: FloatTable = np.linalg.lstsq(design, features, rcond=None)[0].astype(np.float64)
    mean, slopes = counts / len(features) @ effects[: len(names)], effects[len(names) :]
    sd: FloatTable = np.sqrt(((features - design @ effects) ** 2).mean(axis=0)).astype(np.float64)
    groups = [np.flatnonzero(place == centre) for centre in range(len(names))]
    _require_variation(features, groups)
    standardised = (features - mean - known @ slopes) / sd
    bayes = [_empirical_bayes(standardised[group]) for group in groups]
    return Combat(
        tuple(str(name) for name in names),
        mean,
        slopes,
        sd,
        np.array([shift for shift, _ in bayes]),
        np.array([stretch for _, stretch in bayes]),
    )


def _empirical_bayes(values: FloatTable) -> tuple[FloatTable, FloatTable]:
    """Posterior shift and stretch of one centre's features, each (p,), with priors from all features (Johnson 2007, 3.2)."""
    n = len(values)
    first_shift, first_stretch = values.mean(axis=0), values.var(axis=0, ddof=1)
    if len(first_shift) < 2 or np.ptp(first_stretch) == 0.0:
        return first_shift, first_stretch  # one feature has no others to learn a prior from
    prior_mean, prior_variance = first_shift.mean(), first_shift.var(ddof=1)
    centre, spread = first_stretch.mean(), first_stretch.var(ddof=1)
    shape, scale = (2 * spread + centre**2) / spread, (centre * spread + centre**3) / spread
    shift, stretch = first_shift, first_stretch
    for _ in range(MAX_ITERATIONS):
        before = shift, stretch
        shift = (n * prior_variance * first_shift + stretch * prior_mean) / (n * prior_variance + stretch)
        stretch = (scale + 0.5 * ((values - shift) ** 2).sum(axis=0)) / (n / 2 + shape - 1)
        if max(np.abs(shift - before[0]).max(), np.abs(stretch - before[1]).max()) < TOLERANCE:
            return shift, stretch
    raise FeatureError("ComBat's estimates do not settle", "features that vary in every centre", "check the features' table")


def _covariates(covariates: FloatTable | None, rows: int, expected: int | None) -> FloatTable:
    table = np.empty((rows, 0)) if covariates is None else np.asarray(covariates, dtype=np.float64)
    if len(table) != rows or (expected is not None and table.shape[1] != expected):
        raise FeatureError(
            f"Covariates of shape {table.shape}",
            f"({rows}, {expected if expected is not None else 'any'})",
            "give the covariates that ComBat was fitted with",
        )
    return table


def _places(centres: Centres, known: tuple[str, ...]) -> Indices:
    strange = sorted({str(name) for name in centres} - set(known))
    if strange:
        raise FeatureError(
            f"Patients of {', '.join(strange)}, which ComBat was not fitted on",
            f"patients of {', '.join(known)}",
            "fit ComBat with a sample of that centre",
        )
    return np.array([known.index(str(name)) for name in centres], dtype=np.intp)


def _require_centres(names: Centres, counts: Indices) -> None:
    small = [f"{name} ({count})" for name, count in zip(names, counts, strict=True) if count < MIN_PATIENTS]
    if len(names) < 2 or small:
        raise FeatureError(
            f"{len(names)} centres, too small: {', '.join(small) if small else 'none'}",
            f"two centres or more, each of at least {MIN_PATIENTS} patients",
            "add patients, or do without harmonisation",
        )


def _require_variation(features: FloatTable, groups: list[Indices]) -> None:
    constant = np.flatnonzero(np.any([np.ptp(features[group], axis=0) == 0.0 for group in groups], axis=0))
    if len(constant):
        raise FeatureError(
            f"{len(constant)} features are the same in all patients of a centre, first column {constant[0]}",
            "features that vary in every centre",
            "leave these features out",
        )
