"""Training of the segmentation network: seeded sample by sample, resumable, on CPU or GPU."""

from __future__ import annotations

import csv
import io
import math
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from OPRadiomicsLib.errors import ModelError
from OPRadiomicsLib.files import WINDOWS, patiently
from OPRadiomicsLib.regions import dice
from OPRadiomicsLib.types import Progress, no_progress

from .cases import BODY, NEIGHBOUR_MM, TrainingCase, set_of
from .parallel import Group
from .samples import Cases, draw_batches
from .settings import TrainingSettings
from .trainer import Trainer

if TYPE_CHECKING:
    import torch
    from OPRadiomicsLib.segmentation.network import DeepLabV3Plus

CHECKPOINT_FILE = "checkpoint.safetensors"


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
    for batch in draw_batches(cases, settings, range(trainer.step, last), trainer.group.places(settings.batch_size)):
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
