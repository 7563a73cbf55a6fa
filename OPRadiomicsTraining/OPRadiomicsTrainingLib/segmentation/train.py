"""Training of the segmentation network: seeded sample by sample, resumable, on CPU or GPU.

Every sample has a generator of its own, seeded by (seed, step, place in the batch): no state of random numbers has to be kept,
and a resumed run draws what an uninterrupted one would have drawn.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from OPRadiomicsLib.errors import ModelError, StudyError
from OPRadiomicsLib.files import WINDOWS, patiently, write_bytes
from OPRadiomicsLib.regions import dice
from OPRadiomicsLib.types import Progress, no_progress

from .augment import Sample, draw_sample
from .cases import BODY, NEIGHBOUR_MM, TrainingCase, by_image, case_files, load_case, set_of
from .learnt import Learnt
from .parallel import Group

if TYPE_CHECKING:
    import torch
    from OPRadiomicsLib.segmentation.network import DeepLabV3Plus

WEIGHT_DECAY = 0.02
WARM_UP_STEPS = 150
EMA_DECAY = 0.998
CHECKPOINT_FILE = "checkpoint.safetensors"
NOTHING_LEARNT = Learnt()


@dataclass(frozen=True)
class TrainingSettings:
    """One run. An epoch is ``batches_per_epoch`` batches; the learning rate falls as a cosine to the last epoch.

    ``simulated_share``: share of the samples drawn from simulated cases, where there are any.
    ``bf16``: mixed precision; worth it on a GPU, slower on CPUs without bfloat16 arithmetic.
    """

    epochs: int = 100
    batches_per_epoch: int = 50
    batch_size: int = 8
    learning_rate: float = 2e-3
    seed: int = 1
    simulated_share: float = 0.35
    validation_share: float = 0.1
    validate_every: int = 5
    device: str = "cpu"
    bf16: bool = False


@dataclass(frozen=True)
class Cases:
    """Training cases by origin, and the real ones held out for validation."""

    real: tuple[TrainingCase, ...]
    simulated: tuple[TrainingCase, ...]
    validation: tuple[TrainingCase, ...]


def gather_cases(
    real: Path | None, simulated: Path | None, settings: TrainingSettings, learnt: Learnt = NOTHING_LEARNT
) -> Cases:
    """Load prepared cases; of each real set about a tenth (``validation_share``) is held out, one image at least of three.

    Which, the images' digests decide: a case that is added later makes none a test case that an earlier network has learnt.

    Parameters
    ----------
    learnt
        By the network that training goes on from: none of these images is held out, so that none is where it knows them all.

    Raises
    ------
    StudyError
        If neither folder holds a case.
    """
    invented = tuple(map(load_case, case_files(simulated)))
    by_set: dict[str, list[list[TrainingCase]]] = {}
    for copies in by_image(map(load_case, case_files(real))):
        by_set.setdefault(set_of(copies[0].name), []).append(copies)
    if not by_set and not invented:
        raise StudyError("No training case", "prepared .npz cases, real or simulated", "give --data or --simulated")
    training: list[TrainingCase] = []
    held_out: list[TrainingCase] = []
    for images in by_set.values():
        places = {_place(copies[0]) for copies in images if not learnt.holds(copies[0])}
        limit = _limit(sorted(places), len(images), settings.validation_share)
        for copies in images:
            place = _place(copies[0])
            (held_out if place in places and place < limit else training).extend(copies)
    return Cases(tuple(training), invented, tuple(held_out))


def _place(case: TrainingCase) -> float:
    """From 0 to 1, by the image alone."""
    return int.from_bytes(hashlib.sha256(case.image.tobytes()).digest()[:6]) / 2**48


def _limit(places: Sequence[float], images: int, share: float) -> float:
    """Below which a place is held out: the share, more where nothing or less where more than half of the images lies below."""
    ranked = [0.0, *places, 1.0]
    fewest, most = (min(number, len(places)) for number in ((1, images // 2) if images > 2 else (0, 0)))
    return min(max(share, math.nextafter(ranked[fewest], 1.0)), ranked[most + 1])


def draw_batch(cases: Cases, settings: TrainingSettings, step: int, places: range) -> list[Sample]:
    """The samples of a step at these places of its batch; the same whoever asks, and when.

    Raises
    ------
    StudyError
        If there is no case to draw from.
    """
    if not cases.real and not cases.simulated:
        raise StudyError(
            "No case to draw samples from", "real or simulated cases", "give --data, or --simulated and --simulate N"
        )
    batch = []
    for place in places:
        rng = np.random.default_rng([settings.seed, step, place])
        share = settings.simulated_share if cases.real else 1.0
        pool = cases.simulated if cases.simulated and rng.random() < share else cases.real
        batch.append(draw_sample(_draw_case(pool, rng), rng))
    return batch


def _draw_case(pool: tuple[TrainingCase, ...], rng: np.random.Generator) -> TrainingCase:
    """Sets first, then cases, so that no set outweighs the others."""
    names = sorted({set_of(case.name) for case in pool})
    chosen = names[int(rng.integers(len(names)))]
    members = [case for case in pool if set_of(case.name) == chosen]
    return members[int(rng.integers(len(members)))]


def _batches(cases: Cases, settings: TrainingSettings, steps: range, places: range) -> Iterator[list[Sample]]:
    """Batches of the steps; the next one is drawn while this one is learnt."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(draw_batch, cases, settings, steps.start, places)
        for step in steps:
            batch = coming.result()
            if step + 1 < steps.stop:
                coming = pool.submit(draw_batch, cases, settings, step + 1, places)
            yield batch


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


