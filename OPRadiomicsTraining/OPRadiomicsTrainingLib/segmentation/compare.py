"""A trained network beside the one that was in use: Dice on held-out cases, and a picture of one slice while it learns."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from .cases import BODY, TrainingCase

if TYPE_CHECKING:
    from OPRadiomicsLib.segmentation.network import DeepLabV3Plus

    from .train import Cases


@dataclass(frozen=True)
class NetworkComparison:
    """Mean Dice of the bodies over held-out cases: of the new network and of the one before it."""

    new: float
    before: float
    cases: tuple[str, ...]
    before_name: str


def bundle_network(name_or_folder: str | Path) -> DeepLabV3Plus:
    """The network of a bundle, to train on; raises `ModelError` as `load_segmentation_model`."""
    from OPRadiomicsLib.segmentation.bundle import load_segmentation_model
    from OPRadiomicsLib.segmentation.network import DeepLabV3Plus
    from safetensors.torch import load_file

    network = DeepLabV3Plus()
    network.load_state_dict(load_file(load_segmentation_model(name_or_folder).weights_path))
    return network


def compare_networks(new: str | Path, before: str | Path, cases: tuple[TrainingCase, ...]) -> NetworkComparison:
    """Both bundles on the same cases, which neither run of `train` that holds them out has learnt from."""
    from .train import validation_dice

    scores = [float(np.mean(list(validation_dice(bundle_network(one).eval(), cases).values()))) for one in (new, before)]
    return NetworkComparison(scores[0], scores[1], tuple(case.name for case in cases), Path(before).name)


def write_comparison(compared: NetworkComparison, path: Path) -> Path:
    """As JSON."""
    from OPRadiomicsLib.io.output import write_json

    return write_json(asdict(compared), path)


def draw_preview(network: DeepLabV3Plus, cases: Cases, out: Path, device: str = "cpu") -> None:
    """Draw ``out``/preview.png: a middle slice of a held-out case, readers' outline and the network's."""
    case = (*cases.validation, *cases.real, *cases.simulated)[0]
    k = len(case.image) // 2
    found = predicted_slice(network, case, k, device)
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4, 4.4), layout="constrained")
    axis = figure.subplots()
    axis.imshow(case.image[k], cmap="gray", aspect=case.spacing_mm[1] / case.spacing_mm[2])
    for mask, colour in ((case.body[k] > 0, "#2ecc71"), (found, "#e67e22")):
        if mask.any():
            axis.contour(mask, [0.5], colors=[colour], linewidths=1)
    axis.set_axis_off()
    axis.set_title(f"{case.name}: labels green, network orange", fontsize=9)
    partial = out / "preview.part.png"
    figure.savefig(partial, dpi=100)
    partial.replace(out / "preview.png")


def predicted_slice(network: DeepLabV3Plus, case: TrainingCase, k: int, device: str = "cpu") -> npt.NDArray[np.bool_]:
    """Bodies on one slice, (rows, columns), at a probability of 0.5."""
    import torch
    from OPRadiomicsLib.segmentation.standardise import standardise
    from torch.nn import functional

    near = [max(k - 1, 0), k, min(k + 1, len(case.image) - 1)]
    triple = standardise((case.image[near] / 255).astype(np.float32))
    rows, columns = triple.shape[1:]
    padded = functional.pad(torch.from_numpy(triple)[None], (0, -columns % 16, 0, -rows % 16))
    with torch.no_grad():
        found = network.to(device)(padded.to(device)).softmax(1)[0, BODY, :rows, :columns].cpu().numpy() > 0.5
    result: npt.NDArray[np.bool_] = found
    return result
