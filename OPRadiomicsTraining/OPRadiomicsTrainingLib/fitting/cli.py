"""`opradiomics fit-demo`: a cohort's table to the demo signature."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_fit_demo_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register `fit-demo`; called through the entry point opradiomics.commands."""
    parser = commands.add_parser("fit-demo", help="fit the DEMO signature on a table of simulated patients")
    parser.add_argument(
        "--cohort", type=Path, required=True, help="CSV: case, age, sex (male 1), label (osteoporosis 1), then features"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder that gets signature.json")
    parser.add_argument("--profile", default="standard", help="profile that made the features (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the folds (default: %(default)s)")
    parser.add_argument("--folds", type=int, default=5, help="of the nested cross-validation (default: %(default)s)")
    parser.set_defaults(run=fit_demo)


def fit_demo(options: argparse.Namespace) -> None:
    """Fit, save and say what came out."""
    from OPRadiomicsLib.models.signature import save_signature
    from OPRadiomicsLib.profile import load_profile

    from .cohort import read_cohort
    from .demo import fit_demo_signature
    from .radscore import SelectionSettings

    profile = load_profile(options.profile)
    settings = SelectionSettings(folds=options.folds)
    signature = fit_demo_signature(read_cohort(options.cohort, profile.hash), profile, options.seed, settings)
    path = save_signature(signature, options.out)
    print(f"{path}\n{signature.provenance.validation}\n" + "\n".join(signature.provenance.notes))
