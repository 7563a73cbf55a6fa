from __future__ import annotations

from pathlib import Path

import pytest
from OPRadiomicsLib.errors import OutputError
from OPRadiomicsLib.io.output import require_writable


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
