"""A signature: everything that turns features and clinical variables into explained probabilities, as readable JSON.

A Radscore is a linear score of standardised features of one sequence; a model is a logistic regression on clinical variables
and Radscores. Nothing is pickled: a signature can stand in a paper's appendix. `signature_file` writes and reads it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Annotated, Any, Final, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..types import Role

SCHEMA_VERSION: Final = 1
RESEARCH_USE_ONLY: Final = "Research use only, not for diagnosis"

RADSCORE_PREFIX: Final = "radscore_"
CLINICAL_PREDICTORS: Final = ("age", "sex", "bmi", "diabetes", "smoking", "drinking")
"""age in years; sex: male 1, female 0; bmi in kg/m2; the others: yes 1, no 0 (the study's coding)."""

YES_NO_PREDICTORS: Final = ("sex", "diabetes", "smoking", "drinking")

ModelName = Literal["clinical", "radiomics", "combined"]
MODEL_NAMES: Final[tuple[ModelName, ...]] = ("clinical", "radiomics", "combined")

Name = Annotated[str, Field(min_length=1)]
Numbers = tuple[float, ...]
Rows = tuple[Numbers, ...]
Positive = Annotated[float, Field(gt=0)]
Probability = Annotated[float, Field(gt=0, lt=1)]
Count = Annotated[int, Field(ge=0)]


def radscore_name(role: Role) -> str:
    """Predictor name of one sequence's Radscore, as ``radscore_T1WI``."""
    return f"{RADSCORE_PREFIX}{role.value}"


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, strict=True)


def _require_lengths(expected: int, **fields: Numbers | None) -> None:
    for name, values in fields.items():
        if values is not None and len(values) != expected:
            raise ValueError(f"{name} holds {len(values)} numbers for {expected} names")


def _require_unique(names: tuple[str, ...], what: str) -> None:
    if not names or len(set(names)) != len(names):
        raise ValueError(f"{what} must be unique and at least one, not {list(names)}")


class Provenance(_Record):
    """Where a signature comes from; shown with every result.

    ``scanners``: those of the training images, as `io.headers.scanner_of` writes them; ``masks``: where their masks came
    from, as `types.Mask.origin`, each origin once. Either is empty where it is not recorded. ``slice_mm``: least and largest
    distance of the slices, as `study.Study.slice_mm`; None where one is not recorded. ``kinds`` of their sequences, as
    `io.roles.kind_of`, each once; empty where one is not recorded.
    """

    trained_on: Name
    n_training: Count
    n_osteoporosis: Count
    validation: Name
    citation: Name
    use: Literal["Research use only, not for diagnosis"] = RESEARCH_USE_ONLY
    scanners: tuple[Name, ...] = ()
    masks: tuple[Name, ...] = ()
    slice_mm: tuple[Positive, Positive] | None = None
    kinds: tuple[Name, ...] = ()
    notes: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _counted(self) -> Provenance:
        if self.n_osteoporosis > self.n_training:
            raise ValueError("n_osteoporosis exceeds n_training")
        return self


class ProfileReference(_Record):
    """The profile whose features the Radscores were fitted on."""

    name: Name
    hash: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]


class Radscore(_Record):
    """Linear score of one sequence: intercept + sum of coefficient x (feature - mean) / sd."""

    sequence: Literal["T1WI", "T2WI", "FS-T2WI"]
    features: tuple[Name, ...]
    means: Numbers
    sds: tuple[Positive, ...]
    coefficients: Numbers
    intercept: float

    @property
    def predictor(self) -> str:
        return radscore_name(Role(self.sequence))

    @model_validator(mode="after")
    def _consistent(self) -> Radscore:
        _require_unique(self.features, "features")
        _require_lengths(len(self.features), means=self.means, sds=self.sds, coefficients=self.coefficients)
        return self


class ClassQuantiles(_Record):
    """Quantiles of the training patients' out-of-fold logits, by class."""

    levels: Numbers
    without_osteoporosis: Numbers
    with_osteoporosis: Numbers

    @model_validator(mode="after")
    def _consistent(self) -> ClassQuantiles:
        _require_lengths(
            len(self.levels), without_osteoporosis=self.without_osteoporosis, with_osteoporosis=self.with_osteoporosis
        )
        return self


