"""Which readings are compared, and which features agree in all comparisons that decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
from OPRadiomicsLib.errors import FeatureError, StudyError
from OPRadiomicsLib.types import Role

from ..statistics.arrays import Flags, FloatTable
from ..statistics.intraclass import Intraclass, icc_a1

PAPER_THRESHOLD: Final = 0.75
"""Features with an ICC above it are kept (Wang et al. 2026; "good" from there on: Koo & Li, J Chiropr Med 2016;15:155-163)."""

USUAL_CASES: Final = 20
"""Read twice in Wang et al. 2026; Koo & Li advise 30."""

Bound = Literal["estimate", "lower"]


@dataclass(frozen=True)
class Comparison:
    """Readings set against each other; ``decides`` where a feature must agree here to be kept."""

    key: str
    title: str
    readings: tuple[str, ...]
    decides: bool = True


INTRA: Final = Comparison("intra", "Intra-observer: A twice", ("A", "A2"))
REVISION: Final = Comparison("inter", "Inter-observer: B revises A", ("A", "B"))
INDEPENDENT: Final = Comparison("independent", "Inter-observer: B alone", ("A", "B_alone"))
NETWORK_REVIEWED: Final = Comparison("network", "Network: against reviewed", ("network", "B"), decides=False)

Design = Literal["revision", "independent"]
"""How the second reader worked: the study's B revised A's mask, which agrees better than a mask of B's own."""


def standard_comparisons(readings: Sequence[str], design: Design) -> tuple[Comparison, ...]:
    """The comparisons that the readings allow; of the two inter-observer ones, the design's decides.

    Raises
    ------
    StudyError
        If the readings allow none that decides, or the design's inter-observer one isn't among them.
    """
    inter = {"revision": REVISION, "independent": INDEPENDENT}[design]
    every = [INTRA, REVISION, INDEPENDENT, NETWORK_REVIEWED]
    found = [one for one in every if set(one.readings) <= set(readings)]
    if inter not in found and INTRA not in found:
        raise StudyError(
            f"Readings {', '.join(readings)}",
            f"{' and '.join(inter.readings)} (inter-observer), A and A2 (intra-observer), or both",
            "name the columns or files so, or give --compare NAME=FIRST,SECOND",
        )
    decides = {inter.key, INTRA.key}
    return tuple(Comparison(one.key, one.title, one.readings, one.key in decides) for one in found)


def parse_comparison(text: str) -> Comparison:
    """A comparison from "NAME=FIRST,SECOND[,...]".

    Raises
    ------
    StudyError
        If the text cannot be read so.
    """
    key, _, names = text.partition("=")
    readings = tuple(name.strip() for name in names.split(",") if name.strip())
    if not key.strip().isidentifier() or len(set(readings)) < 2 or len(set(readings)) != len(readings):
        raise StudyError(f"--compare '{text}'", "NAME=FIRST,SECOND", "such as --compare inter=A,B")
    return Comparison(key.strip(), f"{key.strip()}: {', '.join(readings)}", readings)


@dataclass(frozen=True, eq=False)
class Ratings:
    """Features of the same cases in several readings.

    ``values`` holds reading to (n cases, p features), columns as ``features`` names them (``T1WI_original_shape_Flatness``).
    ``absent`` holds reading to the cases, (n,), that were not read so; none where a reading isn't named.
    """

    cases: tuple[str, ...]
    features: tuple[str, ...]
    values: Mapping[str, FloatTable]
    profile_hash: str
    absent: Mapping[str, Flags] = field(default_factory=dict)

    def complete(self, readings: Sequence[str]) -> Flags:
        """Cases that have all these readings, (n,)."""
        complete = np.ones(len(self.cases), dtype=np.bool_)
        for name in readings:
            if name in self.absent:
                complete &= ~self.absent[name]
        return complete

    def stacked(self, readings: Sequence[str]) -> FloatTable:
        """(n complete cases, k readings, p features)."""
        return np.stack([self.values[name][self.complete(readings)] for name in readings], axis=1)


@dataclass(frozen=True, eq=False)
class FeatureAgreement:
    """ICC(A,1) of each feature in each comparison, and whether the feature is kept.

    Parameters
    ----------
    found
        Comparison's key to `Intraclass`, each (p,).
    kept
        (p,); True where every comparison that decides lies above the threshold. A constant or undefined feature never does.
    """

    ratings: Ratings
    comparisons: tuple[Comparison, ...]
    found: Mapping[str, Intraclass]
    threshold: float
    bound: Bound
    kept: Flags

    def judged(self, key: str) -> FloatTable:
        """The number that is held against the threshold, (p,)."""
        one = self.found[key]
        return one.estimate if self.bound == "estimate" else one.lower

    def cases(self, one: Comparison) -> int:
        """How many cases a comparison rests on."""
        return int(self.ratings.complete(one.readings).sum())

    def kept_names(self) -> tuple[str, ...]:
        """Names of the features kept, in the order of the table."""
        return tuple(name for name, kept in zip(self.ratings.features, self.kept, strict=True) if kept)

    def of_role(self, role: Role) -> Flags:
        """Which columns belong to one sequence, (p,)."""
        return np.array([name.startswith(f"{role}_") for name in self.ratings.features])


