"""The reports of a fit, of an evaluation, and of a whole study."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from OPRadiomicsLib.models.signature import Signature
from OPRadiomicsLib.profile import Profile

from ..evaluation.evaluate import evaluate_training
from ..evaluation.results import Evaluation, EvaluationSettings
from ..fitting.fit import FitResult
from ..fitting.record import software_versions, training_predictions
from ..statistics.roc import delong
from .captions import captioned_picture, captioned_table
from .checklists import answer_checklists
from .document import Document, Picture, Table
from .facts import common_facts, evaluation_facts, fit_facts, profile_facts, record_facts
from .figures.curves import calibration_picture, decision_picture, roc_picture
from .figures.overview import overview_picture
from .figures.selection import selection_picture
from .formats import with_interval
from .tables import (
    baseline_table,
    calibration_table,
    classes_table,
    coefficients_table,
    delong_table,
    explanation_table,
    optimism_table,
    performance_table,
    regression_table,
    steps_table,
    subgroup_table,
)

OPTIMISTIC = (
    "Protocol 'paper': features and models were chosen on the same training patients whose predictions set the threshold "
    "and the training performance. Those numbers are optimistic; believe the test sets'."
)


def fit_document(result: FitResult, profile: Profile, hashes: Mapping[str, str]) -> Document:
    """Report of a fit alone: selection, regression, performance and curves of the training patients, classifiers, stability."""
    signature = result.signature
    training = training_evaluation(result)
    facts = {**profile_facts(profile), **common_facts(signature), **fit_facts(result)}
    return Document(
        title=f"Fit of {signature.name}",
        demo=signature.demo,
        summary=fit_summary(result),
        notes=(*fit_notes(result), *training.notes),
        tables=(
            steps_table(result.steps),
            regression_table(result.stages.clinical),
            baseline_table(result.cohort, {"training": result.rows}),
            fit_performance_table(result),
            performance_table(training),
            delong_table(training),
            calibration_table(training),
            *optimism_tables(result),
            signature_table(result),
            *three_class_tables(result),
        ),
        pictures=(selection_figure(result), *curve_figures(training)),
        facts=(*signature_facts(signature), *fit_settings_facts(result, hashes), *software_facts()),
        checklists=answer_checklists(facts),
    )


def evaluation_document(evaluation: Evaluation, record: Mapping[str, Any] | None, hashes: Mapping[str, str]) -> Document:
    """Report of a signature on test sets."""
    signature = evaluation.signature
    facts = {**common_facts(signature), **evaluation_facts(evaluation)}
    return Document(
        title=f"Evaluation of {signature.name}",
        demo=signature.demo,
        summary=evaluation_summary(evaluation),
        notes=(*evaluation.notes, *_record_notes(record)),
        tables=evaluation_tables(evaluation),
        pictures=evaluation_figures(evaluation),
        facts=(
            *signature_facts(signature),
            *record_facts(record),
            *((f"SHA-256 of {name}", value) for name, value in hashes.items()),
            *software_facts(),
        ),
        checklists=answer_checklists(facts),
    )


def evaluation_tables(evaluation: Evaluation) -> tuple[Table, ...]:
    """Tables 4 and 5, then what the paper has in its text."""
    return (
        performance_table(evaluation),
        delong_table(evaluation),
        calibration_table(evaluation),
        subgroup_table(evaluation),
        explanation_table(evaluation),
    )


def evaluation_figures(evaluation: Evaluation) -> tuple[Picture, ...]:
    """Figures 3 to 6."""
    return (*curve_figures(evaluation), captioned_picture("figure6", overview_picture(evaluation)))


def curve_figures(evaluation: Evaluation) -> tuple[Picture, ...]:
    """Figures 3 to 5: ROC curves, calibration, decision curves."""
    return (
        captioned_picture("figure3", roc_picture(evaluation)),
        captioned_picture("figure4", calibration_picture(evaluation)),
        captioned_picture("figure5", decision_picture(evaluation)),
    )


def training_evaluation(result: FitResult) -> Evaluation:
    """The training patients as their fit predicted them: out of fold, or apparent where the protocol has no folds."""
    return evaluate_training(result.signature, training_predictions(result), EvaluationSettings())


def selection_figure(result: FitResult) -> Picture:
    """Figure 2."""
    return captioned_picture("figure2", selection_picture(result))


def fit_performance_table(result: FitResult) -> Table:
    """AUC out of fold and apparent, and of the classifiers that were compared."""
    ill, rows = result.ill, []
    for name in result.predictions:
        nested = _area(result.nested.logits[name], ill) if result.nested is not None else "–"
        rows.append((f"{name} (logistic)", nested, _area(result.apparent[name], ill)))
    for other in result.compared:
        area = _area(other.probabilities, ill)
        rows.append((f"combined predictors, {other.name}", area, "–") if result.nested is not None else (other.name, "–", area))
    note = "Only the logistic models are in signature.json: the other classifiers have no readable form and are not exported."
    return captioned_table(
        "training_performance",
        ("Model", "Out of fold", "Apparent"),
        tuple(rows),
        note if result.compared else "",
    )


def signature_table(result: FitResult) -> Table:
    """Features of the Radscores."""
    features = []
    for radscore in result.signature.radscores:
        features += [
            (name, coefficient, result.stability.get(name) if result.nested is not None else None)
            for name, coefficient in sorted(
                zip(radscore.features, radscore.coefficients, strict=True), key=lambda pair: -abs(pair[1])
            )
        ]
    return coefficients_table(features)


def optimism_tables(result: FitResult) -> tuple[Table, ...]:
    """What the bootstrap corrected, where it was asked for."""
    return () if result.optimism is None else (optimism_table(result.optimism),)


def three_class_tables(result: FitResult) -> tuple[Table, ...]:
    """The three-class model's table, where one was fitted."""
    return () if result.three_classes is None else (classes_table(result.three_classes),)


