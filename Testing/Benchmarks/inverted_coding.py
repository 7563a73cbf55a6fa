"""How often `check` and `fit` doubt the coding of label and sex: in cohorts that are right, and in those where one is inverted.

    python Testing/Benchmarks/inverted_coding.py

Simulated patients of both centres, whose class follows age and sex as in the published clinical formula; what the limit
`P_LIMIT` of `cohort/directions.py` rests on.
"""

from __future__ import annotations

import argparse

import numpy as np
from OPRadiomicsTrainingLib.cohort.directions import P_LIMIT, direction_doubts
from OPRadiomicsTrainingLib.simulation.patients import sample_patient


def main() -> None:
    """Print a line for each number of patients."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cohorts", type=int, default=300, help="of each size, seeds from 0")
    parser.add_argument("--patients", type=int, nargs="+", default=[40, 100, 193, 400, 768])
    options = parser.parse_args()
    print(f"P limit {P_LIMIT:g}; cohorts doubted of {options.cohorts}")
    for patients in options.patients:
        doubted = np.sum([_doubted(patients, seed) for seed in range(options.cohorts)], axis=0)
        right, label, sex = (int(count) for count in doubted)
        print(f"{patients} patients: {right} as they are, {label} with the label inverted, {sex} with sex inverted", flush=True)


def _doubted(patients: int, seed: int) -> tuple[bool, bool, bool]:
    """Whether the cohort is doubted as it is, with its label and with its sex inverted."""
    rng = np.random.default_rng(seed)
    people = [sample_patient(rng, "AB"[number % 8 == 0]) for number in range(patients)]
    ages = np.array([float(one.age) for one in people])
    male, ill = (np.array([getattr(one, name) for one in people]) for name in ("male", "osteoporosis"))
    as_is, label, sex = ((male, ill), (male, ~ill), (~male, ill))
    return bool(direction_doubts(ages, *as_is)), bool(direction_doubts(ages, *label)), bool(direction_doubts(ages, *sex))


if __name__ == "__main__":
    main()