def require_readings(comparisons: Sequence[Comparison], readings: Sequence[str]) -> None:
    """Raise `StudyError` unless every comparison finds its readings and one decides."""
    absent = sorted({name for one in comparisons for name in one.readings} - set(readings))
    if absent or not any(one.decides for one in comparisons):
        raise StudyError(
            f"Comparisons without the reading {', '.join(absent)}" if absent else "No comparison that decides",
            f"readings among {', '.join(readings)}",
            "check --compare",
        )


def require_threshold(threshold: float) -> None:
    """Raise `StudyError` unless an ICC can lie above the threshold."""
    if not 0.0 <= threshold < 1.0:
        raise StudyError(f"Threshold {threshold:g}", "0 to below 1", "the study took 0.75")


def with_cases(comparisons: Sequence[Comparison], ratings: Ratings) -> tuple[tuple[Comparison, ...], tuple[str, ...]]:
    """The comparisons without those that only inform and have fewer than two cases, and a sentence for each of these."""
    few = [one for one in comparisons if not one.decides and ratings.complete(one.readings).sum() < 2]
    said = (
        f"{one.title}: left out, {ratings.complete(one.readings).sum()} cases have {' and '.join(one.readings)}; two are needed"
        for one in few
    )
    return tuple(one for one in comparisons if one not in few), tuple(said)


def feature_agreement(
    ratings: Ratings,
    comparisons: Sequence[Comparison],
    *,
    threshold: float = PAPER_THRESHOLD,
    bound: Bound = "estimate",
) -> FeatureAgreement:
    """ICC(A,1) of every feature in every comparison.

    Raises
    ------
    StudyError
        If there are fewer than two cases, a reading is absent, no comparison decides, or the threshold isn't between 0 and 1.
    FeatureError
        If no feature is kept.
    """
    require_readings(comparisons, tuple(ratings.values))
    require_threshold(threshold)
    found = {one.key: icc_a1(ratings.stacked(one.readings)) for one in comparisons}
    kept = np.ones(len(ratings.features), dtype=np.bool_)
    for one in comparisons:
        if one.decides:
            values = found[one.key].estimate if bound == "estimate" else found[one.key].lower
            kept &= np.nan_to_num(values, nan=-np.inf) > threshold
    if not kept.any():
        raise FeatureError(
            f"No feature of {len(kept)} agrees above {threshold:g} ({bound}) in every comparison, {len(ratings.cases)} cases",
            "at least one",
            "check that the readings are of the same cases and levels; read more cases, or lower the threshold",
        )
    return FeatureAgreement(ratings, tuple(comparisons), found, threshold, bound, kept)


def size_warnings(agreement: FeatureAgreement) -> tuple[str, ...]:
    """A sentence for each comparison that decides on fewer cases than published studies do."""
    sizes = {one: agreement.cases(one) for one in agreement.comparisons if one.decides}
    return tuple(
        f"{one.title}: {cases} cases are few: the intervals are wide, and which features are kept is largely chance; published "
        f"studies read {USUAL_CASES} to 30"
        for one, cases in sizes.items()
        if cases < USUAL_CASES
    )


def copy_warnings(agreement: FeatureAgreement) -> tuple[str, ...]:
    """A sentence for each comparison in which cases have the same features to the last bit, as of one mask given twice.

    A reader who revises may leave a mask as it is: of that comparison only where all cases are so.
    """
    found = []
    for one in agreement.comparisons:
        stacked = agreement.ratings.stacked(one.readings)
        same = np.all(stacked == stacked[:, :1], axis=(1, 2))
        if same.any() and (one.key != REVISION.key or same.all()):
            complete = np.flatnonzero(agreement.ratings.complete(one.readings))
            cases = ", ".join(agreement.ratings.cases[place] for place in complete[same][:10])
            found.append(
                f"{one.title}: {same.sum()} of {len(same)} cases have the same features in all readings ({cases}): "
                "was one mask given twice? It raises the ICC"
            )
    return tuple(found)


def network_warnings(agreement: FeatureAgreement) -> tuple[str, ...]:
    """A sentence where fewer than half of the features survive the change from the network's masks to reviewed ones."""
    if NETWORK_REVIEWED.key not in agreement.found:
        return ()
    values = agreement.judged(NETWORK_REVIEWED.key)
    above = int((np.nan_to_num(values, nan=-np.inf) > agreement.threshold).sum())
    if 2 * above >= len(values):
        return ()
    return (
        f"Only {above} of {len(values)} features agree between the network's and the reviewed masks: features of reviewed and "
        "of unreviewed masks must not stand in one table",
    )
