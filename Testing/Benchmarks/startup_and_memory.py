"""Seconds of `--help`, seconds to the first line of `predict`, and its peak memory, each in a process of its own."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 5
COMMAND = Path(sys.executable).with_name("opradiomics")


def main() -> None:
    """Print the medians of five runs, and the peak of one predict on a simulated study."""
    print(f"opradiomics --help: {statistics.median(_first_line_s('--help') for _ in range(RUNS)):.2f} s to its first line")
    with tempfile.TemporaryDirectory() as folder:
        study, out = f"{folder}/study", f"{folder}/out"
        subprocess.run([COMMAND, "simulate", "--out", study, "--seed", "1"], check=True, capture_output=True)
        before_mb = _children_peak_mb()
        arguments = ("predict", study, "--out", out)
        print(
            f"opradiomics predict: {statistics.median(_first_line_s(*arguments) for _ in range(RUNS)):.2f} s to its first line"
        )
        subprocess.run([COMMAND, *arguments], check=True, capture_output=True)
        print(f"opradiomics predict: peak memory {_children_peak_mb():.0f} MB (the simulator's before it: {before_mb:.0f} MB)")


def _first_line_s(*arguments: str) -> float:
    start = time.perf_counter()
    with subprocess.Popen([COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        process.stdout.readline()
        seconds = time.perf_counter() - start
        process.kill()
    return seconds


def _children_peak_mb() -> float:
    """The largest resident set among ended children, in MB (Linux counts it in kB)."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


if __name__ == "__main__":
    main()
