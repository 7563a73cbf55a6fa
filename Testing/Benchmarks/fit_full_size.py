"""`fit` at the study's size: nested cross-validation and tuning on 1095 patients x 1158 features, simulated at feature level.

Prints wall-clock seconds, the machine's load before, and peak memory. Run it alone, on a calm machine; a speed means nothing
without the load beside it.
"""

from __future__ import annotations

import argparse
import os
import resource
import time

from OPRadiomicsLib.profile import load_profile
from OPRadiomicsTrainingLib.fitting.fit import fit_signature
from OPRadiomicsTrainingLib.fitting.settings import FitSettings, SelectionSettings
from OPRadiomicsTrainingLib.simulation.feature_tables import simulate_feature_cohort


def main() -> None:
    """Fit once and say what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=1095)
    parser.add_argument("--features", type=int, default=386, help="of each sequence")
    parser.add_argument("--tune", type=int, default=20)
    parser.add_argument("--lasso", choices=("gaussian", "logistic"), default="gaussian")
    options = parser.parse_args()
    cohort = simulate_feature_cohort({"A": options.patients}, 1, features=options.features)
    settings = FitSettings(SelectionSettings(lasso=options.lasso), tune=options.tune, demo=True)
    load = os.getloadavg()
    start = time.perf_counter()
    result = fit_signature(cohort, load_profile("standard"), settings)
    seconds = time.perf_counter() - start
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{options.patients} patients x {3 * options.features} features, {options.tune} trials, {options.lasso} LASSO")
    print(f"{seconds:.0f} s, peak {peak_mb:.0f} MB; load before {load[0]:.1f} on {os.cpu_count()} cores")
    print(result.signature.provenance.validation)


if __name__ == "__main__":
    main()
