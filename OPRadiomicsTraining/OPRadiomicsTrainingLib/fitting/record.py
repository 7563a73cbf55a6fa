"""What a fit leaves beside its signature: fit.json for programs and evaluation, out_of_fold.csv, and small tables."""

from __future__ import annotations

import csv
import json
import math
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from io import StringIO
from pathlib import Path
from typing import Any, Final

import numpy as np
from OPRadiomicsLib import __version__
from OPRadiomicsLib.errors import ModelError
from OPRadiomicsLib.files import write_text
from OPRadiomicsLib.io.tables import csv_text
from OPRadiomicsLib.json_files import read_json
from OPRadiomicsLib.models.signature import MODEL_NAMES, ModelName, Signature

from ..statistics.arrays import Flags, FloatTable
from ..statistics.roc import delong
from .clinical import ClinicalRow
from .fit import FitResult
from .optimism import ProcedureOptimism
from .seen import Seen

FIT_FILE: Final = "fit.json"
PREDICTIONS_FILE: Final = "out_of_fold.csv"
PACKAGES: Final = ("numpy", "scipy", "scikit-learn", "optuna", "matplotlib", "pydantic")


@dataclass(frozen=True, eq=False)
class TrainingPredictions:
    """Logits of the training patients as a fit recorded them, with what subgroups need; (n,) each.

    They are ``out_of_fold``, or apparent: from models fitted on the same patients.
    """

    logits: Mapping[ModelName, FloatTable]
    ill: Flags
    ages: FloatTable
    male: Flags
    out_of_fold: bool

    @property
    def name(self) -> str:
        """As a set of patients."""
        return f"training ({'out of fold' if self.out_of_fold else 'apparent'})"


def software_versions() -> dict[str, str]:
    """Versions of what computes the numbers."""
    found = {"OPRadiomics": __version__, "Python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def fit_record(result: FitResult, hashes: Mapping[str, str]) -> dict[str, Any]:
    """Everything about a fit that is no picture, as JSON.

    Parameters
    ----------
    hashes
        SHA-256 of the input files by what they are ("table", "features").
    """
    ill = result.ill
    return {
        "signature_sha256": result.signature.sha256,
        "protocol": result.settings.protocol,
        "predictions": "apparent" if result.nested is None else "out of fold",
        "settings": result.settings.as_dict(),
        "patients": {"training": len(ill), "osteoporosis": int(ill.sum()), "excluded": dict(result.cohort.excluded)},
        "centres": [centre for centre in result.signatures if centre],
        "steps": [asdict(step) for step in result.steps],
        "tuned": asdict(result.stages.tuned),
        "tuned_in_folds": [asdict(stages.tuned) for stages in (result.nested.stages if result.nested else ())],
        "clinical": {
            "univariable": [_odds_ratio(row) for row in result.stages.clinical.univariable],
            "multivariable": [_odds_ratio(row) for row in result.stages.clinical.multivariable],
        },
        "auc": {name: _area(values, ill) for name, values in result.predictions.items()},
        "auc_apparent": {name: _area(values, ill) for name, values in result.apparent.items()},
        "optimism": _optimism(result.optimism),
        "classifiers": {other.name: _area(other.probabilities, ill) for other in result.compared},
        "stability": dict(result.stability),
        "three_classes": result.three_classes.confusion.tolist() if result.three_classes else None,
        "notes": list(result.notes),
        "hashes": dict(hashes),
        "software": software_versions(),
        "seen": [Seen.of(result.cohort, result.rows, "training").as_dict()],
    }


def write_fit(result: FitResult, folder: Path, hashes: Mapping[str, str]) -> tuple[Path, ...]:
    """Write fit.json and out_of_fold.csv; returns their paths.

    Raises
    ------
    OutputError
        If the folder cannot be written.
    """
    text = json.dumps(fit_record(result, hashes), indent=1, ensure_ascii=False, allow_nan=False, default=str)
    return write_text(folder / FIT_FILE, text + "\n"), write_text(folder / PREDICTIONS_FILE, _predictions(result))


def training_predictions(result: FitResult) -> TrainingPredictions:
    """The training patients' predictions of a fit at hand, as `read_training_predictions` gives them back."""
    ages, male = result.cohort.ages[result.rows], result.cohort.male[result.rows]
    return TrainingPredictions(result.predictions, result.ill, ages, male, result.nested is not None)


def read_training_predictions(folder: Path) -> TrainingPredictions | None:
    """What `write_fit` recorded beside a signature; None where it is not there.

    Raises
    ------
    ModelError
        If it cannot be read.
    """
    path = folder / PREDICTIONS_FILE
    if not path.is_file():
        return None
    try:
        columns = _columns(path.read_text(encoding="utf-8"))
        return TrainingPredictions(
            {name: columns[name] for name in MODEL_NAMES if name in columns},
            columns["label"] > 0,
            columns["age"],
            columns["sex"] > 0,
            bool((columns["fold"] >= 0).all()),
        )
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise _unreadable(path, error) from None


def read_fit_record(folder: Path, signature: Signature) -> dict[str, Any] | None:
    """fit.json beside a signature; None where there is none or it belongs to another signature.

    Raises
    ------
    ModelError
        If it cannot be read.
    """
    path = folder / FIT_FILE
    if not path.is_file():
        return None
    try:
        content = read_json(path, dict)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from None
    return content if content.get("signature_sha256") == signature.sha256 else None


def _unreadable(path: Path, error: Exception) -> ModelError:
    return ModelError(f"{path.name} cannot be read ({error})", "the file as fit wrote it", "fit again")


def _columns(text: str) -> dict[str, FloatTable]:
    """Every column of out_of_fold.csv, (n,) each; the fold is -1 where predictions are apparent."""
    rows = list(csv.DictReader(StringIO(text)))
    return {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}


def _predictions(result: FitResult) -> str:
    fold = result.nested.fold if result.nested is not None else np.full(len(result.rows), -1)
    names = [name for name in MODEL_NAMES if name in result.predictions]
    rows = zip(
        fold.tolist(),
        result.ill.astype(int).tolist(),
        result.cohort.ages[result.rows].tolist(),
        result.cohort.male[result.rows].astype(int).tolist(),
        *(result.predictions[name].tolist() for name in names),
        strict=True,
    )
    return csv_text(("fold", "label", "age", "sex", *names), rows)


def _odds_ratio(row: ClinicalRow) -> dict[str, Any]:
    found = {"fault": row.fault} if row.ratio is None else asdict(row.ratio)
    return {"predictor": row.predictor, "n": row.n, **found}


def _optimism(found: ProcedureOptimism | None) -> dict[str, Any] | None:
    if found is None:
        return None
    measures = [{name: _number(value) for name, value in asdict(row).items()} for row in found.rows]
    return {"bootstrap_samples": found.replicates, "failed": found.failed, "measures": measures}


def _number(value: Any) -> Any:
    """JSON has no NaN: null."""
    return None if isinstance(value, float) and math.isnan(value) else value


def _area(scores: FloatTable, ill: Flags) -> dict[str, float]:
    area = delong(scores, ill)
    return {"auc": area.auc, "lower": area.lower, "upper": area.upper}
