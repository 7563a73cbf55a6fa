"""`opradiomics fit-demo` and `opradiomics demo-cohort`: simulated patients to a table, a table to the demo signature."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from OPRadiomicsLib.arguments import seed_number

if TYPE_CHECKING:
    from OPRadiomicsLib.types import Mask

    from ..simulation.study import SimulatedStudy
    from .demo_cohort import Segmenter


def add_fit_demo_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register `fit-demo`; called through the entry point opradiomics.commands."""
    parser = commands.add_parser("fit-demo", help="fit the DEMO signature on a table of simulated patients")
    parser.add_argument(
        "--cohort", type=Path, required=True, help="CSV: case, age, sex (male 1), label (osteoporosis 1), then features"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder that gets signature.json")
    parser.add_argument("--profile", default="standard", help="profile that made the features (default: %(default)s)")
    parser.add_argument("--seed", type=seed_number, default=1, help="of the folds (default: %(default)s)")
    parser.add_argument("--folds", type=int, default=5, help="of the nested cross-validation (default: %(default)s)")
    parser.set_defaults(run=fit_demo)


def add_demo_cohort_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register `demo-cohort`; called through the entry point opradiomics.commands."""
    parser = commands.add_parser("demo-cohort", help="simulate patients and extract their features, for fit-demo")
    parser.add_argument(
        "--out", type=Path, required=True, help="CSV to write; rows are kept beside it, so a stopped run goes on"
    )
    parser.add_argument("--patients", type=int, default=140, help="how many (default: %(default)s)")
    parser.add_argument("--seed", type=seed_number, default=1, help="of the patients (default: %(default)s)")
    parser.add_argument("--profile", default="standard", help="default: %(default)s")
    masks = parser.add_mutually_exclusive_group()
    masks.add_argument("--model", default="lumbar-bodies", help="segmentation model (default: %(default)s)")
    masks.add_argument("--true-masks", action="store_true", help="the simulator's own bodies instead of a network's")
    parser.set_defaults(run=demo_cohort)


def demo_cohort(options: argparse.Namespace) -> None:
    """Simulate, segment, extract, join."""
    from OPRadiomicsLib.profile import load_profile

    from .demo_cohort import join_rows, simulate_rows

    rows = options.out.with_name(f"{options.out.stem}_rows")
    masks, segmenter = ("simulated truth", _true_bodies) if options.true_masks else _network(options.model)
    profile = load_profile(options.profile)
    paths = simulate_rows(rows, profile, segmenter, masks=masks, patients=options.patients, seed=options.seed)
    print(f"{join_rows(paths, options.out)}: {len(paths)} of {options.patients} simulated patients")


def _true_bodies(study: SimulatedStudy) -> Mask:
    return study.bodies


def _network(name: str) -> tuple[str, Segmenter]:
    from OPRadiomicsLib.segmentation.bundle import load_segmentation_model
    from OPRadiomicsLib.segmentation.inference import segment
    from OPRadiomicsLib.types import Role

    model = load_segmentation_model(name)
    return model.identity, lambda study: segment(study.volumes[Role.T1WI], model).mask


def fit_demo(options: argparse.Namespace) -> None:
    """Fit, save and say what came out."""
    from OPRadiomicsLib.models.signature_file import save_signature
    from OPRadiomicsLib.profile import load_profile

    from ..cohort.cohort import read_cohort
    from .demo import fit_demo_signature
    from .settings import SelectionSettings

    profile = load_profile(options.profile)
    settings = SelectionSettings(folds=options.folds)
    signature = fit_demo_signature(read_cohort(options.cohort, profile.hash), profile, options.seed, settings)
    path = save_signature(signature, options.out)
    print(f"{path}\n{signature.provenance.validation}\n" + "\n".join(signature.provenance.notes))
