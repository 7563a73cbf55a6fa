from __future__ import annotations

import numpy as np
import pytest
from OPRadiomicsLib.errors import StudyError
from OPRadiomicsTrainingLib.simulation.patients import Patient, sample_marrow, sample_patient


def _logistic_fit(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients and standard errors by Newton's method."""
    beta = np.zeros(x.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-x @ beta))
        information = (x * (p * (1 - p))[:, None]).T @ x
        beta = beta + np.linalg.solve(information, x.T @ (y - p))
    return beta, np.sqrt(np.diag(np.linalg.inv(information)))


@pytest.fixture(scope="module")
def cohort() -> list[Patient]:
    rng = np.random.default_rng(2024)
    return [sample_patient(rng, "A") for _ in range(20000)]


def test_refitting_sampled_patients_returns_the_published_formula_within_four_standard_errors(cohort: list[Patient]) -> None:
    x = np.array([[1.0, p.male, p.age] for p in cohort])
    y = np.array([p.osteoporosis for p in cohort], float)
    beta, error = _logistic_fit(x, y)
    assert np.all(np.abs(beta - [-6.178, -0.885, 0.097]) < 4 * error)
    assert error[2] < 0.004


def test_baseline_table_is_that_of_the_study(cohort: list[Patient]) -> None:
    """Table 2, training set: medians within 1 year / 0.4 kg/m2, shares within 0.03 (about its own sampling error)."""
    sick = [p for p in cohort if p.osteoporosis]
    well = [p for p in cohort if not p.osteoporosis]
    assert len(sick) / len(cohort) == pytest.approx(0.55, abs=0.03)
    assert np.median([p.age for p in sick]) == pytest.approx(71, abs=1)
    assert np.median([p.age for p in well]) == pytest.approx(67, abs=1)
    for group, table in ((well, (171, 74, 64, 70, 346, 24.5)), (sick, (136, 67, 59, 69, 422, 23.9))):
        for name, count in zip(("male", "smoking", "drinking", "diabetes"), table, strict=False):
            assert np.mean([getattr(p, name) for p in group]) == pytest.approx(count / table[4], abs=0.03), name
        assert np.median([p.bmi for p in group]) == pytest.approx(table[5], abs=0.4)


def test_marrow_fat_falls_with_bone_density_only_as_strongly_as_asked(cohort: list[Patient]) -> None:
    bmd = np.array([p.bmd for p in cohort[:3000]])

    def slope(strength: float) -> float:
        rng = np.random.default_rng(3)
        fat = [sample_marrow(rng, p, strength).fat_fraction for p in cohort[:3000]]
        return float(np.polyfit(bmd, fat, 1)[0])

    assert slope(1.0) == pytest.approx(-0.0017, abs=0.0001)
    assert slope(0.5) == pytest.approx(-0.00085, abs=0.0001)
    assert slope(0.0) == pytest.approx(0.0, abs=0.0001)


def test_unknown_centre_is_refused() -> None:
    with pytest.raises(StudyError, match="A or B"):
        sample_patient(np.random.default_rng(0), "C")
