"""What a user of Slicer 5.12 (Python 3.12) installs comes as wheels on every platform: nobody needs a compiler."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

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


MARKERS = {
    "Windows": {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt", "platform_machine": "AMD64"},
    "macOS arm64": {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix", "platform_machine": "arm64"},
    "Linux": {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "platform_machine": "x86_64"},
}
PYTHON = {"python_version": "3.12", "python_full_version": "3.12.10"}


def resolved(system: str, requirements: list[str], folder: Path) -> dict[str, list[str]]:
    """Packages that pip would install there from wheels alone, and what each requires."""
    report = folder / "report.json"
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
    command += ["--target", str(folder / "target"), "--report", str(report), *requirements]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = [item["metadata"] for item in json.loads(report.read_text(encoding="utf-8"))["install"]]
    return {canonicalize_name(one["name"]): one.get("requires_dist", []) for one in found}


def required_there(system: str, packages: dict[str, list[str]]) -> set[str]:
    """Names that the packages require on that system: pip itself asks for the markers of the machine that it runs on."""
    environment = {**MARKERS[system], **PYTHON, "extra": ""}
    wanted = [Requirement(text) for requirements in packages.values() for text in requirements]
    return {canonicalize_name(one.name) for one in wanted if one.marker is None or one.marker.evaluate(environment)}


@pytest.mark.parametrize("system", PLATFORMS)
def test_runtime_dependencies_resolve_to_wheels_for_slicer(system: str, tmp_path: Path) -> None:
    requirements = [*runtime_dependencies(), *SLICER_OWN]
    packages = resolved(system, requirements, tmp_path)
    while missing := required_there(system, packages) - set(packages):
        requirements += sorted(missing)
        packages = resolved(system, requirements, tmp_path)
    assert "simpleitk" in packages
    assert set(packages) & {"torch", "pyradiomics"} == set()
