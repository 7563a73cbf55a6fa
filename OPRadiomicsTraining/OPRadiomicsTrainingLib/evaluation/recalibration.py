"""A new centre has another share of osteoporosis: move the intercepts of a signature, and nothing else.

Steyerberg, Clinical Prediction Models, 2nd ed. (2019), section 20.2: logistic regression with the logit as offset.
"""

from __future__ import annotations

from collections.abc import Mapping

from OPRadiomicsLib.models.signature import Models, Signature


def recalibrated(signature: Signature, shifts: Mapping[str, float], where: str) -> Signature:
    """The signature with moved intercepts, and a note that says so; training distributions of the logits are dropped."""
    models = {
        name: model.model_copy(update={"intercept": model.intercept + shifts.get(name, 0.0), "out_of_fold": None})
        for name, model in signature.models.present()
    }
    note = f"Intercepts recalibrated on {where}: " + ", ".join(f"{name} {shift:+.3f}" for name, shift in shifts.items()) + "."
    provenance = signature.provenance.model_copy(update={"notes": (*signature.provenance.notes, note)})
    changed = {"models": Models(**models), "provenance": provenance, "version": f"{signature.version}-recalibrated"}
    return Signature.model_validate(signature.model_copy(update=changed))
