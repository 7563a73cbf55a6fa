"""Where the cases of a cohort are computed: in this process, or on a Dask scheduler, local or given by its address.

multiprocessing hangs under PythonSlicer, so a local cluster is refused there; one case after another needs nothing.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import queue
import signal
import sys
import threading
import time
import uuid
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from .. import __version__
from ..errors import Cancelled, MissingDependencyError, OPRadiomicsError, OutputError
from ..progress import part
from ..types import Progress
from .case import Case, CohortSettings, Failure
from .compute import run_case

if TYPE_CHECKING:
    from distributed import Client, Event, Future

Outcome = tuple[Case, Failure | None]

CONNECT_TIMEOUT_S: Final = 20
POLL_S: Final = 0.25
STOP_TIMEOUT_S: Final = 120
"""Longest time between two calls of a stage's progress; a worker that hasn't stopped by then is left to its cluster."""
ASK_FOR_WORKERS_S: Final = 5
WITHOUT_WORKER_S: Final = 120
"""A scheduler whose last worker went is waited for this long: a batch system or a nanny may be about to start another."""


def in_process(
    cases: Sequence[Case], settings: CohortSettings, folder_of: Callable[[Case], Path], progress: Progress
) -> Iterator[Outcome]:
    """One case after another, each with its own progress."""
    for number, case in enumerate(cases):

        def own(message: str, fraction: float, name: str = case.name, done: int = number) -> None:
            part(progress, done / len(cases), (done + 1) / len(cases))(f"{name}: {message}", fraction)

        yield case, run_case(case, settings, folder_of(case), own)


def on_dask(
    cases: Sequence[Case],
    settings: CohortSettings,
    folder_of: Callable[[Case], Path],
    progress: Progress,
    *,
    workers: int,
    address: str | None,
) -> Iterator[Outcome]:
    """Cases in the order in which they end. ``address`` names a running scheduler; else ``workers`` processes are started.

    Raises
    ------
    MissingDependencyError
        If dask.distributed is not installed.
    OPRadiomicsError
        If the scheduler doesn't answer, has no worker or loses all of them, ends before the cases, or its workers have another
        version of this software.
    Cancelled
        If ``progress`` raises it: running cases are told to stop, and waited for.
    """
    client_of = _client_at(address, progress) if address is not None else _local_client(min(workers, len(cases)), progress)
    with client_of as client:
        yield from _computed(client, cases, settings, folder_of, progress)


def _computed(
    client: Client,
    cases: Sequence[Case],
    settings: CohortSettings,
    folder_of: Callable[[Case], Path],
    progress: Progress,
) -> Generator[Outcome]:
    from distributed import Event

    run = f"opradiomics-{uuid.uuid4()}"  # others may use the same scheduler
    stop = Event(run, client=client)
    model = dataclasses.replace(settings.model, folder=settings.model.folder.resolve())
    own = dataclasses.replace(settings, model=model)  # few kB; scattered, they would be lost with the workers that hold them
    waiting = {
        client.submit(
            _run_on_worker, _absolute(case), own, str(folder_of(case).resolve()), run, __version__, key=f"{run}-{n}"
        ): case
        for n, case in enumerate(cases)
    }
    ended: queue.SimpleQueue[Future] = queue.SimpleQueue()
    for future in waiting:
        future.add_done_callback(ended.put)  # `distributed.wait` leaves a waiter at every future each time it is called
    workers = _Workers(client)
    try:
        while waiting:
            if (done := _next(ended)) is not None:
                case = waiting.pop(done)
                failure = _outcome(case, done)
                done.release()  # else Dask computes the case again where the worker that holds its outcome dies
                yield case, failure
                progress(f"{case.name}: ended", 1 - len(waiting) / len(cases))
            alone = "" if workers.are_there() else "; the scheduler has no worker, one is waited for"
            progress(f"{len(cases) - len(waiting)} of {len(cases)} cases ended{alone}", 1 - len(waiting) / len(cases))
    except BaseException:
        _stop(client, stop, waiting)
        raise


class _Workers:
    """Whether a scheduler still has workers: without any it keeps the cases and says nothing."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._asked = self._seen = time.monotonic()

    def are_there(self) -> bool:
        """Whether there was one when last asked; raises `OPRadiomicsError` where none has been for `WITHOUT_WORKER_S`."""
        now = time.monotonic()
        if now - self._asked >= ASK_FOR_WORKERS_S:
            self._asked = now
            if self._client.scheduler_info().get("workers"):
                self._seen = now
        if self._asked - self._seen >= WITHOUT_WORKER_S:
            raise OPRadiomicsError(
                f"The Dask scheduler lost its last worker, and none came for {self._asked - self._seen:.0f} s",
                "workers until the last case has ended",
                "look why they ended (memory, a batch system's time limit), start others and the same command again: finished "
                "cases are kept",
            )
        return self._seen == self._asked


def _next(ended: queue.SimpleQueue[Future]) -> Future | None:
    """The next that ended; None where none does within `POLL_S`."""
    try:
        return ended.get(timeout=POLL_S)
    except queue.Empty:
        return None


def _absolute(case: Case) -> Case:
    """The case as a worker in another folder finds it."""
    masks = {role: path.resolve() for role, path in case.masks.items()}
    return dataclasses.replace(case, study=case.study.resolve(), masks=masks)


