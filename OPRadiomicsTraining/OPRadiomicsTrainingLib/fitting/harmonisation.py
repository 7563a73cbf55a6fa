"""ComBat between the training centres, fitted inside the fold; its limits stand in `statistics.combat`.

Without covariates ComBat maps each feature of a centre by a straight line, so a Radscore of harmonised features is a Radscore
of the features as they are, with other means and SD: every training centre gets a signature of its own, and predicting needs
no harmonisation. A centre that was not among the training patients gets none.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
from OPRadiomicsLib.errors import StudyError
from OPRadiomicsLib.files import FOLDER_SIGNS, names_a_folder
from OPRadiomicsLib.types import Role

from ..cohort.cohort import Cohort
from ..statistics.arrays import FloatTable, Indices
from ..statistics.combat import Combat, fit_combat
from .radscore import LinearScore

LIMITS = (
    "features harmonised between centres by ComBat without covariates: a true difference between the centres' patients goes "
    "with the scanners'; the signature holds for images of one training centre, and each has its own"
)


def harmonise_rows(cohort: Cohort, rows: Indices) -> Combat:
    """ComBat of these rows.

    Raises
    ------
    StudyError
        If the table has no centres, or one's name can't be that of the folder of its signature.
    FeatureError
        As `fit_combat`: one centre only, or too few patients of one.
    """
    if not cohort.centres:
        raise StudyError("ComBat asked for, and no centre in the table", "a column centre", "add it, or leave --combat out")
    centres = _centres(cohort, rows)
    _require_folders(sorted(set(centres.tolist())))
    return fit_combat(cohort.features[rows], centres)


def features_of(cohort: Cohort, rows: Indices, combat: Combat | None) -> FloatTable:
    """Features of these rows, (n, p), harmonised where ComBat was fitted.

    Raises
    ------
    FeatureError
        If a row is of a centre that ComBat was not fitted on.
    """
    features: FloatTable = cohort.features[rows]
    return features if combat is None else combat.apply(features, _centres(cohort, rows))


def largest_centre(cohort: Cohort, rows: Indices) -> str:
    """The centre with most of these rows."""
    counts = Counter(cohort.centres[row] for row in rows)
    largest: str = max(counts, key=lambda centre: (counts[centre], centre))
    return largest


def for_centre(score: LinearScore, role: Role, cohort: Cohort, combat: Combat, centre: str) -> LinearScore:
    """The Radscore of one centre's features as they are, equal to ``score`` of the harmonised ones."""
    own = np.flatnonzero([name.startswith(f"{role}_") for name in cohort.feature_names])[score.columns]
    place = combat.centres.index(centre)
    stretch, mean = np.sqrt(combat.stretch[place, own]), combat.mean[own]
    means = mean + combat.shift[place, own] * combat.sd[own] + stretch * (score.means - mean)
    return replace(score, means=means, sds=score.sds * stretch)


def _require_folders(names: list[str]) -> None:
    """Each centre's signature gets a folder of its name, where capitals may tell nothing apart."""
    counts = Counter(name.casefold() for name in names)
    wrong = [name for name in names if not names_a_folder(name) or counts[name.casefold()] > 1]
    if wrong:
        raise StudyError(
            f"ComBat asked for, and the centre '{wrong[0][:40]}' can't name its signature's folder",
            f"{FOLDER_SIGNS}, and no other centre that differs in capitals alone",
            "rename it in the table",
        )


def _centres(cohort: Cohort, rows: Indices) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    return np.array([cohort.centres[row] for row in rows], dtype=np.str_)
