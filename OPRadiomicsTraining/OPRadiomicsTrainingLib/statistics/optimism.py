"""Harrell's bootstrap: how much better a procedure looks on its own patients than on others, and what is left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from OPRadiomicsLib.errors import ModelError, OPRadiomicsError
from OPRadiomicsLib.types import Progress, no_progress

from .arrays import Flags, FloatTable, Indices

Score = Callable[[Indices], FloatTable]
"""Rows of the cohort to m metrics, (m,), each the larger the better or not: only differences count."""

Fit = Callable[[Indices, np.random.Generator], Score]
"""Rows to fit on (with repeats) and a generator to the fitted procedure's metrics on any rows."""


@dataclass(frozen=True, eq=False)
class Optimism:
    """Metrics on the patients fitted on, their mean optimism, and the difference, each (m,).

    A metric that a replicate leaves undefined (NaN: no slope of equal predictions) counts in the others' mean alone; it is NaN
    where more than one replicate in ten does.

    ``corrected_replicates`` is apparent minus each replicate's optimism, (replicates - failed, m); ``failed`` counts the
    replicates in which the procedure could not be fitted (a class lost, separation), which are left out.
    """

    apparent: FloatTable
    optimism: FloatTable
    corrected: FloatTable
    corrected_replicates: FloatTable
    failed: int


def bootstrap_optimism(
    fit: Fit,
    ill: Flags,
    replicates: int = 200,
    seed: int = 1,
    *,
    apparent: FloatTable | None = None,
    progress: Progress = no_progress,
) -> Optimism:
    """Optimism-corrected metrics (Harrell, Lee & Mark, Stat Med 1996).

    Each replicate draws patients with replacement, stratified by class, fits the whole procedure on them (so ``fit`` must
    hold every step that saw the label), and takes its metrics on the drawn less its metrics on all patients. Replicate
    i has its own generator of (seed, i), so that neither order nor number of the others changes it.

    Parameters
    ----------
    apparent
        Metrics on the patients fitted on, (m,), where the fit to be corrected exists already; else it is made here.

    Raises
    ------
    ModelError
        If more than one replicate in ten fails.
    OPRadiomicsError
        What ``fit`` raises on all patients.
    """
    every = np.arange(len(ill))
    if apparent is None:
        apparent = np.atleast_1d(fit(every, np.random.default_rng([seed, replicates]))(every))
    optimism: list[FloatTable] = []
    reason = ""
    for replicate in range(replicates):
        progress(f"Bootstrap sample {replicate + 1} of {replicates}", replicate / replicates)
        try:
            optimism.append(_optimism(fit, ill, np.random.default_rng([seed, replicate])))
        except OPRadiomicsError as error:
            reason = str(error)
    failed = replicates - len(optimism)
    if failed > replicates / 10:
        raise ModelError(
            f"{failed} of {replicates} bootstrap samples could not be fitted; the last: {reason}",
            "at most one in ten",
            "use fewer predictors or more patients",
        )
    found = np.array(optimism)
    mean = _mean_where_defined(found)
    return Optimism(apparent, mean, apparent - mean, apparent - found, failed)


def _mean_where_defined(found: FloatTable) -> FloatTable:
    defined = np.isfinite(found)
    counts = defined.sum(axis=0)
    means = np.where(defined, found, 0.0).sum(axis=0) / np.maximum(counts, 1)
    return np.where(counts >= 0.9 * len(found), means, np.nan)


def _optimism(fit: Fit, ill: Flags, rng: np.random.Generator) -> FloatTable:
    classes = (np.flatnonzero(ill), np.flatnonzero(~ill))
    drawn = np.concatenate([rng.choice(rows, len(rows)) for rows in classes])
    score = fit(drawn, rng)
    return np.atleast_1d(score(drawn)) - np.atleast_1d(score(np.arange(len(ill))))
