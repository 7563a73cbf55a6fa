"""Does a protocol invent performance where there is none, and find it where there is? Patients simulated at feature level.

For each seed a cohort and, from another seed, 2000 new patients of the same law. Printed: mean AUC over seeds with its standard
error, as each protocol states it for its own training patients, and as it is on the new ones.

- null: features independent of BMD, age and sex. Radiomics is worth 0.5.
- shuffled: features and clinical variables as they are, labels shuffled. Every model is worth 0.5.
- signal: features follow BMD. The combined model shall beat both others.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np
from feature_cohort import simulate_feature_cohort
from OPRadiomicsLib.errors import FeatureError
from OPRadiomicsTrainingLib.fitting.nested import fit_two_stages, nested_predictions, predict_two_stages
from OPRadiomicsTrainingLib.fitting.settings import FitSettings, SelectionSettings
from OPRadiomicsTrainingLib.statistics.roc import auc

NEW = 2000
MODELS = ("clinical", "radiomics", "combined")


def stated_and_true(scenario, seed, *, patients, features, settings):
    """AUC by model as the protocol states it, and on new patients: 2 x 3."""
    strength = 0.0 if scenario == "null" else 1.0
    cohort = simulate_feature_cohort({"A": patients}, seed, features=features, signal_strength=strength)
    new = simulate_feature_cohort({"A": NEW}, 1_000_000 + seed, features=features, signal_strength=strength)
    if scenario == "shuffled":
        shuffle = np.random.default_rng(seed).permutation
        cohort = replace(cohort, osteoporosis=shuffle(cohort.osteoporosis))
        new = replace(new, osteoporosis=shuffle(new.osteoporosis))
    everyone, rng = np.arange(patients), np.random.default_rng(seed)
    stages = fit_two_stages(cohort, everyone, settings, rng)
    stated = (
        nested_predictions(cohort, everyone, settings, rng).logits
        if settings.protocol == "nested"
        else predict_two_stages(stages, cohort, everyone)
    )
    found = predict_two_stages(stages, new, np.arange(NEW))
    return [[auc(s[m], c.osteoporosis) for m in MODELS] for s, c in ((stated, cohort), (found, new))]


def over_seeds(scenario, protocol, *, seeds, patients, features, settings):
    """(seeds, 2, 3) AUC: stated and true, by model."""
    settings = replace(settings, protocol=protocol)
    rows = []
    for seed in range(1, seeds + 1):
        try:
            rows.append(stated_and_true(scenario, seed, patients=patients, features=features, settings=settings))
        except FeatureError:
            continue
    return np.array(rows)


def main() -> None:
    """Run every scenario under both protocols."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--patients", type=int, default=300)
    parser.add_argument("--features", type=int, default=386, help="of each sequence")
    parser.add_argument("--tune", type=int, default=20)
    options = parser.parse_args()
    settings = FitSettings(SelectionSettings(), tune=options.tune)
    print(f"{options.seeds} seeds, {options.patients} patients x {3 * options.features} features, {options.tune} trials")
    print(f"{'scenario':<10}{'protocol':<9}{'model':<11}{'stated':>7}{'SE':>7}{'new':>8}{'SE':>7}{'optimism':>10}")
    for scenario in ("null", "shuffled", "signal"):
        for protocol in ("nested", "paper"):
            found = over_seeds(
                scenario,
                protocol,
                seeds=options.seeds,
                patients=options.patients,
                features=options.features,
                settings=settings,
            )
            mean, error = found.mean(axis=0), found.std(axis=0, ddof=1) / np.sqrt(len(found))
            for place, model in enumerate(MODELS):
                stated, new = mean[:, place]
                print(
                    f"{scenario:<10}{protocol:<9}{model:<11}{stated:7.3f}{error[0, place]:7.3f}{new:8.3f}{error[1, place]:7.3f}"
                    f"{stated - new:10.3f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
