"""The entry for Slicer's extension index keeps the rules of its schema 1.0.2, and agrees with CMakeLists.txt.

The rules are written here once more, as a model: which keys there are, which are required, of what type and in what range; and
what the index checks beyond its schema: line endings, scheme of the address, names.
"""

from __future__ import annotations

import json
import re
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal
from urllib.parse import urlsplit

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

ROOT = Path(__file__).resolve().parents[3]
ENTRY = ROOT / ".ci" / "OPRadiomics.json"
SCHEMA = "https://raw.githubusercontent.com/Slicer/Slicer/main/Schemas/slicer-extension-catalog-entry-schema-v1.0.2.json#"
NOT_YET_PUBLIC = ".invalid"
"""A top-level domain that RFC 2606 keeps from ever existing: the mark of an address that is still to come."""


class Entry(BaseModel):
    """Slicer's catalogue entry, schema 1.0.2; no other key is allowed."""

    model_config = ConfigDict(extra="forbid", strict=True)

    schema_url: Annotated[Literal[SCHEMA], Field(alias="$schema")]
    category: str
    scm_url: str
    scm_revision: str = ""
    scm_type: Literal["git", "local"] = "git"
    build_dependencies: list[str] = []
    dicom_support_rule: str = ""
    build_subdirectory: str = "."
    enabled: bool = True
    tier: Annotated[int, Field(ge=1, le=5)] = 1


def content() -> dict[str, object]:
    return json.loads(ENTRY.read_text(encoding="utf-8"))


def cmake(name: str) -> str:
    found = re.search(rf'set\({name} "([^"]*)"\)', (ROOT / "CMakeLists.txt").read_text(encoding="utf-8"))
    assert found is not None, name
    return found.group(1)


def test_the_entry_keeps_the_schema() -> None:
    assert Entry.model_validate(content()).tier == 1


@pytest.mark.parametrize(
    "spoilt",
    [{"homepage": "x"}, {"tier": 6}, {"tier": "1"}, {"scm_type": "svn"}, {"build_dependencies": "NA"}, {"$schema": "x"}],
)
def test_the_rules_refuse_what_the_schema_refuses(spoilt: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Entry.model_validate(content() | spoilt)


@pytest.mark.parametrize("key", ["$schema", "category", "scm_url"])
def test_the_rules_miss_what_the_schema_requires(key: str) -> None:
    with pytest.raises(ValidationError):
        Entry.model_validate({name: value for name, value in content().items() if name != key})


def test_the_entry_is_named_after_the_extension_and_not_after_slicer() -> None:
    project = re.search(r"project\((\w+)\)", (ROOT / "CMakeLists.txt").read_text(encoding="utf-8"))
    assert project is not None
    assert project.group(1) == ENTRY.stem
    assert not ENTRY.stem.lower().startswith("slicer")


def test_dependencies_are_those_of_cmake() -> None:
    depends = cmake("EXTENSION_DEPENDS")
    assert content()["build_dependencies"] == ([] if depends == "NA" else depends.split())


def test_the_address_is_a_repository_named_after_slicer() -> None:
    address = urlsplit(str(content()["scm_url"]))
    assert address.scheme in {"https", "git"}
    assert PurePosixPath(address.path).stem == f"Slicer{ENTRY.stem}"


def test_icon_and_screenshots_are_given_as_soon_as_the_address_is_public() -> None:
    """Until then they are empty: an address that leads nowhere would be worse than none."""
    public = not str(urlsplit(str(content()["scm_url"])).hostname).endswith(NOT_YET_PUBLIC)
    for name in ("EXTENSION_ICONURL", "EXTENSION_SCREENSHOTURLS"):
        assert cmake(name).startswith("https://") if public else cmake(name) == ""


def test_lines_end_as_the_index_wants_them() -> None:
    assert b"\r" not in ENTRY.read_bytes()


def test_the_licence_that_the_index_asks_for_lies_in_the_root() -> None:
    assert "Apache License" in (ROOT / "LICENSE.txt").read_text(encoding="utf-8")
