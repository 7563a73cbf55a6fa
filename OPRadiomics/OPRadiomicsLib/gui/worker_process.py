"""The worker's process under Qt: started on first use, kept warm, ended where it does not hear, started anew after a crash."""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import qt
import slicer

from ..processes import end_children
from ..worker.conversation import Answer, Conversation
from . import faults
from .faults import Fault

CANCEL_GRACE_MS = 700
"""A step that has not stopped by then is ended with its process: Cancel must work within a second, also inside a library."""

SCRIPT = Path(__file__).resolve().parents[1] / "worker" / "__main__.py"


@dataclass(frozen=True)
class Ending:
    """How a request ended: done with what was written, cancelled, or a fault."""

    files: tuple[Path, ...] = ()
    lines: tuple[str, ...] = ()
    cancelled: bool = False
    fault: Fault | None = None


@dataclass
class _Open:
    number: int
    onProgress: Callable[[str, float], None]
    onEnd: Callable[[Ending], None]
    cancelling: bool = False


def pythonSlicer() -> str:
    """The interpreter of workers and detached jobs: Slicer's own, which sees the same packages."""
    return shutil.which("PythonSlicer") or str(Path(slicer.app.slicerHome) / "bin" / "PythonSlicer")


class WorkerProcess:
    """One worker for one panel; one request at a time.

    Parameters
    ----------
    python
        The interpreter that has the packages: PythonSlicer.
    script
        The worker's own file.
    """

    def __init__(self, python: str, script: Path = SCRIPT) -> None:
        self._python = python
        self._script = script
        self._process: Any = None
        self._conversation = Conversation()
        self._open: _Open | None = None
        self.stderrTail: deque[str] = deque(maxlen=40)

    @property
    def busy(self) -> bool:
        """Whether a request is under way."""
        return self._open is not None

    @property
    def processId(self) -> int:
        """Of the running process, 0 where there is none."""
        return int(self._process.processId()) if self._process is not None else 0

    def run(self, arguments: Sequence[str], onProgress: Callable[[str, float], None], onEnd: Callable[[Ending], None]) -> None:
        """Send one command; ``onEnd`` is called once, from the event loop, never from inside this call."""
        if self._open is not None:
            raise RuntimeError("a request is under way")
        number, line = self._conversation.request(arguments)
        self._open = _Open(number, onProgress, onEnd)
        self._start()
        if self._process is not None:
            self._process.write(qt.QByteArray(line))

    def cancel(self) -> None:
        """Stop the request; its process is ended if it does not stop by itself."""
        if self._open is None or self._process is None or self._open.cancelling:
            return
        self._open.cancelling = True
        self._process.write(qt.QByteArray(self._conversation.cancel(self._open.number)))
        number = self._open.number
        qt.QTimer.singleShot(CANCEL_GRACE_MS, lambda: self._endUnheard(number))

    def stop(self) -> None:
        """End the process: the panel closes, or packages have changed. A request that was under way ends as cancelled."""
        process, self._process = self._process, None
        if process is not None:
            process.disconnect("finished(int,QProcess::ExitStatus)")
            process.disconnect("errorOccurred(QProcess::ProcessError)")
            process.disconnect("readyReadStandardOutput()")
            process.disconnect("readyReadStandardError()")
            end_children(int(process.processId()))  # such as a batch's; this one is ended by Qt
            process.kill()
            process.waitForFinished(500)
            process.deleteLater()
        self._finish(Ending(cancelled=True))

    def _start(self) -> None:
        if self._process is not None:
            return
        process = qt.QProcess()
        environment = qt.QProcessEnvironment.systemEnvironment()
        environment.insert("PYTHONUNBUFFERED", "1")
        environment.insert("PYTHONDONTWRITEBYTECODE", "1")
        process.setProcessEnvironment(environment)
        process.connect("readyReadStandardOutput()", self._onOutput)
        process.connect("readyReadStandardError()", self._onStderr)
        process.connect("finished(int,QProcess::ExitStatus)", self._onFinished)
        process.connect("errorOccurred(QProcess::ProcessError)", self._onError)
        self._process = process
        self._conversation.forget()
        self.stderrTail.clear()
        process.start(self._python, [str(self._script)])

    def _onOutput(self) -> None:
        for answer in self._conversation.answers(bytes(self._process.readAllStandardOutput().data())):
            self._take(answer)

    def _onStderr(self) -> None:
        text = bytes(self._process.readAllStandardError().data()).decode("utf-8", "replace")
        self.stderrTail.extend(line for line in text.splitlines() if line.strip())

    def _take(self, answer: Answer) -> None:
        request = self._open
        if request is None or answer.id != request.number:
            return
        if not answer.ends:
            if not request.cancelling:
                request.onProgress(answer.message, answer.fraction)
            return
        self._finish(_ending(answer, request.cancelling))

    def _finish(self, ending: Ending) -> None:
        request, self._open = self._open, None
        if request is not None:
            request.onEnd(ending)

    def _endUnheard(self, number: int) -> None:
        if self._open is not None and self._open.number == number:
            self.stop()

    def _letGo(self) -> None:
        """The process goes when its signal has been answered: until then Qt stands in its code, and would crash."""
        process, self._process = self._process, None
        qt.QTimer.singleShot(0, lambda: process.deleteLater())  # noqa: PLW0108  (the lambda keeps it alive)

    def _onFinished(self, exitCode: int, exitStatus: Any) -> None:
        self._letGo()
        if self._open is not None:
            cancelled = self._open.cancelling
            crashed = int(exitStatus) != 0
            fault = None if cancelled else faults.ended(exitCode, crashed, tuple(self.stderrTail))
            self._finish(Ending(cancelled=cancelled, fault=fault))

    def _onError(self, error: Any) -> None:
        if int(error) == int(qt.QProcess.FailedToStart):
            self._letGo()
            fault = faults.notStarted(self._python)
            qt.QTimer.singleShot(0, lambda: self._finish(Ending(fault=fault)))


def _ending(answer: Answer, cancelling: bool) -> Ending:
    if answer.event == "done" and not cancelling:
        return Ending(tuple(map(Path, answer.files)), answer.lines)
    if answer.event in ("cancelled", "done"):
        return Ending(cancelled=True)
    return Ending(fault=faults.refused(answer) if answer.event == "refused" else faults.failed(answer))
