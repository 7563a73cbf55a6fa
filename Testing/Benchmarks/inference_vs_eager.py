"""The network on 17 slices: ONNX Runtime as `segment` runs it, against eager torch with all slices in one batch."""

from __future__ import annotations

import numpy as np
from harness import Ratio, paired
from OPRadiomicsLib.segmentation import load_segmentation_model
from OPRadiomicsLib.segmentation.runners import make_runner

SLICES, ROWS, COLUMNS, BATCH = 17, 288, 288, 2
"""The study's geometry, 280 mm at 1 mm, padded to a multiple of 16; `inference` runs two slices at a time."""
THREADS = 2


def measure(runs: int = 3) -> Ratio:
    """How many times faster ours is; raises if the two differ by more than 1e-3 in the logits."""
    model = load_segmentation_model()
    fast, eager = (make_runner(model, backend, THREADS) for backend in ("onnxruntime", "torch"))
    images = np.random.default_rng(0).normal(size=(SLICES, 3, ROWS, COLUMNS)).astype(np.float32)

    def ours() -> np.ndarray:
        return np.concatenate([fast(images[start : start + BATCH]) for start in range(0, SLICES, BATCH)])

    def baseline() -> np.ndarray:
        return eager(images)

    difference = float(np.abs(ours() - baseline()).max())
    if difference > 1e-3:
        raise RuntimeError(f"ONNX Runtime and torch differ by {difference:.1e} in the logits")
    return paired(baseline, ours, runs)


if __name__ == "__main__":
    print(measure())
