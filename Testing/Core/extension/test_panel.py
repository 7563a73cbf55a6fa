"""What the panel's code and its .ui file must agree on, without Qt: names, parameters, layout of strings for translation."""

from __future__ import annotations

import ast
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
GUI = ROOT / "OPRadiomics" / "OPRadiomicsLib" / "gui"
GUI_OF = {"OPRadiomics": GUI, "OPRadiomicsTraining": ROOT / "OPRadiomicsTraining" / "OPRadiomicsTrainingLib" / "gui"}
SCRIPTS = [script for folder in GUI_OF.values() for script in sorted(folder.glob("*.py"))]
SHARED = ("job_bar.py",)
"""Scripts of the clinical panel that the training panel uses with its own widgets."""

both_modules = pytest.mark.parametrize("module", list(GUI_OF))


def ui_of(module: str) -> ET.Element:
    return ET.parse(ROOT / "Resources" / "UI" / f"{module}.ui").getroot()


def widgets(module: str) -> list[ET.Element]:
    return list(ui_of(module).iter("widget"))


def parameters_of_widgets() -> dict[str, str]:
    """Parameter name to widget name."""
    found = {}
    for widget in widgets("OPRadiomics"):
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


@both_modules
def test_every_widget_has_a_name_of_its_own(module: str) -> None:
    names = [widget.get("name") for widget in widgets(module)]
    assert len(names) == len(set(names))


@both_modules
def test_every_name_that_the_code_takes_from_the_ui_exists_in_it(module: str) -> None:
    existing = {widget.get("name") for widget in widgets(module)}
    scripts = {*GUI_OF[module].glob("*.py"), *(GUI / name for name in SHARED)}
    taken = {script.name: names_taken_from_ui(script) for script in scripts}
    assert {name: names - existing for name, names in taken.items() if names - existing} == {}
    assert len(set().union(*taken.values())) > 40


@both_modules
def test_every_button_and_table_of_the_ui_is_used_by_the_code(module: str) -> None:
    scripts = {*GUI_OF[module].glob("*.py"), *(GUI / name for name in SHARED)}
    taken = set().union(*(names_taken_from_ui(script) for script in scripts))
    parameters = set(parameters_of_widgets().values())
    acting = {str(one.get("name")) for one in widgets(module) if one.get("class") in ("QPushButton", "QTableWidget")}
    assert acting - taken - parameters == set()


def test_every_parameter_of_a_widget_exists_in_the_parameter_node() -> None:
    tree = ast.parse((GUI / "parameter_node.py").read_text(encoding="utf-8"))
    (node,) = [one for one in tree.body if isinstance(one, ast.ClassDef) and one.name == "OPRadiomicsParameterNode"]
    fields = {one.target.id for one in node.body if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)}
    assert set(parameters_of_widgets()) <= fields
    assert len(parameters_of_widgets()) > 15


@both_modules
def test_every_button_says_what_it_does(module: str) -> None:
    silent = [
        widget.get("name")
        for widget in widgets(module)
        if widget.get("class") == "QPushButton"
        and not any(prop.get("name") == "toolTip" and prop.findtext("string") for prop in widget.findall("property"))
    ]
    assert silent == []


@both_modules
def test_no_form_holds_a_label_of_several_lines(module: str) -> None:
    """A form gives its rows of several lines one height, which clips the longest; a grid gives each its own."""
    forms = [layout for layout in ui_of(module).iter("layout") if layout.get("class") == "QFormLayout"]
    labels = [label for form in forms for label in form.findall("item/widget[@class='QLabel']")]
    assert [label.get("name") for label in labels if label.find("property[@name='wordWrap']") is not None] == []


@both_modules
def test_mrml_widgets_are_given_the_scene(module: str) -> None:
    receivers = {connection.findtext("receiver") for connection in ui_of(module).iter("connection")}
    mrml = {str(widget.get("name")) for widget in widgets(module) if str(widget.get("class")).startswith("qMRML")} - {module}
    assert receivers == mrml


@pytest.mark.parametrize(
    "script", [*SCRIPTS, *(ROOT / module / f"{module}.py" for module in GUI_OF)], ids=lambda path: path.name
)
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


def test_the_training_panel_installs_what_the_package_s_extra_lists() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    tree = ast.parse((GUI_OF["OPRadiomicsTraining"] / "training_packages.py").read_text(encoding="utf-8"))
    (listed,) = [
        ast.literal_eval(one.value)
        for one in tree.body
        if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name) and one.targets[0].id == "PACKAGES"
    ]
    assert list(listed) == project["optional-dependencies"]["training"]
