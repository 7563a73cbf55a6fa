"""`opradiomics project` from an empty folder to what the other commands take, and the same commands in the worker."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from OPRadiomicsLib.cli import main
from OPRadiomicsLib.io import write_mask
from OPRadiomicsTrainingLib.commands import COMMANDS
from OPRadiomicsTrainingLib.project.folder import Project
from small_project import small_mask

ROOT = Path(__file__).resolve().parents[3]


def test_masks_drawn_elsewhere_follow_the_readers_rules(
    stocked: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mask = write_mask(small_mask(), tmp_path / "mask.nii.gz")
    command = ["project", "record", str(stocked.folder), "sub-0001", "--mask", str(mask), "--reader"]
    assert main([*command, "AA"]) == 0
    assert main([*command, "AA", "--step", "reviewed"]) == 2
    assert "Remedy: let reader B review it" in capsys.readouterr().err
    assert main([*command, "BB", "--step", "reviewed"]) == 0
    assert main(["project", "status", str(stocked.folder), "--cases"]) == 0
    assert "sub-0001\treviewed\tAA, BB" in capsys.readouterr().out
    assert main(["project", "draw", str(stocked.folder), "icc", "-n", "2", "--reader-a", "AA", "--reader-b", "BB"]) == 0
    assert main(["project", "due", str(stocked.folder), "icc"]) == 0
    assert "readings done" in capsys.readouterr().out
    assert main(["project", "export", str(stocked.folder), "icc", "--design", "icc"]) == 2
    assert main(["project", "export", str(stocked.folder), "training", "-o", str(tmp_path / "data")]) == 0
    assert len(list((tmp_path / "data").glob("own_*"))) == 2


def test_a_new_project_says_where_the_key_will_lie(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["project", "create", str(tmp_path / "spine")]) == 0
    assert "spine-KEY-PRIVATE" in capsys.readouterr().out


def test_a_study_named_beside_a_table_stays_one_study(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for series in ("T1", "T2"):
        (tmp_path / "study" / series).mkdir(parents=True)
    table = tmp_path / "cohort.csv"
    table.write_text("case,study\none,absent\n", encoding="utf-8")
    main(["project", "add", str(project.folder), str(tmp_path / "study"), str(table)])
    assert "0 of 2 studies added" in capsys.readouterr().out


def test_the_commands_offered_in_a_slicer_are_those_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["entry-points"]["opradiomics.commands"] == dict(COMMANDS)


@pytest.mark.parametrize("name", ["icc", "fit", "evaluate", "train", "project", "simulate"])
def test_the_workers_commands_declare_that_they_report_progress(name: str) -> None:
    from OPRadiomicsLib.worker.service import parse_command

    words = {
        "icc": ["icc", "x", "-o", "y"],
        "fit": ["fit", "x", "--out", "y"],
        "evaluate": ["evaluate", "s", "x", "--out", "y"],
        "train": ["train", "segmentation", "--out", "y"],
        "project": ["project", "status", "x"],
        "simulate": ["simulate", "--out", "y"],
    }
    assert callable(parse_command(words[name]).serve)


def test_the_training_modules_worker_serves_them(stocked: Project) -> None:
    script = ROOT / "OPRadiomicsTraining" / "OPRadiomicsTrainingLib" / "worker" / "__main__.py"
    request = json.dumps({"id": 1, "arguments": ["project", "status", str(stocked.folder)]}) + "\n"
    with subprocess.Popen([sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(request)
        process.stdin.flush()
        answers = (json.loads(line) for line in process.stdout)
        last = next(answer for answer in answers if answer["event"] != "progress")
        process.stdin.close()
    assert (last["event"], last["lines"]) == ("done", ["3 cases: 3 new"])
