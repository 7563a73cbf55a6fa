"""Seeded inputs of reference.R, into Testing/Golden/inputs. Run: python Testing/Golden/make_reference_inputs.py"""

from __future__ import annotations

from pathlib import Path

import numpy as np

INPUTS = Path(__file__).resolve().parent / "inputs"


def main() -> None:
    """Write every table; what stands in the files is what R reads, to the last digit."""
    INPUTS.mkdir(exist_ok=True)
    rng = np.random.default_rng(20260401)
    _patients(rng)
    _ratings(rng)
    _lasso(rng)
    _combat(rng)


def _patients(rng: np.random.Generator, n: int = 240) -> None:
    """Two scores with ties, three variables, three ordered classes (0 normal, 1 osteopenia, 2 osteoporosis), two centres."""
    age, male, bmi = rng.normal(69, 8, n).round(1), rng.random(n) < 0.4, rng.normal(24, 3, n).round(1)
    latent = 0.09 * (age - 69) - 0.8 * male - 0.05 * (bmi - 24) + rng.logistic(size=n)
    stage = np.digitize(latent, (-1.2, 0.2))
    first, second = (latent + rng.normal(0, 2, n)).round(1), (latent + rng.normal(0, 3, n)).round(1)
    _write(
        "patients",
        "age,male,bmi,stage,ill,first,second,centre",
        np.column_stack((age, male, bmi, stage, stage == 2, first, second, np.arange(n) % 3 == 0)),
    )


def _ratings(rng: np.random.Generator, cases: int = 20, readers: int = 3, features: int = 8) -> None:
    """Disagreement grows from feature to feature; the last two are noise, and scaled far off one."""
    values = rng.normal(size=(cases, 1, features)) + np.geomspace(0.02, 3.0, features) * rng.normal(
        size=(cases, readers, features)
    )
    values += 0.2 * rng.normal(size=(1, readers, features))
    values[:, :, -2:] *= (1e-4, 1e5)
    names = ",".join(f"f{feature}r{reader}" for reader in range(readers) for feature in range(features))
    _write("ratings", names, values.reshape(cases, -1))


def _lasso(rng: np.random.Generator, n: int = 120, p: int = 25) -> None:
    """Collinear columns on scales from 0.01 to 1000; folds given."""
    factors = rng.normal(size=(n, 5))
    columns = factors @ rng.normal(size=(5, p)) + 0.5 * rng.normal(size=(n, p))
    ill = rng.random(n) < 1 / (1 + np.exp(-1.2 * factors[:, 0] + 0.8 * factors[:, 1]))
    names = ",".join(("ill", "fold", *(f"x{column}" for column in range(p))))
    _write("lasso", names, np.column_stack((ill, rng.permutation(n) % 6, columns * np.geomspace(0.01, 1000, p) + 5)))


def _combat(rng: np.random.Generator, n: int = 66, p: int = 12) -> None:
    """Three unequal centres that shift and stretch the features; age and class have an effect to be kept."""
    centre = np.repeat((0, 1, 2), (30, 24, 12))
    age, ill = rng.normal(69, 8, n).round(1), rng.random(n) < 0.5
    values = rng.normal(size=(n, p)) + 0.05 * (age[:, None] - 69) + 0.7 * ill[:, None] + 10
    shift, stretch = rng.normal(size=(3, p)), np.exp(0.3 * rng.normal(size=(3, p)))
    values = values * stretch[centre] + shift[centre]
    names = ",".join(("centre", "age", "ill", *(f"x{column}" for column in range(p))))
    _write("combat", names, np.column_stack((centre, age, ill, values)))


def _write(name: str, header: str, values: np.ndarray) -> None:
    np.savetxt(INPUTS / f"{name}.csv", values, fmt="%.12g", delimiter=",", header=header, comments="")


if __name__ == "__main__":
    main()
