"""A project opens only where it is one that this version knows, and its key lies apart."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from OPRadiomicsTrainingLib.project.folder import Project, ProjectError, create_project, open_project


def test_a_created_project_opens_again_with_its_settings(tmp_path: Path) -> None:
    create_project(tmp_path / "spine", "Spine 3 T", interval_days=90)
    found = open_project(tmp_path / "spine")
    assert (found.name, found.interval_days) == ("Spine 3 T", 90)


def test_the_key_lies_outside_of_the_project(project: Project) -> None:
    assert not project.key_folder.is_relative_to(project.folder)
    assert "PRIVATE" in project.key_folder.name


def test_a_key_inside_the_project_must_be_called_private(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="inside the project"):
        create_project(tmp_path / "spine", key_folder=tmp_path / "spine" / "key")
    assert create_project(tmp_path / "spine", key_folder=tmp_path / "spine" / "private").key_folder.name == "private"


def test_a_folder_that_holds_something_becomes_no_project(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ProjectError, match="no empty folder"):
        create_project(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(
    ("change", "message"),
    [({"schema_version": 99}, "update OPRadiomics"), ({"colour": "red"}, "colour"), ({"interval_days": -1}, "interval_days")],
)
def test_another_schema_or_a_damaged_file_is_named(project: Project, change: dict[str, object], message: str) -> None:
    file = project.folder / "project.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **change}))
    with pytest.raises(ProjectError, match=message):
        open_project(project.folder)


def test_a_folder_without_project_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="No project"):
        open_project(tmp_path)
