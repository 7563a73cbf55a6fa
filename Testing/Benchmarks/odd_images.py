"""How unlike the other levels a level's marrow is, and how many voxels lie at the largest value: what the limits of
`segmentation/odd_levels.py` and of clipped images in `segmentation/blemishes.py` rest on.

    python Testing/Benchmarks/odd_images.py --data FOLDER

40 simulated studies of both centres with their true bodies, half of them of wide variety, which has lesions and altered marrow
often; with --data also every image of the sets there, with the network's bodies.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
from OPRadiomicsLib.io import read_volume
from OPRadiomicsLib.profile import load_profile
from OPRadiomicsLib.segmentation import load_segmentation_model, segment
from OPRadiomicsLib.segmentation.blemishes import clipped_share
from OPRadiomicsLib.segmentation.marrow import marrow_region
from OPRadiomicsLib.segmentation.odd_levels import marrow_quartiles
from OPRadiomicsLib.types import Mask, Volume
from OPRadiomicsTrainingLib.segmentation.cases import images_of
from OPRadiomicsTrainingLib.simulation.anatomy import WIDE_VARIETY
from OPRadiomicsTrainingLib.simulation.patients import sample_patient
from OPRadiomicsTrainingLib.simulation.study import Options, simulate_study

SEEDS = range(700, 740)
SETS = ("zukic", "chu", "myosegmentum", "spider")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder of <set>_<case>_img.nii.gz files")
    arguments = parser.parse_args()
    found: defaultdict[str, list[tuple[float, float, float]]] = defaultdict(list)
    for seed in SEEDS:
        centre = "AB"[seed % 2]
        options = Options(variety=WIDE_VARIETY, protocol_spread=0.2) if seed // 2 % 2 else Options()
        study = simulate_study(sample_patient(np.random.default_rng(seed), centre), seed=seed, centre=centre, options=options)
        for role, volume in study.volumes.items():
            found[f"simulated {role}{', wide variety' * (seed // 2 % 2)}"] += _measured(
                volume, replace(study.bodies, affine=volume.affine)
            )
    _report(found)
    if arguments.data is not None:
        model = load_segmentation_model()
        for name in SETS:
            volumes = map(read_volume, images_of(arguments.data, name))
            _report({name: [one for volume in volumes for one in _measured(volume, segment(volume, model).mask)]})


def _measured(volume: Volume, bodies: Mask) -> list[tuple[float, float, float]]:
    """Least lower quartile, largest upper one, clipped share; nothing where a level is absent."""
    quartiles = marrow_quartiles(volume, marrow_region(bodies, load_profile("standard").region))
    return [] if quartiles is None else [(float(quartiles[:, 0].min()), float(quartiles[:, 1].max()), clipped_share(volume))]


def _report(found: dict[str, list[tuple[float, float, float]]]) -> None:
    for name, values in found.items():
        lower, upper, clipped = (np.sort(column) for column in np.array(values).T)
        print(
            f"{name}, n = {len(values)}: lower quartile from {lower[0]:.2f}, {lower[1]:.2f}; upper up to {upper[-1]:.2f}, "
            f"{upper[-2]:.2f}; at the largest value up to {clipped[-1]:.2g}, above 1 % in {int((clipped > 0.01).sum())}",
            flush=True,
        )


if __name__ == "__main__":
    main()
