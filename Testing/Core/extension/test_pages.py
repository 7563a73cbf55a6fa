"""The pages that a reader goes through lead somewhere."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from OPRadiomicsLib.cli import build_parser

ROOT = Path(__file__).parents[3]
PAGES = (
    "README.md",
    "CHANGELOG.md",
    "OPRadiomics/README.zh-CN.md",
    *(f"{folder}/README.md" for folder in ("OPRadiomics", "OPRadiomicsTraining", "Testing/Benchmarks")),
    "Resources/Models/lumbar-bodies/docs/README.md",
)


def anchors(page: Path) -> set[str]:
    """Of the headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES)
def test_every_link_of_a_page_has_its_target(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    assert links or page.startswith("Resources")
    for link in links:
        file, _, anchor = link.partition("#")
        target = (ROOT / page).parent / file if file else ROOT / page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def commands_of(page: str) -> list[list[str]]:
    """Words of each `opradiomics` command that a page gives a line of its own, without comments."""
    text = (ROOT / page).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = re.findall(r"^ *(opradiomics [a-z].*)$", text, re.MULTILINE)
    return [part.split()[1:] for line in lines for part in line.split("#")[0].split("&&")]


def options_of(words: list[str]) -> set[str]:
    """Options that the command of these words knows, down its subcommands."""
    parser = build_parser()
    for word in words:
        inner = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
        if not inner:
            break
        parser = inner[0].choices[word]
    return set(parser._option_string_actions)


@pytest.mark.parametrize("page", [page for page in PAGES if page.startswith(("README", "OPR", "Resources"))])
def test_every_command_of_a_page_knows_its_options(page: str) -> None:
    commands = commands_of(page)
    assert commands
    for words in commands:
        named = re.findall(r"(?<![\w-])--?[a-z][\w-]*", " ".join(words))
        assert sorted(set(named) - options_of(words)) == [], " ".join(words)


@pytest.mark.parametrize("page", PAGES)
def test_every_script_that_a_page_runs_is_there(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for script in re.findall(r"Testing/[\w/]+\.(?:py|R)", text):
        assert (ROOT / script).is_file(), script


def test_the_chinese_page_calls_the_buttons_what_the_panel_calls_them() -> None:
    page = (ROOT / "OPRadiomics/README.zh-CN.md").read_text(encoding="utf-8")
    said = ElementTree.parse(ROOT / "Resources/Translations/OPRadiomics_zh-CN.ts").getroot().iter("translation")
    known = " ".join(one.text or "" for one in said)
    steps = [line for line in page.splitlines() if re.match(r"\d\. ", line)]
    buttons = {name for line in steps for name in re.findall(r"\*\*([^*]+)\*\*", line)}
    assert len(buttons) > 20
    assert sorted(name for name in buttons if name not in known) == []


def test_every_benchmark_has_its_figure() -> None:
    page = (ROOT / "Testing/Benchmarks/README.md").read_text(encoding="utf-8")
    files = (ROOT / "Testing/Benchmarks").glob("*.py")
    scripts = [path.stem for path in files if '__name__ == "__main__"' in path.read_text(encoding="utf-8")]
    assert scripts and sorted(name for name in scripts if name not in page) == []
