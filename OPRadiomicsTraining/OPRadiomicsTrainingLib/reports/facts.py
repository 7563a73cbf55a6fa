"""Sentences that answer checklist items, from the profile, the fit and the evaluation. Only what is known stands here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from OPRadiomicsLib.models.signature import Signature
from OPRadiomicsLib.profile import Profile

from ..evaluation.results import Evaluation, SetResult
from ..fitting.fit import FitResult


def profile_facts(profile: Profile) -> dict[str, str]:
    """How images became features."""
    normal, features = profile.normalisation, profile.features
    sigmas = ", ".join(f"{sigma:g}" for sigma in features.log_sigma_mm)
    return {
        "preprocessing": (
            f"N4 bias-field correction, then linear normalisation over the {normal.over} between percentiles "
            f"{normal.lower_percentile:g} and {normal.upper_percentile:g} to 0-{normal.output_max:g}."
        ),
        "resampling": f"{profile.resampling.interpolator} to {profile.resampling.spacing_mm:g} mm, isotropic.",
        "discretisation": f"Fixed bin width {features.bin_width:g}.",
        "images": f"Original, and Laplacian of Gaussian with sigma {sigmas} mm.",
        "engine": "Built-in engine with PyRadiomics 3.0.1's definitions and values, or PyRadiomics 3.0.1 itself.",
        "classes": "Shape, first order, GLCM, GLRLM, GLSZM, GLDM, NGTDM.",
        "settings": f"Every setting in profile '{profile.name}', hash {profile.hash}, which the software ships.",
        "segmentation": (
            "Vertebral bodies L1-L3 by a network or a reader, the marrow region by the profile's rules, one region of interest "
            "(union of L1-L3), carried to the other sequences through physical space."
        ),
        "pipeline": "Segmentation, preprocessing, extraction, selection, Radscores, logistic models: see its README.",
    }


def fit_facts(result: FitResult) -> dict[str, str]:
    """How the models were fitted."""
    return {**_about_data(result), **_about_models(result)}


def _about_data(result: FitResult) -> dict[str, str]:
    settings, n, ill = result.settings, len(result.rows), int(result.ill.sum())
    clinical = result.stages.clinical
    combined = len(result.stages.models["combined"].predictors)
    left = "; ".join(
        f"{s.role}: {s.extracted} extracted, {s.after_t_test} after the t test, {s.after_lasso} selected" for s in result.steps
    )
    facts = {
        "counts": f"{left}.",
        "balance": f"Training: {ill} of {n} with osteoporosis; no resampling or weighting of classes.",
        "participants": f"Training: n = {n}, {ill} with osteoporosis.",
        "missing": "; ".join(clinical.missing) or "No clinical value that a model needs is missing in training.",
        "scaling": "Features and continuous predictors z-scored with training means and SD; yes/no 0 and 1; linear terms.",
        "predictors": (
            f"Clinical candidates: {', '.join(row.predictor for row in clinical.univariable)}. In the models: "
            f"{', '.join(clinical.predictors)}, {_why(result)}. Sex: male 1; age in years."
        ),
        "partition": f"{n} training patients; "
        + (
            f"everything is fitted inside the fold ({settings.selection.folds} folds)."
            if settings.protocol == "nested"
            else "features selected once on all of them: optimistic there."
        )
        + (
            f" Optimism by {settings.optimism} bootstrap samples of the whole procedure (Harrell)." if settings.optimism else ""
        ),
        "dimension": f"{ill} events among {n} training patients; {combined} predictors in the combined model.",
        "baseline": "Table 2.",
    }
    if any(s.reproducible is not None and s.reproducible < s.extracted for s in result.steps):
        kept = "; ".join(f"{s.role}: {s.reproducible} of {s.extracted}" for s in result.steps)
        facts["reliability"] = f"Reproducible features (ICC): {kept}."
    return facts


def _why(result: FitResult) -> str:
    """How the clinical predictors were chosen."""
    if result.settings.clinical is not None:
        return "given beforehand"
    return f"by univariable P < {result.settings.clinical_p:g}, or the least P where none is below"


def _about_models(result: FitResult) -> dict[str, str]:
    settings, tuned = result.settings, result.stages.tuned
    others = f"; compared with {', '.join(settings.compare)}" if settings.compare else ""
    search = f"{settings.tune} trials of Bayesian optimisation (TPE), {settings.selection.folds}-fold cross-validation inside"
    how = "given" if settings.threshold is not None else "by Youden's index on the training patients' predictions"
    harmonised = "features harmonised between centres (ComBat)" if settings.combat else "no harmonisation between centres"
    return {
        "selection": f"Per sequence: {settings.selection.t_test.capitalize()}'s t test, then LASSO at lambda.{tuned.rule}.",
        "algorithm": f"Logistic regression on clinical predictors and one LASSO Radscore a sequence{others}.",
        "tuning": f"{search} the training rows." if settings.tune else "No hyper-parameter was searched.",
        "choice": "The three models are fixed by design (clinical, radiomics, combined); none was chosen by its test result.",
        "output": f"Probability of osteoporosis; class at a threshold {how}.",
        "confounders": f"Clinical predictors stand in the combined model; {harmonised}.",
    }


def common_facts(signature: Signature) -> dict[str, str]:
    """What holds for every signature of this software."""
    return {
        "outcome": "Osteoporosis: QCT volumetric BMD below 80 mg/cm³.",
        "code": "OPRadiomics is free software (Apache-2.0); this report names its version.",
        "model": f"signature.json, complete and readable, SHA-256 {signature.sha256}.",
        "system": "OPRadiomics: 3D Slicer extension and command line; a result says which masks a reader has accepted.",
        "input": "Missing sequences, damaged files, features of another profile, impossible values: refused or warned of.",
        "models": "Clinical, radiomics and combined model on the same patients.",
        "guidelines": "CLEAR, TRIPOD+AI and METRICS: filled in here as far as the software knows.",
        "not_applicable": "Not applicable: hand-crafted features.",
        "limitations": "Intervals of coefficients leave out the uncertainty of feature selection. All others: author.",
    }


def evaluation_facts(evaluation: Evaluation) -> dict[str, str]:
    """How and on whom the models were evaluated."""
    groups = evaluation.settings.subgroups
    facts = {
        "participants": _counted(evaluation.sets),
        "metrics": "AUC; sensitivity, specificity, accuracy, precision and F1 at a fixed threshold; calibration, net benefit.",
        "uncertainty": "95 % CI: DeLong and bootstrap (AUC), Wilson (shares), Wald (coefficients, calibration).",
        "comparison": "DeLong's tests, table 5.",
        "calibration": "Slope, intercept, Brier score, calibration curves.",
        "explanation": "Exact SHAP values of the linear combined model; shares by sequence.",
        "performance": f"Table 4{f'; AUC by {groups}' if groups else ''}.",
        "recalibration": "Intercept recalibrated on each test set."
        if evaluation.settings.recalibrate_intercept
        else "None; intercepts as fitted.",
    }
    if groups:
        facts["subgroups"] = f"AUC by {groups}, DeLong's test for independent samples."
    tests = [one for one in evaluation.sets if one.kind != "training"]
    if tests:
        facts["testing"] = _counted(tests)
    for kind in ("internal", "external"):
        found = evaluation.of(kind)
        if found:
            facts[kind] = "; ".join(f"{one.name}, n = {len(one.ill)}" for one in found) + "."
    if evaluation.of("external"):
        facts["heterogeneity"] = "Performance is given for each set apart: table 4."
    return facts


def _counted(sets: Sequence[SetResult]) -> str:
    return ", ".join(f"{one.name} (n = {len(one.ill)}, {int(one.ill.sum())} with osteoporosis)" for one in sets) + "."


def record_facts(record: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """Provenance of a fit that was read back."""
    if record is None:
        return []
    return [
        ("Fit: protocol", str(record["protocol"])),
        ("Fit: seed", str(record["settings"]["seed"])),
        *((f"Fit: SHA-256 of {name}", str(value)) for name, value in record["hashes"].items()),
    ]
