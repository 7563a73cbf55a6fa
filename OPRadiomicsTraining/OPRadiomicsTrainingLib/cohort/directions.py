"""Whether osteoporosis goes with age and with women, as it does in people: labels and sex may be coded the other way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from ..statistics.arrays import Flags, FloatTable

P_LIMIT: Final = 1e-3
"""One-sided. Of 1500 simulated cohorts of 40 to 768 patients none was doubted; with the label inverted 159 of 300 were with 100
patients, 270 with 193 and all with 400 or more, with sex inverted 27, 72 and 218 (Testing/Benchmarks/inverted_coding.py)."""


def direction_doubts(ages: FloatTable, male: Flags, ill: Flags) -> tuple[str, ...]:
    """A sentence where those with osteoporosis are younger, and one where they are more often men, beyond chance.

    Parameters
    ----------
    ages, male, ill
        (n,), of the patients of one table or set; nothing is said where one class is absent.
    """
    if not 0 < int(ill.sum()) < len(ill):
        return ()
    return (*_about_age(ages, ill), *_about_sex(male, ill))


def _about_age(ages: FloatTable, ill: Flags) -> Iterator[str]:
    from scipy.stats import mannwhitneyu

    if mannwhitneyu(ages[ill], ages[~ill], alternative="less").pvalue < P_LIMIT:
        medians = f"median age {np.median(ages[ill]):.0f} against {np.median(ages[~ill]):.0f} years"
        yield f"patients with osteoporosis are the younger ones ({medians}): the label (1: osteoporosis) may be inverted"


def _about_sex(male: Flags, ill: Flags) -> Iterator[str]:
    from scipy.stats import fisher_exact

    counts = [[int((male & ill).sum()), int((male & ~ill).sum())], [int((~male & ill).sum()), int((~male & ~ill).sum())]]
    if fisher_exact(counts, alternative="greater").pvalue < P_LIMIT:
        (sick_men, well_men), (sick_women, well_women) = counts
        shares = f"{sick_men} of {sick_men + well_men} men, {sick_women} of {sick_women + well_women} women"
        yield f"men have osteoporosis more often than women ({shares}): sex (1: male) or the label may be inverted"
