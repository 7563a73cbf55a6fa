"""What a user of Slicer 5.12 (Python 3.12) installs comes as wheels on every platform: nobody needs a compiler."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SLICER_OWN = ("numpy==2.4.6", "scipy==1.17.1", "pydicom==3.0.2")
"""Packages inside Slicer 5.12, which an installation must not replace."""

PLATFORMS = {
    "Windows": ("win_amd64",),
    "macOS arm64": tuple(f"macosx_{version}_0_arm64" for version in (11, 12, 13, 14)),
    "Linux": ("manylinux2014_x86_64", "manylinux_2_17_x86_64", "manylinux_2_27_x86_64", "manylinux_2_28_x86_64"),
}


def runtime_dependencies() -> list[str]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        return list(tomllib.load(file)["project"]["dependencies"])


@pytest.mark.parametrize("system", PLATFORMS)
def test_runtime_dependencies_resolve_to_wheels_for_slicer(system: str, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--dry-run",
        "--quiet",
        "--only-binary=:all:",
        "--python-version",
        "3.12",
    ]
    command += [word for platform in PLATFORMS[system] for word in ("--platform", platform)]
    command += ["--target", str(tmp_path / "target"), "--report", str(report), *runtime_dependencies(), *SLICER_OWN]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    names = {item["metadata"]["name"].lower() for item in json.loads(report.read_text(encoding="utf-8"))["install"]}
    assert "simpleitk" in names
    assert names & {"torch", "pyradiomics"} == set()
