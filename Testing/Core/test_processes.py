"""Processes end with all that they started, show no window, and speak UTF-8; command lines can be pasted as they are."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from OPRadiomicsLib import processes

BSD_PS = """#!{python}
import subprocess, sys
words = [word.partition("=")[0] + "=" if "=" in word else word for word in sys.argv[1:]]
sys.exit(subprocess.run([{ps!r}, *words]).returncode)
"""
"""What follows the first "=" of an option -o is one column's heading to macOS: -o pid=,ppid= shows the numbers alone."""

PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(shutil.which("ps") is None, reason="no ps")
def test_children_are_found_by_the_ps_of_macos_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ps").write_text(BSD_PS.format(python=sys.executable, ps=shutil.which("ps")))
    (tmp_path / "ps").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
        try:
            assert parent.stdout is not None
            child = int(parent.stdout.readline())
            processes.end_children(parent.pid)
            ends = time.monotonic() + 10
            while "Z" not in (state := _state(child)) and state and time.monotonic() < ends:
                time.sleep(0.05)
            assert "Z" in state or not state
            assert parent.poll() is None
        finally:
            parent.kill()


def _state(process: int) -> str:
    return subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False).stdout.strip()


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], dict[str, Any]]]:
    """Windows' flags, and a `subprocess` that only notes what it is asked for."""
    calls: list[tuple[list[str], dict[str, Any]]] = []
    flags = {"CREATE_NO_WINDOW": 0x08000000, "DETACHED_PROCESS": 0x8, "CREATE_NEW_PROCESS_GROUP": 0x200}
    fake = SimpleNamespace(**flags, run=lambda command, **given: calls.append((command, given)))
    monkeypatch.setattr(processes, "subprocess", fake)
    monkeypatch.setattr(processes, "sys", SimpleNamespace(platform="win32"))
    return calls


def test_no_console_flashes_up_when_a_step_is_cancelled_under_windows(windows: list[tuple[list[str], dict[str, Any]]]) -> None:
    processes.end_children(42)
    ((command, given),) = windows
    assert command == ["taskkill", "/T", "/F", "/PID", "42"]
    assert given["creationflags"] == 0x08000000


def test_a_job_under_windows_has_a_console_that_is_not_shown_for_what_it_starts(windows: object) -> None:
    assert processes.detached() == {"creationflags": 0x08000000 | 0x200}


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (r"C:\Users\ann\spine", r"C:\Users\ann\spine"),
        (r"\\server\share\脊柱", r"\\server\share\脊柱"),
        (r"C:\Users\Ann Lee\slicer.org\Slicer 5.12", r'"C:\Users\Ann Lee\slicer.org\Slicer 5.12"'),
        (r"D:\T1,T2", r'"D:\T1,T2"'),
    ],
)
def test_windows_paths_are_quoted_for_its_shells(path: str, shown: str, windows: object) -> None:
    assert processes.quoted(path) == shown


def test_elsewhere_no_sign_of_a_path_means_anything_to_the_shell() -> None:
    path = '/data/$HOME `x` "y" it\'s*'
    assert shlex.split(processes.quoted(path)) == [path]


def test_what_a_library_prints_cannot_end_a_step_where_the_code_page_lacks_a_letter() -> None:
    script = "from OPRadiomicsLib.processes import speak_utf8; speak_utf8(); print('cm\\u00b3 \\u4e2d \\udc80')"
    environment = {**os.environ, "PYTHONUTF8": "0", "PYTHONIOENCODING": "gbk", "LC_ALL": "C"}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=False)
    assert done.stdout.splitlines() == ["cm³ 中 \\udc80".encode()], done.stderr
