"""How bright the canal is beside marrow on each sequence: what the limits of `segmentation/weighting.py` rest on.

    python Testing/Benchmarks/canal_to_marrow.py --data FOLDER

30 simulated studies of both centres with their true bodies, half of them of wide variety; with --data also the first 15 images
of each set there, with the network's bodies.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
from OPRadiomicsLib.io import read_volume
from OPRadiomicsLib.segmentation import load_segmentation_model, segment
from OPRadiomicsLib.segmentation.weighting import canal_to_marrow
from OPRadiomicsLib.types import Role
from OPRadiomicsTrainingLib.segmentation.cases import images_of
from OPRadiomicsTrainingLib.simulation.anatomy import WIDE_VARIETY
from OPRadiomicsTrainingLib.simulation.patients import sample_patient
from OPRadiomicsTrainingLib.simulation.study import Options, simulate_study

SEEDS = range(500, 530)
SETS = ("zukic", "chu", "myosegmentum", "spider")


def simulated() -> dict[Role, list[float | None]]:
    """Of each sequence, a value a study."""
    found: dict[Role, list[float | None]] = {role: [] for role in Role}
    for seed in SEEDS:
        centre = "AB"[seed % 2]
        wide = Options(variety=WIDE_VARIETY, short_tau=seed % 3 == 0, protocol_spread=0.2)
        patient = sample_patient(np.random.default_rng(seed), centre)
        study = simulate_study(patient, seed=seed, centre=centre, options=wide if seed // 2 % 2 else Options())
        for role, volume in study.volumes.items():
            found[role].append(canal_to_marrow(volume, replace(study.bodies, affine=volume.affine)))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder of <set>_<case>_img.nii.gz files")
    arguments = parser.parse_args()
    for role, values in simulated().items():
        _report(f"simulated {role}", values)
    model = load_segmentation_model()
    for name in SETS if arguments.data is not None else ():
        volumes = [read_volume(path) for path in images_of(arguments.data, name)[:15]]
        _report(name, [canal_to_marrow(volume, segment(volume, model).mask) for volume in volumes])


def _report(title: str, values: list[float | None]) -> None:
    known = np.array([value for value in values if value is not None])
    print(f"{title}: {known.min():.2f} to {known.max():.2f}, median {np.median(known):.2f}, n = {len(known)}", flush=True)


if __name__ == "__main__":
    main()
