"""How bright the canal is beside marrow, and fat beside the canal: what the limits of `segmentation/weighting.py` rest on.

    python Testing/Benchmarks/weighting_limits.py --data FOLDER

30 simulated studies of both centres with their true bodies, half of them of wide variety; with --data also the first 15 images
of each set there, with the network's bodies, and the fat of the pair zukic, found on its T1WI.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
from OPRadiomicsLib.io import read_volume
from OPRadiomicsLib.segmentation import load_segmentation_model, segment
from OPRadiomicsLib.segmentation.weighting import canal_to_marrow, fat_of, fat_to_canal
from OPRadiomicsLib.types import Role
from OPRadiomicsTrainingLib.segmentation.cases import images_of
from OPRadiomicsTrainingLib.simulation.anatomy import WIDE_VARIETY
from OPRadiomicsTrainingLib.simulation.patients import sample_patient
from OPRadiomicsTrainingLib.simulation.study import Options, simulate_study

SEEDS = range(500, 530)
SETS = ("zukic", "chu", "myosegmentum", "spider")


def simulated() -> dict[str, list[float | None]]:
    """A value a study: the canal of each sequence, and the fat of T2WI and FS-T2WI."""
    found: defaultdict[str, list[float | None]] = defaultdict(list)
    for seed in SEEDS:
        centre = "AB"[seed % 2]
        wide = Options(variety=WIDE_VARIETY, short_tau=seed % 3 == 0, protocol_spread=0.2)
        patient = sample_patient(np.random.default_rng(seed), centre)
        study = simulate_study(patient, seed=seed, centre=centre, options=wide if seed // 2 % 2 else Options())
        bodies = {role: replace(study.bodies, affine=volume.affine) for role, volume in study.volumes.items()}
        for role, volume in study.volumes.items():
            found[f"canal:marrow on simulated {role}"].append(canal_to_marrow(volume, bodies[role]))
        fat_lps = fat_of(study.volumes[Role.T1WI], bodies[Role.T1WI])
        plain, suppressed = (fat_to_canal(study.volumes[role], bodies[role], fat_lps) for role in (Role.T2WI, Role.FST2WI))
        found["fat:canal on simulated T2WI"].append(plain)
        found["fat:canal on simulated FS-T2WI"].append(suppressed)
        found["the former divided by the latter"].append(plain / suppressed if plain and suppressed else None)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder of <set>_<case>_img.nii.gz files")
    arguments = parser.parse_args()
    for title, values in simulated().items():
        _report(title, values)
    if arguments.data is None:
        return
    model = load_segmentation_model()
    for name in SETS:
        volumes = [read_volume(path) for path in images_of(arguments.data, name)[:15]]
        _report(f"canal:marrow on {name}", [canal_to_marrow(volume, segment(volume, model).mask) for volume in volumes])
    t1wi, tirm = (read_volume(path) for path in images_of(arguments.data, "zukic"))
    fat_lps = fat_of(t1wi, segment(t1wi, model).mask)
    _report("fat:canal on TIRM", [fat_to_canal(tirm, segment(tirm, model).mask, fat_lps)])


def _report(title: str, values: list[float | None]) -> None:
    known = np.array([value for value in values if value is not None])
    print(f"{title}: {known.min():.2f} to {known.max():.2f}, median {np.median(known):.2f}, n = {len(known)}", flush=True)


if __name__ == "__main__":
    main()
