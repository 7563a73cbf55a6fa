"""Stratified folds from a passed generator."""

from __future__ import annotations

import numpy as np
from OPRadiomicsLib.errors import StudyError

from .arrays import Flags, Indices


def stratified_folds(
    ill: Flags, count: int, rng: np.random.Generator, patients: Indices | None = None
) -> list[tuple[Indices, Indices]]:
    """Training and test rows of each fold; every fold's test rows hold both classes in the cohort's ratio, to one patient.

    Parameters
    ----------
    patients
        Whose row each is, (n,), where a patient can stand in several, as in a bootstrap sample: all of them then go into one
        fold, else a copy would be predicted by a model that has seen it. None: each row is a patient.

    Raises
    ------
    StudyError
        If a class has fewer patients than folds.
    """
    _, first, patient_of = np.unique(
        np.arange(len(ill)) if patients is None else patients, return_index=True, return_inverse=True
    )
    fold_of = _fold_of(ill[first], count, rng)[patient_of]
    return [(np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold)) for fold in range(count)]


def _fold_of(ill: Flags, count: int, rng: np.random.Generator) -> Indices:
    smaller = int(min(ill.sum(), (~ill).sum()))
    if smaller < count:
        raise StudyError(
            f"{smaller} patients in the smaller class, {count} folds",
            "at least one patient of each class in every fold",
            "add patients or take fewer folds",
        )
    fold_of = np.empty(len(ill), dtype=np.intp)
    start = 0
    for group in (ill, ~ill):
        rows = rng.permutation(np.flatnonzero(group))
        # The second class starts where the first stopped, so that folds differ in size by one patient at most.
        fold_of[rows] = (np.arange(len(rows)) + start) % count
        start += len(rows)
    return fold_of
