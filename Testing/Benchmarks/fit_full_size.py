"""`fit` at the study's size: nested cross-validation and tuning on 1095 patients x 1158 features, simulated at feature level.

Prints wall-clock seconds, the machine's load before, and peak memory. Run it alone, on a calm machine; a speed means nothing
without the load beside it.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from pathlib import Path

import numpy as np
from feature_cohort import simulate_feature_cohort
from OPRadiomicsLib.profile import load_profile
from OPRadiomicsTrainingLib.cohort.cohort import Cohort, read_cohort
from OPRadiomicsTrainingLib.fitting.fit import fit_signature
from OPRadiomicsTrainingLib.fitting.settings import FitSettings, SelectionSettings


def drawn_from(cohort: Cohort, patients: int) -> Cohort:
    """Patients drawn with replacement, a fifth of the labels turned, features with shared noise and noise of their own."""
    rng = np.random.default_rng(0)
    rows, sds = rng.integers(len(cohort.cases), size=patients), cohort.features.std(axis=0)
    noise = 0.3 * rng.normal(size=(patients, 1)) + 0.05 * rng.normal(size=(patients, len(sds)))
    ill = cohort.osteoporosis[rows]
    return Cohort(
        cases=tuple(f"drawn{number}" for number in range(patients)),
        ages=cohort.ages[rows],
        male=cohort.male[rows],
        osteoporosis=np.where(rng.random(patients) < 0.2, ~ill, ill),
        feature_names=cohort.feature_names,
        features=cohort.features[rows] + noise * sds,
    )


def main() -> None:
    """Fit once and say what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=1095)
    parser.add_argument("--features", type=int, default=386, help="of each sequence")
    parser.add_argument("--tune", type=int, default=20)
    parser.add_argument("--lasso", choices=("gaussian", "logistic"), default="gaussian")
    parser.add_argument("--like", type=Path, metavar="TABLE", help="patients drawn from this cohort, with noise: as collinear")
    options = parser.parse_args()
    if options.like is None:
        cohort = simulate_feature_cohort({"A": options.patients}, 1, features=options.features)
    else:
        cohort = drawn_from(read_cohort(options.like, load_profile("standard").hash), options.patients)
    settings = FitSettings(SelectionSettings(lasso=options.lasso), tune=options.tune, demo=True)
    load = os.getloadavg()
    start = time.perf_counter()
    result = fit_signature(cohort, load_profile("standard"), settings)
    seconds = time.perf_counter() - start
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{options.patients} patients x {len(cohort.feature_names)} features, {options.tune} trials, {options.lasso} LASSO")
    print(f"{seconds:.0f} s, peak {peak_mb:.0f} MB; load before {load[0]:.1f} on {os.cpu_count()} cores")
    print(result.signature.provenance.validation)


if __name__ == "__main__":
    main()
