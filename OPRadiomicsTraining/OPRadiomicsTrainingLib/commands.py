"""The training library's commands by name, for a Python where it has no entry points, as in a Slicer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

COMMANDS: Final[Mapping[str, str]] = {
    "check": "OPRadiomicsTrainingLib.cohort.cli:add_check_command",
    "demo-cohort": "OPRadiomicsTrainingLib.fitting.cli:add_demo_cohort_command",
    "evaluate": "OPRadiomicsTrainingLib.evaluation.cli:add_evaluate_command",
    "fit": "OPRadiomicsTrainingLib.fitting.fit_command:add_fit_command",
    "fit-demo": "OPRadiomicsTrainingLib.fitting.cli:add_fit_demo_command",
    "harvest": "OPRadiomicsTrainingLib.cohort.cli:add_harvest_command",
    "icc": "OPRadiomicsTrainingLib.agreement.cli:add_icc_command",
    "paper": "OPRadiomicsTrainingLib.reports.cli:add_paper_command",
    "project": "OPRadiomicsTrainingLib.project.cli:add_project_command",
    "simulate": "OPRadiomicsTrainingLib.simulation.cli:add_simulate_command",
    "split": "OPRadiomicsTrainingLib.cohort.cli:add_split_command",
    "train": "OPRadiomicsTrainingLib.segmentation.cli:add_train_command",
}
"""As pyproject.toml declares them under opradiomics.commands; a test compares."""


def register() -> None:
    """Offer them to `OPRadiomicsLib.cli.build_parser`."""
    from OPRadiomicsLib.cli import register_commands

    register_commands(COMMANDS)
