"""Is the simulator no toy? Contrast ratios and texture of real lumbar MR against the simulated 5-95 % range.

    python Testing/Benchmarks/simulation_realism.py --data FOLDER [--cases 40] [--seed 1]

The real images are those of the development data folder: T1 and TIRM (zukic, one patient), T2 TSE (chu).
They come without tissue masks, 8-bit, resampled to 1 mm. So both sides are measured by one sampler that knows only the
image and the bodies' labels: it finds the other tissues by their place beside the bodies, after the same resampling to
1 mm and subtraction of the air's level. The simulated fat-suppressed sequence is short-tau here, as the real one is.
Nothing is corrected for the coil: ratios over a distance (marrow:fat) hold its profile, on both sides. The simulated range
is that of WIDE_VARIETY and of TR and TE 20 % about the study's: these people and scanners are not the study's.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Sample = dict[str, float]

LEVELS = {"L1": 20, "L2": 21, "L3": 22, "L4": 23}
REAL = (("T1WI", "zukic_02*_img.nii.gz"), ("FS-T2WI", "zukic_03*_img.nii.gz"), ("T2WI", "chu_*_img.nii.gz"))


@dataclass(frozen=True, eq=False)
class Case:
    """Image (slices, rows, columns), rows downward, columns to posterior, 1 mm in plane; labels on its grid."""

    image: Array
    labels: npt.NDArray[np.uint8]
    spacing_k_mm: float


def read_real(path: Path) -> Case:
    """A volume of the development data, which all have one orientation."""
    import SimpleITK as sitk

    image = sitk.ReadImage(str(path))
    labels = sitk.ReadImage(str(path).replace("_img", "_lab"))
    return Case(
        sitk.GetArrayFromImage(image).astype(float), sitk.GetArrayFromImage(labels).astype(np.uint8), image.GetSpacing()[2]
    )


def resample_to_1mm(image: Array, labels: npt.NDArray[np.uint8], pixel_mm: float, spacing_k_mm: float) -> Case:
    """In-plane, linear, as the real sets were."""
    from scipy.ndimage import zoom

    factor = (1.0, pixel_mm, pixel_mm)
    return Case(zoom(image, factor, order=1), zoom(labels, factor, order=0), spacing_k_mm)


@dataclass(frozen=True, eq=False)
class Place:
    """Where one body stands in plane: middle, unit vectors to posterior and up (row, column), half sizes in mm."""

    middle: Array
    back: Array
    up: Array
    half_depth: float
    half_height: float
    slice_index: float


def places(case: Case) -> dict[str, Place]:
    """Principal place of each level, its axes taken from the chain of centres."""
    found = {}
    for level, label in LEVELS.items():
        voxels = np.argwhere(case.labels == label).astype(float)
        if len(voxels) > 200:
            found[level] = voxels
    middles = {level: voxels.mean(axis=0) for level, voxels in found.items()}
    out = {}
    names = list(found)
    for index, level in enumerate(names):
        above, below = names[max(index - 1, 0)], names[min(index + 1, len(names) - 1)]
        up = (middles[above] - middles[below])[1:]
        up = up / np.linalg.norm(up)
        back = np.array([up[1], -up[0]])
        back = back if back[1] > 0 else -back
        offsets = found[level][:, 1:] - middles[level][1:]
        depth, height = (np.percentile(np.abs(offsets @ axis), 96) for axis in (back, up))
        out[level] = Place(middles[level][1:], back, up, float(depth), float(height), float(middles[level][0]))
    return out


def probe(case: Case, k: float, centre: Array, radius: int) -> Array:
    """Pixels of a small square in the slice nearest to k; empty outside the image."""
    slice_index = round(k)
    r, c = (round(float(x)) for x in centre)
    _, rows, columns = case.image.shape
    if not (radius <= r < rows - radius and radius <= c < columns - radius and 0 <= slice_index < len(case.image)):
        return np.empty(0)
    return case.image[slice_index, r - radius : r + radius + 1, c - radius : c + radius + 1].ravel()


def measure(case: Case) -> Sample:
    """Tissue ratios, and SD and autocorrelation length of the marrow's texture, mean over the levels."""
    air = float(np.median(case.image[:, :, -6:]))
    case = Case(case.image - air, case.labels, case.spacing_k_mm)
    spots = places(case)
    rows: dict[str, list[float]] = defaultdict(list)
    for level, spot in spots.items():
        marrow = np.median(probe(case, spot.slice_index, spot.middle - spot.back * 0.35 * spot.half_depth, 4))
        tissues = {
            "CSF": _canal(case, spot, float(marrow)),
            "muscle": _muscle(case, spot),
            "disc": _disc(case, spots, level),
            "fat": _subcutaneous(case, spot),
        }
        for tissue, value in tissues.items():
            if np.isfinite(value) and value > 0:
                rows[f"marrow:{tissue}"].append(float(marrow / value))
        length, spread = texture(case, LEVELS[level])
        rows["texture length / mm"].append(length)
        rows["texture SD / mean"].append(spread)
    return {name: float(np.nanmedian(values)) for name, values in rows.items()}


