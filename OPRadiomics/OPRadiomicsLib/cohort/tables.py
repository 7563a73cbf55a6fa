"""The tables of a whole cohort, joined from the finished cases' own files."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, Final

from ..errors import OutputError
from ..files import all_or_nothing
from ..io.tables import csv_of_records
from ..types import Role
from .case import FINISHED, Failure, read_finished

_REGION_COLUMNS: Final = ("region", "profile_hash", "engine", "slice_mm")
_FAILURE_COLUMNS: Final = tuple(field.name for field in fields(Failure))
_PREDICTION_COLUMNS: Final = (
    "case", "signature", "demo", "model", "probability", "lower", "upper", "threshold", "osteoporosis",
)  # fmt: skip

SAME_IMAGES: Final = "the same images as case"

Twins = tuple[tuple[str, str], ...]
"""Pairs of cases that were made of the same images, as of one examination under two names: the first, and another."""


def write_tables(results: Sequence[tuple[str, Path]], failures: Sequence[Failure], out: Path) -> tuple[dict[str, Path], Twins]:
    """Write features.csv, predictions.csv, warnings.csv and failures.csv, all or none.

    Parameters
    ----------
    results
        Name and folder of each finished case, in the order of the rows. A sequence that a case lacks gives empty cells.

    Returns
    -------
    dict, Twins
        The tables' paths by name, and the cases of the same images, of which warnings.csv tells.

    Raises
    ------
    OutputError
        If they can't be written, or a case is no longer finished.
    """
    proofs = {name: read_finished(folder) for name, folder in results}
    undone = [name for name, proof in proofs.items() if not proof]
    if undone:
        raise OutputError(
            f"{len(undone)} cases that this run finished have no {FINISHED} any more, first {undone[0]}: another run computes "
            "them anew, or they were removed",
            "one run at a time for each folder of results",
            "wait until the other has ended, and start the same command again: finished cases are kept",
        )
    warnings = [{"case": name, "warning": text} for name, proof in proofs.items() for text in proof["warnings"]]
    twins = _twins(proofs)
    warnings += [{"case": name, "warning": f"{SAME_IMAGES} {first}"} for first, name in twins]
    predictions = [{"case": name, **row} for name, proof in proofs.items() for row in proof["predictions"]]
    scores = tuple(dict.fromkeys(key for row in predictions for key in row if key not in _PREDICTION_COLUMNS))
    contents = {
        "features": _features(results, proofs),
        "predictions": csv_of_records((*_PREDICTION_COLUMNS, *scores), predictions),
        "warnings": csv_of_records(("case", "warning"), warnings),
        "failures": csv_of_records(_FAILURE_COLUMNS, (asdict(failure) for failure in failures)),
    }
    with all_or_nothing(out) as scratch:
        for name, content in contents.items():
            (scratch / f"{name}.csv").write_text(content, encoding="utf-8", newline="")
    return {name: out / f"{name}.csv" for name in contents}, twins


def _twins(proofs: Mapping[str, Mapping[str, Any]]) -> Twins:
    """By the digests of the images; a case that an earlier version finished has none, and no twin."""
    first_of: dict[str, str] = {}
    digests = {name: str(proof.get("digest") or name) for name, proof in proofs.items()}
    return tuple((first, name) for name, digest in digests.items() if (first := first_of.setdefault(digest, name)) != name)


def _features(results: Sequence[tuple[str, Path]], proofs: Mapping[str, Mapping[str, Any]]) -> str:
    rows: list[dict[str, Any]] = []
    names: dict[str, None] = {}
    for case, folder in results:
        for row in _read_rows(folder / "features.csv"):
            names.update(dict.fromkeys(name for name in row if name not in _REGION_COLUMNS))
            proof = proofs[case]
            own = {"masks": proof["masks"], "scanner": proof.get("scanner", ""), "kinds": proof.get("kinds", "")}
            rows.append({"case": case, **own, **row})
    # A case without a sequence must not decide the order: roles in theirs, features in the extractor's.
    ordered = sorted(names, key=lambda name: [name.startswith(f"{role}_") for role in Role].index(True))
    return csv_of_records(("case", "region", "profile_hash", "engine", "masks", "scanner", "kinds", "slice_mm", *ordered), rows)


def _read_rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))
    except OSError as error:
        raise OutputError(
            f"{path.parent.name}/{path.name} of a finished case cannot be read ({error.strerror})",
            "the files that the run wrote",
            "remove that case's finished.json and run again",
        ) from None