class LogisticModel(_Record):
    """logit(P) = intercept + sum of coefficient x (value - mean) / sd.

    ``covariance`` and ``replicates`` are ordered intercept first, then the predictors; either serves the interval. A
    ``reference`` of kind "training" holds the training patients' means, one of kind "stated" a patient chosen by convention:
    contributions against it are approximate. ``mean_abs_shap``: mean |SHAP| of each predictor over the training patients.
    """

    predictors: tuple[Name, ...]
    means: Numbers
    sds: tuple[Positive, ...]
    coefficients: Numbers
    intercept: float
    covariance: Rows | None = None
    replicates: Rows | None = None
    threshold: Probability | None = None
    reference: Numbers
    reference_kind: Literal["training", "stated"]
    mean_abs_shap: Numbers | None = None
    out_of_fold: ClassQuantiles | None = None
    cautions: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> LogisticModel:
        _require_unique(self.predictors, "predictors")
        _require_lengths(
            len(self.predictors),
            means=self.means,
            sds=self.sds,
            coefficients=self.coefficients,
            reference=self.reference,
            mean_abs_shap=self.mean_abs_shap,
        )
        for row in (*(self.covariance or ()), *(self.replicates or ())):
            _require_lengths(len(self.predictors) + 1, covariance_or_replicates=row)
        if self.covariance is not None:
            _require_covariance(self.covariance, len(self.predictors) + 1)
        if self.covariance is not None and self.replicates is not None:
            raise ValueError("give covariance or replicates, not both")
        if self.replicates is not None and len(self.replicates) < 200:
            raise ValueError(f"{len(self.replicates)} replicates; a 95 % interval needs at least 200")
        return self


class OrdinalModel(_Record):
    """Ordered classes: P(class <= j) = 1 / (1 + exp(-(cut j - sum of slope x (value - mean) / sd))).

    McCullagh's proportional odds (J R Stat Soc B 1980). ``classes`` run from the least to the most severe; ``cuts`` rise, one
    fewer than classes. ``covariance`` is ordered cuts first, then slopes.
    """

    classes: tuple[Name, ...]
    predictors: tuple[Name, ...]
    means: Numbers
    sds: tuple[Positive, ...]
    slopes: Numbers
    cuts: Numbers
    covariance: Rows | None = None

    @model_validator(mode="after")
    def _consistent(self) -> OrdinalModel:
        _require_unique(self.predictors, "predictors")
        _require_unique(self.classes, "classes")
        _require_lengths(len(self.predictors), means=self.means, sds=self.sds, slopes=self.slopes)
        _require_lengths(len(self.classes) - 1, cuts=self.cuts)
        if any(low >= high for low, high in pairwise(self.cuts)):
            raise ValueError("cuts must rise")
        if self.covariance is not None:
            _require_covariance(self.covariance, len(self.cuts) + len(self.slopes))
        return self


class Training(_Record):
    """The training patients' predictors: quantiles, means and covariance (n - 1), for warnings about extrapolation.

    ``squared_distance_limit`` is the 99 % quantile of their own squared Mahalanobis distances.
    """

    predictors: tuple[Name, ...]
    means: Numbers
    covariance: Rows
    quantile_levels: Numbers
    quantiles: Rows
    squared_distance_limit: Positive

    @model_validator(mode="after")
    def _consistent(self) -> Training:
        size = len(self.predictors)
        _require_unique(self.predictors, "predictors")
        _require_lengths(size, means=self.means)
        _require_covariance(self.covariance, size)
        if len(self.quantiles) != size:
            raise ValueError(f"quantiles hold {len(self.quantiles)} rows for {size} predictors")
        if {0.0, 0.01, 0.5, 0.99, 1.0} - set(self.quantile_levels) or list(self.quantile_levels) != sorted(
            self.quantile_levels
        ):
            raise ValueError("quantile_levels must rise and hold 0, 0.01, 0.5, 0.99 and 1")
        for row in self.quantiles:
            _require_lengths(len(self.quantile_levels), quantiles=row)
        return self

    def ranks(self, predictor: str) -> bool:
        """Whether a value of it has a place among the training patients': it was recorded, and is no yes or no."""
        return predictor in self.predictors and predictor not in YES_NO_PREDICTORS

    def quantile(self, predictor: str, level: float) -> float:
        """One recorded quantile of one predictor."""
        return self.quantiles[self.predictors.index(predictor)][self.quantile_levels.index(level)]

    def percentile(self, predictor: str, value: float) -> float:
        """Where a value lies among the training patients, 0 to 100, between the recorded quantiles linearly."""
        recorded = self.quantiles[self.predictors.index(predictor)]
        return 100.0 * float(np.interp(value, recorded, self.quantile_levels))

    def holds(self, predictor: str, value: float) -> bool:
        """Whether a value lies within the training patients' range."""
        recorded = self.quantiles[self.predictors.index(predictor)]
        return recorded[0] <= value <= recorded[-1]


