"""A whole study, DICOM to report, against the pipeline that a plain script would be.

Plain: all slices through eager torch in one batch, ITK's N4 at full resolution inside the same body mask, then normalisation,
resampling and stock PyRadiomics, one sequence after another, no report. Both take the same simulated study of 3 x 17 slices of
320 x 320 and the same network. ITK's N4 gets a tenth of its default 4 x 50 iterations, because all of them take minutes a
sequence: the ratio is a floor.
"""

from __future__ import annotations

import contextlib
import io
import tempfile
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from harness import Ratio, paired
from OPRadiomicsLib.cli import main
from OPRadiomicsLib.geometry import to_sitk, volume_from_sitk
from OPRadiomicsLib.preprocessing.body import body_mask
from OPRadiomicsLib.preprocessing.normalisation import normalise
from OPRadiomicsLib.preprocessing.resampling import analysis_grid, resample_mask, resample_volume
from OPRadiomicsLib.profile import load_profile
from OPRadiomicsLib.segmentation.bundle import load_segmentation_model
from OPRadiomicsLib.segmentation.marrow import marrow_region
from OPRadiomicsLib.segmentation.runners import make_runner
from OPRadiomicsLib.study import open_study
from OPRadiomicsLib.types import Mask, Volume
from OPRadiomicsTrainingLib.simulation.dicom import write_dicom
from OPRadiomicsTrainingLib.simulation.patients import sample_patient
from OPRadiomicsTrainingLib.simulation.study import SimulatedStudy, simulate_study
from stock_pyradiomics import stock

SEED = 1
TENTH = (5, 5, 5, 5)
"""A tenth of the iterations that ITK's N4 does by default."""


def measure(runs: int = 2) -> Ratio:
    """How many times faster `opradiomics predict` is than the plain pipeline."""
    simulated = simulate_study(sample_patient(np.random.default_rng(SEED), "A"), seed=SEED)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_dicom(simulated, folder / "study")
        ours(folder)  # compiled code is cached on disk by the first run of an installation
        return paired(lambda: plain(folder / "study", simulated), lambda: ours(folder), runs)


def ours(folder: Path) -> None:
    """The command as a user runs it, in this process."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        status = main(["predict", str(folder / "study"), "--out", str(folder / "out")])
    if status != 0:
        raise RuntimeError(f"predict ended with status {status}")


def plain(folder: Path, simulated: SimulatedStudy) -> dict[str, float]:
    """The same job, written without thought for speed. Its masks are the simulator's: only the network is timed."""
    profile = load_profile()
    study = open_study(folder)
    run_network_on_all_slices(study.volumes[study.reference])
    region = marrow_region(simulated.bodies, profile.region)
    grid = analysis_grid(region, profile.resampling)
    mask = resample_mask(region, grid)
    features: dict[str, float] = {}
    for role, volume in study.volumes.items():
        body = body_mask(volume)
        scaled = normalise(full_resolution_n4(volume, body), profile.normalisation, body)
        image = resample_volume(scaled, grid, profile.resampling.interpolator)
        found = stock(image.array, mask.labels > 0, image.spacing_mm, profile.features)
        features |= {f"{role}_{feature}": value for feature, value in found.items()}
    return features


def run_network_on_all_slices(volume: Volume) -> None:
    """Eager torch, one batch, at 1 mm in plane; the values don't matter to the time."""
    slices, rows, columns = (
        -(-round(n * mm) // 16) * 16 if axis else n
        for axis, (n, mm) in enumerate(zip(volume.shape, volume.spacing_mm[::-1], strict=True))
    )
    make_runner(load_segmentation_model("lumbar-bodies"), "torch")(np.zeros((slices, 3, rows, columns), np.float32))


def full_resolution_n4(volume: Volume, body: np.ndarray) -> Volume:
    """ITK's own N4 inside the body mask, with its defaults but for the iterations."""
    n4 = sitk.N4BiasFieldCorrectionImageFilter()
    n4.SetMaximumNumberOfIterations(TENTH)
    inside = to_sitk(Mask(body.astype(np.uint8) * 20, volume.affine)) > 0
    return volume_from_sitk(n4.Execute(to_sitk(volume), inside))


if __name__ == "__main__":
    print(measure())
