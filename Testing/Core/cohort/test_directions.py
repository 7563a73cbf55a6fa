"""A label or a sex that is coded the other way shows in the company that osteoporosis keeps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from OPRadiomicsLib.cli import main
from OPRadiomicsTrainingLib.cohort.directions import direction_doubts


def patients(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Age, male and class by the published formula, of ages as the study's."""
    rng = np.random.default_rng(seed)
    ages, male = np.clip(rng.normal(69, 8, count), 40, 95), rng.random(count) < 0.4
    return ages, male, rng.random(count) < 1 / (1 + np.exp(6.178 + 0.885 * male - 0.097 * ages))


@pytest.mark.parametrize("count", [40, 193, 768])
def test_cohorts_whose_class_follows_age_and_sex_are_not_doubted(count: int) -> None:
    assert [doubt for seed in range(50) for doubt in direction_doubts(*patients(count, seed))] == []


def test_an_inverted_label_and_an_inverted_sex_are_each_said() -> None:
    ages, male, ill = patients(768)
    younger, men = direction_doubts(ages, male, ~ill)
    assert younger.startswith("patients with osteoporosis are the younger ones (median age 6")
    assert men.startswith("men have osteoporosis more often than women")
    assert direction_doubts(ages, ~male, ill)[0].startswith("men have")


def test_a_class_that_is_absent_says_nothing() -> None:
    ages, male, ill = patients(40)
    assert direction_doubts(ages, male, np.zeros_like(ill)) == ()


def test_check_says_it_of_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [
        f"c{n},{age:.0f},{int(male)},{int(not ill)}" for n, (age, male, ill) in enumerate(zip(*patients(400), strict=True))
    ]
    (tmp_path / "table.csv").write_text("case,age,sex,label\n" + "\n".join(lines) + "\n")
    assert main(["check", str(tmp_path / "table.csv")]) == 0
    assert "\nPatients with osteoporosis are the younger ones" in capsys.readouterr().out