def _canal(case: Case, spot: Place, marrow: float) -> float:
    """CSF on a line across the canal: its 85th percentile where it is brighter than marrow, else its 25th."""
    line = [probe(case, spot.slice_index, spot.middle + spot.back * (spot.half_depth + d), 1) for d in np.arange(3.0, 16.0)]
    values = np.array([np.mean(p) for p in line if p.size])
    if not values.size:
        return float("nan")
    bright = np.median(values) > marrow
    return float(np.percentile(values, 85 if bright else 25))


def _muscle(case: Case, spot: Place) -> float:
    """Back muscle, 18 and 23 mm to each side, 30 to 40 mm behind the body: 35th percentile, fat streaks aside."""
    values = [
        probe(case, spot.slice_index + side * aside / case.spacing_k_mm, spot.middle + spot.back * (spot.half_depth + d), 2)
        for side in (-1, 1)
        for aside in (18.0, 23.0)
        for d in (30.0, 35.0, 40.0)
    ]
    pooled = np.concatenate(values)
    return float(np.percentile(pooled, 35)) if pooled.size else float("nan")


def _disc(case: Case, spots: dict[str, Place], level: str) -> float:
    """Middle of the disc below, halfway to the next body."""
    names = list(spots)
    index = names.index(level)
    if index + 1 >= len(names):
        return float("nan")
    lower = spots[names[index + 1]]
    middle = (
        spots[level].middle - spots[level].up * spots[level].half_height + lower.middle + lower.up * lower.half_height
    ) / 2
    values = probe(case, spots[level].slice_index, middle, 2)
    return float(np.median(values)) if values.size else float("nan")


def _subcutaneous(case: Case, spot: Place) -> float:
    """Brightest of what lies behind the spine in the middle slice; on fat-suppressed images fat or muscle."""
    first = round(float(spot.middle[1]) + spot.half_depth + 25.0)
    behind = case.image[round(spot.slice_index), round(float(spot.middle[0])), first:-6]
    return float(np.percentile(behind, 95)) if behind.size > 20 else float("nan")