def _require_covariance(rows: Rows, size: int) -> None:
    if len(rows) != size or any(len(row) != size for row in rows):
        raise ValueError(f"covariance must be {size} x {size}")
    matrix = np.asarray(rows)
    if not np.allclose(matrix, matrix.T, rtol=1e-9, atol=0.0) or np.linalg.eigvalsh(matrix).min() <= 0.0:
        raise ValueError("covariance must be symmetric and positive definite")


class Models(_Record):
    """The logistic models of one signature; those that it lacks are None."""

    clinical: LogisticModel | None = None
    radiomics: LogisticModel | None = None
    combined: LogisticModel | None = None

    def present(self) -> Iterator[tuple[ModelName, LogisticModel]]:
        """Name and model in the study's order: clinical, radiomics, combined."""
        for name in MODEL_NAMES:
            model = getattr(self, name)
            if model is not None:
                yield name, model


class Signature(_Record):
    """Schema of signature.json. ``demo`` marks a signature fitted on simulated patients."""

    schema_version: Literal[1] = SCHEMA_VERSION
    name: Name
    version: Name
    kind: Literal["published formula", "fitted"]
    demo: bool
    provenance: Provenance
    profile: ProfileReference | None = None
    radscores: tuple[Radscore, ...] = ()
    models: Models
    training: Training | None = None
    ordinal: OrdinalModel | None = None

    @property
    def sha256(self) -> str:
        """SHA-256 of the content as canonical JSON."""
        return checksum(self.content())

    def content(self) -> dict[str, Any]:
        """What signature.json holds besides its checksum; what is younger than the schema only where it is set."""
        recorded = {"slice_mm": self.provenance.slice_mm is not None, "kinds": bool(self.provenance.kinds)}
        younger: dict[str, Any] = {"provenance": {name for name, is_set in recorded.items() if not is_set}}
        if self.ordinal is None:
            younger["ordinal"] = True
        return self.model_dump(mode="json", exclude=younger)

    @model_validator(mode="after")
    def _consistent(self) -> Signature:
        scores = {radscore.predictor for radscore in self.radscores}
        if len(scores) != len(self.radscores):
            raise ValueError("two Radscores of one sequence")
        if bool(scores) != (self.profile is not None):
            raise ValueError("Radscores need a profile, and a profile Radscores")
        if not any(True for _ in self.models.present()):
            raise ValueError("no model")
        for name, model in self.models.present():
            _require_predictors(name, model.predictors, scores)
        if self.training is not None:
            _require_predictors("training", self.training.predictors, scores)
        if self.ordinal is not None:
            _require_predictors("ordinal", self.ordinal.predictors, scores)
        return self


def _require_predictors(name: str, predictors: tuple[str, ...], scores: set[str]) -> None:
    clinical = set() if name == "radiomics" else set(CLINICAL_PREDICTORS)
    known = clinical | (set() if name == "clinical" else scores)
    unknown = [predictor for predictor in predictors if predictor not in known]
    if unknown:
        raise ValueError(f"{name}: unknown predictors {unknown}; known are {sorted(known)}")


def checksum(content: Mapping[str, Any]) -> str:
    """SHA-256 of a JSON object in canonical form: sorted keys, no blanks, UTF-8, Python's shortest floats."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
