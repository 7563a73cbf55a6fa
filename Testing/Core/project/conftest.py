"""A project with cases that cost nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from OPRadiomicsTrainingLib.project.folder import Project, create_project

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return create_project(tmp_path / "spine")


@pytest.fixture
def stocked(project: Project) -> Project:
    """Three cases with a small T1WI each; their other sequences are listed and nowhere read."""
    from OPRadiomicsLib.io import write_volume
    from small_project import SEQUENCES, add_bare_case, small_volume

    for number in (1, 2, 3):
        add_bare_case(project, f"sub-{number:04d}", centre="A" if number < 3 else "B", sequences=SEQUENCES)
        write_volume(small_volume(number), project.images / f"sub-{number:04d}" / "T1WI.nii.gz")
    return project