def validation_dice(network: torch.nn.Module, cases: tuple[TrainingCase, ...], device: str = "cpu") -> dict[str, float]:
    """Mean Dice of all bodies by set, over every second slice of each held-out case, at a probability of 0.5."""
    scores: dict[str, list[float]] = {}
    for case in cases:
        counted = case.weight[::2] > 100
        truth = (case.body[::2] > 0) & counted
        predicted = predicted_bodies(network, case, slice(None, None, 2), device) & counted
        scores.setdefault(set_of(case.name), []).append(dice(truth, predicted) if (truth | predicted).any() else 0.0)
    return {name: float(np.mean(values)) for name, values in scores.items()}


def predicted_bodies(network: torch.nn.Module, case: TrainingCase, chosen: slice, device: str = "cpu") -> npt.NDArray[np.bool_]:
    """Bodies on the chosen slices, (n, rows, columns) of the case, at a probability of 0.5; the network sees them at 1 mm."""
    import torch
    from OPRadiomicsLib.segmentation.inference import GRID_MM, network_input
    from OPRadiomicsLib.segmentation.sagittal import SagittalOrder, resample_in_plane

    order = SagittalOrder((0, 1, 2), (False, False, False), case.spacing_mm)
    prepared = network_input((case.image / 255).astype(np.float32), order, NEIGHBOUR_MM)
    rows, columns = prepared.shape
    with torch.no_grad():
        classes = [network(torch.from_numpy(image[None]).to(device)).softmax(1) for image in prepared.images(chosen)]
    probability = np.stack([one[0, BODY, :rows, :columns].cpu().numpy() for one in classes])
    shape = (case.image.shape[1], case.image.shape[2])
    found: npt.NDArray[np.bool_] = resample_in_plane(probability, (GRID_MM, GRID_MM), shape, case.spacing_mm[1:]) > 0.5
    return found


def train(
    cases: Cases,
    out: Path,
    settings: TrainingSettings,
    *,
    resume: bool = False,
    network: DeepLabV3Plus | None = None,
    group: Group | None = None,
    after_epoch: Callable[[DeepLabV3Plus], object] | None = None,
    progress: Progress = no_progress,
) -> Trainer:
    """Train to the last epoch; a checkpoint and a line of curves.csv follow each epoch.

    Parameters
    ----------
    out
        Folder of checkpoint.safetensors, which holds the averaged weights too, and curves.csv.
    resume
        Continue from ``out``'s checkpoint; with another number of epochs the learning rate follows the new one.
    network
        Weights to start from, left as they are; a new network where it is left out.
    group
        The processes that train together (`parallel.joined`); the first one measures, writes and reports.
    after_epoch
        Called with the averaged network when an epoch's figures are written, e.g. to draw curves.

    Raises
    ------
    ModelError
        If ``resume`` finds no checkpoint, a damaged one or one of another network, or the loss is no longer finite.
    Cancelled
        If ``progress``, which is called before each batch, raises it; the last epoch's checkpoint stays.
    """
    out.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(settings, network, group)
    if resume:
        _restore(trainer, out)
    per_epoch = settings.batches_per_epoch
    last = settings.epochs * per_epoch
    losses: list[float] = []
    unwritten: list[dict[str, float]] = []
    started = time.monotonic()
    for batch in _batches(cases, settings, range(trainer.step, last), trainer.group.places(settings.batch_size)):
        progress(f"Epoch {trainer.step // per_epoch + 1} of {settings.epochs}", trainer.step / last)
        losses.append(trainer.learn(batch))
        _require_finite(losses[-1], trainer.step)
        if trainer.step % per_epoch or not trainer.group.writes:
            continue
        epoch = trainer.step // per_epoch
        figures = {"epoch": float(epoch), "loss": float(np.mean(losses)), "seconds": time.monotonic() - started}
        if cases.validation and (epoch % settings.validate_every == 0 or trainer.step == last):
            scores = validation_dice(trainer.averaged(), cases.validation, settings.device)
            figures |= {f"dice_{name}": score for name, score in scores.items()}
        trainer.save(out / CHECKPOINT_FILE)
        unwritten.append(figures)
        _append(out / "curves.csv", unwritten, last=trainer.step == last)
        progress(", ".join(f"{k} {v:.4g}" for k, v in figures.items()), epoch / settings.epochs)
        if after_epoch is not None:
            after_epoch(trainer.averaged())
        losses, started = [], time.monotonic()
    return trainer


def _require_finite(loss: float, step: int) -> None:
    if not math.isfinite(loss):
        raise ModelError(
            f"A loss of {loss} in step {step}", "a finite one", "check the images and the weights that it started from"
        )


def _restore(trainer: Trainer, out: Path) -> None:
    path = out / CHECKPOINT_FILE
    if not path.exists():
        raise ModelError(f"No checkpoint in {out.name}/", "checkpoint.safetensors of an earlier run", "start without --resume")
    trainer.restore(path)


def _append(path: Path, unwritten: list[dict[str, float]], *, last: bool) -> None:
    """The figures differ by epoch, so the table is long: epoch, figure, value.

    Under Windows Excel keeps others from writing what it shows: such epochs stay in ``unwritten``, for the next time.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    if not path.exists():
        writer.writerow(["epoch", "figure", "value"])
    for figures in unwritten:
        epoch = int(figures["epoch"])
        writer.writerows([epoch, name, f"{value:.6g}"] for name, value in figures.items() if name != "epoch")
    try:
        with patiently(partial(path.open, "a", newline="", encoding="utf-8")) as file:
            file.write(text.getvalue())
    except PermissionError:
        if last or not WINDOWS:
            raise
    else:
        unwritten.clear()
