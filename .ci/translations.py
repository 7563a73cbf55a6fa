"""Bring Resources/Translations/OPRadiomics_zh-CN.ts up to date with the panel's strings, and compile it to .qm.

Run `make translations` after a string of a .ui or .py file was added or changed. Translations are kept; a new string takes
over the translation of the same words elsewhere, or stays "unfinished" until somebody writes it into the .ts; a string that
is gone leaves the .ts and is listed. Needs Qt's `lrelease` (Debian: qttools5-dev-tools) for the last step.

Contexts are those of Slicer: a .ui file's <class>, a Python file's name, led by its folder's name inside a package.
"""

from __future__ import annotations

import argparse
import ast
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TS = ROOT / "Resources" / "Translations" / "OPRadiomics_zh-CN.ts"
LANGUAGE = "zh_CN"
SLICERS_OWN = ("q", "ctk")
"""How contexts begin that `translate` borrows from Slicer, whose language pack translates them."""

Key = tuple[str, str]
"""Context and source text."""


@dataclass(frozen=True)
class Changes:
    """What the update met: strings without a translation, and those that nothing shows any more."""

    unfinished: tuple[Key, ...]
    gone: tuple[Key, ...]


def panel_strings(root: Path = ROOT) -> list[Key]:
    """Every translatable string of both modules, once a context, in the order of files and lines."""
    files = [*sorted(root.glob("Resources/UI/*.ui")), *sorted(root.glob("OPRadiomics*/*.py"))]
    files += sorted(root.glob("OPRadiomics*/*Lib/gui/**/*.py"))
    found = (key for path in files for key in (_ui_strings(path) if path.suffix == ".ui" else _script_strings(path)))
    return list(dict.fromkeys(found))


def context_of(script: Path) -> str:
    """The context that `slicer.i18n.tr` takes for the strings of a Python file."""
    inside_package = (script.parent / "__init__.py").is_file()
    return f"{script.parent.name}.{script.stem}" if inside_package else script.stem


def read_ts(path: Path) -> dict[Key, str]:
    """Finished translations of a .ts file; empty where there is no file."""
    if not path.is_file():
        return {}
    found = {}
    for context in ET.parse(path).getroot().iter("context"):
        for message in context.iter("message"):
            translation = message.find("translation")
            if translation is not None and translation.get("type") is None and translation.text:
                found[context.findtext("name", ""), message.findtext("source", "")] = translation.text
    return found


def update(path: Path, strings: Iterable[Key]) -> Changes:
    """Write the .ts anew with these strings and the translations that it held."""
    known = read_ts(path)
    elsewhere = {source: translation for (_, source), translation in known.items()}
    merged = {key: known.get(key) or elsewhere.get(key[1], "") for key in strings}
    path.write_text(_ts_text(merged), encoding="utf-8")
    return Changes(tuple(key for key, text in merged.items() if not text), tuple(key for key in known if key not in merged))


def compile_qm(path: Path) -> Path:
    """The .qm beside the .ts, made by lrelease."""
    lrelease = shutil.which("lrelease")
    if lrelease is None:
        sys.exit("lrelease not found: install Qt's translation tools (Debian: qttools5-dev-tools) and run this again")
    compiled = path.with_suffix(".qm")
    subprocess.run([lrelease, "-silent", path, "-qm", compiled], check=True)
    return compiled


def main() -> None:
    """Update, report, compile; exit status 1 while a string waits for its translation."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    changes = update(TS, panel_strings())
    for title, keys in {"removed, no longer shown": changes.gone, "unfinished, translate it": changes.unfinished}.items():
        for context, source in keys:
            print(f"{title}: {context}: {source!r}")
    print(f"{compile_qm(TS).relative_to(ROOT)}: {len(read_ts(TS))} strings")
    sys.exit(1 if changes.unfinished else 0)


def _ui_strings(path: Path) -> Iterator[Key]:
    root = ET.parse(path).getroot()
    context = root.findtext("class", "")
    for parent in root.iter():
        for string in parent.findall("string"):
            if string.text and "true" not in (string.get("notr"), parent.get("notr")):
                yield context, string.text


def _script_strings(path: Path) -> Iterator[Key]:
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        literals = [word.value for word in call.args if isinstance(word, ast.Constant) and isinstance(word.value, str)]
        match call.func:
            case ast.Name(id="_") if len(literals) == 1:
                yield context_of(path), literals[0]
            case ast.Name(id="translate") if len(literals) == 2 and not literals[0].startswith(SLICERS_OWN):
                yield literals[0], literals[1]


def _ts_text(translations: dict[Key, str]) -> str:
    root = ET.Element("TS", version="2.1", language=LANGUAGE, sourcelanguage="en_US")
    for name in sorted({context for context, _ in translations}):
        context = ET.SubElement(root, "context")
        ET.SubElement(context, "name").text = name
        for (_, source), text in ((key, text) for key, text in translations.items() if key[0] == name):
            message = ET.SubElement(context, "message")
            ET.SubElement(message, "source").text = source
            translation = ET.SubElement(message, "translation", {} if text else {"type": "unfinished"})
            translation.text = text or None
    ET.indent(root, " " * 4)
    return '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n' + ET.tostring(root, encoding="unicode") + "\n"


if __name__ == "__main__":
    main()
