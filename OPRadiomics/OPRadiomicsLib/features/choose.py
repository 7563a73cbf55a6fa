"""Which engine runs: the one that was asked for, or the fast one where it proves equal to the reference."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ..errors import FeatureError
from .engine import FeatureEngine


def _pyradiomics() -> FeatureEngine:
    from .pyradiomics_engine import PyRadiomicsEngine

    return PyRadiomicsEngine()


ENGINES: Final[dict[str, Callable[[], FeatureEngine]]] = {"pyradiomics": _pyradiomics}


def choose_engine(name: str = "auto") -> FeatureEngine:
    """Engine of that name.

    Raises
    ------
    FeatureError
        If there is no engine of that name.
    MissingDependencyError
        If it is not installed.
    """
    if name == "auto":
        return _pyradiomics()
    if name not in ENGINES:
        raise FeatureError(f"No radiomics engine '{name}'", f"auto, {', '.join(ENGINES)}", "check the name")
    return ENGINES[name]()
