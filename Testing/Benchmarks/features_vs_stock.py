"""386 features of three sequences, in one thread: ours against stock PyRadiomics on the same images and region.

Run as a script it also prints the largest difference between the two, and what starting our engine costs in a fresh process,
compiled for the first time and with the compiled code on disk.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import SimpleITK as sitk
from harness import Ratio, paired
from OPRadiomicsLib.features import extract
from OPRadiomicsLib.features.native.shape import forget_shapes
from OPRadiomicsLib.features.parity import difference
from OPRadiomicsLib.preprocessing.prepare import PreparedSequence, prepare_sequence
from OPRadiomicsLib.preprocessing.resampling import analysis_grid
from OPRadiomicsLib.profile import load_profile
from OPRadiomicsLib.segmentation.marrow import marrow_region
from OPRadiomicsLib.types import Role
from stock_pyradiomics import stock

if TYPE_CHECKING:
    from OPRadiomicsTrainingLib.simulation.study import SimulatedStudy

SEED = 9000

START = """
import time
start = time.perf_counter()
from OPRadiomicsLib.features import warm_up
warm_up()
print(time.perf_counter() - start)
"""


def measure(runs: int = 3) -> Ratio:
    """Three sequences of one simulated study; both warm, each run of ours as for a new patient."""
    prepared = prepared_study()
    with one_itk_thread():
        ours(prepared)
        return paired(lambda: theirs(prepared), lambda: ours(prepared), runs)


def ours(prepared: Mapping[Role, PreparedSequence]) -> dict[str, float]:
    forget_shapes()
    profile = load_profile()
    found = {}
    for role, sequence in prepared.items():
        vector = extract(sequence.volume, sequence.region, profile, engine="native")
        found |= {f"{role}_{name}": value for name, value in vector.as_dict().items()}
    return found


def theirs(prepared: Mapping[Role, PreparedSequence]) -> dict[str, float]:
    settings = load_profile().features
    found = {}
    for role, sequence in prepared.items():
        volume = sequence.volume
        values = stock(volume.array, sequence.region.labels > 0, volume.spacing_mm, settings)
        found |= {f"{role}_{name}": value for name, value in values.items()}
    return found


@cache
def prepared_study() -> Mapping[Role, PreparedSequence]:
    """The three sequences of a simulated patient after the study's own preprocessing."""
    profile, study = load_profile(), simulated_study()
    marrow = marrow_region(study.bodies, profile.region)
    grid = analysis_grid(marrow, profile.resampling)
    return {role: prepare_sequence(volume, marrow, grid, profile) for role, volume in study.volumes.items()}


@cache
def simulated_study() -> SimulatedStudy:
    """One patient."""
    from OPRadiomicsTrainingLib.simulation.patients import sample_patient
    from OPRadiomicsTrainingLib.simulation.study import simulate_study

    return simulate_study(sample_patient(np.random.default_rng(SEED)), seed=SEED)


@contextmanager
def one_itk_thread() -> Iterator[None]:
    """PyRadiomics filters with ITK, which would take every core."""
    threads = sitk.ProcessObject.GetGlobalDefaultNumberOfThreads()
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    try:
        yield
    finally:
        sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(threads)


def start_up_s(cache_folder: str) -> float:
    """Seconds from nothing imported to a proven engine, in a fresh process."""
    done = subprocess.run(
        [sys.executable, "-c", START],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"NUMBA_CACHE_DIR": cache_folder},
    )
    return float(done.stdout)


def main() -> None:
    """Print sizes, agreement, ratio and start-up."""
    prepared = prepared_study()
    first = next(iter(prepared.values()))
    print(f"grid {first.volume.shape}, region {int((first.region.labels > 0).sum())} voxels, {len(prepared)} sequences")
    mine, reference = ours(prepared), theirs(prepared)
    off = {name: difference(mine[name], value) for name, value in reference.items()}
    worst = max(off, key=off.__getitem__)
    print(f"largest difference of {len(off)} features: {off[worst]:.1e} in {worst}")
    ratio = measure()
    print(
        f"{ratio.ratio:.1f} x faster ({ratio.min:.1f} to {ratio.max:.1f}, n = {ratio.n}): "
        f"stock {ratio.baseline_s:.2f} s, ours {ratio.ours_s:.2f} s"
    )
    with tempfile.TemporaryDirectory() as folder:
        print(f"start-up: {start_up_s(folder):.1f} s when compiled for the first time, {start_up_s(folder):.1f} s afterwards")


if __name__ == "__main__":
    main()
