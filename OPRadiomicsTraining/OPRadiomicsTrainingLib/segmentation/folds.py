"""Cross-validation that ends in one network: simulated images first, then a network a fold, then their average.

Every fold's network starts from the same one, which has seen no real image; so the fold's own cases are new to it, and the
networks lie near enough to each other for their weights to be averaged (model soup: Wortsman et al., ICML 2022).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from OPRadiomicsLib.errors import ModelError, StudyError
from OPRadiomicsLib.files import write_text
from OPRadiomicsLib.progress import part
from OPRadiomicsLib.types import Progress, no_progress

from .cases import TrainingCase, by_image
from .parallel import Group
from .samples import Cases
from .settings import TrainingSettings
from .train import CHECKPOINT_FILE, train
from .trainer import Trainer

if TYPE_CHECKING:
    from OPRadiomicsLib.segmentation.network import DeepLabV3Plus

SIMULATED_FOLDER: Final = "simulated"
HELD_OUT_FILE: Final = "held_out.txt"
LATER_RATE: Final = 0.5
"""Share of the learning rate with which a fold goes on from the network of simulated images."""


@dataclass(frozen=True)
class CrossValidated:
    """The network of simulated images alone (None where the folds went on from an earlier run), each fold's, and their mean."""

    simulated: DeepLabV3Plus | None
    folds: tuple[DeepLabV3Plus, ...]
    average: DeepLabV3Plus


def fold_folder(out: Path, number: int) -> Path:
    """Where fold ``number``, counted from 1, keeps its checkpoint, curves, held-out cases and bundle."""
    return out / f"fold_{number}"


def split_folds(cases: Sequence[TrainingCase], count: int) -> tuple[tuple[TrainingCase, ...], ...]:
    """Deal each set's cases to ``count`` folds in turn; copies of one image go to the same fold.

    Raises
    ------
    StudyError
        If there are fewer different images than folds.
    """
    groups = by_image(cases)
    if not 2 <= count <= len(groups):
        raise StudyError(
            f"{count} folds of {len(groups)} different real images",
            "2 folds or more, and an image for each",
            "give other --folds",
        )
    dealt: list[list[TrainingCase]] = [[] for _ in range(count)]
    for number, group in enumerate(groups):
        dealt[number % count] += group
    return tuple(tuple(fold) for fold in dealt)


def cross_validate(
    cases: Cases,
    out: Path,
    settings: TrainingSettings,
    count: int = 5,
    *,
    simulated_epochs: int,
    network: DeepLabV3Plus | None = None,
    earlier: Path | None = None,
    group: Group | None = None,
    after_epoch: Callable[[Path], object] | None = None,
    progress: Progress = no_progress,
) -> CrossValidated:
    """Train one network on the simulated cases, ``count`` that go on from it or from an earlier run's, and average these.

    What is trained already is kept, and a broken training goes on: the same call after an interruption ends with the same
    weights.

    Parameters
    ----------
    cases
        ``real`` ones are dealt to the folds; ``validation`` is not used.
    out
        Folder of simulated/ and fold_1/ to fold_<count>/, each as `train` writes it.
    settings
        Of a fold; ``epochs`` is a fold's.
    network
        From which the one on simulated cases starts, and which has seen none of the real ones; a new one where left out.
    earlier
        Folder of an earlier cross-validation of the same folds, from whose networks these go on, each from the one that has
        held out the same cases; no network then learns simulated images alone.
    after_epoch
        Called with a network's folder when an epoch's figures are written there, e.g. to draw curves.

    Raises
    ------
    StudyError
        If there is no simulated case, or there are too few real ones.
    ModelError
        If ``earlier`` has held out other cases, or lacks a network.
    Cancelled
        If ``progress`` raises it; the last epoch's checkpoint stays.
    """
    folds = split_folds(cases.real, count)
    if not cases.simulated:
        raise StudyError("No simulated case", "simulated cases to begin with", "give --simulated FOLDER")
    group = group or Group()
    share, simulated = 0.0, None
    if earlier is None:
        share = simulated_epochs / (simulated_epochs + count * settings.epochs)
        first = replace(settings, epochs=simulated_epochs)
        alone = Cases((), cases.simulated, ())
        told = _named("Simulated images", part(progress, 0.0, share))
        start = _trained(alone, out / SIMULATED_FOLDER, first, network, group=group, after_epoch=after_epoch, progress=told)
        simulated = start.averaged()
        starts = [simulated] * count
    else:
        starts = [_network_of(earlier, number, held_out) for number, held_out in enumerate(folds, start=1)]
    networks = []
    for number, (held_out, begin) in enumerate(zip(folds, starts, strict=True), start=1):
        names = {case.name for case in held_out}
        learnt = tuple(case for case in cases.real if case.name not in names)
        own = replace(settings, seed=settings.seed + number, learning_rate=LATER_RATE * settings.learning_rate)
        folder = fold_folder(out, number)
        ends = (share + (1 - share) * n / count for n in (number - 1, number))
        told = _named(f"Fold {number} of {count}", part(progress, *ends))
        trainer = _trained(
            Cases(learnt, cases.simulated, held_out),
            folder,
            own,
            begin,
            group=group,
            after_epoch=after_epoch,
            progress=told,
        )
        if group.writes:
            write_text(folder / HELD_OUT_FILE, "".join(f"{name}\n" for name in sorted(names)))
        networks.append(trainer.averaged())
    return CrossValidated(simulated, tuple(networks), average_networks(networks))


def _network_of(earlier: Path, number: int, held_out: Sequence[TrainingCase]) -> DeepLabV3Plus:
    from .compare import bundle_network

    record = fold_folder(earlier, number) / HELD_OUT_FILE
    if not record.is_file() or set(record.read_text(encoding="utf-8").splitlines()) != {case.name for case in held_out}:
        raise ModelError(
            f"{earlier.name}/ has no fold {number} that held out the same {len(held_out)} cases",
            "a finished cross-validation of the same cases in as many folds",
            "give that run as --start; a network that has learnt a fold's cases cannot be tested on them",
        )
    return bundle_network(fold_folder(earlier, number) / "bundle")


def _trained(
    cases: Cases,
    out: Path,
    settings: TrainingSettings,
    network: DeepLabV3Plus | None,
    *,
    group: Group,
    after_epoch: Callable[[Path], object] | None,
    progress: Progress,
) -> Trainer:
    begun = (out / CHECKPOINT_FILE).exists()
    group.wait()
    show = None if after_epoch is None else lambda _: after_epoch(out)
    return train(cases, out, settings, resume=begun, network=network, group=group, after_epoch=show, progress=progress)


def _named(name: str, progress: Progress) -> Progress:
    return lambda message, fraction: progress(f"{name}: {message}", fraction)


def average_networks(networks: Sequence[DeepLabV3Plus]) -> DeepLabV3Plus:
    """Mean of the weights, and of batch normalisation's statistics, of networks that went on from one."""
    import copy

    import torch

    average: DeepLabV3Plus = copy.deepcopy(networks[0]).eval()
    states = [network.state_dict() for network in networks]
    mean = {
        name: torch.stack([state[name].double() for state in states]).mean(dim=0).to(tensor.dtype)
        for name, tensor in states[0].items()
    }
    average.load_state_dict(mean)
    return average
