"""Which patients of a table are test patients, in which sets, and who must not be among them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import product

import numpy as np
from OPRadiomicsLib.errors import StudyError
from OPRadiomicsLib.files import FOLDER_SIGNS, names_a_folder
from OPRadiomicsLib.models.signature import Signature

from ..cohort.cohort import Cohort
from ..fitting.seen import Seen
from ..fitting.training_rows import TRAINING_SPLITS
from ..statistics.arrays import Flags, Indices


def test_sets(cohort: Cohort) -> dict[str, Indices]:
    """Rows of each test set by name.

    Raises
    ------
    StudyError
        If the split holds training patients only.
    """
    if not cohort.splits:
        return {"external": np.arange(len(cohort.cases))}
    names = [name for name in dict.fromkeys(cohort.splits) if name not in TRAINING_SPLITS]
    if not names:
        raise StudyError(
            "The table holds training patients only", "a split with test patients", "give a table of other patients"
        )
    return {name: np.flatnonzero([split == name for split in cohort.splits]) for name in sorted(names, key=_internal_first)}


def require_test_sets(cohort: Cohort) -> None:
    """Prove that a table tells training and test patients apart; raises `StudyError`."""
    if not cohort.splits:
        raise StudyError(
            "The table has no column split: its patients would be both trained and tested on",
            "training and test patients told apart",
            "make the column with opradiomics split, or fit and evaluate tables of different patients",
        )
    test_sets(cohort)


def is_external(name: str) -> bool:
    """Whether a set of this name is of another centre."""
    return name.lower().startswith("ext")


def _internal_first(name: str) -> tuple[bool, str]:
    return is_external(name), name


def require_unseen(cohort: Cohort, sets: Mapping[str, Indices], seen: tuple[Seen, ...]) -> None:
    """Prove that no test patient is one whom the signature was trained or recalibrated on; raises `StudyError`."""
    for one, (name, rows) in product(seen, sets.items()):
        overlap = one.among(cohort, rows)
        if overlap:
            raise StudyError(
                f"{len(overlap)} patients of the set '{name}' were {one.use} patients of this signature, first {overlap[0]}",
                "test patients that the signature has never seen",
                "leave them out, or mark them 'train' in the column split; if they are other people of the same pseudonym, "
                "age and sex, give them other pseudonyms",
            )


def strangers(name: str, cohort: Cohort, rows: Indices, by_centre: Mapping[str, Signature]) -> Iterator[str]:
    """A sentence where a fit with ComBat has no signature for a patient's centre."""
    strange = [row for row in rows if not cohort.centres or cohort.centres[row] not in by_centre]
    if by_centre and strange:
        yield f"{name}: {len(strange)} patients of no centre that the fit harmonised: the largest centre's signature was taken"


def recalibrated_folder(name: str) -> str:
    """Where the signature goes that a set has recalibrated."""
    return f"recalibrated-{name.replace(' ', '-')}"


def require_folder_names(sets: Mapping[str, Indices]) -> None:
    """Prove that each set's recalibrated signature gets a folder of its own; raises `StudyError`."""
    counts = Counter(recalibrated_folder(name).casefold() for name in sets)
    wrong = [name for name in sets if not names_a_folder(name) or counts[recalibrated_folder(name).casefold()] > 1]
    if wrong:
        raise StudyError(
            f"A set is named '{wrong[0][:40]}', and its recalibrated signature gets a folder of that name",
            f"{FOLDER_SIGNS}, and no other set that differs in capitals, or in spaces for -, alone",
            "rename it in the column split",
        )


def namesakes(name: str, cohort: Cohort, rows: Indices, seen: tuple[Seen, ...]) -> Iterator[str]:
    """A sentence for patients whose pseudonym alone is that of one whom the signature has seen."""
    for one in seen:
        if found := one.namesakes(cohort, rows):
            yield (
                f"{name}: {len(found)} patients bear the pseudonym of a {one.use} patient, but differ in age, sex or centre: "
                "taken for other people"
            )


def require_both_classes(name: str, ill: Flags) -> None:
    """Prove that a set holds two patients of each class; raises `StudyError`."""
    positive = int(ill.sum())
    if min(positive, len(ill) - positive) < 2:
        raise StudyError(
            f"The set '{name}' holds {positive} patients with and {len(ill) - positive} without osteoporosis",
            "at least two of each",
            "add patients, or leave the set out",
        )
