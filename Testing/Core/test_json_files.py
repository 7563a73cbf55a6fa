"""A JSON file gives what its reader needs, or OSError or ValueError, whatever was done to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from OPRadiomicsLib.json_files import read_json, write_json


def test_what_was_written_is_read(tmp_path: Path) -> None:
    written = {"a": "压脂", "list": [1.5, None, True]}
    assert read_json(write_json(written, tmp_path / "x.json"), dict) == written


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "Expecting value"),
        (b'{"a": 1', "delimiter"),
        (b'"a"', "a str in place of an object"),
        (b"[1]", "a list in place of an object"),
        (b"null", "a NoneType in place of an object"),
        (b'{"a": "\xff"}', "utf-8"),
        (b'{"a":' * 100_000, "brackets in brackets"),
    ],
)
def test_what_is_no_json_object_is_refused(text: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_bytes(text)
    with pytest.raises(ValueError, match=said):
        read_json(tmp_path / "x.json", dict)


@pytest.mark.parametrize(
    ("parse", "said"),
    [
        (lambda content: content["b"], "no 'b'"),
        (lambda content: int(content["a"]), "NoneType"),
        (lambda content: content["a"].items(), "no attribute 'items'"),
        (lambda content: float(content["text"]), "could not convert"),
        (lambda content: content["list"][0], "out of range"),
    ],
)
def test_what_lacks_what_its_reader_needs_is_refused_by_what_is_wrong(
    parse: Callable[[dict[str, Any]], object], said: str, tmp_path: Path
) -> None:
    path = write_json({"a": None, "text": "x", "list": []}, tmp_path / "x.json")
    with pytest.raises(ValueError, match=said):
        read_json(path, parse)


def test_an_absent_file_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_json(tmp_path / "x.json", dict)


def test_json_is_sorted_utf8_and_ends_with_a_newline(tmp_path: Path) -> None:
    path = write_json({"z": 1, "a": "压脂", "list": [1.5, None, True]}, tmp_path / "deep" / "x.json")
    content = path.read_bytes()
    assert content.startswith('{\n  "a": "压脂",'.encode())
    assert content.endswith(b"}\n")
    assert b"\r" not in content


def test_nan_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON"):
        write_json({"p": float("nan")}, tmp_path / "x.json")
    assert list(tmp_path.iterdir()) == []
