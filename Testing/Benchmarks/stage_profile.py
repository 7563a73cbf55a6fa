"""Where the time of one `opradiomics predict` goes, stage by stage: a first patient in a fresh process, and the second one.

    python Testing/Benchmarks/stage_profile.py [runs]

Every run is a process of its own that predicts on the same simulated study (3 x 17 slices of 320 x 320, DICOM) twice. Functions
are timed from outside; those of the stages that run for several sequences side by side count each thread's seconds, so
that their sum exceeds the clock's. Compiled code is on disk, as after an installation's first run.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

SEED = "1"
TOTAL = "whole predict"
STAGES = {
    TOTAL: (),
    "imports": (),
    "reading DICOM": ("commands.open_study",),
    "segmentation": ("commands._bodies",),
    "- network: loading": ("segmentation.inference.make_runner", "segmentation.bundle.load_segmentation_model"),
    "- network: inference": ("segmentation.inference.predict_probabilities",),
    "masks to T2WI and FS-T2WI": ("workflow._carry",),
    "feature engine: loading, self-test": ("commands.warm_up",),
    "preprocessing and features": ("workflow.side_by_side",),
    "- body mask": ("preprocessing.prepare.body_mask",),
    "- bias field": ("preprocessing.prepare.correct_bias_field",),
    "- normalisation": ("preprocessing.prepare.normalise",),
    "- resampling": ("preprocessing.prepare.resample_volume", "preprocessing.prepare.resample_mask"),
    "- features": ("features.extract._extract",),
    "models": ("workflow.conclude",),
    "report": ("commands.write_report",),
    "masks and table to disk": ("io.write_study_masks", "commands.write_features"),
}
"""Stage to the functions that it is; a dash marks a part of the stage above."""


class Stopwatch:
    """Seconds of every stage, added up over calls and threads."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()

    def time(self, stage: str, path: str) -> None:
        """Replace the function OPRadiomicsLib.``path`` by itself with a clock around."""
        module_name, _, name = path.rpartition(".")
        module = import_module(f"OPRadiomicsLib.{module_name}")
        setattr(module, name, self._timed(stage, getattr(module, name)))

    def _timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*arguments: Any, **named: Any) -> Any:
            start = time.perf_counter()
            try:
                return function(*arguments, **named)
            finally:
                self.seconds[stage] += time.perf_counter() - start

        return timed


def profile_twice(study: str) -> list[dict[str, float]]:
    """Predict twice in this process; seconds by stage of each."""
    watch = Stopwatch()
    start = time.perf_counter()
    from OPRadiomicsLib.cli import main

    import_module("OPRadiomicsLib.commands")
    watch.seconds["imports"] = time.perf_counter() - start
    for stage, paths in STAGES.items():
        for path in paths:
            watch.time(stage, path)
    # The clocks above imported what `predict` would import on its way: they count as imports.
    watch.seconds["imports"] = time.perf_counter() - start
    found = []
    with tempfile.TemporaryDirectory() as out:
        for _ in range(2):
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                if main(["predict", study, "--out", out]) != 0:
                    raise RuntimeError("predict failed")
            watch.seconds[TOTAL] = time.perf_counter() - start
            # `side_by_side` also carries the masks.
            watch.seconds["preprocessing and features"] -= watch.seconds["masks to T2WI and FS-T2WI"]
            found.append(dict(watch.seconds))
            watch.seconds.clear()
            start = time.perf_counter()
    return found


def measure(runs: int) -> list[list[dict[str, float]]]:
    """Profiles of ``runs`` fresh processes, each [first patient, second patient]."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "OPRadiomicsLib.cli", "simulate", "--out", folder, "--seed", SEED]
        subprocess.run(command, check=True, capture_output=True)
        child = [sys.executable, __file__, "--child", folder]
        subprocess.run(child, check=True, capture_output=True)  # compiles, on the very first run of an installation
        return [json.loads(subprocess.run(child, check=True, capture_output=True).stdout) for _ in range(runs)]


def main() -> None:
    """Print the medians as a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", type=int, nargs="?", default=5)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        print(json.dumps(profile_twice(str(chosen.child))))
        return
    profiles = measure(chosen.runs)
    print(f"| stage | first patient / s | second patient / s |\n|---|---|---|  (medians of {chosen.runs} processes)")
    for stage in STAGES:
        first, second = ([profile[patient].get(stage, 0.0) for profile in profiles] for patient in (0, 1))
        print(f"| {stage} | {statistics.median(first):.2f} | {statistics.median(second):.2f} |")
    totals = [[profile[patient][TOTAL] for profile in profiles] for patient in (0, 1)]
    print("spread of the whole:", ", ".join(f"{min(one):.2f}-{max(one):.2f} s" for one in totals))


if __name__ == "__main__":
    main()
