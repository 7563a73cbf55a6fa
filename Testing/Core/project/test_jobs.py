"""A job outlives whoever started it, runs once, tells where it stands, and stops when asked."""

from __future__ import annotations

import json
import os
import shlex
import time
from dataclasses import replace
from pathlib import Path

import pytest
from OPRadiomicsLib.errors import OutputError
from OPRadiomicsTrainingLib.project import jobs
from OPRadiomicsTrainingLib.project.folder import Project, ProjectError, open_project
from OPRadiomicsTrainingLib.project.jobs import JobState


def _wait(project: Project, name: str, seconds: float = 90.0) -> jobs.Job:
    ends = time.monotonic() + seconds
    while (job := jobs.read_job(project, name)).state not in jobs.ENDED:
        assert time.monotonic() < ends, job
        time.sleep(0.1)
    return job


def test_a_detached_job_goes_to_its_end_and_is_found_again(stocked: Project) -> None:
    job = jobs.create_job(stocked, "Cohort table", [["project", "export", str(stocked.folder), "cohort"]])
    assert job.state is JobState.WAITING
    jobs.start_detached(stocked, job)
    done = _wait(open_project(stocked.folder), job.id)
    assert (done.state, done.fraction) == (JobState.DONE, 1.0)
    assert (stocked.folder / "cohort.csv").is_file()
    assert jobs.list_jobs(stocked)[0] == done


def test_paths_inside_the_project_go_with_it_to_another_computer(stocked: Project, tmp_path: Path) -> None:
    job = jobs.create_job(stocked, "Cohort table", [["project", "export", str(stocked.folder), "cohort"]])
    moved = stocked.folder.rename(tmp_path / "elsewhere")
    assert jobs.run_job(open_project(moved), job.id).state is JobState.DONE
    assert (moved / "cohort.csv").is_file()
    assert str(stocked.folder) not in (moved / "jobs" / job.id / "job.json").read_text()


def test_paths_by_another_way_into_the_project_go_with_it_too(stocked: Project, tmp_path: Path) -> None:
    """A link, as the drive letter of a share is one: the project knows itself by the share's own name."""
    way = tmp_path / "Z"
    way.symlink_to(stocked.folder, target_is_directory=True)
    job = jobs.create_job(stocked, "Cohort table", [["project", "export", str(way), "cohort", "-o", str(way / "cohort.csv")]])
    assert job.commands == (("project", "export", "{project}", "cohort", "-o", "{project}/cohort.csv"),)


def test_a_job_runs_once(stocked: Project) -> None:
    job = jobs.create_job(stocked, "State", [["project", "status", str(stocked.folder)]])
    assert jobs.run_job(stocked, job.id).lines[0] == "3 cases: 3 new"
    with pytest.raises(ProjectError, match="done already"):
        jobs.run_job(stocked, job.id)


def test_a_failure_says_what_and_the_remedy(project: Project) -> None:
    job = jobs.run_job(project, jobs.create_job(project, "x", [["project", "due", str(project.folder), "none"]]).id)
    assert job.state is JobState.FAILED
    assert job.found.startswith("No design") and job.remedy


def test_what_the_system_refuses_is_no_failure_of_the_software(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "/disk/bundle")

    monkeypatch.setattr("OPRadiomicsLib.worker.service.perform", full)
    job = jobs.run_job(project, jobs.create_job(project, "x", [["project", "due", str(project.folder), "none"]]).id)
    assert job.found == "The system refuses 'bundle' (No space left on device)"
    assert "the disk" in job.remedy


def test_a_missing_package_is_named_with_the_remedy(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "torch", None)
    words = ["train", "segmentation", "--data", "x", "--out", str(project.models / "networks" / "own")]
    job = jobs.run_job(project, jobs.create_job(project, "Train", [words]).id)
    assert (job.state, job.found) == (JobState.FAILED, "The Python package torch is missing")
    assert "install it" in job.remedy


def test_commands_that_report_no_progress_are_refused(project: Project) -> None:
    job = jobs.run_job(project, jobs.create_job(project, "x", [["check", "table.csv"]]).id)
    assert job.state is JobState.FAILED and "check" in job.found


def test_a_job_that_waits_and_is_cancelled_never_starts(project: Project) -> None:
    job = jobs.create_job(project, "x", [["project", "status", str(project.folder)]])
    jobs.cancel_job(project, job.id)
    with pytest.raises(ProjectError, match="cancelled already"):
        jobs.run_job(project, job.id)


