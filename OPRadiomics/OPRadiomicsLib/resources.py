"""Where shipped files and this user's models lie: one resolver for the source tree, a wheel, and the extension."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path
from typing import Final

from .errors import ModelError

FOLDER_VARIABLE: Final = "OPRADIOMICS_MODELS"
"""Environment variable that names another folder for this user's models, such as one that a department shares."""


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
    """Resources/Models/<name>; where none of that name ships, the one that this user has installed, if any."""
    shipped, own = resources_folder() / "Models" / name, user_models_folder() / name
    return own if own.is_dir() and not shipped.is_dir() else shipped


def user_models_folder() -> Path:
    """Where models of this user go, on each system below the folder that Qt calls GenericDataLocation."""
    named = os.environ.get(FOLDER_VARIABLE)
    if named:
        return Path(named)
    if sys.platform == "win32":
        home = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        home = Path.home() / "Library" / "Application Support"
    else:
        home = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return home / "OPRadiomics" / "Models"


def demo_study_folder() -> Path:
    """Resources/DemoStudy: T1WI.nrrd, T2WI.nrrd, FS-T2WI.nrrd and demo.json (age, sex, ...) of a simulated patient."""
    return resources_folder() / "DemoStudy"
