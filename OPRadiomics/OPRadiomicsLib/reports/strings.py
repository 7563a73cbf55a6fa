"""Every word that a report shows, in one place: a translation is another mapping with these keys."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from .chinese import CHINESE

ENGLISH: Final[Mapping[str, str]] = MappingProxyType(
    {
        "language": "en",
        "title": "Osteoporosis from lumbar MRI",
        "research": "Research use only — not for diagnosis",
        "demo": "DEMO",
        "demo_note": "models fitted on simulated patients. These numbers say nothing about a real person.",
        "warnings": "Warnings",
        "no_warnings": "No warnings.",
        "result": "Result",
        "outcome": "Probability of osteoporosis (QCT volumetric BMD below 80 mg/cm³)",
        "clinical": "Clinical",
        "radiomics": "Radiomics",
        "combined": "Combined",
        "interval": "95 % confidence interval",
        "threshold": "Threshold",
        "class": "Class",
        "three_classes": "Ordinal model",
        "osteoporosis": "osteoporosis",
        "no_osteoporosis": "no osteoporosis",
        "osteopenia": "osteopenia",
        "normal": "normal",
        "not_published": "not published",
        "interval_note": "The interval covers the uncertainty of the logistic coefficients, not that of feature selection.",
        "not_available": "Only the clinical model could answer: the radiomics and the combined model need all three sequences.",
        "masks": "Segmentation",
        "masks_caption": (
            "Slice through the middle of L1–L3. Line: vertebral body. Tint: marrow region, from which the features come."
        ),
        "slices_caption": "Slices across L1–L3, from the patient's right to left.",
        "levels": "Levels",
        "level": "Level",
        "volume_ml": "Volume (ml)",
        "confidence": "Confidence",
        "flags": "For the reader",
        "no_flags": "—",
        "levels_caption": (
            "Levels are counted upward from the sacrum, which is right for five lumbar vertebrae. With four or six of them, "
            "or a transitional vertebra, they may be one off: nothing in a lumbar view alone shows that."
        ),
        "accepted_by": "Accepted by",
        "explanation": "Why this probability",
        "shap_caption": (
            "Linear SHAP values of the {model} model: coefficient × (value − mean of the training patients), in logits. With "
            "the base value they add up to the logit exactly."
        ),
        "shap_caption_stated": (
            "Linear SHAP values of the {model} model against a stated reference, not the training patients' means, so "
            "approximate. With the base value they add up to the logit."
        ),
        "shap_axis": "Contribution to the logit (towards osteoporosis →)",
        "share": "Share of Σ|SHAP|",
        "base": "base",
        "logit": "logit",
        "predictor": "Predictor",
        "value": "Value",
        "reference": "Reference",
        "contribution": "Contribution (logits)",
        "features": "What makes up the Radscores",
        "features_caption": (
            "The features that move each Radscore most, against the mean training patient, in units of the Radscore."
        ),
        "feature": "Feature",
        "training_mean": "Training mean",
        "shift": "Shift of the Radscore",
        "training": "Among the training patients",
        "training_caption": (
            "Left: out-of-fold probabilities of the training patients (thin line: range; thick: middle half; tick: median) and "
            "this patient. Right: this patient's percentile in each predictor."
        ),
        "training_without": "without osteoporosis",
        "training_with": "with osteoporosis",
        "this_patient": "this patient",
        "percentile": "Percentile among the training patients",
        "published": "Published clinical formula",
        "published_note": (
            "The formula of Wang et al. (2026) from age and sex alone: another model, fitted on other patients. Don't compare "
            "it with the models above."
        ),
        "published_reference": "Contributions against a stated reference (not published), so approximate:",
        "patient": "Clinical variables",
        "age": "Age",
        "sex": "Sex",
        "bmi": "BMI",
        "diabetes": "Diabetes",
        "smoking": "Smoking",
        "drinking": "Drinking",
        "years": "years",
        "male": "male",
        "female": "female",
        "yes": "yes",
        "no": "no",
        "unrecorded": "not recorded",
        "radscore": "Radscore",
        "details": "How this was made",
        "grey_levels": "Grey levels in the region",
        "image": "Image",
        "provenance": "Models",
        "signature": "Signature",
        "trained_on": "Trained on",
        "validation": "Validation",
        "citation": "Citation",
        "checksum": "SHA-256",
        "profile": "Profile",
        "segmentation_model": "Segmentation",
        "engine": "Feature engine",
        "software": "Software",
        "timings": "Time per stage (s)",
        "series": "Sequences",
        "trained_masks": "Masks of training",
        "notes": "Notes",
    }
)

LANGUAGES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType({"en": ENGLISH, "zh": CHINESE})
"""The languages of a report by their ISO 639 code."""


def percent(share: float, decimals: int = 0) -> str:
    """0.634 as "63 %", with the space that ISO 80000 asks for; what is not certain never as "0 %" or "100 %"."""
    said = f"{100 * share:.{decimals}f}"
    if share > 0 and float(said) == 0:
        return "< 1 %"
    return "> 99 %" if share < 1 and float(said) == 100 else f"{said} %"


def percents_apart(one: float, other: float) -> tuple[str, str]:
    """Both, with as many decimals as tell them apart: "49.8 %" and "50.2 %", where "50 %" twice would hide which side it is."""
    for decimals in range(6):
        said = percent(one, decimals), percent(other, decimals)
        if said[0] != said[1]:
            return said
    return percent(one), percent(other)


def predictor_label(name: str, strings: Mapping[str, str]) -> str:
    """Name of a predictor for the reader: ``radscore_T1WI`` becomes "T1WI Radscore"."""
    if name in strings:
        return strings[name]
    return f"{name.removeprefix('radscore_')} {strings['radscore']}"


def predictor_value(name: str, value: float, strings: Mapping[str, str]) -> str:
    """Value of a predictor for the reader; a reference between male and female is a share of men."""
    if name == "sex":
        words = {0.0: strings["female"], 1.0: strings["male"]}
        return words.get(value, f"{percent(value)} {strings['male']}")
    if name in {"diabetes", "smoking", "drinking"}:
        return {0.0: strings["no"], 1.0: strings["yes"]}.get(value, f"{percent(value)} {strings['yes']}")
    return f"{value:.0f} {strings['years']}" if name == "age" else f"{value:.3g}"
