"""Which engine runs: the one that was asked for, or the fast one where it proves equal to the reference on this machine."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ..errors import FeatureError, MissingDependencyError
from ..types import Progress, no_progress
from .engine import FeatureEngine
from .parity import Proof, prove, shipped_case

if TYPE_CHECKING:
    from .native import NativeEngine


@dataclass(frozen=True)
class Choice:
    """An engine, and what the user must know of how it came to be chosen (empty where there is nothing)."""

    engine: FeatureEngine
    note: str = ""


def _native() -> NativeEngine:
    from .native import NativeEngine

    return NativeEngine()


def _pyradiomics() -> FeatureEngine:
    from .pyradiomics_engine import PyRadiomicsEngine

    return PyRadiomicsEngine()


ENGINES: Final[dict[str, Callable[[], FeatureEngine]]] = {"native": _native, "pyradiomics": _pyradiomics}

_one_at_a_time = threading.Lock()
_settled: dict[str, Choice] = {}


def choose_engine(name: str = "auto", progress: Progress = no_progress) -> Choice:
    """Engine of that name; "auto" is native where its self-test holds, else PyRadiomics with a note that says why.

    The self-test runs once in a process; ``progress`` is told that it runs, and of what is compiled before it.

    Raises
    ------
    FeatureError
        If there is no engine of that name, or native fails its self-test and PyRadiomics is not installed.
    MissingDependencyError
        If the engine that was asked for is not installed.
    """
    if name == "auto":
        with _one_at_a_time:  # sequences side by side ask at the same time
            if name not in _settled:
                _settled[name] = _proven(progress)
            return _settled[name]
    if name not in ENGINES:
        raise FeatureError(f"No radiomics engine '{name}'", f"auto, {', '.join(ENGINES)}", "check the name")
    return Choice(ENGINES[name]())


def prove_native(progress: Progress = no_progress) -> Proof:
    """Self-test of the native engine; its first run in a process includes loading, or compiling, the kernels."""
    engine = _native()
    progress("Loading the feature engine", 0.0)
    engine.load(progress)
    return prove(engine, shipped_case())


def _proven(progress: Progress) -> Choice:
    fault = _native_fault(progress)
    if not fault:
        return Choice(_native())
    try:
        reference = _pyradiomics()
    except MissingDependencyError as error:
        raise FeatureError(
            f"No radiomics engine works here: {fault}; {error.found}",
            "the native engine equal to PyRadiomics 3.0.1, or PyRadiomics itself",
            "install numba (pip install numba) or PyRadiomics, and report the machine's processor and Python version",
        ) from None
    return Choice(reference, f"The native engine was set aside ({fault}); {reference.name} {reference.version} ran instead.")


def _native_fault(progress: Progress) -> str:
    try:
        proof = prove_native(progress)
    except MissingDependencyError as error:
        return error.found
    if proof.holds:
        return ""
    return f"its self-test differs from PyRadiomics 3.0.1 by {proof.difference:.1e} in {proof.feature}"
