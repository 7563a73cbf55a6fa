"""The network on 17 slices as `segment` runs it, against a 3-D full-resolution U-Net of nnU-Net's plan with random weights.

The plan is what nnU-Net's rules give for this geometry (Isensee et al., Nature Methods 2021): six stages of 32 to 320 features,
kernels and strides that spare the thick slices, a window rounded up to what the strides divide. It holds the whole volume, so
that no voxel is computed twice: the least that such a network costs. MONAI's DynUNet builds it, without the mirroring that
would cost eight times as much. Ours sees the volume at its three scales. Run as a script it also prints milliseconds a slice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from harness import Ratio, paired, seconds
from inference_vs_eager import COLUMNS, ROWS, SLICES, THREADS
from OPRadiomicsLib.segmentation import load_segmentation_model
from OPRadiomicsLib.segmentation.inference import GRID_MM, SCALES_MM, predict_probabilities
from OPRadiomicsLib.segmentation.runners import Backend, make_runner
from OPRadiomicsLib.segmentation.sagittal import SagittalOrder

WINDOW = (20, 288, 288)
FEATURES = (32, 64, 128, 256, 320, 320)
KERNELS = ((1, 3, 3), (1, 3, 3), (3, 3, 3), (3, 3, 3), (3, 3, 3), (3, 3, 3))
STRIDES = ((1, 1, 1), (1, 2, 2), (2, 2, 2), (2, 2, 2), (1, 2, 2), (1, 2, 2))


def measure(runs: int = 2) -> Ratio:
    """How many times faster ours is on one volume."""
    run = ours("auto", SCALES_MM)
    run()
    return paired(nnunet(), run, runs)


def ours(backend: Backend, scales_mm: Sequence[float]) -> Callable[[], object]:
    """From a volume of the same size to probabilities, as `segment` does it."""
    model = load_segmentation_model()
    runner = make_runner.__wrapped__(model, backend, THREADS)
    volume = np.random.default_rng(0).normal(size=(SLICES, ROWS, COLUMNS)).astype(np.float32)
    order = SagittalOrder((0, 1, 2), (False, False, False), (model.neighbour_mm, GRID_MM, GRID_MM))
    return lambda: predict_probabilities(volume, order, runner, model.neighbour_mm, scales_mm=scales_mm)


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
    backends: tuple[Backend, ...] = ("int8", "onnxruntime", "torch")
    for backend in backends:
        for scales_mm in ((GRID_MM,), SCALES_MM):
            run = ours(backend, scales_mm)
            run()
            quickest = min(seconds(run) for _ in range(3))
            print(f"{backend:<12} {len(scales_mm)} scale(s) {1000 * quickest / SLICES:6.1f} ms a slice")
    print(measure())


if __name__ == "__main__":
    main()