def fit_summary(result: FitResult) -> tuple[str, ...]:
    """What a reader wants first."""
    provenance = result.signature.provenance
    return (
        f"{provenance.n_training} training patients, {provenance.n_osteoporosis} with osteoporosis.",
        f"{provenance.validation[0].upper()}{provenance.validation[1:]}.",
        *provenance.notes[:2],
    )


def fit_notes(result: FitResult) -> tuple[str, ...]:
    """Decisions that the data forced, and optimism."""
    optimism = (OPTIMISTIC,) if result.settings.protocol == "paper" else ()
    return (*optimism, *(f"{note[0].upper()}{note[1:]}." for note in result.notes))


def evaluation_summary(evaluation: Evaluation) -> tuple[str, ...]:
    """AUC of each model, one line a set."""
    return tuple(
        f"{one.name}, n = {len(one.ill)} ({int(one.ill.sum())} with osteoporosis): AUC "
        + ", ".join(
            f"{name} {with_interval(model.auc.auc, model.auc.lower, model.auc.upper)}" for name, model in one.models.items()
        )
        + "."
        for one in evaluation.sets
    )


def fit_settings_facts(result: FitResult, hashes: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Seeds, settings and hashes."""
    tuned = result.stages.tuned
    settings = result.settings.as_dict()
    selection = settings.pop("selection")
    return (
        ("Settings", ", ".join(f"{key} {value}" for key, value in {**selection, **settings}.items())),
        ("Chosen", f"P limit {tuned.p_limit:g}, lambda.{tuned.rule}, ridge penalty {tuned.l2:.4g}"),
        ("Seed", str(result.settings.seed)),
        *((f"SHA-256 of {name}", value) for name, value in hashes.items()),
    )


def _record_notes(record: Mapping[str, Any] | None) -> tuple[str, ...]:
    return (OPTIMISTIC,) if record is not None and record["protocol"] == "paper" else ()


def signature_facts(signature: Signature) -> tuple[tuple[str, str], ...]:
    """Identity and provenance of a signature."""
    profile = "none" if signature.profile is None else f"{signature.profile.name}, {signature.profile.hash}"
    return (
        ("Signature", f"{signature.name} {signature.version}"),
        ("SHA-256", signature.sha256),
        ("Trained on", signature.provenance.trained_on),
        ("Masks", "; ".join(signature.provenance.masks) or "not recorded"),
        ("Validation", signature.provenance.validation),
        ("Procedure", " ".join(signature.provenance.notes)),
        ("Citation", signature.provenance.citation),
        ("Profile", profile),
    )


def software_facts() -> tuple[tuple[str, str], ...]:
    """Versions."""
    return tuple(software_versions().items())


def _area(scores: Any, ill: Any) -> str:
    area = delong(scores, ill)
    return with_interval(area.auc, area.lower, area.upper)
