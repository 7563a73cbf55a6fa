"""How much of a fit's optimism does Harrell's bootstrap take out where the images say nothing? 0.5 is the truth.

Patients simulated at feature level, features independent of BMD, age and sex; protocol paper, nothing tuned. Printed: mean
AUC of the radiomics model over seeds with its standard error, on the patients fitted on and corrected.
"""

from __future__ import annotations

import argparse

import numpy as np
from feature_cohort import simulate_feature_cohort
from OPRadiomicsTrainingLib.fitting.nested import fit_two_stages, predict_two_stages
from OPRadiomicsTrainingLib.fitting.optimism import procedure_optimism
from OPRadiomicsTrainingLib.fitting.settings import FitSettings


def apparent_and_corrected(seed: int, patients: int, features: int, settings: FitSettings) -> tuple[float, float]:
    """AUC of the radiomics model of one cohort."""
    cohort, everyone = (
        simulate_feature_cohort({"A": patients}, seed, features=features, signal_strength=0.0),
        np.arange(patients),
    )
    stages = fit_two_stages(cohort, everyone, settings, np.random.default_rng(seed))
    rows = procedure_optimism(cohort, everyone, predict_two_stages(stages, cohort, everyone), settings).rows
    return next((row.apparent, row.corrected) for row in rows if (row.model, row.metric) == ("radiomics", "AUC"))


def main() -> None:
    """Print a line for each number of features."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--patients", type=int, default=120)
    parser.add_argument("--features", type=int, nargs="+", default=[30, 100, 386], help="of each sequence")
    parser.add_argument("--samples", type=int, default=20, help="of the bootstrap")
    options = parser.parse_args()
    settings = FitSettings(protocol="paper", tune=0, optimism=options.samples)
    for features in options.features:
        found = [apparent_and_corrected(seed, options.patients, features, settings) for seed in range(options.seeds)]
        mean, error = np.mean(found, axis=0), np.std(found, axis=0, ddof=1) / options.seeds**0.5
        said = (
            f"{name} {value:.3f} (SE {se:.3f})" for name, value, se in zip(("apparent", "corrected"), mean, error, strict=True)
        )
        print(f"{features} features a sequence: {', '.join(said)}", flush=True)


if __name__ == "__main__":
    main()
