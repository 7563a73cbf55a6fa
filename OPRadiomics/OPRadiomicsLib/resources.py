"""Where shipped files lie: one resolver for the source tree, an installed wheel, and a built or installed extension."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from .errors import ModelError


@cache
def resources_folder() -> Path:
    """The folder Resources/ of this installation.

    Looked for, in this order: inside the package (wheel), beside the module scripts (Slicer build or install, where CMake
    copies it to qt-scripted-modules/Resources), at the root of the source tree.
    """
    package = Path(__file__).resolve().parent
    candidates = (package / "Resources", package.parent / "Resources", package.parent.parent / "Resources")
    for folder in candidates:
        if (folder / "Params").is_dir():
            return folder
    raise ModelError(
        "No Resources folder beside the installed package",
        " or ".join(str(folder) for folder in candidates),
        "install the package or the extension again",
    )


def params_path(name: str) -> Path:
    """Resources/Params/<name>.yaml."""
    return resources_folder() / "Params" / f"{name}.yaml"


def model_folder(name: str) -> Path:
    """Resources/Models/<name>."""
    return resources_folder() / "Models" / name


def demo_study_folder() -> Path:
    """Resources/DemoStudy: T1WI.nrrd, T2WI.nrrd, FS-T2WI.nrrd and demo.json (age, sex, ...) of a simulated patient."""
    return resources_folder() / "DemoStudy"
