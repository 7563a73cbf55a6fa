"""Bias field: ours on a coarse grid against ITK's N4 at full resolution, in time and in what it leaves of the shading.

Run as a script it prints residuals on simulated patients: python Testing/Benchmarks/bias_field_vs_full.py [patients] [--full]
With --data FOLDER it compares the two on real volumes instead, where nobody knows the true field (--cases names them).
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from harness import Ratio, paired
from OPRadiomicsLib.geometry import to_sitk
from OPRadiomicsLib.preprocessing.bias_field import correct_bias_field
from OPRadiomicsLib.preprocessing.body import body_mask
from OPRadiomicsLib.profile import BiasField, load_profile
from OPRadiomicsLib.regions import Bools
from OPRadiomicsLib.types import FloatArray, Role, Volume

if TYPE_CHECKING:
    from OPRadiomicsTrainingLib.simulation.study import SimulatedStudy

FIRST_SEED = 9000
FEW = (5,)
"""A fortieth of the profile's iterations. ITK takes minutes for all of them; its time is proportional to their number."""

REAL_CASES = "myosegmentum_01,myosegmentum_30,zukic,chu_02,chu_12"
"""Two sequences of one patient and four more patients, of three origins."""

ITK_DEFAULT = BiasField(grid_mm=None, control_points=(4, 4, 4), iterations=(50, 50, 50, 50), convergence=0.001)


def measure(runs: int = 3) -> Ratio:
    """Whole correction, body mask aside, of one T1WI (320 x 320 x 17).

    ITK gets a fortieth of the iterations and all cores, ours all iterations on one: the ratio is a floor, the true one several
    times larger.
    """
    settings = load_profile("standard").bias_field
    volume = _study(FIRST_SEED).volumes[Role.T1WI]
    body = body_mask(volume)
    truncated = settings.model_copy(update={"iterations": FEW})
    return paired(
        lambda: full_resolution_log_field(volume, body, truncated),
        lambda: correct_bias_field(volume, settings, body=body),
        runs,
    )


def full_resolution_log_field(volume: Volume, body: Bools, settings: BiasField) -> FloatArray:
    """ITK's N4 on every voxel of the body; log field, (k, j, i)."""
    import SimpleITK as sitk

    n4 = sitk.N4BiasFieldCorrectionImageFilter()
    n4.SetNumberOfControlPoints(settings.control_points)
    n4.SetMaximumNumberOfIterations(settings.iterations)
    n4.SetConvergenceThreshold(settings.convergence)
    n4.SetWienerFilterNoise(settings.noise)
    n4.SetBiasFieldFullWidthAtHalfMaximum(settings.fwhm)
    n4.SetNumberOfHistogramBins(settings.bins)
    image = sitk.Cast(to_sitk(volume), sitk.sitkFloat32)
    mask = sitk.GetImageFromArray(body.astype(np.uint8))
    mask.CopyInformation(image)
    n4.Execute(image, mask)
    return np.asarray(sitk.GetArrayFromImage(n4.GetLogBiasFieldAsImage(image)))


def residuals(patients: int, *, full: bool) -> list[dict[str, float]]:
    """Standard deviation of true minus fitted log field in the vertebrae, per patient and sequence.

    ``full`` adds full resolution: our N4 on every voxel, which a test proves equal to ITK's, with ITK's default settings and
    with ours.
    """
    settings = load_profile("standard").bias_field
    contenders = {"ours": settings}
    if full:
        contenders |= {"full": settings.model_copy(update={"grid_mm": None}), "full_default": ITK_DEFAULT}
    rows = []
    for seed in range(FIRST_SEED, FIRST_SEED + patients):
        study = _study(seed)
        vertebrae = study.bodies.labels > 0
        for role, volume in study.volumes.items():
            truth, body = study.bias_log_fields[role], body_mask(volume)
            row = {"uncorrected": float(truth[vertebrae].std())}
            for name, chosen in contenders.items():
                _, fitted = correct_bias_field(volume, chosen, body=body)
                row[name] = float((truth - fitted)[vertebrae].std())
            rows.append(row)
            print(f"{seed} {role:9}", "  ".join(f"{name} {rms:.4f}" for name, rms in row.items()), flush=True)
    return rows


