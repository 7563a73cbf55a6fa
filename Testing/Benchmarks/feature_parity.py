"""The built-in engine against PyRadiomics 3.0.1: the largest difference of 386 features on real and simulated images.

    python Testing/Benchmarks/feature_parity.py --data FOLDER --cases zukic,chu_0,myosegmentum_0

Differences are relative, absolute where the value is below 1. --levels goes through every number of grey levels from 1 to
256 (original image, a noisy block). It ends with status 1 where a difference exceeds 1e-8.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from features_vs_stock import SEED, simulated_study
from OPRadiomicsLib.features.choose import choose_engine
from OPRadiomicsLib.features.engine import EngineResult
from OPRadiomicsLib.features.parity import TOLERANCE, difference
from OPRadiomicsLib.levels import LABEL_OF_LEVEL, STUDY_LEVELS
from OPRadiomicsLib.preprocessing.prepare import PreparedSequence, prepare_sequence
from OPRadiomicsLib.preprocessing.resampling import analysis_grid
from OPRadiomicsLib.profile import Features, Profile, load_profile
from OPRadiomicsLib.resources import resources_folder
from OPRadiomicsLib.segmentation.marrow import marrow_region
from OPRadiomicsLib.types import Mask, Volume, no_progress
from segmentation_dice import read_cases

UNIT = (1.0, 1.0, 1.0)


def real_sequences(folder: Path, prefixes: str, profile: Profile) -> Iterator[tuple[str, PreparedSequence]]:
    """Real volumes with L1, L2 and L3, after the profile's preprocessing, with the readers' masks."""
    codes = [LABEL_OF_LEVEL[level] for level in STUDY_LEVELS]
    for case in read_cases(folder, prefixes.split(",")):
        bodies = Mask(np.where(np.isin(case.labels, codes), case.labels, 0).astype(np.uint8), case.volume.affine)
        yield case.name, _prepared(case.volume, marrow_region(bodies, profile.region), profile)


def simulated_sequences(profile: Profile) -> Iterator[tuple[str, PreparedSequence]]:
    """The three sequences of a simulated patient."""
    study = simulated_study()
    for role, volume in study.volumes.items():
        yield f"simulated {SEED} {role}", _prepared(volume, marrow_region(study.bodies, profile.region), profile)


def _prepared(volume: Volume, marrow: Mask, profile: Profile) -> PreparedSequence:
    return prepare_sequence(volume, marrow, analysis_grid(marrow, profile.resampling), profile)


def worst_difference(image: np.ndarray, region: np.ndarray, settings: Features) -> tuple[float, str, Mapping[str, int]]:
    """Largest difference between the engines, where, and the numbers of grey levels."""
    found, expected = (_compute(name, image, region, settings) for name in ("native", "pyradiomics"))
    off = {name: difference(found.values[name], value) for name, value in expected.values.items()}
    if dict(found.grey_levels) != dict(expected.grey_levels):
        off["number of grey levels"] = float("inf")
    worst = max(off, key=off.__getitem__)
    return off[worst], worst, expected.grey_levels


def _compute(name: str, image: np.ndarray, region: np.ndarray, settings: Features) -> EngineResult:
    return choose_engine(name).engine.compute(image, region, UNIT, settings, no_progress)


def blocks_of_every_number_of_levels() -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """A block of 7 x 9 x 8 voxels with 1 to 256 grey levels, each of which occurs."""
    region = np.zeros((9, 11, 10), dtype=bool)
    region[1:-1, 1:-1, 1:-1] = True
    for levels in range(1, 257):
        rng = np.random.default_rng(levels)
        values = np.concatenate([np.arange(levels), rng.integers(0, levels, region.sum() - levels)])
        image = np.zeros(region.shape, np.float32)
        image[region] = rng.permutation(values)
        yield levels, image, region


def main() -> None:
    """Print one line an image and profile, and the largest difference of all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder of real <case>_img.nii.gz and <case>_lab.nii.gz")
    parser.add_argument("--cases", default="zukic,chu_0,myosegmentum_0", help="prefixes, by commas (default: %(default)s)")
    parser.add_argument("--levels", action="store_true", help="every number of grey levels from 1 to 256")
    chosen = parser.parse_args()
    found = []
    for profile in (load_profile(path.stem) for path in sorted((resources_folder() / "Params").glob("*.yaml"))):
        sequences = [*simulated_sequences(profile)]
        for name, one in (*sequences, *(real_sequences(chosen.data, chosen.cases, profile) if chosen.data else ())):
            off, where, levels = worst_difference(one.volume.array, one.region.labels > 0, profile.features)
            found.append(off)
            print(f"{profile.name:15} {name:24} {off:.1e} in {where} (grey levels {tuple(levels.values())})", flush=True)
    print(f"largest difference on {len(found)} images and profiles: {max(found):.1e}")
    if chosen.levels:
        settings = Features(bin_width=1.0, log_sigma_mm=())
        by_levels = {
            levels: worst_difference(image, region, settings) for levels, image, region in blocks_of_every_number_of_levels()
        }
        wrong = {levels: counts for levels, (_, _, counts) in by_levels.items() if counts["original"] != levels}
        worst = max(by_levels, key=lambda levels: by_levels[levels][0])
        print(f"largest difference over 1 to 256 grey levels: {by_levels[worst][0]:.1e} at {worst} ({by_levels[worst][1]})")
        found.append(float("inf") if wrong else by_levels[worst][0])
    sys.exit(max(found) > TOLERANCE)


if __name__ == "__main__":
    main()
