"""What a panel shows of a finished fit: its tables and figures as files, and its curves as numbers."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from OPRadiomicsLib.files import visible

from ..statistics.arrays import FloatTable
from ..statistics.calibration import calibration_bins
from ..statistics.decision_curve import decision_curve
from ..statistics.logistic import logistic
from ..statistics.roc import roc_curve

EVALUATION_FOLDER: Final = "evaluation"
"""In a fit's folder: its signature on the test patients of the same table."""

Line = tuple[FloatTable, FloatTable]


@dataclass(frozen=True, eq=False)
class Curves:
    """One chart, "roc", "calibration" or "decision": x and y of each line by model, "reference", "treat all", "treat none"."""

    name: str
    lines: Mapping[str, Line]


@dataclass(frozen=True)
class ShownTable:
    """A table of a report as its CSV file holds it; ``tested`` tells whether it is of test patients."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    tested: bool = False


def tables_of(fit: Path) -> tuple[ShownTable, ...]:
    """The fit's tables, then those of its test patients; files that can't be read are left out."""
    found = []
    for home, tested in ((fit, False), (fit / EVALUATION_FOLDER, True)):
        for path in visible(home / "tables", "*.csv"):
            try:
                rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
            except (OSError, ValueError):
                continue
            if rows:
                found.append(ShownTable(path.stem, tuple(rows[0]), tuple(map(tuple, rows[1:])), tested))
    return tuple(found)


def figures_of(fit: Path) -> tuple[tuple[Path, bool], ...]:
    """PNG files of the fit, then those of its test patients; and whether they are of test patients."""
    homes = ((fit, False), (fit / EVALUATION_FOLDER, True))
    return tuple((path, tested) for home, tested in homes for path in visible(home / "figures", "*.png"))


def curves_of(fit: Path) -> tuple[Curves, ...]:
    """ROC, calibration and decision curves of the training patients by the predictions that the fit recorded.

    Returns
    -------
    tuple of Curves
        Empty where it recorded none.

    Raises
    ------
    ModelError
        If they can't be read.
    """
    from ..evaluation.results import DECISION_THRESHOLDS
    from ..fitting.record import read_training_predictions

    recorded = read_training_predictions(fit)
    if recorded is None:
        return ()
    ill, straight = recorded.ill, (np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    roc: dict[str, Line] = {"reference": straight}
    calibrated: dict[str, Line] = {"reference": straight}
    decided: dict[str, Line] = {}
    for name, logits in recorded.logits.items():
        probabilities = logistic(logits)
        points = roc_curve(logits, ill)
        roc[name] = (points.false_positive_rate, points.true_positive_rate)
        bins = calibration_bins(probabilities, ill)
        calibrated[name] = (np.array([one.predicted for one in bins]), np.array([one.observed.value for one in bins]))
        decision = decision_curve(probabilities, ill, DECISION_THRESHOLDS)
        decided |= {
            "treat all": (decision.thresholds, decision.treat_all),
            "treat none": (decision.thresholds, decision.treat_none),
            name: (decision.thresholds, decision.model),
        }
    return Curves("roc", roc), Curves("calibration", calibrated), Curves("decision", decided)
