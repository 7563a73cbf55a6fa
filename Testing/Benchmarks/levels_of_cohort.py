"""Levels of a simulated cohort: in how many cases the network's L1, L2 and L3 are the true ones, and how many ask.

    make paper N=1095
    python Testing/Benchmarks/levels_of_cohort.py build/paper/work-1095/images build/paper/work-1095/extraction

The first folder is that of `opradiomics simulate --cohort`, the second that of `opradiomics cohort` on its table. A level
counts as right where the true label that it covers most is its own. Patients with six lumbar vertebrae have a line of their
own: counting up from the sacrum must name them one level off.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

import numpy as np
from OPRadiomicsLib.io import read_mask, read_volume
from OPRadiomicsLib.levels import LABEL_OF_LEVEL, STUDY_LEVELS

ASKS = "Confirm the levels"


def levels_are_right(drawn: Path, truth: Path) -> bool:
    """Whether each of L1-L3 in the mask ``drawn`` covers most of its own true body."""
    image = read_volume(truth)
    found, true = read_mask(drawn, image).labels, read_mask(truth, image, ()).labels
    covered = (np.bincount(true[(found == LABEL_OF_LEVEL[level]) & (true > 0)], minlength=1) for level in STUDY_LEVELS)
    return [int(counts.argmax()) for counts in covered] == [LABEL_OF_LEVEL[level] for level in STUDY_LEVELS]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("images", type=Path, help="folder of `opradiomics simulate --cohort`, with the truth")
    parser.add_argument("extraction", type=Path, help="folder of `opradiomics cohort` on its cohort.csv")
    arguments = parser.parse_args()
    results = sorted(arguments.extraction.glob("cases/*/finished.json"))
    if not results:
        parser.error(f"no finished case in {arguments.extraction}: run `opradiomics cohort` on the cohort.csv of the images")
    counts: Counter[tuple[int, str]] = Counter()
    for proof in results:
        images = arguments.images / proof.parent.name
        lumbar = int(json.loads((images / "case.json").read_text(encoding="utf-8"))["rare"]["lumbar_vertebrae"])
        asks = any(str(one).startswith(ASKS) for one in json.loads(proof.read_text(encoding="utf-8"))["warnings"])
        right = levels_are_right(proof.parent / "masks" / "T1WI_bodies.nii.gz", images / "truth" / "bodies.nii.gz")
        counts.update([(lumbar, "n"), *[(lumbar, "right")] * right, *[(lumbar, "asks")] * asks])
    for lumbar in sorted({lumbar for lumbar, _ in counts}):
        n, right, asks = (counts[lumbar, what] for what in ("n", "right", "asks"))
        print(f"{lumbar} lumbar vertebrae: n = {n}, levels right in {right}, confirmation asked for in {asks}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
