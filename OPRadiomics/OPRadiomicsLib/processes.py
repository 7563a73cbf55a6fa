"""Processes that are started, ended and spoken with, and command lines for people to copy: what differs between systems."""

from __future__ import annotations

import io
import os
import re
import shlex
import signal
import subprocess
import sys
from typing import Any


def without_window() -> dict[str, Any]:
    """For `subprocess`: no console flashes up for a console program that a program with windows starts under Windows."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NO_WINDOW}
    return {}


def detached() -> dict[str, Any]:
    """For `subprocess.Popen`: the process goes on when this one ends.

    Under Windows with a console that is not shown. Without any (DETACHED_PROCESS) each console program that it starts would
    open one, and Python itself is such a program where a launcher starts it, as PythonSlicer and a venv's python.exe do.
    """
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def end_children(process_id: int) -> None:
    """End what a process has started, and what that has; under Windows the process itself too, which may be a launcher."""
    if sys.platform == "win32":
        command = ["taskkill", "/T", "/F", "/PID", str(process_id)]
        subprocess.run(command, capture_output=True, check=False, **without_window())
        return
    for child in _children_of(process_id):
        try:
            os.kill(child, signal.SIGKILL)
        except OSError:
            continue


def _children_of(process_id: int) -> list[int]:
    """By ``ps``, each column an option of its own: macOS takes all that follows the first ``=`` for one column's heading."""
    command = ["ps", "-A", "-o", "pid=", "-o", "ppid="]
    listed = subprocess.run(command, capture_output=True, encoding="ascii", errors="replace", check=False).stdout
    parents = {int(line.split()[0]): int(line.split()[1]) for line in listed.splitlines() if len(line.split()) == 2}
    found, front = [], [process_id]
    while front:
        front = [child for child, parent in parents.items() if parent in front]
        found += front
    return found


def speak_utf8() -> None:
    """Let this process write UTF-8 to whoever reads its pipes or its log; Windows' own code page has not all characters."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def quoted(word: str) -> str:
    """A word of a command line that people copy into this system's shell; under Windows into cmd or PowerShell."""
    if sys.platform != "win32":
        return shlex.quote(word)
    return word if re.fullmatch(r"[\w.:\\/+=-]+", word) else f'"{word}"'
