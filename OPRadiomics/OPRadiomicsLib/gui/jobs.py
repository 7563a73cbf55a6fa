"""Jobs: one thing that the user asked for, made of worker requests one after another, with progress, Cancel and an end."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Any, Protocol

import slicer
from slicer.i18n import tr as _

from ..errors import Cancelled, OPRadiomicsError
from . import faults
from .faults import Fault
from .language import inWords, whatIsWrong, whatToDo
from .worker_process import Ending

Steps = Generator[Sequence[str], Ending, Any]
"""Yields a command's arguments, gets how it ended (always done), returns the job's result. The scene is touched only after the
last yield, so that a cancelled or failed job leaves it as it was."""


class RequestRunner(Protocol):
    """What a job needs of a worker; `WorkerProcess` is one."""

    @property
    def busy(self) -> bool: ...

    def run(
        self, arguments: Sequence[str], onProgress: Callable[[str, float], None], onEnd: Callable[[Ending], None]
    ) -> None: ...

    def cancel(self) -> None: ...


class Job:
    """Runs ``steps`` from the event loop.

    Parameters
    ----------
    title
        What the user sees.
    steps
        Called with a folder for the job's files, which vanishes with the job unless ``keep`` is given.
    requests
        How many commands ``steps`` yields, for the progress.
    """

    def __init__(
        self, title: str, runner: RequestRunner, steps: Callable[[Path], Steps], requests: int = 1, keep: Path | None = None
    ) -> None:
        self.title = title
        self.result: Any = None
        self.fault: Fault | None = None
        self.cancelled = False
        self.finished = False
        self.message = ""
        self.fraction = 0.0
        self.onChange: Callable[[Job], None] = lambda job: None
        self._runner = runner
        self._requests = requests
        self._done = 0
        self._own = keep is None
        self._folder = Path(tempfile.mkdtemp(prefix="OPRadiomics-")) if keep is None else keep
        self._steps = steps(self._folder)

    def start(self) -> Job:
        """Send the first command; returns itself.

        Raises
        ------
        OPRadiomicsError
            If another job is under way, which goes on; this one has then ended.
        """
        if self._runner.busy:
            self._steps.close()
            self.cancelled = True
            self._end()
            raise OPRadiomicsError(
                _("{title} cannot start: another job is under way").format(title=self.title),
                _("one job at a time"),
                _("let it end first (its wait() returns then), or cancel it"),
            )
        self._advance(None)
        return self

    def cancel(self) -> None:
        """Stop within a second; the scene stays as before."""
        self._report(_("Stopping"), self.fraction)
        self._runner.cancel()

    def wait(self, timeoutS: float = 600.0) -> Any:
        """Let the event loop run until the job ends, for scripts; returns the result.

        Raises
        ------
        OPRadiomicsError
            If it failed.
        Cancelled
            If it was cancelled.
        TimeoutError
            If it did not end in time; it is then cancelled.
        """
        ends = time.monotonic() + timeoutS
        while not self.finished:
            slicer.app.processEvents()
            time.sleep(0.005)
            if time.monotonic() > ends:
                self.cancel()
                raise TimeoutError(f"'{self.title}' did not end in {timeoutS:g} s")
        if self.cancelled:
            raise Cancelled
        if self.fault is not None:
            raise OPRadiomicsError(self.fault.text.rstrip(".。"))
        return self.result

    def _advance(self, ending: Ending | None) -> None:
        try:
            arguments = next(self._steps) if ending is None else self._steps.send(ending)
        except StopIteration as stop:
            self.result = stop.value
            self._end()
        except OPRadiomicsError as error:
            self._end(Fault(whatIsWrong(error.found, error.expected), whatToDo(error.remedy)))
        except OSError as error:
            self._end(
                Fault(
                    _("A file could not be written ({reason}).").format(reason=inWords(str(error.strerror))),
                    _("Free some disk space."),
                )
            )
        except Exception as error:  # noqa: BLE001  (whatever it was, the panel must not stay busy for ever)
            self._end(faults.broken(error))
        else:
            self._runner.run(arguments, self._onProgress, self._onEnd)

    def _onProgress(self, message: str, fraction: float) -> None:
        self._report(inWords(message), (self._done + fraction) / self._requests)

    def _onEnd(self, ending: Ending) -> None:
        if ending.cancelled or ending.fault is not None:
            self._steps.close()
            self.cancelled = ending.cancelled
            self._end(ending.fault)
            return
        self._done += 1
        self._advance(ending)

    def _end(self, fault: Fault | None = None) -> None:
        self.fault = fault
        self.finished = True
        if self._own:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._report(self.message, 1.0)

    def _report(self, message: str, fraction: float) -> None:
        self.message, self.fraction = message, fraction
        self.onChange(self)
