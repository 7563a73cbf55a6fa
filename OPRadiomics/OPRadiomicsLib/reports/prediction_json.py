"""prediction.json: the result for other software. Equal input gives equal bytes, so it holds no time and no date."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from ..levels import SNOMED_CODE
from ..models.explanation import shares
from ..models.signature import RESEARCH_USE_ONLY
from ..types import Clinical, LevelQuality, Prediction
from .case import CaseResult
from .strings import ENGLISH

SCHEMA_VERSION: Final = 1


def prediction_json(case: CaseResult) -> str:
    """The case's result as JSON text, UTF-8, keys in a fixed order; NaN and infinity raise `ValueError`."""
    return json.dumps(content_of(case), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def content_of(case: CaseResult) -> dict[str, Any]:
    """What prediction.json holds, as plain dicts and lists."""
    demo = {"demo_notice": f"{ENGLISH['demo']}: {ENGLISH['demo_note']}"} if case.demo else {}
    return {
        "schema_version": SCHEMA_VERSION,
        "use": RESEARCH_USE_ONLY,
        "demo": case.demo,
        **demo,
        "outcome": ENGLISH["outcome"],
        "models": {prediction.model: _prediction(prediction) for prediction in case.predictions},
        "published_clinical": _prediction(case.published) if case.published is not None else None,
        "among_training": _among_training(case),
        "warnings": list(case.all_warnings),
        "clinical": _clinical(case.clinical),
        "levels": [_level(quality) for quality in case.quality],
        "segmentation": case.segmentation_model,
        "series": {str(role): note for role, note in case.series_notes.items()},
        "features": _features(case),
        "profile": {"name": case.profile.name, "hash": case.profile.hash},
        "signature": _signature(case),
        "software": dict(case.software),
    }


def _prediction(prediction: Prediction) -> dict[str, Any]:
    share = shares(prediction.contributions)
    return {
        "demo": prediction.demo,
        "kind": prediction.kind,
        "probability": prediction.probability,
        "interval_95": _published(prediction, prediction.interval),
        "threshold": _published(prediction, prediction.threshold),
        "osteoporosis": _published(prediction, prediction.osteoporosis),
        "logit": prediction.logit,
        "base_logit": prediction.base_logit,
        "approximate_contributions": prediction.approximate,
        "contributions": [
            {"name": term.name, "value": term.value, "reference": term.reference, "shap": term.shap, "share": share[term.name]}
            for term in prediction.contributions
        ],
        "radscores": dict(prediction.radscores),
        **({"classes": dict(prediction.class_probabilities)} if prediction.class_probabilities else {}),
        "warnings": list(prediction.warnings),
        "provenance": dict(prediction.provenance),
    }


def _among_training(case: CaseResult) -> dict[str, Any] | None:
    """Percentile of each continuous predictor among the signature's training patients; None where it records none."""
    training = case.signature.training
    if training is None:
        return None
    return {
        term.name: {
            "value": term.value,
            "percentile": round(training.percentile(term.name, term.value), 2),
            "inside": training.holds(term.name, term.value),
        }
        for term in case.predictions[-1].contributions
        if training.ranks(term.name)
    }


def _published(prediction: Prediction, value: object) -> object:
    """The value, tuples as lists; the words "not published" where a bare formula has none."""
    if value is None and prediction.kind == "published formula":
        return ENGLISH["not_published"]
    return list(value) if isinstance(value, tuple) else value


def _clinical(clinical: Clinical) -> dict[str, Any]:
    return {
        "age": clinical.age,
        "sex": "male" if clinical.male else "female",
        "bmi": clinical.bmi,
        "diabetes": clinical.diabetes,
        "smoking": clinical.smoking,
        "drinking": clinical.drinking,
    }


def _level(quality: LevelQuality) -> dict[str, Any]:
    return {
        "level": quality.level,
        "snomed_ct": SNOMED_CODE.get(quality.level),
        "volume_ml": quality.volume_ml,
        "confidence": quality.confidence,
        "flags": list(quality.flags),
        "accepted_by": quality.accepted_by,
    }


def _features(case: CaseResult) -> Mapping[str, Any] | None:
    if case.features is None:
        return None
    return {
        "count": len(case.features.names),
        "engine": case.features.engine,
        "profile_hash": case.features.profile_hash,
        "grey_levels": dict(case.features.grey_levels),
    }


def _signature(case: CaseResult) -> dict[str, Any]:
    signature = case.signature
    return {
        "name": signature.name,
        "version": signature.version,
        "sha256": signature.sha256,
        "demo": signature.demo,
        "provenance": signature.provenance.model_dump(mode="json"),
    }