def agreement_on_real(folder: Path, prefixes: str, *, itk_default: bool) -> None:
    """Print, for each real volume, how far our field lies from full resolution's, inside the vertebral bodies.

    Full resolution is N4 on every voxel with the profile's settings (our own code, which a test proves equal to ITK's);
    ``itk_default`` adds ITK's N4 on every voxel with its default settings, whose four levels end at 8 spans an axis. Beside it
    stands the coefficient of variation of the bodies' mean intensities.
    """
    from segmentation_dice import read_cases

    rows = []
    for case in read_cases(folder, prefixes.split(",")):
        row = _agreement(case.volume, case.labels, itk_default=itk_default)
        rows.append(row)
        print(f"{case.name:20}", "  ".join(f"{name} {value:.3f}" for name, value in row.items()), flush=True)
    for name in rows[0]:
        values = [row[name] for row in rows]
        print(f"{name:30} mean {np.mean(values):.3f}  ({min(values):.3f} to {max(values):.3f}, n = {len(values)})")


def _agreement(volume: Volume, labels: np.ndarray, *, itk_default: bool) -> dict[str, float]:
    settings = load_profile("standard").bias_field
    body = body_mask(volume) & (volume.array > 0)
    vertebrae = (labels > 0) & body
    clock = [time.perf_counter()]
    fields = {"ours": correct_bias_field(volume, settings, body=body)[1]}
    clock.append(time.perf_counter())
    fields["full"] = correct_bias_field(volume, settings.model_copy(update={"grid_mm": None}), body=body)[1]
    clock.append(time.perf_counter())
    if itk_default:
        fields["ITK default"] = full_resolution_log_field(volume, body, ITK_DEFAULT)
    ours_s, full_s = np.diff(clock)
    row = {f"SD of the {name} field": float(field[vertebrae].std()) for name, field in fields.items()}
    for name in [name for name in fields if name != "ours"]:
        row[f"SD of ours - {name}"] = float((fields["ours"] - fields[name])[vertebrae].std())
        row[f"r of ours, {name}"] = float(np.corrcoef(fields["ours"][vertebrae], fields[name][vertebrae])[0, 1])
    corrected = {"uncorrected": volume.array, **{name: volume.array / np.exp(field) for name, field in fields.items()}}
    for name, image in corrected.items():
        means = [image[(labels == label) & body].mean() for label in np.unique(labels[vertebrae])]
        row[f"CV of bodies, {name}"] = float(np.std(means) / np.mean(means))
    return row | {"times faster than full": full_s / ours_s}


def _study(seed: int) -> SimulatedStudy:
    from OPRadiomicsTrainingLib.simulation.patients import sample_patient
    from OPRadiomicsTrainingLib.simulation.study import simulate_study

    return simulate_study(sample_patient(np.random.default_rng(seed)), seed=seed)


def main() -> None:
    """Print residuals and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("patients", type=int, nargs="?", default=6)
    parser.add_argument(
        "--full",
        action="store_true",
        help="full resolution as well; on real volumes also ITK's default settings (minutes an image)",
    )
    parser.add_argument("--data", type=Path, help="folder of real <case>_img.nii.gz and <case>_lab.nii.gz")
    parser.add_argument("--cases", default=REAL_CASES, help="prefixes of the real cases, by commas (default: %(default)s)")
    chosen = parser.parse_args()
    if chosen.data:
        agreement_on_real(chosen.data, chosen.cases, itk_default=chosen.full)
        return
    rows = residuals(chosen.patients, full=chosen.full)
    for name in rows[0]:
        print(f"{name:12} mean {np.mean([row[name] for row in rows]):.4f}")
    shares = [row["ours"] / row["uncorrected"] for row in rows]
    print(f"ours / uncorrected: mean {np.mean(shares):.3f}, largest {max(shares):.3f}, n = {len(shares)}")
    ratio = measure()
    print(f"time: at least {ratio.ratio:.0f} x ({ratio.min:.0f} to {ratio.max:.0f}, n = {ratio.n}; ours {ratio.ours_s:.2f} s)")


if __name__ == "__main__":
    main()
