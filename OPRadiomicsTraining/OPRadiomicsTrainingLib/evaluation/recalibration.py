"""A new centre has another share of osteoporosis: move the intercepts of a signature, and nothing else.

Steyerberg, Clinical Prediction Models, 2nd ed. (2019), section 20.2: logistic regression with the logit as offset.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from OPRadiomicsLib.json_files import write_json
from OPRadiomicsLib.models.signature import LogisticModel, Models, Signature

from ..cohort.cohort import Cohort
from ..fitting.fit_command import save_signatures
from ..fitting.record import FIT_FILE, software_versions
from ..fitting.seen import Seen
from ..statistics.calibration import Anchor, recalibrated_covariance
from .patient_sets import recalibrated_folder, test_sets
from .results import Evaluation

NOTHING_HELD: Final[Mapping[str, Anchor]] = MappingProxyType({})


def recalibrated(
    signature: Signature, shifts: Mapping[str, float], where: str, held: Mapping[str, Anchor] = NOTHING_HELD
) -> Signature:
    """The signature with moved intercepts, and a note that says so.

    Of a model with a covariance, and an anchor in ``held`` on its predictors' own scale, the covariance is moved too, so that
    its interval covers the new intercept's uncertainty; each prediction of another one warns that it doesn't.
    Training distributions of the logits are dropped, and an ordinal model, whose cuts nobody moved: its probability of
    osteoporosis would contradict the moved one beside it.
    """
    models = {
        name: _moved(model, shifts[name], where, held.get(name))
        if name in shifts
        else model.model_copy(update={"out_of_fold": None})
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


def _moved(model: LogisticModel, shift: float, where: str, held: Anchor | None) -> LogisticModel:
    changed: dict[str, object] = {"intercept": model.intercept + shift, "out_of_fold": None}
    if model.covariance is not None and held is not None:
        standardised = Anchor((held.centre - np.asarray(model.means)) / np.asarray(model.sds), held.variance)
        rows = recalibrated_covariance(np.asarray(model.covariance), standardised).tolist()
        changed["covariance"] = tuple(tuple(row) for row in rows)
    else:
        caution = f"Intercept recalibrated on {where}: the interval leaves out the uncertainty of that."
        changed["cautions"] = (*model.cautions, caution)
    return model.model_copy(update=changed)


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
            held = {str(name): model.held for name, model in one.models.items() if model.held is not None}
            moved = {centre: recalibrated(signature, shifts, where, held) for centre, signature in before.items()}
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
            own = folder / recalibrated_folder(one.name)
            save_signatures(moved, own)
            write_json(content, own / FIT_FILE)
