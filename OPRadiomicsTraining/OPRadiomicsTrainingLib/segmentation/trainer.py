"""Network, running average and optimiser: one step, and a checkpoint of all three."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from OPRadiomicsLib.errors import ModelError
from OPRadiomicsLib.files import write_bytes

from .augment import Sample
from .parallel import Group
from .settings import TrainingSettings

if TYPE_CHECKING:
    import torch
    from OPRadiomicsLib.segmentation.network import DeepLabV3Plus

WEIGHT_DECAY = 0.02
WARM_UP_STEPS = 150
EMA_DECAY = 0.998


def learning_rate(settings: TrainingSettings, step: int) -> float:
    """Linear warm-up, then a cosine to zero at the end of the last epoch."""
    total = settings.epochs * settings.batches_per_epoch
    warm = min(1.0, (step + 1) / WARM_UP_STEPS)
    return settings.learning_rate * warm * 0.5 * (1 + math.cos(math.pi * min(1.0, step / total)))


class Trainer:
    """Network, its running average and optimiser, saved and restored together.

    Raises
    ------
    ModelError
        If a checkpoint to resume from is of another network.
    """

    def __init__(self, settings: TrainingSettings, network: DeepLabV3Plus | None = None, group: Group | None = None) -> None:
        import copy

        import torch
        from OPRadiomicsLib.segmentation.network import DeepLabV3Plus

        torch.manual_seed(settings.seed)
        self.settings = settings
        self.group = group or Group()
        self.step = 0
        self.network = (DeepLabV3Plus() if network is None else copy.deepcopy(network)).to(settings.device)
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = {name: tensor.detach().clone() for name, tensor in self.network.state_dict().items()}
        self.optimiser = torch.optim.AdamW(self.network.parameters(), settings.learning_rate, weight_decay=WEIGHT_DECAY)

    def learn(self, batch: list[Sample]) -> float:
        """One step of the optimiser; gives the loss."""
        import torch

        from .loss import partial_label_loss

        arrays = (np.stack([getattr(s, name) for s in batch]) for name in ("image", "target", "weight", "labelled", "seed"))
        image, target, weight, labelled, seed = (torch.from_numpy(a).to(self.settings.device) for a in arrays)
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate(self.settings, self.step)
        self.network.train()
        with torch.autocast(self.settings.device, torch.bfloat16, enabled=self.settings.bf16):
            logits = self.network(image.contiguous(memory_format=torch.channels_last))
        loss = partial_label_loss(logits, target, weight, labelled, seed)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self.group.average_gradients(self.network)
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 2.0)
        self.optimiser.step()
        self.group.average_statistics(self.network)
        self._update_average()
        self.step += 1
        return float(loss.detach())

    def _update_average(self) -> None:
        import torch

        decay = min(EMA_DECAY, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for name, tensor in self.network.state_dict().items():
                if tensor.is_floating_point():
                    self.average[name].lerp_(tensor, 1 - decay)
                else:
                    self.average[name].copy_(tensor)

    def averaged(self) -> DeepLabV3Plus:
        """A copy of the network with the averaged weights, for use."""
        import copy

        network: DeepLabV3Plus = copy.deepcopy(self.network).eval()
        network.load_state_dict(self.average)
        return network

    def save(self, path: Path) -> None:
        """Write weights, averages and the optimiser's moments as safetensors, by way of a temporary file."""
        from safetensors.torch import save

        tensors = {f"network.{name}": t for name, t in self.network.state_dict().items()}
        tensors |= {f"average.{name}": t for name, t in self.average.items()}
        for number, state in self.optimiser.state_dict()["state"].items():
            tensors |= {f"adam.{number}.{key}": t for key, t in state.items()}
        contiguous = {name: t.detach().cpu().contiguous() for name, t in tensors.items()}
        run = {"step": self.step, "settings": asdict(self.settings)}
        write_bytes(path, save(contiguous, {"run": json.dumps(run)}))  # one entry: safetensors writes several in any order

    def restore(self, path: Path) -> None:
        """Continue from what `save` wrote; raises `ModelError` where the file is damaged, or of another network."""
        from safetensors import SafetensorError, safe_open
        from safetensors.torch import load_file

        try:
            mapped = load_file(path, device=self.settings.device)
            tensors = {name: t.clone() for name, t in mapped.items()}  # Windows replaces no file that is mapped into memory
            with safe_open(path, "pt") as file:
                metadata = file.metadata()
            self.step = int(json.loads(metadata["run"])["step"] if "run" in metadata else metadata["step"])  # as it was once
        except SafetensorError as error:
            raise ModelError(
                f"Checkpoint {path.name} is damaged ({error})",
                "a checkpoint as training wrote it",
                "begin anew in another folder",
            ) from None
        try:
            self.network.load_state_dict(_with_prefix(tensors, "network."))
        except RuntimeError as error:
            raise ModelError(
                f"Checkpoint {path.name} of another network ({str(error).splitlines()[0]})",
                "a checkpoint of this DeepLabv3+",
                "begin anew in another folder",
            ) from None
        self.average = _with_prefix(tensors, "average.")
        state: dict[int, dict[str, torch.Tensor]] = {}
        for name, tensor in _with_prefix(tensors, "adam.").items():
            number, key = name.split(".")
            state.setdefault(int(number), {})[key] = tensor
        self.optimiser.load_state_dict({"state": state, "param_groups": self.optimiser.state_dict()["param_groups"]})


def _with_prefix(tensors: dict[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
