"""First use: which packages are missing, what they weigh, and their installation, once asked for; never at import."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from subprocess import CalledProcessError

import qt
import slicer.packaging
import slicer.util
from slicer.i18n import tr as _

from ..processes import quoted
from ..resources import resources_folder

WHEELS_SETTING = "OPRadiomics/WheelsFolder"

_SIZE_MB = {"numba": 45, "onnxruntime": 20, "pydantic": 4, "matplotlib": 20, "Jinja2": 1, "PyYAML": 1, "filelock": 1}
"""Roughly what each takes to download with what it needs; the others come with Slicer."""


def requirements() -> list[str]:
    """What prediction needs, one requirement each; torch is not among it."""
    lines = (resources_folder() / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def missing() -> tuple[str, ...]:
    """What prediction needs and this Slicer's Python lacks."""
    return unsatisfied(requirements())


def unsatisfied(needed: Sequence[str]) -> tuple[str, ...]:
    """Requirements that this Slicer's Python does not satisfy."""
    return tuple(one for one in needed if not slicer.packaging.pip_check(one))


def wheelsFolder() -> str:
    """Folder of wheels for a computer without a network, "" where none is set."""
    return str(qt.QSettings().value(WHEELS_SETTING) or "")


def setWheelsFolder(folder: str) -> None:
    """Set or clear the folder of wheels."""
    qt.QSettings().setValue(WHEELS_SETTING, folder)


def whereFrom() -> str:
    """In words: the folder of wheels where one is set, else the network."""
    folder = wheelsFolder()
    return _("the folder {folder}").format(folder=folder) if folder else _("the Python Package Index (network)")


def question(packages: tuple[str, ...]) -> str:
    """What the user is asked before anything is installed: packages, sizes, where from."""
    lines = [f"  {one}   (~{_SIZE_MB[name]} MB)" if (name := _name(one)) in _SIZE_MB else f"  {one}" for one in packages]
    total = sum(_SIZE_MB.get(_name(one), 1) for one in packages)
    text = _("OPRadiomics needs these Python packages, about {total} MB in all, from {where}:")
    text = text.format(total=total, where=whereFrom())
    return "\n".join([text, "", *lines, "", _("They go into Slicer's own Python. Install them now?")])


def install() -> bool:
    """Ask once, then install what prediction needs; whether everything is there afterwards. Raises as `installOnceAsked`."""
    packages = missing()
    return not packages or installOnceAsked(packages, question(packages))


def installOnceAsked(packages: Sequence[str], asked: str) -> bool:
    """Ask, then install with Slicer's own progress window, from `whereFrom`; whether everything is there afterwards.

    Raises
    ------
    RuntimeError
        If the installation failed; Slicer has shown the log.
    """
    if not slicer.util.confirmOkCancelDisplay(asked, windowTitle=_("OPRadiomics: install packages")):
        return False
    folder = wheelsFolder()
    offline = ["--no-index", "--find-links", folder] if folder else []
    try:
        slicer.packaging.pip_install([*offline, "--only-binary", ":all:", *packages], requester="OPRadiomics")
    except (CalledProcessError, OSError) as error:
        raise RuntimeError(str(error)) from error
    return not unsatisfied(packages)


def failure(error: RuntimeError) -> str:
    """What is said of an installation that failed."""
    text = _("The installation failed: {error}. What to do: check the network, or choose a folder of wheels, and try again.")
    return text.format(error=str(error).rstrip("."))


def wheelsCommand() -> str:
    """What to run on a computer with a network, to fill the folder of wheels."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    listed = resources_folder() / "requirements.txt"
    return f"pip download --only-binary=:all: --python-version {python} -r {quoted(str(listed))} -d WHEELS"


def _name(requirement: str) -> str:
    return re.split(r"[<>=!~; \[]", requirement, maxsplit=1)[0]