def _stop(client: Client, stop: Event, waiting: Collection[Future]) -> None:
    """Take what hasn't begun from the queue, tell what runs to stop, and wait until it has."""
    from distributed import wait

    with contextlib.suppress(TimeoutError, OSError):  # of a scheduler that is gone
        stop.set()
        running = client.processing()
        begun = {key for keys in running.values() for key in keys}
        client.cancel([future for future in waiting if future.key not in begun])
        wait([future for future in waiting if future.key in begun], timeout=STOP_TIMEOUT_S)


def _outcome(case: Case, future: Future) -> Failure | None:
    from distributed import CancelledError, KilledWorker

    try:
        outcome: Failure | OPRadiomicsError | None = future.result()
    except KilledWorker:
        return Failure(
            case.name,
            "worker",
            "KilledWorker",
            "The worker process ended while it computed this case",
            "a process that lives until the case is done",
            "run again with fewer workers or more memory; finished cases are kept",
        )
    except CancelledError:
        raise OPRadiomicsError(
            f"The Dask scheduler ended, or forgot case {case.name}, before the case did",
            "a scheduler that runs until the last case has ended",
            "start it and the same command again: finished cases are kept",
        ) from None
    if isinstance(outcome, OPRadiomicsError):
        raise outcome
    return outcome


def _run_on_worker(
    case: Case, settings: CohortSettings, folder: str, stop_name: str, version: str
) -> Failure | OPRadiomicsError | None:
    """Runs inside a worker. Whether to stop is asked of the scheduler, but not more than twice a second.

    What ends the run is returned: of what is raised Dask prints a block of its own, "Compute Failed".
    """
    from distributed import Event

    if version != __version__:
        return OPRadiomicsError(
            f"A worker with opradiomics {__version__} joined the scheduler during the run",
            f"workers with opradiomics {version}",
            "install it on every worker, and start the same command again: finished cases are kept",
        )
    stop = Event(stop_name)
    asked = time.monotonic()

    def progress(_message: str, _fraction: float) -> None:
        nonlocal asked
        if time.monotonic() - asked > 0.5:
            asked = time.monotonic()
            if stop.is_set():
                raise Cancelled

    try:
        return None if stop.is_set() else run_case(case, settings, Path(folder), progress)
    except OutputError as error:
        return error
    except Cancelled:
        return None  # nobody waits for the answer of a case that was told to stop


@contextlib.contextmanager
def _local_client(workers: int, progress: Progress) -> Iterator[Client]:
    if "slicer" in Path(sys.executable).name.lower() or "SLICER_HOME" in os.environ:
        raise OPRadiomicsError(
            f"{workers} worker processes asked for under 3D Slicer's Python, where they would hang",
            "--workers 0, or a scheduler outside Slicer",
            "leave --workers out, or start a Dask cluster with another Python and name it with --scheduler",
        )
    distributed = _distributed()
    progress(f"Starting {workers} worker processes", 0.0)
    import dask

    settings = {
        "distributed.scheduler.allowed-failures": 0,  # a worker that dies (memory) fails its case, not two more workers
        "distributed.scheduler.worker-saturation": 1.0,  # and no case that only waits for it
        "distributed.logging.distributed": "error",
    }
    with (
        dask.config.set(settings),
        _cluster(distributed, workers) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


def _cluster(distributed: Any, workers: int) -> Any:
    """Local worker processes that leave Ctrl-C to this one, which tells them to stop: they inherit that it is blocked."""
    in_main = threading.current_thread() is threading.main_thread()
    with _interrupt_kept_for_later() if in_main else contextlib.nullcontext():
        return distributed.LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0", silence_logs="ERROR"
        )


@contextlib.contextmanager
def _interrupt_kept_for_later() -> Iterator[None]:
    """Block Ctrl-C, also in what is started meanwhile; one that comes is raised at the end. Windows can only ignore it."""
    if sys.platform == "win32":
        import ctypes

        console = ctypes.windll.kernel32
        console.SetConsoleCtrlHandler(None, True)  # which a process inherits; it does not inherit that a signal is ignored
        try:
            yield
        finally:
            console.SetConsoleCtrlHandler(None, False)
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # else the first process that is started starts it, and unblocks what was blocked
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


@contextlib.contextmanager
def _client_at(address: str, progress: Progress) -> Iterator[Client]:
    distributed = _distributed()
    progress(f"Connecting to the scheduler at {address}", 0.0)
    try:
        client = distributed.Client(address, timeout=CONNECT_TIMEOUT_S)
    except (OSError, ValueError) as error:
        raise OPRadiomicsError(
            f"No Dask scheduler answers at '{address}' ({type(error).__name__})",
            "an address such as tcp://host:8786",
            "start one (dask scheduler, then dask worker), or leave --scheduler out",
        ) from None
    with client:
        _require_same_version(client, address)
        yield client


def _require_same_version(client: Client, address: str) -> None:
    found: dict[str, Any] = client.run(_version_here, on_error="return")
    expected = f"workers with opradiomics {__version__}"
    if not found:
        raise OPRadiomicsError(f"No worker at the scheduler {address}", expected, f"start one: dask worker {address}")
    others = {str(one) for one in found.values()} - {__version__}
    if others:
        what = f"Workers with opradiomics {', '.join(sorted(others))} at the scheduler {address}"
        raise OPRadiomicsError(what, expected, "install it on every worker")


def _version_here() -> str:
    return __version__


def _distributed() -> Any:
    try:
        import distributed
    except ImportError:
        raise MissingDependencyError(
            "Several cases at once need dask.distributed, which is not installed",
            "the extra 'cohort', or one case after another",
            'pip install "opradiomics[cohort]", or give --workers 0',
        ) from None
    return distributed
