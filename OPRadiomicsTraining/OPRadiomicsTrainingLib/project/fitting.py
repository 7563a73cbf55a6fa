"""A fit of a project: what can be proved before the features are extracted, and the commands of its job.

::

    cohort.csv                 the table that is fitted
    features/                  every case's features
    models/signatures/NAME/    signature, record, tables, figures, report
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from OPRadiomicsLib.types import Role

from .cases import list_cases
from .exports import FEATURES_FOLDER, write_cohort_table
from .folder import Project, ProjectError, new_place

if TYPE_CHECKING:
    from ..fitting.settings import Protocol

_SHOWN: Final = 10
"""Cases that a message names."""


@dataclass(frozen=True)
class FitPlan:
    """What a fit shall do; as the options of `opradiomics fit`.

    Parameters
    ----------
    features
        List of those to choose from; all where there is none.
    """

    name: str
    protocol: Protocol = "nested"
    tune: int = 20
    folds: int = 5
    lasso_folds: int = 10
    features: Path | None = None


def commands_to_fit(project: Project, plan: FitPlan) -> list[list[str]]:
    """Prove the cohort, and give the commands of the fit's job: features of a whole cohort take hours.

    Raises
    ------
    ProjectError
        If the name can't name a folder, or a fit has it; or if a patient who takes part lacks a sequence.
    CohortTableError, StudyError
        Of the cohort's table, or if a class has too few training patients for the folds.
    """
    from OPRadiomicsLib.installed import network_option

    from ..cohort.table import read_cohort_table
    from ..fitting.settings import FitSettings, SelectionSettings
    from ..fitting.training_rows import require_enough, rows_of_split
    from ..reports.shown import EVALUATION_FOLDER

    out = new_place(project.models / "signatures", plan.name, "fit")
    path = write_cohort_table(project)
    patients = [row for _, row in read_cohort_table(path).rows]
    _require_sequences(project, [str(row.case) for row in patients])
    ill = np.array([row.osteoporosis for row in patients], dtype=np.bool_)
    splits = [row.split for row in patients if row.split is not None]
    trained = rows_of_split(splits, ill)
    selection = SelectionSettings(folds=plan.folds, lasso_folds=plan.lasso_folds)
    require_enough(ill[trained], FitSettings(selection, plan.protocol, tune=plan.tune))
    export = ["project", "export", str(project.folder), "cohort"]
    extract = ["cohort", str(path), "--out", str(project.folder / FEATURES_FOLDER), "--workers", "0", *network_option()]
    fit = ["fit", str(path), "--out", str(out), "--name", plan.name, "--protocol", plan.protocol]
    fit += ["--tune", str(plan.tune), "--folds", str(plan.folds), "--lasso-folds", str(plan.lasso_folds)]
    fit += ["--features", str(plan.features)] if plan.features is not None else []
    fit += ["--simulated"] if any(case.simulated for case in list_cases(project).values()) else []
    evaluate = ["evaluate", str(out), str(path), "--out", str(out / EVALUATION_FOLDER)]
    return [export, extract, export, fit, *([evaluate] if len(trained) < len(patients) else [])]


def _require_sequences(project: Project, names: Sequence[str]) -> None:
    known = list_cases(project)
    lacking = [name for name in names if len(known[name].sequences) < len(Role)]
    if lacking:
        raise ProjectError(
            f"Without T2WI or FS-T2WI: {', '.join(lacking[:_SHOWN])}{' ...' if len(lacking) > _SHOWN else ''}",
            "T1WI, T2WI and FS-T2WI of every patient, whose features are fitted",
            "add these studies again with all sequences, or give them a reason in the clinical table's column exclusion",
        )
