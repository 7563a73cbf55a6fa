"""Where the panel is Chinese, so is what it shows of the core's words; and a diagnosis names no patient in either language."""

from __future__ import annotations

from dataclasses import replace

import pytest
from OPRadiomicsLib.errors import StudyError
from OPRadiomicsLib.gui import faults, language
from OPRadiomicsLib.gui.requirements import StudyState, requirements
from OPRadiomicsLib.gui.result_html import Palette, resultHtml, resultText
from OPRadiomicsLib.types import Role
from OPRadiomicsLib.worker.conversation import Answer

WORDS = {
    "en": "zh",
    "{sentence}.": "{sentence}。",
    "Expected: {expected}.": "应为：{expected}。",
    "What to do: {remedy}.": "解决办法：{remedy}。",
}
"""As Resources/Translations has them."""


@pytest.fixture
def chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "_", WORDS.__getitem__)


@pytest.mark.usefixtures("chinese")
def test_a_refusal_is_said_with_its_expectation_and_remedy() -> None:
    answer = Answer(1, "refused", found="Age 7", expected="an age of 18 to 110 years", remedy="give it with --age")
    assert faults.refused(answer).text == "年龄 7。 应为：18 至 110 岁的年龄。 解决办法：请用 --age 给出。"
    error = StudyError("No T1WI is chosen", "", "choose the T1WI under 'Study' first")
    assert language.refusal(error) == "未选择 T1WI。 解决办法：请先选择 T1WI。"


def test_a_refusal_is_english_where_the_panel_is() -> None:
    assert language.refusal(StudyError("No T1WI is chosen.", "it", "choose it")) == (
        "No T1WI is chosen. Expected: it. What to do: choose it."
    )


@pytest.mark.usefixtures("chinese")
def test_the_lights_say_what_speaks_against_an_image_and_an_entry() -> None:
    state = StudyState(
        images={role: role.value for role in Role},
        age=71.0,
        sex="F",
        contradictions=("T2WI: the chosen image is of another examination than the T1WI",),
        otherPatient="sex F was entered, the T1WI's header says M",
    )
    said = {one.name: one.text for one in requirements(state)}
    assert "T2WI：所选图像与 T1WI 不属于同一次检查" in said["Images"]
    assert "输入的性别为 F，T1WI 文件头中为 M" in said["Age and sex"]
    both = replace(state, contradictions=(*state.contradictions, "FS-T2WI: unheard of"))
    assert "检查；FS-T2WI：unheard of" in {one.name: one.text for one in requirements(both)}["Images"]


@pytest.mark.usefixtures("chinese")
def test_the_result_shows_every_warning_in_chinese() -> None:
    provenance = {"trained_on": "140 patients", "validation": "Y"}
    content = {
        "demo": False,
        "models": {},
        "warnings": ["No reader has accepted L2.", "L1: its height could not be measured"],
        "signature": {"name": "s", "version": "1", "provenance": provenance},
    }
    html = resultHtml(content, Palette())
    assert "<li>L2 尚未经阅片者审核通过。</li><li>L1：无法测量其高度</li>" in html
    assert "140 例患者" in html
    assert "! L2 尚未经阅片者审核通过。\n! L1：无法测量其高度\n" in resultText(content)


@pytest.mark.usefixtures("chinese")
@pytest.mark.parametrize(
    "found", ["'Doe^Jane' holds no image", "File 'Doe^Jane.dcm' is gone", "Cannot write x in /data/Doe^Jane (no)"]
)
def test_a_name_or_path_in_a_chinese_sentence_is_cut_out_of_a_diagnosis(found: str) -> None:
    fault = faults.refused(Answer(1, "refused", found=found, remedy="try again"))
    assert "Doe" in fault.text
    assert "Doe" not in faults.diagnosis(
        fault, "Segment", "5.12.3", [fault.text, f"序列{fault.what}", "已保存到/data/Doe^Jane"]
    )
