"""A new centre has another share of osteoporosis: move the intercepts of a signature, and nothing else.

Steyerberg, Clinical Prediction Models, 2nd ed. (2019), section 20.2: logistic regression with the logit as offset.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from OPRadiomicsLib.io.output import write_json
from OPRadiomicsLib.models.signature import Models, Signature

from ..cohort.cohort import Cohort
from ..fitting.fit_command import save_signatures
from ..fitting.record import FIT_FILE, software_versions
from ..fitting.seen import Seen
from .evaluate import Evaluation, test_sets


def recalibrated(signature: Signature, shifts: Mapping[str, float], where: str) -> Signature:
    """The signature with moved intercepts, and a note that says so.

    Each moved model's prediction warns that its interval is that of the training's intercept.
    Training distributions of the logits are dropped, and an ordinal model, whose cuts nobody moved: its probability of
    osteoporosis would contradict the moved one beside it.
    """
    caution = (f"Intercept recalibrated on {where}: the interval leaves out the uncertainty of that.",)
    models = {
        name: model.model_copy(
            update={
                "intercept": model.intercept + shifts.get(name, 0.0),
                "out_of_fold": None,
                "cautions": model.cautions + (caution if name in shifts else ()),
            }
        )
        for name, model in signature.models.present()
    }
    note = f"Intercepts recalibrated on {where}: " + ", ".join(f"{name} {shift:+.3f}" for name, shift in shifts.items()) + "."
    note += " The ordinal model, which was not recalibrated, is left out." if signature.ordinal is not None else ""
    provenance = signature.provenance.model_copy(update={"notes": (*signature.provenance.notes, note)})
    changed = {
        "models": Models(**models),
        "ordinal": None,
        "provenance": provenance,
        "version": f"{signature.version}-recalibrated",
    }
    return Signature.model_validate(signature.model_copy(update=changed))


def write_recalibrated(
    evaluation: Evaluation,
    cohort: Cohort,
    folder: Path,
    *,
    record: Mapping[str, Any] | None,
    hashes: Mapping[str, str],
    by_centre: Mapping[str, Signature],
) -> None:
    """Write the signature that each set moved to ``folder``/recalibrated-SET, and beside it fit.json with whom it has seen.

    Parameters
    ----------
    record
        fit.json of the signature as it was, where there is one: whom that had seen.
    hashes
        SHA-256 of the input files by what they are.
    by_centre
        Of a fit with ComBat: the signature for each training centre's images; they move too.
    """
    sets = test_sets(cohort)
    for one in evaluation.sets:
        shifts = {str(name): model.shift for name, model in one.models.items() if model.shift}
        if shifts:
            where = f"{len(one.ill)} patients of the set '{one.name}'"
            before = {"": evaluation.signature, **by_centre}
            moved = {centre: recalibrated(signature, shifts, where) for centre, signature in before.items()}
            content = {
                "signature_sha256": moved[""].sha256,
                "recalibrated_from": evaluation.signature.sha256,
                "protocol": "recalibration",
                "settings": asdict(evaluation.settings),
                "centres": list(by_centre),
                "hashes": dict(hashes),
                "software": software_versions(),
                "seen": [
                    *(record.get("seen", ()) if record is not None else ()),
                    Seen.of(cohort, sets[one.name], "recalibration").as_dict(),
                ],
            }
            own = folder / f"recalibrated-{one.name.replace(' ', '-')}"
            save_signatures(moved, own)
            write_json(content, own / FIT_FILE)
