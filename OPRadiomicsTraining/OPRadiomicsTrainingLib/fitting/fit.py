"""fit_signature: a cohort and settings to a signature, and everything that a report says of how it came about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from OPRadiomicsLib.errors import FeatureError, StudyError
from OPRadiomicsLib.models.signature import ModelName, Signature
from OPRadiomicsLib.profile import Profile
from OPRadiomicsLib.progress import part
from OPRadiomicsLib.types import Progress, Role, no_progress

from ..cohort.cohort import Cohort
from ..cohort.directions import direction_doubts
from ..statistics.arrays import Flags, FloatTable, Indices
from .candidates import drop_constant, drop_duplicates, keep_features
from .clinical import clinical_table, require_independent
from .comparison import Compared, compare_classifiers
from .harmonisation import LIMITS, largest_centre
from .nested import NestedPredictions, TwoStages, fit_two_stages, nested_predictions, predict_two_stages
from .optimism import ProcedureOptimism, procedure_optimism
from .provenance import provenance_of
from .settings import FitSettings
from .three_classes import ThreeClasses, fit_three_classes, require_three_classes
from .to_signature import to_signature

TRAINING_SPLITS = ("train", "training")
DISTINCT_SHARE: Final = 0.5
"""Of the patients, at least so many stand in a bootstrap sample: 0.632 in the mean, with room for chance in small classes."""


@dataclass(frozen=True)
class Steps:
    """Features of one sequence that were left after each step; selection's figures are those of the fit on all rows."""

    role: Role
    extracted: int
    reproducible: int
    distinct: int
    after_t_test: int
    after_lasso: int


@dataclass(frozen=True, eq=False)
class FitResult:
    """A signature and its making.

    Parameters
    ----------
    signatures
        The signature under ""; with ComBat one for each training centre's images, the largest centre's under "".
    rows
        Training rows of ``cohort``, which holds the features that the fit could choose from.
    apparent
        Logits of the training patients from the models fitted on all of them: optimistic.
    nested
        Out-of-fold predictions; None in protocol paper.
    optimism
        Apparent measures corrected by bootstrap; None where the settings ask for none.
    stability
        How often a feature of the signature was chosen among the folds' fits, 0 to 1; empty in protocol paper.
    """

    signatures: Mapping[str, Signature]
    settings: FitSettings
    cohort: Cohort
    rows: Indices
    stages: TwoStages
    apparent: Mapping[ModelName, FloatTable]
    nested: NestedPredictions | None
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
    def ill(self) -> Flags:
        """Class of the training patients."""
        ill: Flags = self.cohort.osteoporosis[self.rows]
        return ill

    @property
    def predictions(self) -> Mapping[ModelName, FloatTable]:
        """Logits that thresholds and the stated performance come from."""
        return self.nested.logits if self.nested is not None else self.apparent


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
    rng = np.random.default_rng(settings.seed)
    nested = None
    progress("Fitting on all training patients", 0.0)
    share = _shares(settings)
    stages = fit_two_stages(distinct, rows, settings, rng, part(progress, 0.0, share[0]))
    if not stages.scores:
        raise _nothing_selected(settings)
    if settings.protocol == "nested":
        nested = nested_predictions(distinct, rows, settings, rng, part(progress, share[0], share[1]))
    apparent = predict_two_stages(stages, distinct, rows)
    optimism = None
    if settings.optimism:
        optimism = procedure_optimism(distinct, rows, apparent, settings, part(progress, share[1], 0.9))
    compared = compare_classifiers(stages, nested, distinct, rows, settings=settings, progress=part(progress, 0.9, 1.0))
    three = fit_three_classes(stages, nested, distinct, rows) if settings.classes == 3 else None
    notes = (
        *((LIMITS,) if settings.combat else ()),
        *_about_features(features, constant, repeated),
        *stages.notes,
        *direction_doubts(cohort.ages[rows], cohort.male[rows], cohort.osteoporosis[rows]),
    )
    result = FitResult(
        signatures=_signatures(
            distinct, rows, stages, nested, apparent, profile=profile, settings=settings, three=three, notes=notes
        ),
        settings=settings,
        cohort=distinct,
        rows=rows,
        stages=stages,
        apparent=apparent,
        nested=nested,
        steps=tuple(_steps(role, cohort, kept, distinct, stages) for role in Role),
        stability={} if nested is None else _stability(stages, nested, distinct),
        optimism=optimism,
        compared=compared,
        three_classes=three,
        notes=notes,
    )
    progress("Fitted", 1.0)
    return result


