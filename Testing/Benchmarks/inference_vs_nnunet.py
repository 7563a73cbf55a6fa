"""The network on 17 slices as `segment` runs it, against a 3-D full-resolution U-Net of nnU-Net's plan with random weights.

The plan is what nnU-Net's rules give for this geometry (Isensee et al., Nature Methods 2021): six stages of 32 to 320 features,
kernels and strides that spare the thick slices, a window rounded up to what the strides divide. It holds the whole volume, so
that no voxel is computed twice: the least that such a network costs. MONAI's DynUNet builds it, without the mirroring that
would cost eight times as much. Run as a script it also prints milliseconds a slice.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from harness import Ratio, paired, seconds
from inference_vs_eager import COLUMNS, ROWS, SLICES, THREADS, in_batches, some_images
from OPRadiomicsLib.segmentation.inference import BATCH
from OPRadiomicsLib.segmentation.runners import Backend

WINDOW = (20, 288, 288)
FEATURES = (32, 64, 128, 256, 320, 320)
KERNELS = ((1, 3, 3), (1, 3, 3), (3, 3, 3), (3, 3, 3), (3, 3, 3), (3, 3, 3))
STRIDES = ((1, 1, 1), (1, 2, 2), (2, 2, 2), (2, 2, 2), (1, 2, 2), (1, 2, 2))


def measure(runs: int = 2) -> Ratio:
    """How many times faster ours is on one volume."""
    images = some_images()
    ours = in_batches("auto", BATCH)
    ours(images)
    return paired(nnunet(), lambda: ours(images), runs)


def nnunet() -> Callable[[], object]:
    """One sliding-window pass over a volume of the same size, on as many threads as ours."""
    import torch
    from monai.inferers.utils import sliding_window_inference
    from monai.networks.nets.dynunet import DynUNet

    torch.set_num_threads(THREADS)
    network = DynUNet(3, 1, 5, KERNELS, STRIDES, STRIDES[1:], FEATURES, norm_name="instance").eval()
    volume = torch.from_numpy(np.random.default_rng(0).normal(size=(1, 1, SLICES, ROWS, COLUMNS)).astype(np.float32))

    def run() -> object:
        with torch.inference_mode():
            return sliding_window_inference(volume, WINDOW, 1, network, overlap=0.5)

    return run


def main() -> None:
    images = some_images()
    backends: tuple[Backend, ...] = ("int8", "onnxruntime", "torch")
    for backend in backends:
        run = in_batches(backend, BATCH)
        run(images)
        print(f"{backend:<12} {1000 * min(seconds(lambda run=run: run(images)) for _ in range(3)) / SLICES:6.1f} ms a slice")
    print(measure())


if __name__ == "__main__":
    main()
