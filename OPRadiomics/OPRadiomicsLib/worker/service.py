"""The process that Slicer talks to: the command line, kept warm. One JSON object a line on standard input and output.

Requests
    ``{"id": 1, "arguments": ["predict", "STUDY", "--out", "OUT"]}``: a command as on the command line; one runs at a time,
    further ones wait. ``{"id": 1, "cancel": true}``: stop that one, or take it from the queue. The end of the input stops
    everything.

Answers, each with the request's id
    ``{"event": "progress", "message": ..., "fraction": ...}``, any number, then exactly one of
    ``{"event": "done", "lines": [...], "files": [...]}``,
    ``{"event": "refused", "found": ..., "expected": ..., "remedy": ...}`` (input that the user can mend),
    ``{"event": "cancelled"}`` (nothing was written),
    ``{"event": "failed", "kind": ..., "where": [...]}`` (a fault of the software; the places hold no patient data).

Imports, the network and compiled code stay loaded, so that only the first request pays for them.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import threading
import traceback
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TextIO

from ..cli import build_parser, keep_libraries_single_threaded
from ..errors import Cancelled, OPRadiomicsError, refusal_of
from ..json_files import no_constant
from ..outcome import Outcome, Serve
from ..processes import speak_utf8
from ..types import Progress

COMMANDS = ("predict", "segment", "propagate", "marrow", "features", "cohort", "export")
"""Those that an error names; the training library's that report progress (`outcome.served`) are served too."""


@dataclass(frozen=True)
class _Job:
    id: object
    arguments: list[str]
    stop: threading.Event = field(default_factory=threading.Event)


class Worker:
    """Reads requests in the calling thread and runs them, one after another, in a second one.

    Parameters
    ----------
    answers
        Where the JSON lines go; nothing else may write there.
    """

    def __init__(self, answers: TextIO) -> None:
        self._answers = answers
        self._writing = threading.Lock()
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._open: dict[str, _Job] = {}

    def serve(self, requests: Iterable[str]) -> None:
        """Answer every request line; returns when the input ends and the running command has stopped."""
        runner = threading.Thread(target=self._run_all, name="runner")
        runner.start()
        try:
            for line in requests:
                if line.strip():
                    self._receive(line)
        finally:
            for job in list(self._open.values()):
                job.stop.set()
            self._queue.put(None)
            runner.join()

    def _receive(self, line: str) -> None:
        try:
            request = json.loads(line, parse_constant=no_constant)
            key = request["id"]
            arguments = [] if request.get("cancel") else [str(word) for word in request["arguments"]]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            self._refuse(None, "A line that is no request", 'a JSON object with "id" and "arguments" or "cancel"', "send one")
            return
        if request.get("cancel"):
            if (job := self._open.get(str(key))) is not None:
                job.stop.set()
            return
        if str(key) in self._open:
            self._refuse(key, f"Request {key} is still open", "an id of its own for each request", "count upward")
            return
        job = _Job(key, arguments)
        self._open[str(key)] = job
        self._queue.put(job)

    def _run_all(self) -> None:
        while (job := self._queue.get()) is not None:
            answer = self._run(job)
            del self._open[str(job.id)]
            self._answer(job.id, **answer)

    def _run(self, job: _Job) -> dict[str, Any]:
        def progress(message: str, fraction: float) -> None:
            if job.stop.is_set():
                raise Cancelled
            self._answer(job.id, event="progress", message=message, fraction=round(fraction, 4))

        try:
            progress("Starting", 0.0)
            outcome = perform(parse_command(job.arguments), progress)
        except Cancelled:
            return {"event": "cancelled"}
        except Exception as error:  # noqa: BLE001  (the boundary: a fault must not end the process that others wait for)
            refusal = refusal_of(error)
            if refusal is not None:
                return {"event": "refused", "found": refusal.found, "expected": refusal.expected, "remedy": refusal.remedy}
            package = f" {error.name}" if isinstance(error, ModuleNotFoundError) and error.name else ""
            return {"event": "failed", "kind": type(error).__name__ + package, "where": _places(error)}
        return {"event": "done", "lines": list(outcome.lines), "files": [str(path) for path in outcome.files]}

    def _refuse(self, key: object, found: str, expected: str, remedy: str) -> None:
        self._answer(key, event="refused", found=found, expected=expected, remedy=remedy)

    def _answer(self, key: object, **content: object) -> None:
        with self._writing:
            # ASCII: a path may hold bytes that are no UTF-8, which only an escape can carry.
            print(json.dumps({"id": key, **content}), file=self._answers, flush=True)


def perform(options: argparse.Namespace, progress: Progress) -> Outcome:
    """Run a command that `parse_command` has taken."""
    serve: Serve = options.serve
    return serve(options, progress)


def parse_command(arguments: list[str]) -> argparse.Namespace:
    """Options of a command that `perform` runs.

    Raises
    ------
    OPRadiomicsError
        With what argparse would print before it exits, or where the command reports no progress.
    """
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            options = build_parser().parse_args(arguments)
    except SystemExit:
        raise OPRadiomicsError(
            said.getvalue().strip().splitlines()[-1], "arguments as on the command line", "see opradiomics COMMAND --help"
        ) from None
    if not hasattr(options, "serve"):
        raise OPRadiomicsError(f"Command {options.command}", f"one of {', '.join(COMMANDS)}", "run it from the command line")
    if getattr(options, "workers", 0) is None:
        options.workers = 0  # worker processes would hang under PythonSlicer
    return options


def _places(error: BaseException) -> list[str]:
    """File, line and function of each frame: no values, no message, which could hold a path or a name."""
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]


def main() -> None:
    """Serve standard input until it ends."""
    keep_libraries_single_threaded()
    # Libraries that print must not break the protocol: the real standard output is kept aside, theirs goes to the log.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    speak_utf8()
    # Nor may they meet the pipe that is waited on: scipy's libraries look at standard input while they load, and Windows lets
    # that wait for the read, which waits for the next request (numpy issue 24290).
    requests = os.fdopen(os.dup(0), encoding="utf-8", errors="replace")
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123  (a device)
        os.dup2(nothing.fileno(), 0)
    with contextlib.suppress(KeyboardInterrupt):
        Worker(answers).serve(requests)
