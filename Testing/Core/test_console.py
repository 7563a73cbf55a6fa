"""What the command line says of a result."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from OPRadiomicsLib.console import result_lines
from OPRadiomicsLib.types import Prediction


@pytest.mark.parametrize(
    ("probability", "said"), [(0.94321, "0.943"), (0.9996, ">0.999"), (0.0004, "<0.001"), (1.0, "1.000"), (0.0, "0.000")]
)
def test_what_is_not_certain_is_never_said_to_be(probability: float, said: str) -> None:
    prediction = Prediction("combined", "logistic", probability, 0.0, 0.0, (), (0.5, 0.99999), 0.5, True)
    result = SimpleNamespace(
        predictions=(prediction,), published=None, demo=False, all_warnings=(), signature=SimpleNamespace(name="one")
    )
    assert result_lines(result, Path("out"))[0].split() == [
        *("combined", "P(osteoporosis)", said, "95", "%", "CI", "0.500", "to", ">0.999", "osteoporosis", "(threshold", "0.500)")
    ]
