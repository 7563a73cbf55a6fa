from __future__ import annotations

from pathlib import Path

import pytest
from OPRadiomicsLib.errors import OutputError
from OPRadiomicsLib.io.output import require_writable, write_json


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


def test_a_folder_below_a_file_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for path in (tmp_path / "file", tmp_path / "file" / "out"):
        with pytest.raises(OutputError, match="cannot be written to"):
            require_writable(path)


def test_a_read_only_place_is_refused() -> None:
    if not Path("/proc/self").is_dir():
        pytest.skip("no /proc here to stand for a place that refuses files even from root")
    with pytest.raises(OutputError, match="cannot be written to"):
        require_writable(Path("/proc/self/out"))


def test_the_proof_leaves_no_folder_behind(tmp_path: Path) -> None:
    require_writable(tmp_path / "new" / "out")
    assert list(tmp_path.iterdir()) == []
