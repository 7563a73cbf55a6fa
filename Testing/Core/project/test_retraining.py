"""A training run can be started, stopped, gone on with, and run on another computer."""

from __future__ import annotations

from pathlib import Path

import pytest
from OPRadiomicsTrainingLib.project import jobs, retraining
from OPRadiomicsTrainingLib.project.folder import Project, ProjectError
from OPRadiomicsTrainingLib.project.retraining import TrainingPlan


def _option(command: list[str] | tuple[str, ...], name: str) -> str:
    return command[list(command).index(name) + 1]


def test_a_run_takes_what_the_plan_says(project: Project) -> None:
    plan = TrainingPlan("own", None, epochs=3, batches=7, cases=("sub-0001", "sub-0004"), one_reader=True)
    export, train = retraining.commands_to_train(project, plan)
    assert _option(export, "--cases") == "sub-0001,sub-0004" and "--one-reader" in export
    assert _option(export, "-o") == _option(train, "--data")
    assert [_option(train, name) for name in ("--epochs", "--batches", "--device")] == ["3", "7", "cpu"]
    assert "--start" not in train and _option(train, "--compare") == "lumbar-bodies"
    assert [path.name for path in retraining.runs_of(project)] == ["own"]


def test_installed_networks_go_along_so_that_another_computer_can_run_it(project: Project, tmp_path: Path) -> None:
    installed = tmp_path / "elsewhere" / "own-0.1.0"
    installed.mkdir(parents=True)
    (installed / "SHA256SUMS").write_text("x")
    commands = retraining.commands_to_train(project, TrainingPlan("next", installed, installed))
    job = jobs.create_job(project, "Training next", commands)
    for option in ("--start", "--compare"):
        word = _option(job.commands[-1], option)
        assert word.startswith("{project}/")
        assert (project.folder / word.removeprefix("{project}/") / "SHA256SUMS").is_file()


@pytest.mark.parametrize("name", ["", "a/b", "..", "own", "a?b", "own.", "NUL"])
def test_a_name_that_is_taken_or_no_name_of_a_folder_is_refused(project: Project, name: str) -> None:
    (project.models / "networks" / "own").mkdir(parents=True)
    with pytest.raises(ProjectError, match="A run named"):
        retraining.commands_to_train(project, TrainingPlan(name))


def test_going_on_repeats_the_run_s_own_settings_from_its_last_epoch(project: Project) -> None:
    plan = TrainingPlan("own", epochs=9)
    jobs.create_job(project, "Training own", retraining.commands_to_train(project, plan))
    run = project.models / "networks" / "own"
    again = retraining.commands_to_go_on(project, run)
    assert len(again) == 2 and "--resume" not in again[-1]  # no epoch is finished: everything anew
    (run / retraining.CHECKPOINT).write_bytes(b"x")
    for _time in range(2):
        (command,) = retraining.commands_to_go_on(project, run)
        assert command.count("--resume") == 1 and _option(command, "--epochs") == "9"
        made = jobs.create_job(project, "Training own", [command])
        assert retraining.job_of(project, run) == made


def test_a_run_whose_job_is_gone_says_so(project: Project) -> None:
    run = project.models / "networks" / "copied"
    run.mkdir(parents=True)
    assert retraining.job_of(project, run) is None
    with pytest.raises(ProjectError, match="No job of the run"):
        retraining.commands_to_go_on(project, run)
