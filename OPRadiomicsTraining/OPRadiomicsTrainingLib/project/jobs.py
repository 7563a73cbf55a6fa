"""Long work of a project that outlives the panel: commands in a process of its own, its state in the project's folder.

::

    jobs/20260102T030405Z-1/job.json      title and commands; paths begin with {project}, so that any computer can run them
    jobs/.../started.json                 who runs it: made exclusively, so that it runs once
    jobs/.../status.json                  state, message, fraction; renewed while it runs
    jobs/.../cancel                       made by whoever wants it to stop

`opradiomics project run PROJECT JOB` runs one, on whichever computer has the folder.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any, Final

from OPRadiomicsLib.errors import Cancelled, OutputError, refusal_of
from OPRadiomicsLib.files import write_text
from OPRadiomicsLib.json_files import read_json
from OPRadiomicsLib.processes import detached, quoted

from .exclusive import create_exclusively, silent_s, stamp, utc_now
from .folder import Project, ProjectError

PLACE: Final = "{project}"
HEARTBEAT_S: Final = 2.0
LOST_AFTER_S: Final = 60.0
CANCEL_GRACE_S: Final = 5.0
"""A step inside a library does not hear: its process is ended after this time."""


class JobState(StrEnum):
    """Of a job; LOST is one whose process has ended without a word."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"


ENDED: Final = (JobState.DONE, JobState.FAILED, JobState.CANCELLED, JobState.LOST)


@dataclass(frozen=True)
class Job:
    """A job as its folder shows it.

    Parameters
    ----------
    commands
        Words after `opradiomics`, one list a command, run one after another.
    lines
        What the commands said at the end.
    found, remedy
        Of a failure.
    """

    id: str
    title: str
    commands: tuple[tuple[str, ...], ...]
    state: JobState
    message: str = ""
    fraction: float = 0.0
    lines: tuple[str, ...] = ()
    found: str = ""
    remedy: str = ""
    host: str = ""


def create_job(project: Project, title: str, commands: Sequence[Sequence[str]]) -> Job:
    """Keep a job, for this computer or another to run; paths inside the project are kept relative to it."""
    base, number = stamp(utc_now()), 1
    while True:
        folder = project.jobs / f"{base}-{number}"
        try:
            folder.mkdir(parents=True)
            break
        except FileExistsError:
            number += 1
    words = [[_placed(word, project) for word in command] for command in commands]
    write_text(folder / "job.json", json.dumps({"title": title, "commands": words}, indent=2, ensure_ascii=False) + "\n")
    return read_job(project, folder.name)


def list_jobs(project: Project) -> tuple[Job, ...]:
    """All jobs, the newest first; folders without a readable job.json are left out."""
    found = []
    for path in sorted(project.jobs.glob("*/job.json"), reverse=True):
        try:
            found.append(read_job(project, path.parent.name))
        except ProjectError:
            continue
    return tuple(found)


def read_job(project: Project, name: str) -> Job:
    """One job as it stands; raises `ProjectError` where there is none of that name."""
    folder = project.jobs / name
    try:
        asked = read_json(folder / "job.json", partial(_asked, name))
    except (OSError, ValueError):
        raise ProjectError(f"No job '{name[:40]}'", "one of the project's jobs", "look at the list of jobs") from None
    job = _as_it_stands(asked, folder)
    lost = job.state is JobState.RUNNING and _silent_s(folder) > LOST_AFTER_S
    return replace(job, state=JobState.LOST) if lost else job


def _asked(name: str, content: dict[str, Any]) -> Job:
    commands = tuple(tuple(map(str, command)) for command in content["commands"])
    return Job(name, str(content["title"]), commands, JobState.WAITING)


def _as_it_stands(job: Job, folder: Path) -> Job:
    """The job with what status.json says; that it runs, where a process has started and not said anything readable yet."""

    def said(status: dict[str, Any]) -> Job:
        return replace(
            job,
            state=JobState(status.get("state", JobState.WAITING)),
            message=str(status.get("message", "")),
            fraction=float(status.get("fraction", 0.0)),
            lines=tuple(map(str, status.get("lines", ()))),
            found=str(status.get("found", "")),
            remedy=str(status.get("remedy", "")),
            host=str(status.get("host", "")),
        )

    try:
        return read_json(folder / "status.json", said)
    except (OSError, ValueError):
        return replace(job, state=JobState.RUNNING) if (folder / "started.json").exists() else job


def command_line(project: Project, job: Job) -> str:
    """What to type on another computer, with the project's place there in place of this one's."""
    return f"opradiomics project run {quoted(str(project.folder))} {job.id}"


def cancel_job(project: Project, name: str) -> None:
    """Ask a job to stop; one that waits never starts."""
    create_exclusively(project.jobs / name / "cancel", "")
    if read_job(project, name).state is JobState.WAITING:
        _write_status(project.jobs / name, {"state": JobState.CANCELLED, "fraction": 0.0})


