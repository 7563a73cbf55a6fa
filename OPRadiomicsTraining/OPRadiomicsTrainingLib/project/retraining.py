"""Training runs of a project: their folders, the commands that start one or go on with it, and the job that runs it.

::

    models/networks/NAME/networks/   installed networks that the run needs, so that any computer can run it
    models/networks/NAME/data/       images and masks of the chosen cases
    models/networks/NAME/bundle/     the trained network
    models/networks/NAME/...         checkpoint, curves, preview, comparison
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .exports import TRAINING_SET
from .folder import Project, ProjectError, new_place
from .jobs import PLACE, Job, list_jobs

SHIPPED: Final = "lumbar-bodies"
CHECKPOINT: Final = "checkpoint.safetensors"


@dataclass(frozen=True)
class TrainingPlan:
    """What a run shall do.

    Parameters
    ----------
    start
        Bundle to go on from: `SHIPPED` or a folder; None for scratch.
    in_use
        Bundle that the new network is compared with.
    cases
        By name; all whose masks are ready where none is named.
    one_reader
        Also masks that only one reader drew.
    """

    name: str
    start: str | Path | None = SHIPPED
    in_use: str | Path = SHIPPED
    epochs: int = 100
    batches: int = 50
    device: str = "cpu"
    cases: tuple[str, ...] = ()
    one_reader: bool = False


def runs_of(project: Project) -> tuple[Path, ...]:
    """Folders of the training runs, by name."""
    return tuple(path for path in sorted((project.models / "networks").glob("*")) if path.is_dir())


def is_finished(run: Path) -> bool:
    """Whether the run has exported its network."""
    return (run / "bundle" / "SHA256SUMS").is_file()


def commands_to_train(project: Project, plan: TrainingPlan) -> list[list[str]]:
    """Make the run's folder with the networks that it needs, and give the commands of its job.

    Raises
    ------
    ProjectError
        If the name can't name a folder, or a run has it.
    """
    run = new_place(project.models / "networks", plan.name, "run")
    run.mkdir(parents=True)
    export = ["project", "export", str(project.folder), "training", "-o", str(run / "data")]
    export += ["--cases", ",".join(plan.cases)] if plan.cases else []
    export += ["--one-reader"] if plan.one_reader else []
    train = ["train", "segmentation", "--data", str(run / "data"), "--set", TRAINING_SET, "--out", str(run)]
    train += ["--start", _kept(plan.start, run)] if plan.start is not None else []
    train += ["--compare", _kept(plan.in_use, run), "--name", plan.name]
    train += ["--epochs", str(plan.epochs), "--batches", str(plan.batches), "--device", plan.device]
    return [export, train]


def commands_to_go_on(project: Project, run: Path) -> list[list[str]]:
    """The commands that the run was started with; from its last epoch where it has finished one, else from the beginning.

    Raises
    ------
    ProjectError
        If the project no longer holds the job that started it.
    """
    job = job_of(project, run)
    if job is None:
        raise ProjectError(f"No job of the run {run.name} is left", "the job that started it", "start a run with another name")
    train = [word for word in job.commands[-1] if word != "--resume"]
    if (run / CHECKPOINT).is_file():
        return [[*train, "--resume"]]
    return [*(list(one) for one in job.commands[:-1]), train]


def job_of(project: Project, run: Path) -> Job | None:
    """The newest job that trains into this run."""
    place = f"{PLACE}/{run.relative_to(project.folder).as_posix()}"
    return next((job for job in list_jobs(project) if _trains_into(job.commands[-1], place)), None)


def _trains_into(command: Sequence[str], place: str) -> bool:
    return "--out" in command and command[command.index("--out") + 1] == place


def _kept(bundle: str | Path, run: Path) -> str:
    """The word for a command: a shipped name as it is, a folder copied into the run."""
    if not isinstance(bundle, Path):
        return bundle
    copy = run / "networks" / bundle.name
    if not copy.exists():
        shutil.copytree(bundle, copy)
    return str(copy)