def test_cancel_ends_a_running_detached_job(project: Project, tmp_path: Path) -> None:
    job = jobs.create_job(project, "Simulate", [["simulate", "--cohort", "500", "--out", str(tmp_path / "cohort")]])
    jobs.start_detached(project, job)
    ends = time.monotonic() + 90
    while jobs.read_job(project, job.id).fraction == 0 and time.monotonic() < ends:
        time.sleep(0.1)
    jobs.cancel_job(project, job.id)
    assert _wait(project, job.id).state is JobState.CANCELLED


def test_a_job_whose_process_was_killed_is_called_lost(project: Project) -> None:
    job = jobs.create_job(project, "x", [["project", "status", str(project.folder)]])
    status = project.jobs / job.id / "status.json"
    status.write_text(json.dumps({"state": "running", "fraction": 0.4}))
    assert jobs.read_job(project, job.id).state is JobState.RUNNING
    old = time.time() - jobs.LOST_AFTER_S - 1
    os.utime(status, (old, old))
    assert jobs.read_job(project, job.id).state is JobState.LOST


def test_a_job_whose_process_was_killed_before_it_said_anything_is_called_lost(project: Project) -> None:
    job = jobs.create_job(project, "x", [["project", "status", str(project.folder)]])
    started = project.jobs / job.id / "started.json"
    started.write_text("{}")
    assert jobs.read_job(project, job.id).state is JobState.RUNNING
    old = time.time() - jobs.LOST_AFTER_S - 1
    os.utime(started, (old, old))
    assert jobs.read_job(project, job.id).state is JobState.LOST


@pytest.mark.parametrize("said", ['{"state": "asleep"}', '{"state": "done", "fraction": null}', '{"lines": 3}', "[]", '{"sta'])
def test_a_status_that_cannot_be_read_counts_as_none(said: str, project: Project) -> None:
    job = jobs.create_job(project, "x", [["project", "status", str(project.folder)]])
    (project.jobs / job.id / "status.json").write_text(said)
    assert [one.state for one in jobs.list_jobs(project)] == [JobState.WAITING]
    (project.jobs / job.id / "started.json").write_text("{}")
    assert [one.state for one in jobs.list_jobs(project)] == [JobState.RUNNING]


@pytest.mark.parametrize("asked", ['{"commands": []}', '{"title": "x", "commands": 3}', "[]", ""])
def test_a_job_that_cannot_be_read_hides_itself_alone(asked: str, project: Project) -> None:
    kept, damaged = (jobs.create_job(project, "x", [["project", "status", str(project.folder)]]) for _ in range(2))
    (project.jobs / damaged.id / "job.json").write_text(asked)
    assert [one.id for one in jobs.list_jobs(project)] == [kept.id]


@pytest.mark.parametrize("off_s", [-3600.0, 90.0])
def test_whoever_looks_need_not_have_the_time_right(project: Project, off_s: float, monkeypatch: pytest.MonkeyPatch) -> None:
    job = jobs.create_job(project, "x", [["project", "status", str(project.folder)]])
    status = project.jobs / job.id / "status.json"
    status.write_text(json.dumps({"state": "running"}))
    clock = time.time
    monkeypatch.setattr(time, "time", lambda: clock() + off_s)
    assert jobs.read_job(project, job.id).state is JobState.RUNNING
    old = clock() - jobs.LOST_AFTER_S - 1
    os.utime(status, (old, old))
    assert jobs.read_job(project, job.id).state is JobState.LOST


def test_a_status_that_cannot_be_written_for_a_while_ends_no_job(stocked: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    job = jobs.create_job(stocked, "Cohort table", [["project", "export", str(stocked.folder), "cohort"]])
    wrote, refused = jobs.write_text, []

    def away(path: Path, text: str) -> Path:
        """The first word of each state is refused."""
        if (state := json.loads(text)["state"]) not in refused:
            refused.append(state)
            raise OutputError("Cannot write status.json (Host is down)", "a folder", "check")
        return wrote(path, text)

    monkeypatch.setattr(jobs, "write_text", away)
    monkeypatch.setattr(jobs, "HEARTBEAT_S", 0.05)
    assert jobs.run_job(stocked, job.id).state is JobState.DONE
    assert refused == ["running", "done"]


def test_the_command_line_for_another_computer_names_project_and_job(project: Project) -> None:
    job = jobs.create_job(project, "x", [["project", "status", str(project.folder)]])
    assert jobs.command_line(project, job).endswith(f"{project.folder} {job.id}")


def test_the_command_line_holds_for_folders_with_signs_that_mean_something_to_the_shell(project: Project) -> None:
    job = jobs.create_job(project, "x", [["project", "status", str(project.folder)]])
    odd = replace(project, folder=Path("/data/a $HOME `b`"))
    assert shlex.split(jobs.command_line(odd, job)) == ["opradiomics", "project", "run", str(odd.folder), job.id]