def start_detached(project: Project, job: Job, python: str = sys.executable) -> int:
    """Run a job in a process that goes on when this one ends; gives its number.

    Raises
    ------
    ProjectError
        If the interpreter can't be started.
    """
    script = Path(__file__).with_name("run_job.py")
    with (project.jobs / job.id / "output.txt").open("ab") as output:
        try:
            process = subprocess.Popen(
                [python, str(script), str(project.folder), job.id],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
                **detached(),
            )
        except OSError as error:
            raise ProjectError(
                f"The job's process did not start ({error.strerror})", "a Python that has the packages", "try the command line"
            ) from None
    return process.pid


def run_job(project: Project, name: str, *, own_process: bool = False) -> Job:
    """Run a job here, to its end, whatever that is; its state is in its folder all the time.

    Parameters
    ----------
    own_process
        Whether this process serves the job alone: then Cancel ends it where a step does not hear.

    Raises
    ------
    ProjectError
        If it was started before, here or elsewhere.
    """
    job = read_job(project, name)
    folder = project.jobs / name
    host = platform.node()
    if job.state is not JobState.WAITING or not create_exclusively(
        folder / "started.json", json.dumps({"host": host, "process": os.getpid(), "time": stamp(utc_now())}) + "\n"
    ):
        raise ProjectError(f"Job {name} is {job.state} already", "a job that waits", "create it anew to run it again")
    runner = _Runner(folder, host, own_process)
    runner.run([[word.replace(PLACE, str(project.folder)) for word in command] for command in job.commands])
    return read_job(project, name)


class _Runner:
    """Runs the commands; a second thread renews the status and looks for the wish to stop."""

    def __init__(self, folder: Path, host: str, own_process: bool) -> None:
        self._folder = folder
        self._own = own_process
        self._status: dict[str, Any] = {"state": JobState.RUNNING, "message": "", "fraction": 0.0, "host": host}
        self._ended = threading.Event()
        self._writing = threading.Lock()
        self._written_s = 0.0

    def run(self, commands: Sequence[Sequence[str]]) -> None:
        self._write()
        beat = threading.Thread(target=self._beat, daemon=True)
        beat.start()
        try:
            lines: list[str] = []
            for number, words in enumerate(commands):
                lines += self._perform(words, number / len(commands), 1 / len(commands))
            end: dict[str, Any] = {"state": JobState.DONE, "fraction": 1.0, "lines": lines}
        except (Cancelled, KeyboardInterrupt):
            end = {"state": JobState.CANCELLED}
        except ImportError as error:
            where = "install it there (the extras 'training' and 'cohort'), or run the job's command line where it is installed"
            end = {"state": JobState.FAILED, "found": f"The Python package {error.name} is missing", "remedy": where}
        except Exception as error:  # noqa: BLE001  (the boundary: whatever it was, the folder must say that the job has ended)
            refusal = refusal_of(error)
            found = f"The software failed ({type(error).__name__})" if refusal is None else refusal.found
            end = {"state": JobState.FAILED, "found": found, "remedy": "report it" if refusal is None else refusal.remedy}
        finally:
            self._ended.set()
            beat.join()
        self._status.update(end)
        self._write_end()

    def _perform(self, words: Sequence[str], start: float, share: float) -> tuple[str, ...]:
        from OPRadiomicsLib.worker.service import parse_command, perform

        def progress(message: str, fraction: float) -> None:
            if (self._folder / "cancel").exists():
                raise Cancelled
            self._status.update(message=message, fraction=round(start + share * fraction, 4))
            if time.monotonic() - self._written_s > 0.3:
                self._write()

        progress("Starting", 0.0)
        return perform(parse_command(list(words)), progress).lines

    def _beat(self) -> None:
        asked_s = 0.0
        while not self._ended.wait(HEARTBEAT_S):
            self._write()
            if (self._folder / "cancel").exists():
                asked_s = asked_s or time.monotonic()
                if self._own and time.monotonic() - asked_s > CANCEL_GRACE_S:
                    self._status["state"] = JobState.CANCELLED
                    self._write()
                    os._exit(130)

    def _write(self) -> None:
        """Once; the next one follows soon where the folder can't be reached, or somebody reads the file under Windows."""
        with self._writing, suppress(OutputError):
            self._written_s = time.monotonic()
            _write_status(self._folder, self._status)

    def _write_end(self) -> None:
        """Again and again, for as long as others take the job to be alive."""
        until_s = time.monotonic() + LOST_AFTER_S
        while True:
            try:
                return _write_status(self._folder, self._status)
            except OutputError:
                if time.monotonic() > until_s:
                    raise
                time.sleep(HEARTBEAT_S)


def _placed(word: str, project: Project) -> str:
    """A path inside the project with `PLACE` for the project's own, also by a link or a drive letter of a share."""
    path = Path(word)
    for one in (path, path.resolve()) if path.is_absolute() else ():
        if one.is_relative_to(project.folder):
            return f"{PLACE}/{one.relative_to(project.folder).as_posix()}".removesuffix("/.")
    return word


def _silent_s(folder: Path) -> float:
    """Seconds since the job's process wrote."""
    written = [path.stat().st_mtime for name in ("status.json", "started.json") if (path := folder / name).exists()]
    return silent_s(max(written), folder, LOST_AFTER_S) if written else 0.0


def _write_status(folder: Path, status: dict[str, Any]) -> None:
    write_text(folder / "status.json", json.dumps(status, ensure_ascii=False) + "\n")
