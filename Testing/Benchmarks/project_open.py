"""How long a project of the paper's size takes to open and filter: python Testing/Benchmarks/project_open.py [CASES]

Median of seconds over repeated runs in this process, with its index, without it, and the filter alone. Versions as after
the paper's work: a proposal for every case, and three more for 150 of them. Every file is real but empty, since the list reads
names.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from OPRadiomicsTrainingLib.project.cases import INDEX
from OPRadiomicsTrainingLib.project.flow import State
from OPRadiomicsTrainingLib.project.folder import Project, create_project, open_project
from OPRadiomicsTrainingLib.project.worklist import filter_work, list_work

RUNS = 7


def fill(project: Project, cases: int) -> None:
    """Cases with what case.json holds of a real one."""
    content = {
        "age": 70.0,
        "sex": "F",
        "centre": "A",
        "scanner": "GE MEDICAL SYSTEMS, SIGNA Architect, 3 T",
        "digest": "0" * 64,
    }
    for number in range(1, cases + 1):
        name = f"sub-{number:04d}"
        (project.images / name).mkdir()
        (project.images / name / "case.json").write_text(json.dumps({**content, "case": name, "sequences": ["T1WI"]}))
        steps = ("proposed", "drawn", "reviewed", "arbitrated") if number <= 150 else ("proposed",)
        for version, step in enumerate(steps, start=1):
            (project.masks / f"{name}_v{version:03d}_{step}_AA_20260101T000000Z.nii.gz").touch()
            (project.masks / f"{name}_v{version:03d}.json").touch()


def seconds(action: Callable[[], object]) -> float:
    """Median over `RUNS`."""
    found = []
    for _ in range(RUNS):
        began = time.perf_counter()
        action()
        found.append(time.perf_counter() - began)
    return statistics.median(found)


def main() -> None:
    """Print the figures as JSON."""
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else 1095
    with tempfile.TemporaryDirectory() as folder:
        project = create_project(Path(folder) / "spine")
        fill(project, cases)

        def without_index() -> None:
            (project.folder / INDEX).unlink(missing_ok=True)
            list_work(open_project(project.folder))

        cold = seconds(without_index)
        items = list_work(project)
        figures = {
            "cases": cases,
            "open_s": seconds(lambda: list_work(open_project(project.folder))),
            "open_without_index_s": cold,
            "filter_s": seconds(lambda: filter_work(items, states=[State.ARBITRATED], text="architect", reader="AA")),
        }
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
