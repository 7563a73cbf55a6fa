"""The result as rich text shows what prediction.json holds: nothing invented, nothing left out."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest
from OPRadiomicsLib.gui import result_html
from OPRadiomicsLib.gui.result_html import Palette, percent, resultHtml, resultText


def model(probability: float, interval: Any, shap: dict[str, float]) -> dict[str, Any]:
    total = sum(map(abs, shap.values()))
    terms = [
        {"name": name, "value": 1.0, "reference": 0.0, "shap": value, "share": abs(value) / total}
        for name, value in shap.items()
    ]
    return {
        "probability": probability,
        "interval_95": interval,
        "threshold": 0.5,
        "osteoporosis": probability >= 0.5,
        "base_logit": 0.25,
        "logit": 0.25 + sum(shap.values()),
        "contributions": terms,
    }


CONTENT: dict[str, Any] = {
    "demo": True,
    "models": {
        "clinical": model(0.31, [0.2, 0.4], {"age": -0.4, "sex": 0.1}),
        "combined": model(0.72, [0.6, 0.8], {"age": 0.3, "sex": -0.1, "radscore_T1WI": 0.5, "radscore_T2WI": 0.1}),
    },
    "published_clinical": {"probability": 0.667},
    "among_training": {"age": {"value": 71.0, "percentile": 62.5, "inside": True}},
    "warnings": ["No reader has accepted L2 <b>.", "Second"],
    "signature": {"name": "demo-signature", "version": "1", "provenance": {"trained_on": "X", "validation": "Y"}},
}


@pytest.fixture
def html() -> str:
    return resultHtml(CONTENT, Palette())


def test_every_probability_interval_and_class_is_shown(html: str) -> None:
    for text in ("31 %", "20 % – 40 %", "72 %", "60 % – 80 %", "67 %", "no OP"):
        assert text in html


def test_every_contribution_of_the_fullest_model_is_shown_with_its_sign(html: str) -> None:
    assert all(f"{value:+.2f}" in html for value in (0.3, -0.1, 0.5, 0.1))
    assert "-0.40" not in html


def test_the_shares_of_the_sequences_add_up_to_one(html: str) -> None:
    section = html[html.index("Share of each sequence") :]
    shares = [int(found) for found in re.findall(r"align='right'[^>]*>(\d+) %", section)]
    assert sum(shares) == pytest.approx(100, abs=1)


def test_warnings_are_shown_and_escaped(html: str) -> None:
    assert "No reader has accepted L2 &lt;b&gt;." in html


def test_a_demo_is_marked_wherever_the_result_goes(html: str) -> None:
    for text in (html, resultText(CONTENT)):
        assert "DEMO: models fitted on simulated patients." in text
        assert "Research use only, not for diagnosis." in text


def test_the_two_sentences_that_no_reader_may_miss_are_in_the_panel_s_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(result_html, "_", lambda text: f"<{text}>")
    said = resultText(CONTENT)
    assert "<DEMO: models fitted on simulated patients. These numbers say nothing about a real person.>" in said
    assert said.endswith("<Research use only, not for diagnosis.>\n")


@pytest.mark.parametrize(("stale", "said"), [(True, True), (False, False)])
def test_a_stale_result_says_so(stale: bool, said: bool) -> None:
    assert ("Out of date" in resultHtml(CONTENT, Palette(), stale)) is said


def test_a_bare_formula_shows_no_interval_and_no_class() -> None:
    content = copy.deepcopy(CONTENT)
    for key in ("interval_95", "threshold", "osteoporosis"):
        content["models"]["clinical"][key] = "not published"
    assert resultHtml(content, Palette()).count("not published") >= 3


def test_a_probability_just_below_its_threshold_is_not_shown_as_equal_to_it() -> None:
    content = copy.deepcopy(CONTENT)
    content["models"]["combined"] |= {"probability": 0.4984, "threshold": 0.5021, "interval_95": [0.0004, 0.9996]}
    html = resultHtml(content, Palette())
    assert "<b>49.8 %</b>" in html and ">50.2 %<" in html
    assert "&lt; 1 % – &gt; 99 %" in html


def test_the_text_names_models_and_warnings() -> None:
    text = resultText(CONTENT)
    assert "Combined: 72 % (60 % - 80 %), OP" in text
    assert "! Second" in text


@pytest.mark.parametrize(("share", "text"), [(0.0, "0 %"), (0.634, "63 %"), (0.9996, "> 99 %"), (1.0, "100 %")])
def test_percent(share: float, text: str) -> None:
    assert percent(share) == text
