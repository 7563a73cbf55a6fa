"""fit_signature: a cohort and settings to a signature, and everything that a report says of how it came about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from OPRadiomicsLib.errors import FeatureError
from OPRadiomicsLib.models.signature import Signature
from OPRadiomicsLib.profile import Profile
from OPRadiomicsLib.progress import part
from OPRadiomicsLib.types import Progress, Role, no_progress

from ..cohort.cohort import Cohort
from ..cohort.directions import direction_doubts
from ..statistics.arrays import Indices
from .candidates import drop_constant, drop_duplicates, keep_features
from .clinical import clinical_table, require_independent
from .comparison import Compared, compare_classifiers
from .fitted import Fitted
from .harmonisation import LIMITS
from .nested import NestedPredictions, TwoStages, fit_two_stages, nested_predictions, predict_two_stages
from .optimism import ProcedureOptimism, procedure_optimism
from .settings import FitSettings
from .three_classes import ThreeClasses, fit_three_classes, require_three_classes
from .to_signature import signatures_of
from .training_rows import require_enough, training_rows


@dataclass(frozen=True)
class Steps:
    """Features of one sequence that were left after each step; selection's figures are those of the fit on all rows.

    ``reproducible`` is None where no list said which features are.
    """

    role: Role
    extracted: int
    reproducible: int | None
    distinct: int
    after_t_test: int
    after_lasso: int


@dataclass(frozen=True, eq=False)
class FitResult(Fitted):
    """A signature and its making.

    Parameters
    ----------
    signatures
        The signature under ""; with ComBat one for each training centre's images, the largest centre's under "".
    stability
        How often a feature of the signature was chosen among the folds' fits, 0 to 1; empty in protocol paper.
    optimism
        Apparent measures corrected by bootstrap; None where the settings ask for none.
    """

    signatures: Mapping[str, Signature]
    steps: tuple[Steps, ...]
    stability: Mapping[str, float]
    optimism: ProcedureOptimism | None
    compared: tuple[Compared, ...]
    three_classes: ThreeClasses | None
    notes: tuple[str, ...]

    @property
    def signature(self) -> Signature:
        """The signature; with ComBat that of the largest training centre."""
        return self.signatures[""]

    @property
    def by_centre(self) -> Mapping[str, Signature]:
        """With ComBat the signature for each training centre's images; else none."""
        return {centre: signature for centre, signature in self.signatures.items() if centre}


def fit_signature(
    cohort: Cohort,
    profile: Profile,
    settings: FitSettings,
    *,
    features: tuple[str, ...] | None = None,
    progress: Progress = no_progress,
) -> FitResult:
    """Select features, fit the clinical, the radiomics and the combined model, and predict every training patient out of fold.

    Where the table has a split, the rows of "train" are the training rows and no other row is looked at.
    The same cohort, profile, settings and library versions give the same signature.

    Parameters
    ----------
    profile
        That the features were made with; the signature will accept no other.
    features
        Those to choose from (of an ICC study); None: all.
    progress
        May raise `Cancelled`.

    Raises
    ------
    StudyError
        If a class has fewer training patients than folds, or the split names no training patient.
    ClinicalDataError
        If a clinical predictor that the settings name is absent, or one that enters the models is the same in all training
        patients or a combination of the others.
    FeatureError
        If a listed feature is absent, no feature of a sequence varies, or none of any sequence is selected.
    """
    rows = training_rows(cohort)
    require_enough(cohort.osteoporosis[rows], settings)
    if settings.classes == 3:
        require_three_classes(cohort, rows, settings.selection.folds)
    require_independent(
        clinical_table(cohort, rows), cohort.osteoporosis[rows], p_limit=settings.clinical_p, given=settings.clinical
    )
    kept = cohort if features is None else keep_features(cohort, features)
    varying, constant = drop_constant(kept, rows)
    distinct, repeated = drop_duplicates(varying, rows)
    fitted = _fitted(distinct, rows, settings, progress)
    share = _shares(settings)[1]
    optimism = None
    if settings.optimism:
        optimism = procedure_optimism(distinct, rows, fitted.apparent, settings, part(progress, share, 0.9))
    compared = compare_classifiers(fitted, part(progress, 0.9, 1.0))
    three = fit_three_classes(fitted) if settings.classes == 3 else None
    notes = (
        *((LIMITS,) if settings.combat else ()),
        *_about_features(features, constant, repeated),
        *fitted.stages.notes,
        *_backward_models(fitted),
        *direction_doubts(cohort.ages[rows], cohort.male[rows], cohort.osteoporosis[rows]),
    )
    result = FitResult(
        **vars(fitted),
        signatures=signatures_of(fitted, profile, ordinal=None if three is None else three.model, notes=notes),
        steps=tuple(_steps(role, cohort, None if features is None else kept, fitted) for role in Role),
        stability={} if fitted.nested is None else _stability(fitted.stages, fitted.nested, distinct),
        optimism=optimism,
        compared=compared,
        three_classes=three,
        notes=notes,
    )
    progress("Fitted", 1.0)
    return result


