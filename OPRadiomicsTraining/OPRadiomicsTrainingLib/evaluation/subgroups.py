"""Does a model do as well in men as in women, in the old as in the younger?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from OPRadiomicsLib.errors import StudyError
from OPRadiomicsLib.models.signature import ModelName

from ..statistics.arrays import Flags, FloatTable
from ..statistics.roc import DelongAuc, DelongTest, delong, delong_independent


@dataclass(frozen=True)
class Subgroup:
    """How to divide: by sex, or by age at a cut in years."""

    by: Literal["sex", "age"]
    cut: float = 0.0

    def labels(self) -> tuple[str, str]:
        """Names of the two groups."""
        return ("men", "women") if self.by == "sex" else (f"age >= {self.cut:g}", f"age < {self.cut:g}")

    def first(self, ages: FloatTable, male: Flags) -> Flags:
        """Who belongs to the first group."""
        return male if self.by == "sex" else np.asarray(ages >= self.cut)


@dataclass(frozen=True)
class SubgroupResult:
    """AUC of one model in the two groups, and DeLong's test for independent samples.

    None where a group has too few patients of a class; ``counts`` are (patients, with osteoporosis) of each group.
    """

    model: ModelName
    labels: tuple[str, str]
    counts: tuple[tuple[int, int], tuple[int, int]]
    areas: tuple[DelongAuc, DelongAuc] | None
    test: DelongTest | None


def parse_subgroups(text: str) -> tuple[Subgroup, ...]:
    """Subgroups from "sex,age:70"; an empty text means none.

    Raises
    ------
    StudyError
        If a part is neither sex nor age with a cut.
    """
    return tuple(_parsed(part.strip()) for part in text.split(",") if part.strip())


def _parsed(text: str) -> Subgroup:
    by, _, cut = text.partition(":")
    if by == "sex" and not cut:
        return Subgroup("sex")
    if by == "age" and cut.replace(".", "", 1).isdecimal():
        return Subgroup("age", float(cut))
    raise StudyError(f"Subgroup '{text}'", "sex, or age with a cut in years, such as age:70", "divide them by commas")


def compare_subgroups(
    groups: tuple[Subgroup, ...], logits: Mapping[ModelName, FloatTable], ill: Flags, *, ages: FloatTable, male: Flags
) -> tuple[SubgroupResult, ...]:
    """Every model in every pair of groups."""
    return tuple(
        _compared(group, name, values, ill, group.first(ages, male)) for group in groups for name, values in logits.items()
    )


def _compared(group: Subgroup, model: ModelName, scores: FloatTable, ill: Flags, first: Flags) -> SubgroupResult:
    counts = ((int(first.sum()), int(ill[first].sum())), (int((~first).sum()), int(ill[~first].sum())))
    if any(min(positive, n - positive) < 2 for n, positive in counts):
        return SubgroupResult(model, group.labels(), counts, None, None)
    areas = delong(scores[first], ill[first]), delong(scores[~first], ill[~first])
    test = delong_independent(scores[first], ill[first], scores[~first], ill[~first])
    return SubgroupResult(model, group.labels(), counts, areas, test)
