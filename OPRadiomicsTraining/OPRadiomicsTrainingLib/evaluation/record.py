"""evaluation.json: every number of an evaluation in full precision."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from .results import Evaluation, ModelResult, SetResult
from .subgroups import SubgroupResult


def evaluation_record(evaluation: Evaluation, hashes: Mapping[str, str]) -> dict[str, Any]:
    """JSON of an evaluation; a number that is not defined is null."""
    return {
        "signature": evaluation.signature.name,
        "signature_sha256": evaluation.signature.sha256,
        "demo": evaluation.signature.demo,
        "settings": asdict(evaluation.settings),
        "hashes": dict(hashes),
        "notes": list(evaluation.notes),
        "sets": {one.name: _defined(_set(one)) for one in evaluation.sets},
    }


def _set(one: SetResult) -> dict[str, Any]:
    explained = one.explanation
    return {
        "kind": one.kind,
        "patients": len(one.ill),
        "osteoporosis": int(one.ill.sum()),
        "left_out": one.left_out,
        "models": {name: _model(model) for name, model in one.models.items()},
        "delong": [{"first": pair.first, "second": pair.second, **asdict(pair.test)} for pair in one.comparisons],
        "subgroups": [_subgroup(found) for found in one.subgroups],
        "shap_shares": dict(explained.shares) if explained else None,
        "sequence_shares": dict(explained.sequence_shares) if explained else None,
        "point_biserial": {name: asdict(r) for name, r in explained.correlations.items()} if explained else None,
    }


def _model(model: ModelResult) -> dict[str, Any]:
    return {
        "auc": asdict(model.auc),
        "bootstrap": asdict(model.bootstrap),
        "threshold": model.threshold,
        "classification": asdict(model.classification),
        "calibration": asdict(model.calibration),
        "intercept_moved_by": model.shift,
    }


def _subgroup(found: SubgroupResult) -> dict[str, Any]:
    return {
        "model": found.model,
        "groups": list(found.labels),
        "counts": [list(count) for count in found.counts],
        "areas": [asdict(area) for area in found.areas] if found.areas else None,
        "test": asdict(found.test) if found.test else None,
    }


def _defined(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _defined(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_defined(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
