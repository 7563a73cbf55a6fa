"""ICC(A,1) with interval of a study's features in one call against a loop over pingouin, feature by feature.

Ours reads 1158 features of 20 cases by two readers. pingouin takes about half a minute for them, so its loop runs over every
40th feature and its time is multiplied by 40.
"""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
from harness import Ratio, paired
from OPRadiomicsTrainingLib.statistics.intraclass import icc_a1
from pingouin import intraclass_corr

CASES, READERS, FEATURES, EVERY = 20, 2, 1158, 40


def measure(runs: int = 3) -> Ratio:
    """How many times faster the vectorised ICC is; the baseline's seconds are those of all features."""
    rng = np.random.default_rng(1)
    ratings = rng.normal(size=(CASES, 1, FEATURES)) + 0.5 * rng.normal(size=(CASES, READERS, FEATURES))
    some = ratings[:, :, ::EVERY]
    share = FEATURES / some.shape[2]
    icc_a1(some)
    one_by_one(some[:, :, :1])
    found = paired(lambda: one_by_one(some), lambda: icc_a1(ratings), runs)
    return replace(
        found,
        ratio=found.ratio * share,
        min=found.min * share,
        max=found.max * share,
        baseline_s=found.baseline_s * share,
    )


def one_by_one(ratings: np.ndarray) -> list[float]:
    """pingouin's ICC(A,1) of each feature."""
    cases, readers, features = ratings.shape
    case, reader = np.repeat(np.arange(cases), readers), np.tile(np.arange(readers), cases)
    estimates = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pandas announces changes that pingouin has yet to follow
        for feature in range(features):
            long = pd.DataFrame({"case": case, "reader": reader, "value": ratings[:, :, feature].ravel()})
            table = intraclass_corr(long, "case", "reader", "value").set_index("Type")
            estimates.append(float(table.loc["ICC(A,1)", "ICC"]))
    return estimates
