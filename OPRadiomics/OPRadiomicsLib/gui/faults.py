"""What goes wrong between panel and worker, in words with a remedy, and a diagnosis that can be sent without patient data."""

from __future__ import annotations

import platform
import re
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from slicer.i18n import tr as _

from .. import __version__
from ..worker.conversation import Answer
from .language import whatIsWrong, whatToDo

PACKAGES = (
    "numba",
    "numpy",
    "scipy",
    "SimpleITK",
    "pydicom",
    "pydantic",
    "PyYAML",
    "onnxruntime",
    "matplotlib",
    "Jinja2",
    "filelock",
)
"""What the worker needs; versions go into the diagnosis."""

_KILLED = 9
_QUOTED = re.compile(r"(?<!\w)'.*?'(?!\w)|“.*?”")
_PATH = re.compile(r"(?<![A-Za-z0-9_])(?:[A-Za-z]:)?[\\/][^'\"”:;,]*")
"""To the next quote or mark, or the line's end: paths hold blanks, and what follows one is no loss in a diagnosis."""


@dataclass(frozen=True)
class Fault:
    """One failure: what the user reads, what to do, and the technical rest for a diagnosis (no path, no patient data)."""

    what: str
    remedy: str
    technical: tuple[str, ...] = ()
    packagesMissing: bool = False

    @property
    def text(self) -> str:
        return f"{self.what} {self.remedy}".strip()


def refused(answer: Answer) -> Fault:
    """Input that the user can mend: the core's own words, in the panel's language."""
    return Fault(whatIsWrong(answer.found, answer.expected), whatToDo(answer.remedy))


def failed(answer: Answer) -> Fault:
    """A fault inside the worker."""
    technical = (answer.kind, *answer.where)
    if answer.kind == "MemoryError":
        return Fault(_("The computer ran out of memory."), _("Close other programs or scenes and try again."), technical)
    kind, _blank, package = answer.kind.partition(" ")
    if kind in {"ModuleNotFoundError", "ImportError"}:
        return Fault(
            _("A Python package that this step needs is missing or damaged ({package}).").format(package=package or "?"),
            _("Click 'Install packages' and try again."),
            technical,
            packagesMissing=True,
        )
    return Fault(
        _("The software failed ({kind}).").format(kind=answer.kind),
        _("Nothing was changed. Click 'Copy diagnostics' and report it; the text holds no patient data."),
        technical,
    )


def broken(error: Exception) -> Fault:
    """A fault of the panel itself, between two of the worker's commands."""
    frames = traceback.extract_tb(error.__traceback__)[-5:]
    where = tuple(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)
    return failed(Answer(0, "failed", kind=type(error).__name__, where=where))


def ended(exitCode: int, crashed: bool, stderrTail: Sequence[str]) -> Fault:
    """The worker's process ended in the middle of a request."""
    technical = (f"exit {exitCode}, crashed {crashed}", *map(withoutPaths, stderrTail))
    if any("ModuleNotFoundError" in line or "ImportError" in line for line in stderrTail):
        return Fault(
            _("The worker process could not start: a Python package is missing."),
            _("Click 'Install packages' and try again."),
            technical,
            packagesMissing=True,
        )
    if crashed and exitCode in {_KILLED, 128 + _KILLED}:
        return Fault(
            _("The worker process was ended from outside, most often because memory ran out."),
            _("Close other programs or scenes and try again. Nothing was changed."),
            technical,
        )
    return Fault(
        _("The worker process ended unexpectedly."),
        _("Try again; it starts anew. If it happens again, click 'Copy diagnostics' and report it."),
        technical,
    )


def notStarted(program: str) -> Fault:
    """The interpreter is not there or may not be run."""
    return Fault(
        _("The worker process did not start."),
        _("Check that Slicer is installed completely and that no security software blocks PythonSlicer."),
        (f"program {program.replace(chr(92), '/').rsplit('/', 1)[-1]}",),
    )


def diagnosis(fault: Fault | None, step: str, slicerVersion: str, log: Sequence[str]) -> str:
    """Text for a bug report: versions, the step, the fault and the log's end; paths are cut to their last part."""
    versions = {"OPRadiomics": __version__, "Slicer": slicerVersion, "Python": platform.python_version()}
    versions |= {name: _version(name) for name in PACKAGES}
    lines = [f"{name} {found}" for name, found in versions.items()]
    lines += [f"system {platform.system()} {platform.release()} {platform.machine()}", f"step {step or '-'}"]
    if fault is not None:
        lines += [withoutNames(fault.what), *map(withoutPaths, fault.technical)]
    return "\n".join([*lines, "log", *(f"  {withoutNames(line)}" for line in log[-30:])]) + "\n"


def withoutPaths(line: str) -> str:
    """The line with each path replaced by "<path>": folders and files are often named after patients."""
    return _PATH.sub("<path>", line)


def withoutNames(line: str) -> str:
    """The line without paths and without what stands in quotes: nodes, too, are often named after patients."""
    return withoutPaths(_QUOTED.sub("<name>", line))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"