def _shares(settings: FitSettings) -> tuple[float, float]:
    """Where the first fit and the fits of the folds end, in progress: each fit of the procedure takes about as long."""
    folds = settings.selection.folds if settings.protocol == "nested" else 0
    one = 0.9 / (1 + folds + settings.optimism)
    return one, one * (1 + folds)


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


def _nothing_selected(settings: FitSettings) -> FeatureError:
    return FeatureError(
        f"No feature of any sequence is associated with the label (t test at {settings.selection.p_limit:g}, then LASSO)",
        "at least one sequence with a Radscore",
        "check labels and features, or add patients",
    )


def _signatures(
    cohort: Cohort,
    rows: Indices,
    stages: TwoStages,
    nested: NestedPredictions | None,
    apparent: Mapping[ModelName, FloatTable],
    *,
    profile: Profile,
    settings: FitSettings,
    three: ThreeClasses | None,
    notes: tuple[str, ...],
) -> dict[str, Signature]:
    ill, combat = cohort.osteoporosis[rows], stages.combat
    out_of_fold = None if nested is None else nested.logits

    def of_centre(centre: str) -> Signature:
        said = (*notes, f"this signature is for images of centre {centre}") if centre else notes
        return to_signature(
            stages,
            cohort,
            ill,
            apparent if out_of_fold is None else out_of_fold,
            profile=profile,
            settings=settings,
            ordinal=None if three is None else three.model,
            centre=centre or None,
            provenance=provenance_of(
                cohort,
                ill,
                stages,
                settings,
                scanners=_scanners(cohort, rows, centre),
                slice_mm=_slices(cohort, rows, centre),
                apparent=apparent,
                nested=out_of_fold,
                notes=said,
            ),
        )

    if combat is None:
        return {"": of_centre("")}
    by_centre = {centre: of_centre(centre) for centre in combat.centres}
    return {"": by_centre[largest_centre(cohort, rows)], **by_centre}


def _scanners(cohort: Cohort, rows: Indices, centre: str) -> tuple[str, ...]:
    """Of the training images that a signature is for: one centre's, or all."""
    return tuple(cohort.scanners[row] for row in rows if cohort.scanners and (not centre or cohort.centres[row] == centre))


def _slices(cohort: Cohort, rows: Indices, centre: str) -> tuple[float, float] | None:
    """Least and largest distance of the same images' slices; None where one is not recorded."""
    if cohort.slice_mm is None:
        return None
    own = np.array([cohort.slice_mm[row] for row in rows if not centre or cohort.centres[row] == centre])
    return (float(own.min()), float(own.max())) if np.isfinite(own).all() else None


def _about_features(features: tuple[str, ...] | None, constant: tuple[str, ...], repeated: tuple[str, ...]) -> list[str]:
    notes = [] if features is None else [f"{len(features)} features allowed by a list (reproducibility)"]
    if constant:
        notes.append(f"{len(constant)} features are the same in all training patients and were left out, first {constant[0]}")
    if repeated:
        notes.append(f"{len(repeated)} features repeat an earlier one up to scale and were left out, first {repeated[0]}")
    return notes


def _steps(role: Role, cohort: Cohort, kept: Cohort, distinct: Cohort, stages: TwoStages) -> Steps:
    score = stages.paths[role].score(stages.tuned.rule)
    return Steps(
        role,
        len(cohort.names(role)),
        len(kept.names(role)),
        len(distinct.names(role)),
        len(stages.paths[role].passed),
        len(score.columns),
    )


def _stability(stages: TwoStages, nested: NestedPredictions, cohort: Cohort) -> dict[str, float]:
    """Share of the folds in which each feature of the final Radscores was chosen, most stable first."""
    shares: dict[str, float] = {}
    for role, score in stages.scores.items():
        names = cohort.names(role)
        in_folds = [set(fold.paths[role].score(fold.tuned.rule).columns.tolist()) for fold in nested.stages]
        shares |= {names[c]: sum(int(c) in chosen for chosen in in_folds) / len(in_folds) for c in score.columns}
    return dict(sorted(shares.items(), key=lambda item: -item[1]))
