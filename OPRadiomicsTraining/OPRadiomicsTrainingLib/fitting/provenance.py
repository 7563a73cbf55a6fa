"""What a fitted signature says of itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from OPRadiomicsLib.models.signature import Provenance
from OPRadiomicsLib.types import KINDS_SEPARATOR

from ..cohort.cohort import Cohort
from ..statistics.roc import auc
from .fitted import Fitted


def provenance_of(fitted: Fitted, centre: str, notes: tuple[str, ...]) -> Provenance:
    """Where a signature comes from, how it was made, and how well it did on what.

    Parameters
    ----------
    centre
        Whose images the signature is for; "": all training images.
    notes
        Each without a full stop.
    """
    cohort, settings, ill = fitted.cohort, fitted.settings, fitted.ill
    own = [row for row in fitted.rows if not centre or cohort.centres[row] == centre]
    scanners = tuple(cohort.scanners[row] for row in own if cohort.scanners)
    areas = ", ".join(f"{name} {auc(values, ill):.3f}" for name, values in fitted.predictions.items() if np.ptp(values) > 0.0)
    simulated = "SIMULATED " if settings.demo else ""
    made = "images, ages and labels from this software's simulator, no real person"
    folds = settings.selection.folds
    how = (
        f"nested {folds}-fold cross-validation on the same {simulated}patients, AUC: {areas}"
        if fitted.nested is not None
        else f"OPTIMISTIC, selection and models on the same {simulated}training patients that are predicted, AUC: {areas}"
    )
    demo = "None: a demonstration of the procedure of Wang et al., Radiologic Practice 2026(4):453-459"
    return Provenance(
        trained_on=f"{len(ill)} {simulated}patients" + (f": {made}" if settings.demo else ""),
        n_training=len(ill),
        n_osteoporosis=int(ill.sum()),
        validation=how,
        citation=demo if settings.demo else "Not published; procedure of Wang et al., Radiologic Practice 2026(4):453-459",
        scanners=tuple(sorted(set(scanners))) if all(scanners) else (),
        masks=cohort.masks,
        slice_mm=_slices(cohort, own),
        kinds=_kinds(cohort, own),
        notes=(
            *_procedure(fitted),
            *(f"{note[0].upper()}{note[1:]}." for note in (*notes, *_gap(scanners))),
        ),
    )


def _slices(cohort: Cohort, rows: Sequence[int]) -> tuple[float, float] | None:
    """Least and largest distance of the images' slices, to 0.1 um; None where one is not recorded."""
    if cohort.slice_mm is None:
        return None
    own = cohort.slice_mm[rows]
    return (round(float(own.min()), 4), round(float(own.max()), 4)) if np.isfinite(own).all() else None


def _kinds(cohort: Cohort, rows: Sequence[int]) -> tuple[str, ...]:
    """Kinds of the images' sequences, each once; none where a patient's are not recorded."""
    own = [cohort.kinds[row] for row in rows if cohort.kinds]
    return tuple(sorted({kind for one in own for kind in one.split(KINDS_SEPARATOR)})) if all(own) else ()


def _gap(scanners: tuple[str, ...]) -> tuple[str, ...]:
    """A list of scanners that leaves some out would warn of those."""
    known = sum(map(bool, scanners))
    if known in {0, len(scanners)}:
        return ()
    return (f"the scanner of {known} of {len(scanners)} training patients is recorded: none is named",)


def _procedure(fitted: Fitted) -> tuple[str, ...]:
    stages, settings, names = fitted.stages, fitted.settings, fitted.cohort.names
    selection = replace(settings.selection, p_limit=stages.tuned.p_limit, rule=stages.tuned.rule)
    chosen = ", ".join(f"{role} {len(score.columns)} of {len(names(role))}" for role, score in stages.scores.items())
    test = f"{selection.t_test.capitalize()}'s t test"
    limit = f"{'adjusted ' if selection.fdr else ''}P < {selection.p_limit:g}"
    second = "out-of-fold Radscores" if settings.protocol == "nested" else "the training patients' own Radscores"
    tuned = (
        f"Bayesian optimisation: {stages.tuned.trials} trials, cross-validated log loss {stages.tuned.log_loss:.4f}, "
        f"ridge penalty {stages.tuned.l2:.3g}."
        if stages.tuned.log_loss is not None
        else f"No hyper-parameter was searched; ridge penalty {stages.tuned.l2:g}."
    )
    on = "nested out-of-fold predictions" if settings.protocol == "nested" else "the training patients' own predictions"
    threshold = "given" if settings.threshold is not None else f"Youden on {on}"
    return (
        f"Features selected: {chosen}. {test} ({limit}), {selection.lasso} LASSO at lambda.{selection.rule} with "
        f"{selection.lasso_folds} folds, second stage on {second} ({selection.folds} folds), seed {settings.seed}.",
        tuned,
        f"Thresholds: {threshold}.",
    )
