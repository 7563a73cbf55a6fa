"""Numbers given as options: for argparse's ``type``, which refuses them before any work."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Final


def whole_number(least: int, most: int | None = None) -> Callable[[str], int]:
    """Reads a whole number that is at least ``least``, and ``most`` at most."""
    expected = f"of at least {least}" if most is None else f"from {least} to {most}"

    def read(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if value < least or (most is not None and value > most):
            raise argparse.ArgumentTypeError(f"'{text}' is no whole number {expected}")
        return value

    return read


seed_number: Final = whole_number(0, 2**32 - 1)
"""Reads a seed that NumPy, scikit-learn and Optuna take."""


def number_between(least: float, most: float) -> Callable[[str], float]:
    """Reads a number from ``least`` to ``most``."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"'{text}' is no number from {least:g} to {most:g}")
        return value

    return read
