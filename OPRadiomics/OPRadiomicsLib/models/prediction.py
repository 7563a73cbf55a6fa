"""From features and clinical variables to the probabilities of the clinical, the radiomics and the combined model."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from ..errors import ClinicalDataError, FeatureError, ModelError
from ..types import Clinical, FeatureVector, Prediction
from .explanation import contributions, logit
from .extrapolation import far_features, outside_training
from .ordinal import class_probabilities
from .signature import RADSCORE_PREFIX, LogisticModel, Radscore, Signature

NORMAL_975 = 1.959963984540054
"""97.5 % quantile of the standard normal distribution, for two-sided 95 % intervals."""

_DISCRETISED_FIRST_ORDER = ("_firstorder_Entropy", "_firstorder_Uniformity")
_TEXTURE = ("_glcm_", "_glrlm_", "_glszm_", "_gldm_", "_ngtdm_")


def predict(signature: Signature, features: FeatureVector | None, clinical: Clinical) -> tuple[Prediction, ...]:
    """Predictions of the signature's models, in the order clinical, radiomics, combined.

    Parameters
    ----------
    signature
        Any signature; one without Radscores looks at no feature.
    features
        Of the whole study, or None where sequences are missing: then only the clinical model answers.
    clinical
        From `clinical.validate_clinical`.

    Returns
    -------
    tuple of Prediction
        The 95 % interval is the delta method's on the logit, or the bootstrap replicates' percentiles. It covers the
        uncertainty of the logistic coefficients, not that of the features' selection.

    Raises
    ------
    ModelError
        If the features were made with another profile than the signature's, or no model can answer.
    FeatureError
        If a feature that a Radscore needs is absent, not finite, or of an image with one grey level.
    ClinicalDataError
        If a model needs a clinical variable that is not recorded.
    """
    scores: dict[str, float] = {}
    warnings: tuple[str, ...] = ()
    if features is not None and signature.radscores:
        scores = radscores(signature, features)
        warnings = far_features(signature, features.as_dict())
    predictions = tuple(
        _prediction(signature, name, model, scores=scores, clinical=clinical, warnings=warnings)
        for name, model in signature.models.present()
        if scores or not _needs_radscores(model)
    )
    if not predictions:
        raise ModelError(
            f"Signature {signature.name} has no clinical model and there are no features",
            "features of all three sequences",
            "give the missing sequences, or choose another signature",
        )
    return predictions


def radscores(signature: Signature, features: FeatureVector) -> dict[str, float]:
    """Radscore of each sequence, by predictor name (``radscore_T1WI``); raises as `predict` does."""
    _require_profile(signature, features)
    values = features.as_dict()
    for radscore in signature.radscores:
        _require_usable(radscore, values, features.grey_levels)
    return {radscore.predictor: _radscore(radscore, values) for radscore in signature.radscores}


def probability(of_logit: float) -> float:
    """1 / (1 + exp(-logit)), without overflow at either end."""
    return 1.0 / (1.0 + math.exp(-of_logit)) if of_logit >= 0 else math.exp(of_logit) / (1.0 + math.exp(of_logit))


def _radscore(radscore: Radscore, values: Mapping[str, float]) -> float:
    selected = np.array([values[name] for name in radscore.features])
    standardised = (selected - np.asarray(radscore.means)) / np.asarray(radscore.sds)
    return float(radscore.intercept + standardised @ np.asarray(radscore.coefficients))


def _require_profile(signature: Signature, features: FeatureVector) -> None:
    if signature.profile is None or features.profile_hash != signature.profile.hash:
        expected = "none" if signature.profile is None else f"{signature.profile.hash} ({signature.profile.name})"
        raise ModelError(
            f"Features made with profile {features.profile_hash}",
            f"profile {expected}, with which signature {signature.name} was fitted",
            "extract the features again with that profile, or choose a signature of this profile",
        )


def _require_usable(radscore: Radscore, values: Mapping[str, float], grey_levels: Mapping[str, int]) -> None:
    absent = [name for name in radscore.features if name not in values]
    if absent:
        raise FeatureError(
            f"{radscore.sequence} Radscore: {len(absent)} of {len(radscore.features)} features are absent ({absent[0]}, ...)",
            "every feature that the signature names",
            "extract all sequences with the signature's profile",
        )
    broken = [name for name in radscore.features if not math.isfinite(values[name])]
    if broken:
        raise FeatureError(
            f"{radscore.sequence}: {broken[0]} is {values[broken[0]]}",
            "finite features",
            "check the mask and the image of this sequence",
        )
    flat = [name for name in radscore.features if _has_one_grey_level(name, grey_levels)]
    if flat:
        raise FeatureError(
            f"{radscore.sequence}: {flat[0]} comes from an image with a single grey level in the region",
            "at least two grey levels: texture of one level is a constant",
            "use the profile 'standard', or check the sequence's intensities",
        )


def _has_one_grey_level(feature: str, grey_levels: Mapping[str, int]) -> bool:
    """Whether the feature depends on discretised grey levels and its image, ``<image>_<class>_<name>``, has fewer than two."""
    if not (any(part in feature for part in _TEXTURE) or feature.endswith(_DISCRETISED_FIRST_ORDER)):
        return False
    return any(count < 2 and feature.startswith(f"{image}_") for image, count in grey_levels.items())


def _needs_radscores(model: LogisticModel) -> bool:
    return any(name.startswith(RADSCORE_PREFIX) for name in model.predictors)


def _predictor_value(name: str, scores: Mapping[str, float], clinical: Clinical) -> float:
    if name in scores:
        return scores[name]
    value = clinical.male if name == "sex" else getattr(clinical, name)
    if value is None:
        raise ClinicalDataError(f"{name} is not recorded", f"{name}, which the model needs", f"give it with --{name}")
    return float(value)


def _prediction(
    signature: Signature,
    name: str,
    model: LogisticModel,
    *,
    scores: Mapping[str, float],
    clinical: Clinical,
    warnings: tuple[str, ...],
) -> Prediction:
    values = np.array([_predictor_value(predictor, scores, clinical) for predictor in model.predictors])
    own_logit = logit(model, values)
    used = {score: scores[score] for score in model.predictors if score in scores}
    own_probability = probability(own_logit)
    outside = outside_training(signature.training, dict(zip(model.predictors, values.tolist(), strict=True)))
    return Prediction(
        model=name,
        kind=signature.kind,
        probability=own_probability,
        logit=own_logit,
        base_logit=logit(model, model.reference),
        contributions=contributions(model, values),
        interval=_interval(model, values),
        threshold=model.threshold,
        osteoporosis=None if model.threshold is None else own_probability >= model.threshold,
        radscores=MappingProxyType(used),
        demo=signature.demo,
        approximate=model.reference_kind == "stated",
        warnings=(*model.cautions, *outside, *(warnings if used else ())),
        class_probabilities=_class_probabilities(signature, model, scores, clinical),
        provenance=MappingProxyType(_provenance(signature)),
    )


def _interval(model: LogisticModel, values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> tuple[float, float] | None:
    """95 % confidence interval of the probability, or None for a bare formula."""
    row = np.concatenate(([1.0], (values - np.asarray(model.means)) / np.asarray(model.sds)))
    if model.covariance is not None:
        centre = logit(model, values)
        half_width = NORMAL_975 * math.sqrt(float(row @ np.asarray(model.covariance) @ row))
        return probability(centre - half_width), probability(centre + half_width)
    if model.replicates is not None:
        low, high = np.quantile(np.asarray(model.replicates) @ row, (0.025, 0.975))
        return probability(float(low)), probability(float(high))
    return None


def _class_probabilities(
    signature: Signature, model: LogisticModel, scores: Mapping[str, float], clinical: Clinical
) -> Mapping[str, float]:
    """Of the ordinal model, beside the logistic model that shares its predictors."""
    ordinal = signature.ordinal
    if ordinal is None or set(ordinal.predictors) != set(model.predictors):
        return MappingProxyType({})
    values = [_predictor_value(predictor, scores, clinical) for predictor in ordinal.predictors]
    return MappingProxyType(dict(zip(ordinal.classes, class_probabilities(ordinal, values).tolist(), strict=True)))


def _provenance(signature: Signature) -> dict[str, str]:
    source = signature.provenance
    return {
        "signature": signature.name,
        "version": signature.version,
        "sha256": signature.sha256,
        "trained on": source.trained_on,
        "validation": source.validation,
        "citation": source.citation,
        "use": source.use,
    }
