"""How far masks of the same case agree: Dice overlap and volume of each level, and Bland-Altman limits of the volumes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Final

import numpy as np
from OPRadiomicsLib.errors import GeometryError
from OPRadiomicsLib.io.itk import readable_by_itk
from OPRadiomicsLib.io.masks import STUDY_LABEL
from OPRadiomicsLib.regions import dice
from OPRadiomicsLib.types import LabelArray

from ..statistics.intraclass import BlandAltman, bland_altman
from .comparison import Comparison

SAME_LEVEL_DICE: Final = 0.3
"""Below it two masks are of neighbouring vertebrae, not of one."""


@dataclass(frozen=True)
class LevelAgreement:
    """Two readings of one level of one case: Dice overlap (0 to 1) and both volumes in ml."""

    comparison: str
    case: str
    level: str
    first: str
    second: str
    dice: float
    first_ml: float
    second_ml: float


def mask_agreement(
    masks: Mapping[str, Sequence[Path | None]], cases: Sequence[str], comparisons: Sequence[Comparison]
) -> tuple[LevelAgreement, ...]:
    """Dice and volumes of every case, level and pair of readings that are compared.

    Parameters
    ----------
    masks
        Reading to each case's label map (L1 = 1, L2 = 2, L3 = 3), in the order of ``cases``; None where there is none.

    Raises
    ------
    GeometryError
        If two readings of a case lie on different grids.
    """
    rows: list[LevelAgreement] = []
    for number, case in enumerate(cases):
        read = {name: _labels(path) for name, paths in masks.items() if (path := paths[number]) is not None}
        for one in comparisons:
            for first, second in combinations(one.readings, 2):
                if first in read and second in read:
                    rows.extend(_levels(one.key, case, (first, second), read))
    return tuple(rows)


def _labels(path: Path) -> tuple[LabelArray, float]:
    """Label map (k, j, i) and the volume of a voxel in ml."""
    import SimpleITK as sitk

    with readable_by_itk(path) as name:
        image = sitk.ReadImage(name)
    return sitk.GetArrayFromImage(image), float(np.prod(image.GetSpacing())) / 1000.0


def _levels(key: str, case: str, names: tuple[str, str], read: Mapping[str, tuple[LabelArray, float]]) -> list[LevelAgreement]:
    (first, voxel_ml), (second, _) = (read[name] for name in names)
    if first.shape != second.shape:
        raise GeometryError(
            f"Case {case}: masks {names[0]} and {names[1]} have shapes {first.shape} and {second.shape}",
            "masks on one image's grid",
            "export both on the T1WI",
        )
    rows = []
    for level, label in STUDY_LABEL.items():
        one, other = first == label, second == label
        first_ml, second_ml = (voxel_ml * int(region.sum()) for region in (one, other))
        overlap = dice(one, other) if first_ml or second_ml else 0.0
        rows.append(LevelAgreement(key, case, level, *names, overlap, first_ml, second_ml))
    return rows


def numbering_warnings(rows: Sequence[LevelAgreement]) -> tuple[str, ...]:
    """A sentence for each case in which two readings hardly meet at any level: they number the levels differently."""
    best: dict[tuple[str, str, str], float] = {}
    for row in rows:
        key = (row.case, row.first, row.second)
        best[key] = max(best.get(key, 0.0), row.dice)
    return tuple(
        f"{case}: {first} and {second} meet at no level (Dice at most {dice:.2f}): their levels are numbered differently"
        for (case, first, second), dice in best.items()
        if dice < SAME_LEVEL_DICE
    )


def volume_limits(rows: Sequence[LevelAgreement], comparisons: Sequence[Comparison]) -> dict[tuple[str, str], BlandAltman]:
    """Bland-Altman limits of the volumes (ml, second - first) by comparison and level; of the comparison's first two readings.

    Raises
    ------
    StudyError
        If fewer than two cases have both.
    """
    found = {}
    for one in comparisons:
        for level in STUDY_LABEL:
            chosen = [
                row for row in rows if (row.comparison, row.level, row.first, row.second) == (one.key, level, *one.readings[:2])
            ]
            first, second = (np.array([getattr(row, name) for row in chosen]) for name in ("first_ml", "second_ml"))
            found[one.key, level] = bland_altman(first, second)
    return found
