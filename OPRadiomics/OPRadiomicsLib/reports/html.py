"""report.html: one file with its pictures inside, from Resources/Templates/report.html.j2."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, Final

from ..levels import SNOMED_CODE
from ..models.explanation import radscore_contributions, shares
from ..phrasebook import say
from ..types import Contribution, LevelQuality, Prediction
from .case import CaseResult
from .prediction_pictures import fullest
from .strings import percent, percents_apart, predictor_label, predictor_value
from .templates import template

TOP_FEATURES: Final = 4
"""Rows for each Radscore in the table of features."""

Strings = Mapping[str, str]


def report_html(case: CaseResult, pictures: Mapping[str, bytes], strings: Strings) -> str:
    """The report as HTML with every picture embedded; text from the case is escaped.

    Parameters
    ----------
    pictures
        PNG by name: masks, slices, probabilities, shap, training; those absent leave no gap.
    """
    embedded = {name: base64.b64encode(content).decode("ascii") for name, content in pictures.items()}
    return template("report.html.j2").render(t=strings, pictures=embedded, **_content(case, strings))


def _content(case: CaseResult, strings: Strings) -> dict[str, Any]:
    explained = fullest(case.predictions)
    return {
        "demo": case.demo,
        "warnings": [say(warning, strings["language"]) for warning in case.all_warnings],
        "patient": _patient(case, strings),
        "cards": [_card(prediction, strings) for prediction in case.predictions],
        "partial": len(case.predictions) < sum(1 for _ in case.signature.models.present()),
        "levels": [_level(quality, strings) for quality in case.quality],
        "shap_caption": _shap_caption(explained, strings),
        "explained": _explained(explained, strings),
        "features": _features(case, explained),
        "published": _published(case.published, strings) if case.published is not None else None,
        "details": [(key, value) for key, value in _details(case, strings) if value],
        "grey_levels": tuple(case.features.grey_levels.items()) if case.features is not None else (),
        "software": tuple(case.software.items()),
        "timings": [(say(stage, strings["language"]), f"{seconds:.1f}") for stage, seconds in case.timings_s.items()],
    }


def _shap_caption(explained: Prediction, strings: Strings) -> str:
    caption = strings["shap_caption_stated" if explained.approximate else "shap_caption"]
    return caption.format(model=strings[explained.model].lower())


def _patient(case: CaseResult, strings: Strings) -> str:
    clinical = case.clinical
    words = [f"{strings['age']} {clinical.age:g} {strings['years']}", strings["male" if clinical.male else "female"]]
    if clinical.bmi is not None:
        words.append(f"{strings['bmi']} {clinical.bmi:.1f} kg/m²")
    for name in ("diabetes", "smoking", "drinking"):
        value = getattr(clinical, name)
        if value is not None:
            words.append(f"{strings[name]}: {strings['yes' if value else 'no']}")
    return ", ".join(words)


def _card(prediction: Prediction, strings: Strings) -> dict[str, str]:
    absent = strings["not_published"]
    interval, threshold = prediction.interval, prediction.threshold
    outcome = (
        absent if prediction.osteoporosis is None else strings["osteoporosis" if prediction.osteoporosis else "no_osteoporosis"]
    )
    said, cut = (
        (percent(prediction.probability), absent) if threshold is None else percents_apart(prediction.probability, threshold)
    )
    return {
        "name": strings[prediction.model],
        "probability": said,
        "interval": absent if interval is None else f"{percent(interval[0])} – {percent(interval[1])}",
        "threshold": cut,
        "outcome": outcome,
        "classes": ", ".join(
            f"{strings.get(name, name)} {percent(share)}" for name, share in prediction.class_probabilities.items()
        ),
    }


def _level(quality: LevelQuality, strings: Strings) -> dict[str, str]:
    return {
        "name": quality.level,
        "code": SNOMED_CODE.get(quality.level, ""),
        "volume": f"{quality.volume_ml:.1f}",
        "confidence": percent(quality.confidence),
        "flags": say("; ".join(quality.flags), strings["language"]),
        "accepted_by": quality.accepted_by,
    }


def _explained(prediction: Prediction, strings: Strings) -> list[dict[str, str]]:
    share = shares(prediction.contributions)
    terms = {term.name: term for term in prediction.contributions}
    return [_explained_row(terms[name], of_all, strings) for name, of_all in share.items()]


def _explained_row(term: Contribution, share: float, strings: Strings) -> dict[str, str]:
    return {
        "name": predictor_label(term.name, strings),
        "value": predictor_value(term.name, term.value, strings),
        "reference": predictor_value(term.name, term.reference, strings),
        "shap": f"{term.shap:+.3f}",
        "share": percent(share),
    }


def _features(case: CaseResult, explained: Prediction) -> list[dict[str, str]]:
    if case.features is None or not explained.radscores:
        return []
    values = case.features.as_dict()
    rows: list[dict[str, str]] = []
    for radscore in case.signature.radscores:
        terms = sorted(radscore_contributions(radscore, values), key=lambda term: -abs(term.shap))
        rows.extend(
            {"name": term.name, "value": f"{term.value:.4g}", "reference": f"{term.reference:.4g}", "shap": f"{term.shap:+.3f}"}
            for term in terms[:TOP_FEATURES]
        )
    return rows


def _published(prediction: Prediction, strings: Strings) -> dict[str, Any]:
    terms = [
        f"{predictor_label(term.name, strings)} {predictor_value(term.name, term.value, strings)} "
        f"({strings['reference'].lower()} {predictor_value(term.name, term.reference, strings)}): {term.shap:+.2f}"
        for term in prediction.contributions
    ]
    return {
        **_card(prediction, strings),
        "terms": "; ".join(terms),
        "warnings": [say(warning, strings["language"]) for warning in prediction.warnings],
        "citation": prediction.provenance["citation"],
    }


def _details(case: CaseResult, strings: Strings) -> list[tuple[str, str]]:
    signature, profile = case.signature, case.profile
    source, language = signature.provenance, strings["language"]
    series = [(f"{strings['series']}: {role}", say(note, language)) for role, note in case.series_notes.items()]
    return [
        (strings["signature"], f"{signature.name} {signature.version}{' — ' + strings['demo'] if signature.demo else ''}"),
        (strings["trained_on"], say(source.trained_on, language)),
        (strings["validation"], say(source.validation, language)),
        (strings["citation"], say(source.citation, language)),
        (strings["trained_masks"], say("; ".join(source.masks), language)),
        (strings["notes"], " ".join(say(note, language) for note in source.notes)),
        (strings["checksum"], signature.sha256),
        (strings["profile"], f"{profile.name}, {profile.hash} ({say(profile.description, language)})"),
        (strings["segmentation_model"], say(case.segmentation_model, language)),
        (strings["engine"], case.features.engine if case.features is not None else ""),
        *series,
    ]
