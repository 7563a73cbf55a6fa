"""Every word of the panel is there in Chinese, in the contexts where Slicer looks for it, and the compiled file says the same.

The .qm is read here by its format (sections of tag, length and content, all big-endian), so that no Qt is needed and a file
that was not compiled again is found out.
"""

from __future__ import annotations

import importlib.util
import re
import struct
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[3]
TS = ROOT / "Resources" / "Translations" / "OPRadiomics_zh-CN.ts"

_MAGIC = bytes.fromhex("3cb86418caef9c95cd211cbf60a1bddd")
_HASHES, _MESSAGES = 0x42, 0x69
_END, _TRANSLATION, _SOURCE, _CONTEXT, _COMMENT = 1, 3, 6, 7, 8


def load_tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("translations", ROOT / ".ci" / "translations.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where a dataclass looks up its own annotations
    spec.loader.exec_module(module)
    return module


tool = load_tool()


def qm_sections(content: bytes) -> dict[int, bytes]:
    assert content.startswith(_MAGIC)
    sections, at = {}, len(_MAGIC)
    while at < len(content):
        tag, length = struct.unpack_from(">BI", content, at)
        sections[tag] = content[at + 5 : at + 5 + length]
        at += 5 + length
    return sections


def qm_message(messages: bytes, at: int) -> dict[int, str]:
    found = {}
    while (tag := messages[at]) != _END:
        (length,) = struct.unpack_from(">I", messages, at + 1)
        found[tag] = messages[at + 5 : at + 5 + length].decode("utf-16-be" if tag == _TRANSLATION else "utf-8")
        at += 5 + length
    return found


def read_qm(path: Path) -> dict[tuple[str, str], str]:
    sections = qm_sections(path.read_bytes())
    found = [qm_message(sections[_MESSAGES], offset) for _, offset in struct.iter_unpack(">II", sections[_HASHES])]
    assert not any(one.get(_COMMENT) for one in found)
    return {(one[_CONTEXT], one[_SOURCE]): one[_TRANSLATION] for one in found}


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"\{[^{}]*\}", text))


def chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def messages() -> Iterator[ET.Element]:
    return ET.parse(TS).getroot().iter("message")


def test_every_string_of_the_panel_is_translated_and_no_other() -> None:
    assert set(tool.read_ts(TS)) == set(tool.panel_strings())
    assert len(tool.panel_strings()) > 250


def test_no_translation_is_unfinished_or_obsolete() -> None:
    assert [one.findtext("source") for one in messages() if one.find("translation").get("type")] == []


def test_placeholders_are_kept_with_their_formats() -> None:
    """`slicer.i18n.tr` drops a translation whose placeholders differ."""
    assert [source for (_, source), text in tool.read_ts(TS).items() if placeholders(source) != placeholders(text)] == []


def test_every_translation_can_be_formatted_as_its_source_can() -> None:
    for (_, source), text in tool.read_ts(TS).items():
        fields = [one[1:-1].split(":") for one in placeholders(source)]
        values = {name: 7.25 if form else f"<{name}>" for name, *form in fields}
        shown = text.format(**values)
        assert all(value in shown for value in values.values() if isinstance(value, str)), source


def test_marks_of_qt_and_blank_lines_are_kept() -> None:
    for (_, source), text in tool.read_ts(TS).items():
        assert text.count("&") == source.count("&"), source
        assert text.count("\n") == source.count("\n"), source
        assert text == text.strip(), source
        assert text.endswith("...") == source.endswith("..."), source


def test_what_is_not_in_chinese_is_made_of_names_alone() -> None:
    names = {"OPRadiomics", "P", "OP", "T1WI", "T2WI", "FS", "DEMO", "Radscore", "Dice", "BMI", "kg", "m²", "zh"}
    plain = [re.sub(r"\{[^{}]*\}", "", text) for text in tool.read_ts(TS).values() if not chinese(text)]
    assert {word for text in plain for word in re.findall(r"\w+", text)} <= names


def test_quotation_marks_are_chinese_ones() -> None:
    assert [text for text in tool.read_ts(TS).values() if '"' in text or "'" in text] == []


def test_buttons_are_called_in_sentences_what_they_say_themselves() -> None:
    """A sentence that tells the reader to click a button quotes the button's own Chinese words."""
    known = tool.read_ts(TS)
    shown = [text for (context, _), text in known.items() if context in ("OPRadiomics", "OPRadiomicsTraining")]
    labels = {re.sub(r"^\d\. ", "", text).rstrip(".：") for text in shown} | {"是", "否"}  # Qt's own
    quoted = {name for text in known.values() for name in re.findall("“([^”]+)”", text)}
    assert quoted
    assert quoted - labels == set()


@pytest.mark.parametrize(
    ("script", "context"),
    [
        ("OPRadiomics/OPRadiomics.py", "OPRadiomics"),
        ("OPRadiomics/OPRadiomicsLib/gui/requirements.py", "gui.requirements"),
        ("OPRadiomicsTraining/OPRadiomicsTraining.py", "OPRadiomicsTraining"),
    ],
)
def test_contexts_are_file_names_led_by_the_package_that_holds_them(script: str, context: str) -> None:
    """As `slicer.i18n.getContext` makes them; Testing/Slicer compares with the function itself."""
    assert tool.context_of(ROOT / script) == context


def test_ui_strings_stand_under_the_class_that_qts_loader_asks_for() -> None:
    context = ET.parse(ROOT / "Resources" / "UI" / "OPRadiomics.ui").getroot().findtext("class")
    assert (context, "Predict OP") in tool.read_ts(TS)


def test_the_file_name_is_one_that_slicer_looks_for() -> None:
    """Slicer's `zh_CN` finds *zh_CN.qm and *zh-CN.qm; the language list shows what stands after the first underscore."""
    assert re.fullmatch(r"[A-Za-z]+_zh[-_]CN\.qm", TS.with_suffix(".qm").name)


def test_the_compiled_file_is_up_to_date() -> None:
    assert read_qm(TS.with_suffix(".qm")) == tool.read_ts(TS)


def test_an_update_keeps_translations_moves_them_with_their_words_and_lists_the_rest(tmp_path: Path) -> None:
    ts = tmp_path / "x_zh-CN.ts"
    assert tool.update(ts, [("gui.a", "Model"), ("gui.a", "Old")]).unfinished == (("gui.a", "Model"), ("gui.a", "Old"))
    text = ts.read_text(encoding="utf-8")
    for word in ("模型", "旧"):
        text = text.replace('<translation type="unfinished" />', f"<translation>{word}</translation>", 1)
    ts.write_text(text, encoding="utf-8")
    changes = tool.update(ts, [("gui.a", "Model"), ("gui.b", "Model"), ("gui.b", "New <&>")])
    assert (changes.unfinished, changes.gone) == ((("gui.b", "New <&>"),), (("gui.a", "Old"),))
    assert tool.read_ts(ts) == {("gui.a", "Model"): "模型", ("gui.b", "Model"): "模型"}
