"""What `train segmentation` refuses before any work."""

from __future__ import annotations

import argparse
from pathlib import Path

from OPRadiomicsLib.errors import OutputError, StudyError


def require_options_that_fit(options: argparse.Namespace) -> None:
    """Prove that the options go together and that the models, sets and device which they name are there.

    Raises
    ------
    StudyError
        If not, or the folder of simulated cases holds those of another seed or of other rules.
    ModelError
        If --start or --compare names no network that torch can take, or --name can't be a folder's.
    """
    from OPRadiomicsLib.installed import require_model_name

    from .simulated import require_same_simulation

    if options.data is None and options.simulated is None:
        raise StudyError(
            "Neither --data nor --simulated", "at least one of them", "name a folder of images or of simulated cases"
        )
    if options.folds is not None and options.start is not None and not any(Path(options.start).glob("fold_*/bundle")):
        raise StudyError(
            "--folds with --start of one network",
            "the folder of an earlier cross-validation, each of whose networks goes on with its own fold held out",
            "a network that has learnt a fold's cases cannot be tested on them: give such a run, or leave --start out",
        )
    if options.backbone is not None and options.start is not None:
        raise StudyError("--backbone with --start", "one of them", "a network to go on from has its backbone already")
    if options.folds is not None and options.compare is not None:
        raise StudyError(
            "--folds with --compare",
            "one of them",
            "each fold's network has a bundle of its own: measure it on its held_out.txt",
        )
    if options.folds is not None and options.simulated is None:
        raise StudyError("--folds without --simulated", "simulated cases to begin with", "give --simulated FOLDER")
    if options.name is not None:
        require_model_name(options.name)
    _require_no_idle_option(options)
    _require_images_of_each_set(options)
    if options.simulated is not None:
        require_same_simulation(options.simulated, options.seed)
    _require_networks(options)
    _require_device(options.device)


def _require_no_idle_option(options: argparse.Namespace) -> None:
    """Refuse what would be ignored."""
    idle = {
        "--set without --data": options.set and options.data is None,
        "--simulate without --simulated": options.simulate and options.simulated is None,
        "--compare without --data": options.compare and options.data is None,
        "--simulated-epochs without --folds": options.simulated_epochs and options.folds is None,
        "--simulated-epochs with --start": options.simulated_epochs and options.start is not None,
    }
    for found in (words for words, given in idle.items() if given):
        option, joined, other = found.split()
        remedy = f"leave {option} out, or add {other}" if joined == "without" else "leave one of the two out"
        raise StudyError(found, "options that take effect", remedy)


def _require_images_of_each_set(options: argparse.Namespace) -> None:
    """The default sets may be absent; one that was asked for is there, or its name is wrong."""
    from .cases import TRAINING_SETS, images_of

    if options.data is None:
        return
    absent = [name for name in options.set or TRAINING_SETS if not images_of(options.data, name)]
    if options.set and absent:
        raise StudyError(
            f"No image of the set '{absent[0]}' in {options.data.name}/",
            f"files {absent[0]}_*_img.nii.gz",
            "correct --set or --data",
        )


def _require_networks(options: argparse.Namespace) -> None:
    """Load those that training or comparison will: a bundle may lack torch's weights, or hold another network's."""
    from .compare import bundle_network

    folds = options.folds is not None and options.start is not None
    starts = sorted(Path(options.start).glob("fold_*/bundle")) if folds else [options.start]
    for bundle in (*starts, options.compare):
        if bundle is not None:
            bundle_network(bundle)


def _require_device(name: str) -> None:
    import torch

    try:
        if torch.empty(1, device=name).device.type not in {"cpu", "cuda"}:
            raise RuntimeError("nothing can be trained on it")
    except (RuntimeError, AssertionError) as error:  # what torch raises without CUDA
        raise StudyError(
            f"--device {name} ({str(error).splitlines()[0]})", "cpu, or cuda where torch and a GPU support it", "choose another"
        ) from None


def make_run_folder(out: Path) -> None:
    """Make the folder of a run; raises `OutputError` where it cannot be made."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{out} cannot be made ({error.strerror})", "a folder that can be written", "choose another --out"
        ) from None
