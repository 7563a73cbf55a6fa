"""Section 6: what runs in processes of its own, here or elsewhere."""

from __future__ import annotations

from typing import Any

import slicer
from OPRadiomicsLib.gui.language import inWords, whatIsWrong, whatToDo
from slicer.i18n import tr as _

from ..project import jobs
from . import tables
from .words import jobWord


class JobsSection:
    """The list, what a job has said, a command line for another computer, Cancel; and in the panel's head what runs."""

    def __init__(self, ui: Any, panel: Any) -> None:
        self.ui = ui
        self.panel = panel
        self._states: dict[str, jobs.JobState] = {}
        ui.jobsTable.connect("itemSelectionChanged()", self._showSelected)
        ui.copyCommandButton.connect("clicked()", lambda: slicer.app.clipboard().setText(ui.commandLineEdit.text))
        ui.cancelJobButton.connect("clicked()", self.cancel)

    def update(self) -> None:
        """Jobs as their folders show them; one that has ended tells it, and the panel looks at the project again."""
        project = self.panel.project
        found = jobs.list_jobs(project) if project is not None else ()
        headings = (_("Job"), _("What"), _("State"), _("Message"))
        tables.fill(self.ui.jobsTable, headings, [self._row(job) for job in found])
        self._showSelected()
        self._showRunning([job for job in found if job.state is jobs.JobState.RUNNING])
        ended = [job for job in found if job.state in jobs.ENDED and self._states.get(job.id, job.state) != job.state]
        self._states = {job.id: job.state for job in found}
        for job in ended:
            more = f"\n{_('All that it said is under Jobs.')}" if len(job.lines) > 1 else ""
            self.panel.bar.say(f"{job.title}: {jobWord(job.state)}. {_lastLine(job)}".strip() + more)
        if ended:
            self.panel.refresh()

    def _row(self, job: jobs.Job) -> tuple[str, ...]:
        share = f" {100 * job.fraction:.0f} %" if job.state is jobs.JobState.RUNNING else ""
        return job.id, job.title, jobWord(job.state) + share, _lastLine(job)

    def _showRunning(self, running: list[jobs.Job]) -> None:
        self.ui.runningFrame.visible = bool(running)
        if running:
            self.ui.runningLabel.text = "\n".join(f"{job.title}: {inWords(job.message)}" for job in running)
            self.ui.runningProgressBar.value = round(100 * running[-1].fraction)

    def select(self, name: str) -> None:
        """Show a job's command line."""
        self.update()
        for row in range(self.ui.jobsTable.rowCount):
            if self.ui.jobsTable.item(row, 0).text() == name:
                self.ui.jobsTable.selectRow(row)
        self._showSelected()

    def _selected(self) -> jobs.Job | None:
        name = tables.firstCell(self.ui.jobsTable)
        return jobs.read_job(self.panel.project, name) if name and self.panel.project is not None else None

    def _showSelected(self) -> None:
        job = self._selected()
        self.ui.commandLineEdit.text = jobs.command_line(self.panel.project, job) if job is not None else ""
        self.ui.jobTextEdit.visible = bool(job is not None and _said(job))
        self.ui.jobTextEdit.setPlainText(_said(job) if job is not None else "")
        self.ui.copyCommandButton.enabled = job is not None
        self.ui.cancelJobButton.enabled = job is not None and job.state not in jobs.ENDED

    def cancel(self) -> None:
        """Ask the selected job to stop."""
        job = self._selected()
        if job is not None:
            self.panel.attempt(lambda: jobs.cancel_job(self.panel.project, job.id))
            self.update()


def _said(job: jobs.Job) -> str:
    """Why it failed and what to do, or its lines, or what it does now."""
    if job.state is jobs.JobState.FAILED:
        return f"{whatIsWrong(job.found, '')} {whatToDo(job.remedy)}".strip()
    return "\n".join(map(inWords, job.lines)) or inWords(job.message)


def _lastLine(job: jobs.Job) -> str:
    return _said(job).rpartition("\n")[2]
