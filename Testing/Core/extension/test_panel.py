"""What the panel's code and its .ui file must agree on, without Qt: names, parameters, layout of strings for translation."""

from __future__ import annotations

import ast
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
GUI = ROOT / "OPRadiomics" / "OPRadiomicsLib" / "gui"
SCRIPTS = sorted(GUI.glob("*.py"))
UI = ROOT / "Resources" / "UI" / "OPRadiomics.ui"


def widgets() -> list[ET.Element]:
    return list(ET.parse(UI).getroot().iter("widget"))


def parameters_of_widgets() -> dict[str, str]:
    """Parameter name to widget name."""
    found = {}
    for widget in widgets():
        for prop in widget.findall("property"):
            if prop.get("name") == "SlicerParameterName":
                found[prop.findtext("string", "")] = str(widget.get("name"))
    return found


def names_taken_from_ui(script: Path) -> set[str]:
    """`ui.NAME` and `self.ui.NAME` in a script."""
    taken = set()
    for node in ast.walk(ast.parse(script.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute):
            owner = node.value
            direct = isinstance(owner, ast.Name) and owner.id == "ui"
            member = isinstance(owner, ast.Attribute) and owner.attr == "ui"
            if direct or member:
                taken.add(node.attr)
    return taken


def test_every_widget_has_a_name_of_its_own() -> None:
    names = [widget.get("name") for widget in widgets()]
    assert len(names) == len(set(names))


def test_every_name_that_the_code_takes_from_the_ui_exists_in_it() -> None:
    existing = {widget.get("name") for widget in widgets()}
    taken = {script.name: names_taken_from_ui(script) - existing for script in SCRIPTS}
    assert {name: missing for name, missing in taken.items() if missing} == {}
    assert sum(len(names_taken_from_ui(script)) for script in SCRIPTS) > 40


def test_every_parameter_of_a_widget_exists_in_the_parameter_node() -> None:
    tree = ast.parse((GUI / "parameter_node.py").read_text(encoding="utf-8"))
    (node,) = [one for one in tree.body if isinstance(one, ast.ClassDef) and one.name == "OPRadiomicsParameterNode"]
    fields = {one.target.id for one in node.body if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)}
    assert set(parameters_of_widgets()) <= fields
    assert len(parameters_of_widgets()) > 15


def test_every_button_says_what_it_does() -> None:
    silent = [
        widget.get("name")
        for widget in widgets()
        if widget.get("class") == "QPushButton"
        and not any(prop.get("name") == "toolTip" and prop.findtext("string") for prop in widget.findall("property"))
    ]
    assert silent == []


def test_mrml_widgets_are_given_the_scene() -> None:
    root = ET.parse(UI).getroot()
    receivers = {connection.findtext("receiver") for connection in root.iter("connection")}
    mrml = {str(widget.get("name")) for widget in widgets() if str(widget.get("class")).startswith("qMRML")} - {"OPRadiomics"}
    assert receivers == mrml


@pytest.mark.parametrize("script", [*SCRIPTS, ROOT / "OPRadiomics" / "OPRadiomics.py"], ids=lambda path: path.name)
def test_only_literal_strings_are_translated(script: Path) -> None:
    calls = [
        node
        for node in ast.walk(ast.parse(script.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_"
    ]
    assert [ast.unparse(call) for call in calls if not isinstance(call.args[0], ast.Constant)] == []


def test_the_requirements_are_those_of_the_package() -> None:
    import tomllib

    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    lines = (ROOT / "Resources" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == declared
