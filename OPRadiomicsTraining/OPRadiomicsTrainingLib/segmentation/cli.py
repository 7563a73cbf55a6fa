"""`opradiomics train segmentation`: prepare cases, train, export a bundle."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from OPRadiomicsLib.errors import ModelError, OutputError, StudyError

if TYPE_CHECKING:
    from .train import Cases, Trainer, TrainingSettings


def add_train_command(subparsers: Any) -> None:
    """Add ``train`` with its ``segmentation`` to an argparse collection of subparsers; the handler is set as ``run``."""
    train = subparsers.add_parser("train", help="train a model")
    models = train.add_subparsers(dest="model", required=True, metavar="MODEL")
    parser = models.add_parser("segmentation", help="the network that finds vertebral bodies", description=__doc__)
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="real <case>_img.nii.gz with _lab or _sem files")
    parser.add_argument("--simulated", type=Path, metavar="FOLDER", help="simulated cases; made there if the folder is empty")
    parser.add_argument("--simulate", type=int, default=40, metavar="N", help="studies to simulate (default 40)")
    parser.add_argument("--epochs", type=int, default=100, help="default 100")
    parser.add_argument("--seed", type=int, default=1, help="decides everything that is random (default 1)")
    parser.add_argument("--threads", type=int, default=2, help="of torch (default 2); a run is bit-identical for one number")
    parser.add_argument("--device", default="cpu", help="cpu or cuda (default cpu)")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="checkpoints, curves and the bundle")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out")
    parser.set_defaults(run=run_train_segmentation)
    int8 = models.add_parser("int8", help="make a bundle's network in 8-bit integers, for inference without delay")
    int8.add_argument(
        "bundle", type=Path, metavar="BUNDLE", help="folder of a bundle; its graph, metadata and checksums change"
    )
    int8.set_defaults(run=run_int8)


def run_train_segmentation(arguments: argparse.Namespace) -> int:
    """Train and export; Ctrl-C keeps the last epoch's checkpoint. Returns the exit status."""
    import torch

    from .train import TrainingSettings, train

    if arguments.data is None and arguments.simulated is None:
        raise StudyError(
            "Neither --data nor --simulated", "at least one of them", "name a folder of images or of simulated cases"
        )
    _require_writable(arguments.out)
    on_gpu = arguments.device != "cpu"
    settings = TrainingSettings(arguments.epochs, seed=arguments.seed, device=arguments.device, bf16=on_gpu)
    before = torch.get_num_threads()
    torch.set_num_threads(arguments.threads)
    try:
        cases = _prepare(arguments, settings)
        trainer = train(
            cases,
            arguments.out,
            settings,
            resume=arguments.resume,
            after_epoch=lambda: draw_curves(arguments.out),
            progress=_print,
        )
    except KeyboardInterrupt:
        print(f"Stopped; the same command with --resume goes on from {arguments.out}", file=sys.stderr)
        return 130
    finally:
        torch.set_num_threads(before)
    _export(trainer, cases, arguments)
    return 0


def run_int8(arguments: argparse.Namespace) -> int:
    """Make the 8-bit graph of a bundle. Returns the exit status."""
    _print_int8(arguments.bundle)
    return 0


def _print_int8(bundle: Path) -> None:
    from .int8 import add_int8

    agreement = add_int8(bundle)
    print(f"Bundle {bundle}: 8-bit integers and floats agree by a Dice of {agreement:.4f} in the bodies of a simulated study")


def _require_writable(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{out} cannot be made ({error.strerror})", "a folder that can be written", "choose another --out"
        ) from None


def _prepare(arguments: argparse.Namespace, settings: TrainingSettings) -> Cases:
    from .cases import prepare_real_cases
    from .simulated import prepare_simulated_cases
    from .train import gather_cases

    real: Path | None = None
    if arguments.data is not None:
        real = arguments.out / "cases"
        if not any(real.glob("*.npz")):
            prepare_real_cases(arguments.data, real, progress=_print)
    if arguments.simulated is not None:
        prepare_simulated_cases(arguments.simulate, arguments.simulated, seed=arguments.seed, progress=_print)
    return gather_cases(real, arguments.simulated, settings)


def _export(trainer: Trainer, cases: Cases, arguments: argparse.Namespace) -> None:
    from .export import export_bundle

    sets = sorted({case.name.split("_")[0] for case in cases.real + cases.simulated})
    provenance = {
        "trained_on": sets,
        "cases": len(cases.real) + len(cases.simulated),
        "steps": trainer.step,
        "seed": arguments.seed,
    }
    bundle = arguments.out / "bundle"
    difference = export_bundle(trainer.averaged(), bundle, name="lumbar-bodies", version="0.1.0", provenance=provenance)
    print(f"Bundle {bundle}: ONNX Runtime and torch differ by at most {difference:.1e} in the logits")
    try:
        _print_int8(bundle)
    except ModelError as error:
        print(f"Without 8-bit integers: {error}", file=sys.stderr)


def _print(message: str, fraction: float) -> None:
    print(f"{100 * fraction:5.1f} %  {message}", flush=True)


def draw_curves(out: Path) -> None:
    """Draw ``out``/curves.png: loss and validation Dice against the epoch, from the curves.csv that training writes."""
    import csv

    from matplotlib.figure import Figure

    series: dict[str, list[tuple[int, float]]] = {}
    with (out / "curves.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            series.setdefault(row["figure"], []).append((int(row["epoch"]), float(row["value"])))
    figure = Figure(figsize=(9, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    for name, points in series.items():
        axis = left if name == "loss" else right if name.startswith("dice") else None
        if axis is not None:
            axis.plot(*zip(*points, strict=True), label=name)
    left.set(xlabel="epoch", ylabel="training loss")
    right.set(xlabel="epoch", ylabel="Dice of held-out cases", ylim=(0, 1))
    right.legend()
    partial, picture = out / "curves.part.png", out / "curves.png"
    figure.savefig(partial, dpi=100)
    partial.replace(picture)
