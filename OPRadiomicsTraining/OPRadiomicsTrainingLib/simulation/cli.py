"""`opradiomics simulate`: a demo study as DICOM, or a cohort."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def add_simulate_command(subparsers: Any) -> None:
    """Add the subcommand to an argparse collection of subparsers; the handler is set as ``run``."""
    parser = subparsers.add_parser("simulate", help="write simulated lumbar MR studies", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where the study is written")
    parser.add_argument("--seed", type=int, default=1, help="decides everything that is random (default 1)")
    parser.add_argument("--centre", choices=("A", "B"), default="A", help="A: 3 T, B: 1.5 T")
    parser.add_argument("--signal-strength", type=float, default=1.0, help="0 makes the images independent of BMD")
    parser.set_defaults(run=run_simulate)


def run_simulate(arguments: argparse.Namespace) -> int:
    """Write one study; returns the exit status."""
    import numpy as np

    from .dicom import write_dicom
    from .patients import sample_patient
    from .study import simulate_study

    patient = sample_patient(np.random.default_rng(arguments.seed), arguments.centre)
    study = simulate_study(patient, seed=arguments.seed, centre=arguments.centre, signal_strength=arguments.signal_strength)
    write_dicom(study, arguments.out, np.random.default_rng(arguments.seed))
    print(f"Simulated study {arguments.seed}: age {patient.age}, {'M' if patient.male else 'F'}, BMD {patient.bmd:.0f} mg/cm3")
    return 0
