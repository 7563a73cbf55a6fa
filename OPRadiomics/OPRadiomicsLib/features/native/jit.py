"""Compilation of the numeric kernels, kept on disk between runs where a folder can be written.

Imported only by the kernel modules, which are themselves imported at the point of use: numba takes a good part of a second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from numba import njit

from ...types import Progress, no_progress

Kernel = TypeVar("Kernel", bound=Callable[..., Any])

KERNELS = 20
"""How many there are, for the user to see how far compilation has come."""

_told: list[Progress] = [no_progress]
_compiled_here: list[str] = []


@contextmanager
def telling(progress: Progress) -> Iterator[None]:
    """While it lasts, ``progress`` hears of each kernel that has to be compiled because no earlier run left it on disk."""
    _told.append(progress)
    try:
        yield
    finally:
        _told.pop()


def compiled(signature: str) -> Callable[[Kernel], Kernel]:
    """Compile for one signature at import: without the GIL, without fast-math (results are bit-identical on every CPU).

    numba keeps machine code in ``__pycache__`` beside the source, else in the user's cache folder, or where NUMBA_CACHE_DIR
    points. Where none of these can be written it compiles anew in every process, which costs time and nothing else.
    """

    def decorate(function: Kernel) -> Kernel:
        options = {"nogil": True, "fastmath": False, "error_model": "numpy"}
        try:
            kernel: Kernel = njit(signature, cache=True, **options)(function)
        except (RuntimeError, OSError) as error:  # no cache folder can be written, or its disk is full
            if isinstance(error, RuntimeError) and "no locator available" not in str(error):
                raise
            kernel = njit(signature, **options)(function)
        if not kernel.stats.cache_hits:  # type: ignore[attr-defined]
            _compiled_here.append(function.__name__)
            done = len(_compiled_here)
            _told[-1](f"Compiling the feature engine, once for this installation ({done} of {KERNELS})", done / KERNELS)
        return kernel

    return decorate
