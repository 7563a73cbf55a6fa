"""`opradiomics train segmentation`: prepare cases, train, export a bundle."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from OPRadiomicsLib.arguments import seed_number, whole_number
from OPRadiomicsLib.outcome import served

from .train_command import SIMULATED_EPOCHS, SIMULATED_STUDIES, make_int8, train_segmentation


def add_train_command(subparsers: Any) -> None:
    """Register `train` with `segmentation` and `int8`; called through the entry point opradiomics.commands."""
    train = subparsers.add_parser("train", help="train a model")
    models = train.add_subparsers(dest="model", required=True, metavar="MODEL")
    parser = models.add_parser("segmentation", help="the network that finds vertebral bodies", description=__doc__)
    parser.add_argument(
        "--data",
        type=Path,
        metavar="FOLDER",
        help="real <case>_img.nii.gz with <case>_lab.nii.gz (bodies: L1 to L3 as 1 to 3, or VerSe's codes) or "
        "<case>_sem.nii.gz (1 vertebra, 2 disc, 3 canal); without --folds about a tenth of a set is held out, one "
        "at least of three, none that --start has learnt; give one image a patient: of two, one may be learnt, one held out",
    )
    parser.add_argument(
        "--set",
        action="append",
        metavar="NAME",
        help="first word of the names of --data's images; repeat it (default: chu, myosegmentum and spider, the public sets)",
    )
    parser.add_argument(
        "--start",
        metavar="BUNDLE",
        help="go on from this network's weights: shipped name or folder; with --folds from those of this earlier run",
    )
    parser.add_argument(
        "--backbone", type=Path, metavar="FILE", help="start from MobileNetV2's weights of ImageNet in this TFLite file"
    )
    parser.add_argument(
        "--compare",
        metavar="BUNDLE",
        help="network in use, beside which the new one is shown (default: --start, or the one that ships)",
    )
    parser.add_argument("--name", help="of the network (default: the folder's, --out)")
    parser.add_argument("--simulated", type=Path, metavar="FOLDER", help="simulated cases; those missing are made there")
    parser.add_argument(
        "--simulate",
        type=whole_number(1),
        metavar="N",
        help=f"with --simulated: how many studies there are at least (default {SIMULATED_STUDIES})",
    )
    parser.add_argument("--epochs", type=whole_number(1), default=100, help="default 100")
    parser.add_argument(
        "--folds",
        type=whole_number(2),
        metavar="K",
        help="cross-validate: a network of simulated images alone, K networks that go on from it, each without its fold of the "
        "real cases, and their average as the bundle",
    )
    parser.add_argument(
        "--simulated-epochs",
        type=whole_number(1),
        metavar="N",
        help=f"with --folds: on simulated images alone (default {SIMULATED_EPOCHS})",
    )
    parser.add_argument("--batches", type=whole_number(1), default=50, help="of 8 samples, an epoch (default 50)")
    parser.add_argument("--seed", type=seed_number, default=1, help="decides everything that is random (default 1)")
    parser.add_argument(
        "--threads", type=whole_number(1), default=2, help="of torch (default 2); a run is bit-identical for one number"
    )
    parser.add_argument("--device", default="cpu", help="cpu or cuda (default cpu)")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="checkpoints, curves and the bundle")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out")
    parser.set_defaults(**served(train_segmentation))
    int8 = models.add_parser("int8", help="make a bundle's network in 8-bit integers, for inference without delay")
    int8.add_argument(
        "bundle", type=Path, metavar="BUNDLE", help="folder of a bundle; its graph, metadata and checksums change"
    )
    int8.set_defaults(run=run_int8)


def run_int8(arguments: argparse.Namespace) -> None:
    """Make the 8-bit graph of a bundle."""
    print(make_int8(arguments.bundle))
