"""A report in another language says the same, in words that the pictures can show; what programs read stays in English."""

import re
import string
import warnings

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from matplotlib import font_manager
from OPRadiomicsLib.cli import build_parser
from OPRadiomicsLib.reports import fonts
from OPRadiomicsLib.reports.chinese import CHINESE
from OPRadiomicsLib.reports.report import render_pictures, write_report
from OPRadiomicsLib.reports.strings import ENGLISH, LANGUAGES

KEPT = {"demo", "logit", "radscore", "bmi", "checksum", "no_flags"}
"""Names and marks that are the same in every language."""


def _font_file(path, name, characters):
    """A font of boxes with exactly these characters."""
    pen = TTGlyphPen(None)
    pen.moveTo((100, 0))
    for point in ((100, 700), (900, 700), (900, 0)):
        pen.lineTo(point)
    pen.closePath()
    box = pen.glyph()
    glyphs = [".notdef", *(f"u{code:04X}" for code in sorted(characters))]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(glyphs)
    builder.setupCharacterMap({code: f"u{code:04X}" for code in characters})
    builder.setupGlyf(dict.fromkeys(glyphs, box))
    builder.setupHorizontalMetrics(dict.fromkeys(glyphs, (1000, 100)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": name, "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=800)
    builder.setupPost()
    builder.save(path)
    return path


@pytest.fixture
def only_font(tmp_path, monkeypatch):
    """Installs one font with the given characters as the only one that the pictures may use for Chinese."""

    def install(characters):
        path = _font_file(tmp_path / "boxes.ttf", "Boxes SC", characters)
        monkeypatch.setattr(font_manager.fontManager, "ttflist", list(font_manager.fontManager.ttflist))
        font_manager.fontManager.addfont(path)
        monkeypatch.setattr(fonts, "CHINESE_FONTS", ("Boxes SC",))

    return install


def _chinese_characters():
    return {ord(one) for text in CHINESE.values() for one in text if ord(one) >= 0x2E80}


def test_every_language_has_every_word_with_its_placeholders():
    for strings in LANGUAGES.values():
        assert set(strings) == set(ENGLISH)
        for key, text in strings.items():
            fields = [name for _, name, _, _ in string.Formatter().parse(text) if name]
            assert fields == [name for _, name, _, _ in string.Formatter().parse(ENGLISH[key]) if name], key


def test_every_chinese_word_is_chinese():
    assert {key for key, text in CHINESE.items() if not re.search("[\u4e00-\u9fff]", text)} == KEPT | {"language"}


def test_the_command_line_offers_the_languages_that_there_are():
    for language in LANGUAGES:
        options = build_parser().parse_args(["predict", "STUDY", "--out", "OUT", "--language", language])
        assert options.language == language
    with pytest.raises(SystemExit):
        build_parser().parse_args(["predict", "STUDY", "--out", "OUT", "--language", "xx"])


def test_a_chinese_report_holds_no_english_word_of_the_report_itself(a_case, tmp_path):
    write_report(a_case, tmp_path, CHINESE)
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert '<html lang="zh-CN">' in html
    text = re.sub(r"<style>.*?</style>|<[^>]*>", "\n", html, flags=re.DOTALL)
    english = {value for key, value in ENGLISH.items() if key not in KEPT and len(value) > 3 and "{" not in value}
    lines = {line.strip(" :·\n") for line in text.splitlines()}
    assert lines & english == set()
    for key in ("title", "research", "outcome", "training_caption", "published_note", "details"):
        assert CHINESE[key] in text


def test_prediction_json_is_the_same_in_every_language(a_case, tmp_path):
    for language, strings in LANGUAGES.items():
        write_report(a_case, tmp_path / language, strings)
    first, *others = [(tmp_path / language / "prediction.json").read_bytes() for language in LANGUAGES]
    assert all(other == first for other in others)
    assert not re.search("[\u4e00-\u9fff]", first.decode("utf-8"))


def test_pictures_are_in_chinese_where_a_font_has_every_character(a_case, only_font, caplog):
    only_font(_chinese_characters())
    assert fonts.drawable(CHINESE) is CHINESE
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # matplotlib warns of a character that it cannot draw
        chinese = render_pictures(a_case, CHINESE)
    assert caplog.records == []  # nor does it say that a weight of the font is missing
    english = render_pictures(a_case, ENGLISH)
    assert set(chinese) == set(english)
    assert [name for name in chinese if chinese[name] == english[name]] == []


def test_pictures_stay_english_where_a_font_lacks_a_character(a_case, only_font):
    only_font(_chinese_characters() - {ord("骨")})
    assert render_pictures(a_case, CHINESE) == render_pictures(a_case, ENGLISH)


def test_pictures_stay_english_without_a_chinese_font_and_the_report_is_chinese(a_case, tmp_path, monkeypatch):
    monkeypatch.setattr(fonts, "CHINESE_FONTS", ())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        write_report(a_case, tmp_path, CHINESE)
    assert CHINESE["masks_caption"] in (tmp_path / "report.html").read_text(encoding="utf-8")
    for name, png in render_pictures(a_case, ENGLISH).items():
        assert (tmp_path / "pictures" / f"{name}.png").read_bytes() == png
