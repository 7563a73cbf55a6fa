"""The network on 17 slices in 8-bit integers against the same in floats, both in ONNX Runtime as `segment` runs it.

What integers cost in Dice: python Testing/Benchmarks/segmentation_dice.py --int8 --data FOLDER. Run as a script this also
times 16-bit floats (made on the spot), which processors without 16-bit arithmetic have to convert back and forth.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from harness import Ratio, paired
from inference_vs_eager import BATCH, THREADS, in_batches, some_images
from OPRadiomicsLib.segmentation import load_segmentation_model
from OPRadiomicsLib.segmentation.runners import Runner, onnx_runner


def measure(runs: int = 7) -> Ratio:
    """How many times faster integers are."""
    images = some_images()
    integers, floats = in_batches("int8", BATCH), in_batches("onnxruntime", BATCH)
    integers(images), floats(images)
    return paired(lambda: floats(images), lambda: integers(images), runs)


def measure_fp16(runs: int = 3) -> Ratio:
    """How many times faster 16-bit floats are than 32-bit ones."""
    images = some_images()[:BATCH]
    model = load_segmentation_model()
    half, floats = half_precision(), onnx_runner(model.name, model.onnx_path, THREADS)
    half(images), floats(images)
    return paired(lambda: floats(images), lambda: half(images), runs)


def half_precision() -> Runner:
    """The shipped graph with 16-bit weights and arithmetic; images and logits stay in 32 bits."""
    import onnx
    from onnxruntime.transformers.float16 import convert_float_to_float16

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fp16.onnx"
        onnx.save(convert_float_to_float16(onnx.load(load_segmentation_model().onnx_path), keep_io_types=True), path)
        return onnx_runner("fp16", path, THREADS)


if __name__ == "__main__":
    print("8-bit integers against 32-bit floats:", measure())
    print("16-bit floats against 32-bit floats:", measure_fp16())
