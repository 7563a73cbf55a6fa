"""A checkout holds the bytes that were committed, also by Git for Windows, which writes CRLF into text unless told not to."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
MODELS = ROOT / "Resources" / "Models"


@pytest.mark.skipif(shutil.which("git") is None or not (ROOT / ".git").exists(), reason="not a clone")
@pytest.mark.parametrize("name", ["SHA256SUMS", "configs/metadata.json"])
def test_what_checksums_are_kept_of_survives_the_line_ends_of_windows(name: str) -> None:
    path = MODELS / "lumbar-bodies" / name
    staged = f":{path.relative_to(ROOT).as_posix()}"
    command = ["git", "-c", "core.autocrlf=true", "-c", "core.eol=crlf", "cat-file", "--filters", staged]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout == path.read_bytes()