def _fitted(cohort: Cohort, rows: Indices, settings: FitSettings, progress: Progress) -> Fitted:
    rng = np.random.default_rng(settings.seed)
    progress("Fitting on all training patients", 0.0)
    first, folds = _shares(settings)
    stages = fit_two_stages(cohort, rows, settings, rng, part(progress, 0.0, first))
    if not stages.scores:
        raise _nothing_selected(settings)
    nested = None
    if settings.protocol == "nested":
        nested = nested_predictions(cohort, rows, settings, rng, part(progress, first, folds))
    return Fitted(settings, cohort, rows, stages, predict_two_stages(stages, cohort, rows), nested)


def _shares(settings: FitSettings) -> tuple[float, float]:
    """Where the first fit and the fits of the folds end, in progress: each fit of the procedure takes about as long."""
    folds = settings.selection.folds if settings.protocol == "nested" else 0
    one = 0.9 / (1 + folds + settings.optimism)
    return one, one * (1 + folds)


def _nothing_selected(settings: FitSettings) -> FeatureError:
    return FeatureError(
        f"No feature of any sequence is associated with the label (t test at {settings.selection.p_limit:g}, then LASSO)",
        "at least one sequence with a Radscore",
        "check labels and features, or add patients",
    )


def _about_features(features: tuple[str, ...] | None, constant: tuple[str, ...], repeated: tuple[str, ...]) -> list[str]:
    notes = [] if features is None else [f"{len(features)} features allowed by a list (reproducibility)"]
    if constant:
        notes.append(f"{len(constant)} features are the same in all training patients and were left out, first {constant[0]}")
    if repeated:
        notes.append(f"{len(repeated)} features repeat an earlier one up to scale and were left out, first {repeated[0]}")
    return notes


def _backward_models(fitted: Fitted) -> list[str]:
    return [
        f"{name} model: gives its own training patients with osteoporosis the lower probabilities (apparent AUC {area:.3f}), "
        "since out of fold its Radscores tell nothing or the opposite; do not use it, add patients"
        for name, area in fitted.backward.items()
    ]


def _steps(role: Role, cohort: Cohort, kept: Cohort | None, fitted: Fitted) -> Steps:
    path = fitted.stages.paths[role]
    return Steps(
        role,
        len(cohort.names(role)),
        None if kept is None else len(kept.names(role)),
        len(fitted.cohort.names(role)),
        len(path.passed),
        len(path.score(fitted.stages.tuned.rule).columns),
    )


def _stability(stages: TwoStages, nested: NestedPredictions, cohort: Cohort) -> dict[str, float]:
    """Share of the folds in which each feature of the final Radscores was chosen, most stable first."""
    shares: dict[str, float] = {}
    for role, score in stages.scores.items():
        names = cohort.names(role)
        in_folds = [set(fold.paths[role].score(fold.tuned.rule).columns.tolist()) for fold in nested.stages]
        shares |= {names[c]: sum(int(c) in chosen for chosen in in_folds) / len(in_folds) for c in score.columns}
    return dict(sorted(shares.items(), key=lambda item: -item[1]))
