"""What the command line says of a result."""

from __future__ import annotations

import io
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


@pytest.mark.parametrize(
    ("language", "encoding", "said"),
    [
        ("en", "utf-8", "warning: No reader has accepted L2."),
        ("zh", "utf-8", "警告：L2 尚未经阅片者审核通过。"),
        ("zh", "gb18030", "警告：L2 尚未经阅片者审核通过。"),
        ("zh", "latin-1", "warning: No reader has accepted L2."),
    ],
)
def test_warnings_are_said_in_the_language_asked_for_where_the_terminal_can(
    language: str, encoding: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(io.BytesIO(), encoding=encoding))
    warned, signature = ("No reader has accepted L2.",), SimpleNamespace(name="one")
    result = SimpleNamespace(predictions=(), published=None, demo=False, all_warnings=warned, signature=signature)
    assert result_lines(result, Path("out"), language)[0] == said
