"""A worker's second patient against its first: from starting the process to the answer, and from the second request to its.

Both patients are the same simulated study (DICOM, 3 x 17 slices of 320 x 320), into two folders. Compiled code is on disk, as
after an installation's first run; starting Python, imports, loading network and engine, and the self-test count as cold.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from harness import Ratio

WORKER = Path(__file__).resolve().parents[2] / "OPRadiomics" / "OPRadiomicsLib" / "worker" / "__main__.py"


def measure(runs: int = 3) -> Ratio:
    """Cold seconds divided by warm ones, each pair in a worker of its own."""
    with tempfile.TemporaryDirectory() as folder:
        study = Path(folder) / "study"
        command = [sys.executable, "-m", "OPRadiomicsLib.cli", "simulate", "--out", str(study), "--seed", "1"]
        subprocess.run(command, check=True, capture_output=True)
        _first_and_second_s(study)  # compiles, on the very first run of an installation
        pairs = [_first_and_second_s(study) for _ in range(runs)]
    ratios = [cold / warm for cold, warm in pairs]
    return Ratio(
        ratio=statistics.median(ratios),
        n=runs,
        min=min(ratios),
        max=max(ratios),
        baseline_s=statistics.median(cold for cold, _ in pairs),
        ours_s=statistics.median(warm for _, warm in pairs),
    )


def _first_and_second_s(study: Path) -> tuple[float, float]:
    start = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, str(WORKER)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
    ) as worker:
        _predict(worker, 1, study)
        between = time.perf_counter()
        _predict(worker, 2, study)
        end = time.perf_counter()
        assert worker.stdin is not None
        worker.stdin.close()
    return between - start, end - between


def _predict(worker: subprocess.Popen[str], number: int, study: Path) -> None:
    assert worker.stdin is not None and worker.stdout is not None
    request = {"id": number, "arguments": ["predict", str(study), "--out", str(study.parent / f"out{number}")]}
    print(json.dumps(request), file=worker.stdin, flush=True)
    for line in worker.stdout:
        answer = json.loads(line)
        if answer["event"] == "progress":
            continue
        if answer["event"] != "done":
            raise RuntimeError(f"The worker answered {answer}")
        return
    raise RuntimeError("The worker ended without an answer")


if __name__ == "__main__":
    print(measure())
