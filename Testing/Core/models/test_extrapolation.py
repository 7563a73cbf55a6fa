"""A scanner that the training images did not come from is named; silence where either is unknown."""

from __future__ import annotations

import pytest
from OPRadiomicsLib.io.headers import scanner_of
from OPRadiomicsLib.models.extrapolation import other_scanner

TRAINED = ("GE MEDICAL SYSTEMS, SIGNA Architect, 3 T", "GE MEDICAL SYSTEMS, SIGNA Explorer, 1.5 T")


@pytest.mark.parametrize(
    ("acquisition", "said"),
    [
        ({"manufacturer": "GE MEDICAL SYSTEMS", "model": "SIGNA  Architect ", "field_strength_t": 3.0}, TRAINED[0]),
        ({"manufacturer": "Siemens", "field_strength_t": 1.494}, "Siemens, 1.494 T"),
        ({}, ""),
    ],
)
def test_a_scanner_is_manufacturer_model_and_field_strength(acquisition: dict[str, object], said: str) -> None:
    assert scanner_of(acquisition) == said


def test_another_scanner_is_named_with_those_of_the_training_images() -> None:
    (sentence,) = other_scanner(TRAINED, "Siemens, Vida, 3 T")
    assert "Siemens, Vida, 3 T" in sentence
    assert all(one in sentence for one in TRAINED)


@pytest.mark.parametrize(("scanners", "scanner"), [((), "X"), (TRAINED, ""), (TRAINED, TRAINED[1].lower())])
def test_a_known_scanner_and_an_unrecorded_one_are_passed_over(scanners: tuple[str, ...], scanner: str) -> None:
    assert other_scanner(scanners, scanner) == ()
