"""Simulated feature tables: class shifts some columns, the rest is noise, columns of a sequence are correlated."""

import numpy as np
import pytest
from OPRadiomicsTrainingLib.cohort.cohort import Cohort

SEQUENCES = ("T1WI", "T2WI", "FS-T2WI")


def _simulated(seed, patients=160, features=12, signal=0.6):
    """Three features of each sequence carry ``signal`` standard deviations of class difference; age and sex carry theirs."""
    rng = np.random.default_rng(seed)
    ill = np.arange(patients) % 2 == 0
    ages = np.clip(rng.normal(66, 8, patients) + 5 * ill, 30, 100)
    male = rng.random(patients) < np.where(ill, 0.3, 0.5)
    blocks = []
    for _ in SEQUENCES:
        shared = rng.normal(size=(patients, 1))
        block = 0.5 * shared + rng.normal(size=(patients, features))
        block[:, :3] += signal * ill[:, None]
        blocks.append(100 + 10 * block)
    names = tuple(f"{sequence}_original_firstorder_F{column}" for sequence in SEQUENCES for column in range(features))
    cases = tuple(f"sim{number:04d}" for number in range(patients))
    return Cohort(cases, ages, male, ill, names, np.hstack(blocks))


@pytest.fixture(scope="session")
def simulate_cohort():
    return _simulated


@pytest.fixture(scope="session")
def a_cohort():
    return _simulated(seed=3)


@pytest.fixture
def a_table(a_cohort, tmp_path):
    """The cohort as CSV; returns a function that writes it after an edit of its rows."""

    def write(edit=lambda header, rows: None):
        header = ["case", "age", "sex", "label", *a_cohort.feature_names]
        rows = [
            [case, f"{age!r}", str(int(male)), str(int(ill)), *(repr(value) for value in features.tolist())]
            for case, age, male, ill, features in zip(
                a_cohort.cases, a_cohort.ages.tolist(), a_cohort.male, a_cohort.osteoporosis, a_cohort.features, strict=True
            )
        ]
        edit(header, rows)
        path = tmp_path / "features.csv"
        path.write_text("\n".join(",".join(row) for row in [header, *rows]) + "\n", encoding="utf-8")
        return path

    return write
