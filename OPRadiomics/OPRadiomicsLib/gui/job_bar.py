"""The strip that shows what is running, with Cancel, the log, and a diagnosis to copy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from ..errors import OPRadiomicsError
from . import colours, faults
from .faults import Fault
from .jobs import Job
from .language import refusal


class JobBar:
    """Shows one job at a time.

    Parameters
    ----------
    ui
        The panel's widgets by name.
    """

    def __init__(self, ui: Any) -> None:
        self.ui = ui
        self.job: Job | None = None
        self.fault: Fault | None = None
        self.log: list[str] = []
        self._lastStep = ""
        self.onIdle: Callable[[], None] = lambda: None
        self.cancelledText = _("{title}: cancelled. Nothing was changed.")
        self._jobCancelledText = ""
        ui.cancelButton.connect("clicked()", self.cancel)
        ui.diagnosticsButton.connect("clicked()", self.copyDiagnostics)
        self._idle(_("Ready."))

    @property
    def busy(self) -> bool:
        """Whether a job is under way."""
        return self.job is not None

    def run(self, job: Job, onDone: Callable[[Any], None], cancelledText: str = "") -> Job:
        """Start a job; ``onDone`` gets its result if it succeeds, ``cancelledText`` tells what a stopped one leaves."""
        self.job, self.fault, self._lastStep = job, None, job.title
        self._jobCancelledText = cancelledText or self.cancelledText
        self.ui.jobRow.visible = True
        self.ui.cancelButton.enabled = True
        self._say(job.title)
        job.onChange = lambda changed: self._onChange(changed, onDone)
        try:
            job.start()
        except OPRadiomicsError as error:  # a script's job is under way
            self.say(refusal(error))
        return job

    def cancel(self) -> None:
        """Stop the running job."""
        if self.job is not None:
            self.ui.cancelButton.enabled = False
            self.job.cancel()

    def say(self, text: str, *details: str) -> None:
        """Show a sentence while nothing runs; the log takes the details too."""
        self._idle(text)
        for line in (text, *details):
            self._note(line)

    def showFault(self, fault: Fault) -> None:
        """Show a failure with its remedy."""
        self.fault = fault
        self._idle(fault.text)
        self._note(fault.text)
        self.ui.jobLabel.styleSheet = colours.styled(self.ui.jobLabel, colours.RED, "font-weight: bold; ")
        self.ui.logGroupBox.collapsed = not fault.technical  # of input that was refused everything is said already

    def copyDiagnostics(self) -> None:
        """Put the diagnosis on the clipboard."""
        slicer.app.clipboard().setText(self.diagnostics())
        self.ui.logTextEdit.appendPlainText(_("Diagnostics copied."))

    def diagnostics(self) -> str:
        """Versions, last step, fault and log, without paths."""
        return faults.diagnosis(self.fault, self._lastStep, slicer.app.applicationVersion, self.log)

    def _onChange(self, job: Job, onDone: Callable[[Any], None]) -> None:
        if not job.finished:
            self.ui.jobProgressBar.value = int(1000 * job.fraction)
            self._say(f"{job.title}: {job.message}" if job.message else job.title)
            return
        self.job = None
        qt.QTimer.singleShot(0, self._idleNow)
        if job.cancelled:
            self.say(self._jobCancelledText.format(title=job.title))
        elif job.fault is not None:
            self.showFault(job.fault)
        else:
            self.say(_("{title}: done.").format(title=job.title))
            self.ui.logGroupBox.collapsed = True
            # After this call the job is over: what onDone starts must not find it running.
            qt.QTimer.singleShot(0, lambda: onDone(job.result))

    def _idleNow(self) -> None:
        self.onIdle()

    def _say(self, text: str) -> None:
        self.ui.jobLabel.styleSheet = ""
        if self.ui.jobLabel.text != text:
            self.ui.jobLabel.text = text
            self._note(text)

    def _note(self, text: str) -> None:
        if not self.log or self.log[-1] != text:
            self.log.append(text)
            self.ui.logTextEdit.appendPlainText(text)

    def _idle(self, text: str) -> None:
        self.ui.jobRow.visible = False
        self.ui.jobProgressBar.value = 0
        self.ui.jobLabel.styleSheet = ""
        self.ui.jobLabel.text = text
