"""Slices a batch: `segment`'s number against the whole stack at once.

Run as a script it tries several numbers, with integers and with floats, against one slice at a time.
"""

from __future__ import annotations

from harness import Ratio, paired
from inference_vs_eager import BATCH, SLICES, in_batches, some_images
from OPRadiomicsLib.segmentation.runners import Backend

TRIED = (2, 3, 4, 6, 9, SLICES)


def measure(runs: int = 7) -> Ratio:
    """How many times faster `segment`'s batches are."""
    return _ratio("auto", SLICES, BATCH, runs)


def _ratio(backend: Backend, slower: int, faster: int, runs: int) -> Ratio:
    images = some_images()
    one, other = in_batches(backend, slower), in_batches(backend, faster)
    one(images), other(images)
    return paired(lambda: one(images), lambda: other(images), runs)


def main() -> None:
    """Print how many times faster each number is than one slice at a time."""
    for backend in ("int8", "onnxruntime"):
        for batch in TRIED:
            found = _ratio(backend, 1, batch, 5)
            print(
                f"{backend:12} {batch:3d} slices: {found.ratio:.2f} x ({found.min:.2f}-{found.max:.2f}, n = {found.n}); "
                f"{found.ours_s:.2f} s a stack",
                flush=True,
            )


if __name__ == "__main__":
    main()
