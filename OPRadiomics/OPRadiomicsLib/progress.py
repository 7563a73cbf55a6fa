"""Several stages report as one: one after another (`part`), or the three sequences in threads (`side_by_side`)."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from .errors import Cancelled
from .types import Progress, Role

Result = TypeVar("Result")


def part(progress: Progress, start: float, end: float) -> Progress:
    """The progress of one stage that fills ``start`` to ``end`` of the whole."""
    return lambda message, fraction: progress(message, start + (end - start) * fraction)


def side_by_side(work: Callable[[Role, Progress], Result], roles: tuple[Role, ...], progress: Progress) -> dict[Role, Result]:
    """Run ``work`` for each sequence in threads, as many as there are cores; the first failure or Cancel stops the others.

    The libraries underneath (ITK, numba, ONNX Runtime) release the interpreter's lock while they compute.
    """
    done = dict.fromkeys(roles, 0.0)
    stop = threading.Event()
    lock = threading.Lock()

    def of_role(role: Role) -> Result:
        def own_progress(message: str, fraction: float) -> None:
            if stop.is_set():
                raise Cancelled
            with lock:
                done[role] = fraction
                progress(f"{role}: {message}", sum(done.values()) / len(done))

        try:
            return work(role, own_progress)
        except BaseException:
            stop.set()
            raise

    with ThreadPoolExecutor(min(len(roles), os.cpu_count() or 1)) as pool:
        futures = {role: pool.submit(of_role, role) for role in roles}
        try:
            failures = [future.exception() for future in futures.values()]
        except BaseException:
            stop.set()
            raise
    real = [failure for failure in failures if failure is not None and not isinstance(failure, Cancelled)]
    for failure in (*real, *failures):
        if failure is not None:
            raise failure
    return {role: future.result() for role, future in futures.items()}
