"""Warnings where a patient lies outside what a signature was fitted on: single predictors, their combination, features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from ..types import USUAL_KIND
from .signature import RADSCORE_PREFIX, Radscore, Signature, Training

FAR_SD: Final = 5.0
"""A feature farther than this from its training mean hints at another scanner, sequence or region, not at another patient."""

SLICE_RATIO: Final = 1.25
"""Slices 3.3 mm apart are unlike 4.4 mm ones. Every second slice alone moved the DEMO radiomics probability of one simulated
study from 0.29 to 0.51, no feature farther than 5 SD from training."""


def outside_training(training: Training | None, values: Mapping[str, float]) -> tuple[str, ...]:
    """Sentences on predictors beyond the training patients' range, and on an unusual combination of them.

    Parameters
    ----------
    training
        None where the signature records no training distribution: then nothing can be said.
    values
        Raw predictor values by name.
    """
    if training is None:
        return ()
    sentences = [sentence for name, value in values.items() if (sentence := _beyond(training, name, value))]
    known = [name for name in values if name in training.predictors]
    if not sentences and set(known) == set(training.predictors):
        distance = squared_distance(training, [values[name] for name in training.predictors])
        if distance > training.squared_distance_limit:
            sentences.append(
                f"Unusual combination of predictors: squared Mahalanobis distance {distance:.1f}; 99 % of the training "
                f"patients lie within {training.squared_distance_limit:.1f}. The probability is an extrapolation."
            )
    return tuple(sentences)


def other_scanner(scanners: Sequence[str], scanner: str) -> tuple[str, ...]:
    """A sentence where a scanner is not among those of the training images; none where either is not recorded."""
    if not scanners or not scanner or scanner.casefold() in {one.casefold() for one in scanners}:
        return ()
    return (
        f"Scanner '{scanner}' is not among those of the training images ({'; '.join(scanners)}): features depend on the "
        "scanner, and the probability is an extrapolation.",
    )


def other_kinds(trained: Sequence[str], kinds: Sequence[str]) -> tuple[str, ...]:
    """A sentence for each sequence of another kind than in training; where that is not recorded, than the study's.

    Parameters
    ----------
    trained, kinds
        As `io.roles.kind_of` writes them, the patient's one for each sequence whose kind is known.
    """
    return tuple(sentence for kind in kinds if (sentence := _other_kind(trained, *kind.split(": ", 1))))


def _other_kind(trained: Sequence[str], role: str, kind: str) -> str:
    known = [one.removeprefix(f"{role}: ") for one in trained if one.startswith(f"{role}: ")]
    if kind in (known or [USUAL_KIND]):
        return ""
    if not known:
        return f"{role} is of another kind than the study's sequence ({kind}): it suits only a signature trained on that kind."
    return (
        f"{role} is of another kind ({kind}) than in training ({'; '.join(known)}): features depend on it, and the "
        "probability is an extrapolation."
    )


def other_slices(trained_mm: tuple[float, float] | None, slice_mm: float) -> tuple[str, ...]:
    """A sentence where slices lie much closer or farther apart than in training, least and most there; none if not recorded."""
    if trained_mm is None or trained_mm[0] / SLICE_RATIO <= slice_mm <= trained_mm[1] * SLICE_RATIO:
        return ()
    least, most = (f"{mm:.3g}" for mm in trained_mm)
    return (
        f"Slices {slice_mm:.3g} mm apart, those of training {least if least == most else f'{least} to {most}'} mm: features "
        "depend on it, and the probability is an extrapolation.",
    )


def other_network(networks: Sequence[str], network: str) -> tuple[str, ...]:
    """A sentence where a network that drew none of the training's masks drew these; none where a mask has no network."""
    if not networks or not all((network, *networks)) or network in networks:
        return ()
    return (
        f"Masks of network {network}, those of training of {'; '.join(networks)}: features depend on where the border is "
        "drawn, and the probability is an extrapolation.",
    )


def squared_distance(training: Training, values: Sequence[float]) -> float:
    """Squared Mahalanobis distance from the training means (Mahalanobis 1936), values in the order of the predictors."""
    difference = np.asarray(values) - np.asarray(training.means)
    return float(difference @ np.linalg.solve(np.asarray(training.covariance), difference))


def far_features(signature: Signature, features: Mapping[str, float]) -> tuple[str, ...]:
    """One sentence for each Radscore that rests on features far outside the training patients'."""
    return tuple(sentence for radscore in signature.radscores if (sentence := _far(radscore, features)))


def _beyond(training: Training, name: str, value: float) -> str | None:
    if not training.ranks(name):
        return None
    low, high = training.quantile(name, 0.0), training.quantile(name, 1.0)
    if not low <= value <= high:
        return f"{_spoken(name)} {value:.4g} lies beyond all training patients ({low:.4g} to {high:.4g}): an extrapolation."
    low, high = training.quantile(name, 0.01), training.quantile(name, 0.99)
    if not low <= value <= high:
        return f"{_spoken(name)} {value:.4g} lies beyond 98 % of the training patients ({low:.4g} to {high:.4g})."
    return None


def _spoken(name: str) -> str:
    return f"{name.removeprefix(RADSCORE_PREFIX)} Radscore" if name.startswith(RADSCORE_PREFIX) else name.capitalize()


def _far(radscore: Radscore, features: Mapping[str, float]) -> str | None:
    values = np.array([features[name] for name in radscore.features])
    deviations = np.abs(values - np.asarray(radscore.means)) / np.asarray(radscore.sds)
    far = int((deviations > FAR_SD).sum())
    if not far:
        return None
    worst = radscore.features[int(deviations.argmax())]
    return (
        f"{radscore.sequence}: {far} of {len(values)} features lie more than {FAR_SD:g} SD from the training mean "
        f"({worst}: {deviations.max():.0f} SD): another scanner, sequence or region than in training?"
    )
