"""The network on 17 slices: ONNX Runtime as `segment` runs it, against eager torch with all slices in one batch."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from harness import Ratio, paired
from OPRadiomicsLib.segmentation import load_segmentation_model
from OPRadiomicsLib.segmentation.inference import BATCH
from OPRadiomicsLib.segmentation.runners import Backend, make_runner

Floats = npt.NDArray[np.float32]

SLICES, ROWS, COLUMNS = 17, 288, 288
"""The study's geometry, 280 mm at 1 mm, padded to a multiple of 16."""
THREADS = 2


def measure(runs: int = 3) -> Ratio:
    """How many times faster ours is; raises if torch and ONNX Runtime differ in floats by more than 1e-3 in the logits."""
    images = some_images()
    floats, eager = in_batches("onnxruntime", BATCH), in_batches("torch", SLICES)
    difference = float(np.abs(floats(images) - eager(images)).max())
    if difference > 1e-3:
        raise RuntimeError(f"ONNX Runtime and torch differ by {difference:.1e} in the logits")
    ours = in_batches("auto", BATCH)
    ours(images)
    return paired(lambda: eager(images), lambda: ours(images), runs)


def some_images() -> Floats:
    """A stack of the study's size."""
    return np.random.default_rng(0).normal(size=(SLICES, 3, ROWS, COLUMNS)).astype(np.float32)


def in_batches(backend: Backend, batch: int) -> Callable[[Floats], Floats]:
    """The shipped network over a stack, ``batch`` slices at a time."""
    runner = make_runner.__wrapped__(load_segmentation_model(), backend, THREADS)
    return lambda images: np.concatenate([runner(images[start : start + batch]) for start in range(0, len(images), batch)])


if __name__ == "__main__":
    print(measure())