def texture(case: Case, label: int) -> tuple[float, float]:
    """In-plane autocorrelation length (lag at 1/e, mm) and relative SD of marrow, borders and slow trends removed."""
    from scipy.ndimage import binary_erosion, gaussian_filter

    where = np.argwhere(case.labels == label)
    if len(where) < 2000:
        return float("nan"), float("nan")
    box = tuple(slice(int(low), int(high) + 1) for low, high in zip(where.min(axis=0), where.max(axis=0), strict=True))
    inside = binary_erosion(case.labels[box] == label, np.ones((1, 7, 7))).astype(float)
    image = case.image[box]
    smooth = (0.0, 6.0, 6.0)
    trend = gaussian_filter(image * inside, smooth) / np.maximum(gaussian_filter(inside, smooth), 1e-6)
    rest = (image / np.maximum(trend, 1e-6) - 1.0) * inside
    correlation = [_lag(rest, inside, lag) for lag in range(8)]
    relative = np.array(correlation) / correlation[0]
    below = int(np.argmax(relative < np.exp(-1))) if (relative < np.exp(-1)).any() else len(relative) - 1
    high, low = relative[below - 1], relative[below]
    return float(below - 1 + (high - np.exp(-1)) / max(high - low, 1e-9)), float(np.sqrt(correlation[0]))


def _lag(rest: Array, inside: Array, lag: int) -> float:
    """Mean product of voxels ``lag`` mm apart along rows and along columns, both inside."""
    total = pairs = 0.0
    for axis in (1, 2):
        n = rest.shape[axis]
        first, second = (np.take(rest, range(s, n - lag + s), axis) for s in (0, lag))
        a, b = (np.take(inside, range(s, n - lag + s), axis) for s in (0, lag))
        total += float((first * second).sum())
        pairs += float((a * b).sum())
    return total / max(pairs, 1.0)


def simulated(cases: int, seed: int) -> Iterator[tuple[str, Sample]]:
    """Role and sample of simulated studies of both centres."""
    from OPRadiomicsTrainingLib.simulation.anatomy import WIDE_VARIETY
    from OPRadiomicsTrainingLib.simulation.patients import sample_patient
    from OPRadiomicsTrainingLib.simulation.study import Options, simulate_study

    for number in range(seed, seed + cases):
        centre = "AB"[number % 2]
        patient = sample_patient(np.random.default_rng(number), centre)
        study = simulate_study(
            patient, seed=number, centre=centre, options=Options(short_tau=True, variety=WIDE_VARIETY, protocol_spread=0.2)
        )
        for role, volume in study.volumes.items():
            pixel_mm, _, spacing_mm = volume.spacing_mm
            yield role.value, measure(resample_to_1mm(volume.array, study.bodies.labels, pixel_mm, spacing_mm))


def collect(samples: Iterator[tuple[str, Sample]]) -> dict[str, dict[str, list[float]]]:
    """Values by role and measure."""
    table: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for role, sample in samples:
        for name, value in sample.items():
            if np.isfinite(value):
                table[role][name].append(value)
    return table


def report(real: dict[str, dict[str, list[float]]], made: dict[str, dict[str, list[float]]]) -> int:
    """Print the comparison; returns how many measures lie outside."""
    outside = 0
    print(f"{'':9}{'measure':22}{'real: min':>10}{'median':>8}{'max':>8}  n{'simulated: 5 %':>17}{'median':>8}{'95 %':>8}")
    for role, measures in real.items():
        for name, values in measures.items():
            low, mid, high = np.percentile(made[role][name], (5, 50, 95))
            inside = low <= np.median(values) <= high
            outside += not inside
            print(
                f"{role:9}{name:22}{min(values):10.2f}{np.median(values):8.2f}{max(values):8.2f}{len(values):3}"
                f"{low:17.2f}{mid:8.2f}{high:8.2f}  {'' if inside else 'OUTSIDE'}"
            )
    print(f"{outside} of {sum(len(m) for m in real.values())} real medians outside the simulated 5-95 % range")
    return outside


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the real images, <case>_img.nii.gz and _lab.nii.gz")
    parser.add_argument("--cases", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if not any(path for _, pattern in REAL for path in arguments.data.glob(pattern)):
        parser.error(
            f"no real image in {arguments.data}: files such as {', '.join(pattern for _, pattern in REAL)} are compared"
        )
    real = collect((role, measure(read_real(path))) for role, pattern in REAL for path in sorted(arguments.data.glob(pattern)))
    report(real, collect(simulated(arguments.cases, arguments.seed)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
