"""Which rows of a table are fitted on, and whether they are enough for the folds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from OPRadiomicsLib.errors import StudyError

from ..cohort.cohort import Cohort
from ..statistics.arrays import Flags, Indices
from .settings import FitSettings

TRAINING_SPLITS: Final = ("train", "training")
DISTINCT_SHARE: Final = 0.5
"""Of the patients, at least so many stand in a bootstrap sample: 0.632 in the mean, with room for chance in small classes."""


def training_rows(cohort: Cohort) -> Indices:
    """Rows of the split "train"; all rows where the table has no split.

    Raises
    ------
    StudyError
        If no row, or one class only, is left.
    """
    return rows_of_split(cohort.splits, cohort.osteoporosis)


def rows_of_split(splits: Sequence[str], ill: Flags) -> Indices:
    """As `training_rows`, from two columns alone: before features are extracted there is no `Cohort`."""
    if not splits:
        return np.arange(len(ill))
    rows = np.flatnonzero([split in TRAINING_SPLITS for split in splits])
    count = int(ill[rows].sum())
    if not 0 < count < len(rows):
        raise StudyError(
            f"{len(rows)} rows of the split 'train', {count} with osteoporosis; splits are {sorted(set(splits))}",
            "training patients of both classes",
            "make the column with opradiomics split, or leave it out to train on every row",
        )
    return rows


def _left_inside(patients: int, folds: int, deep: int) -> int:
    """Patients of a class that the innermost training set still holds, in its worst fold."""
    for _ in range(deep):
        patients -= -(-patients // folds)
    return patients


def _other_folds(smaller: int, deep: int, lasso_folds: int) -> str:
    """The remedy: the fewest folds that leave enough patients for the folds inside them, and three for LASSO's; if any do."""
    fitting = [
        folds
        for folds in range(2, smaller + 1)
        if _left_inside(smaller, folds, min(deep, 1)) >= folds and _left_inside(smaller, folds, deep) > 2
    ]
    if not fitting:
        return "add patients: so few allow no cross-validation"
    most = min(lasso_folds, _left_inside(smaller, fitting[0], deep))
    options = f"--folds {fitting[0]} --lasso-folds {most}"
    return f"add patients, or take other folds, such as {fitting[0]} and {most} for LASSO ({options})"


def require_enough(ill: Flags, settings: FitSettings) -> None:
    """Raise `StudyError`, before the work, where the smaller class is too small for LASSO's folds inside every level of folds.

    Parameters
    ----------
    ill
        Of the training patients.
    """
    selection = settings.selection
    smaller = int(min(ill.sum(), (~ill).sum()))
    deep = 2 if settings.protocol == "nested" else 0
    left = _left_inside(smaller, selection.folds, deep)
    tuned = _left_inside(smaller, selection.folds, 1) if deep and settings.tune else smaller
    if min(smaller, tuned) < selection.folds or left < selection.lasso_folds:
        levels = f"; {left} of them are left inside two levels of {selection.folds} folds" if left < smaller else ""
        raise StudyError(
            f"{smaller} training patients in the smaller class{levels}, {selection.lasso_folds} folds for LASSO",
            "at least one patient of each class in every fold",
            _other_folds(smaller, deep, selection.lasso_folds),
        )
    drawn = int(DISTINCT_SHARE * min(ill.sum(), (~ill).sum()))
    left = drawn - -(-drawn // selection.folds) if settings.protocol == "nested" else drawn
    if settings.optimism and left < selection.lasso_folds:
        raise StudyError(
            f"About {left} different patients of the smaller class in a bootstrap sample's training rows, "
            f"{selection.lasso_folds} folds for LASSO",
            "at least one patient of each class in every fold",
            f"add patients, or take fewer folds: --lasso-folds {max(2, left)}, or leave --optimism out",
        )
