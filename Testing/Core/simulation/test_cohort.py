from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import SimpleITK as sitk
from OPRadiomicsLib.cli import main
from OPRadiomicsLib.errors import OutputError, StudyError
from OPRadiomicsTrainingLib.simulation import cohort
from OPRadiomicsTrainingLib.simulation.anatomy import Variety
from OPRadiomicsTrainingLib.simulation.cli import parse_centres
from OPRadiomicsTrainingLib.simulation.cohort import COLUMNS, CohortPlan, simulate_cohort
from OPRadiomicsTrainingLib.simulation.patients import sample_patient
from OPRadiomicsTrainingLib.simulation.study import Options


@pytest.fixture
def plan(small: Options) -> CohortPlan:
    return CohortPlan({"A": 2, "B": 1}, seed=3, format="nifti", options=small)


def test_a_stopped_cohort_goes_on_and_ends_as_an_unbroken_one(plan: CohortPlan, tmp_path: Path) -> None:
    class Stopped(Exception):
        pass

    def stop_at_the_third(message: str, fraction: float) -> None:
        if "3 of 3" in message:
            raise Stopped

    with pytest.raises(Stopped):
        simulate_cohort(plan, tmp_path / "broken", progress=stop_at_the_third)
    assert not (tmp_path / "broken" / "cohort.csv").exists()
    kept = (tmp_path / "broken" / "case_0001" / "T1WI.nii.gz").stat().st_mtime_ns
    tables = [simulate_cohort(plan, tmp_path / name) for name in ("broken", "whole")]
    assert (tmp_path / "broken" / "case_0001" / "T1WI.nii.gz").stat().st_mtime_ns == kept
    assert tables[0].read_text() == tables[1].read_text()
    images = [sitk.GetArrayFromImage(sitk.ReadImage(str(t.parent / "case_0003" / "T2WI.nii.gz"))) for t in tables]
    assert np.array_equal(*images)


def test_the_table_has_one_row_a_patient_with_class_and_centre(plan: CohortPlan, tmp_path: Path) -> None:
    with simulate_cohort(plan, tmp_path).open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert tuple(rows[0]) == COLUMNS
    assert [row["centre"] for row in rows] == ["A", "A", "B"]
    assert len({row["seed"] for row in rows}) == 3
    for row in rows:
        assert int(row["label"]) == (float(row["bmd"]) < 80)
        case = tmp_path / row["case"]
        truth = sitk.ReadImage(str(case / "truth" / "bodies.nii.gz"))
        assert truth.GetSize() == sitk.ReadImage(str(case / "FS-T2WI.nii.gz")).GetSize()
        assert 21 in np.unique(sitk.GetArrayFromImage(truth))


@pytest.mark.parametrize(("bmd", "written"), [(79.996, 79.99), (80.0, 80.0), (119.999, 119.99)])
def test_a_bmd_is_written_within_its_class(
    bmd: float, written: float, plan: CohortPlan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cohort, "sample_patient", lambda rng, centre: replace(sample_patient(rng, centre), bmd=bmd))
    simulate_cohort(replace(plan, centres={"A": 1}), tmp_path)
    row = json.loads((tmp_path / "case_0001" / "case.json").read_text())
    assert (row["label"], row["bmd"]) == (bmd < 80, written)


def test_dicom_cases_hold_four_series(plan: CohortPlan, tmp_path: Path, small: Options) -> None:
    simulate_cohort(CohortPlan({"A": 1}, format="dicom", options=small), tmp_path)
    assert len(list((tmp_path / "case_0001" / "dicom").iterdir())) == 4


def test_one_study_is_written_in_the_format_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = ["simulate", "--format", "nifti", "--out", str(tmp_path / "one")]
    images = {"T1WI.nii.gz", "T2WI.nii.gz", "FS-T2WI.nii.gz"}
    assert main([*one, "--picture"]) == 0
    assert {path.name for path in (tmp_path / "one").iterdir()} == {*images, "picture.png"}
    before = {name: (tmp_path / "one" / name).read_bytes() for name in images}
    assert main([*one, "--seed", "2"]) == 2, "another study would replace the first, or mix with it"
    assert {name: (tmp_path / "one" / name).read_bytes() for name in images} == before
    assert main(["simulate", "--format", "nifti", "--demo-study", "--out", str(tmp_path / "demo")]) == 2
    assert "--format nifti with --demo-study" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--readers", "cohort.csv", "--rare", "--motion-mm", "2"), "--readers with --motion-mm, --rare"),
        (("--readers", "cohort.csv", "--centre", "A"), "--readers with --centre"),
        (("--cohort", "2", "--picture"), "--picture with --cohort"),
    ],
)
def test_no_option_is_ignored(options: tuple[str, ...], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--out", str(tmp_path / "out"), *options]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_what_is_rare_stands_in_the_cases_record(plan: CohortPlan, tmp_path: Path) -> None:
    always = Variety(six_lumbar=1.0, sacralised=1.0, deformity=1.0, modic=0.999, schmorl=1.0, haemangioma=1.0)
    simulate_cohort(replace(plan, centres={"A": 1}, options=replace(plan.options, variety=always)), tmp_path)
    rare = json.loads((tmp_path / "case_0001" / "case.json").read_text())["rare"]
    assert (rare["lumbar_vertebrae"], rare["sacralised"]) == (6, True)
    assert rare["schmorl"]["L3"] == [True, True]
    assert set(rare["haemangioma"]) == set(rare["deformity"]) == set(rare["modic"])
    assert set(rare["deformity"].values()) <= {"biconcave", "wedge"}
    assert {"L1", "L2", "L3"} <= set(rare["haemangioma"])
    assert json.loads((tmp_path / "cohort.json").read_text())["options"]["variety"]["six_lumbar"] == 1.0


def test_a_patient_who_lay_still_has_moved_by_exactly_nothing(plan: CohortPlan, tmp_path: Path) -> None:
    simulate_cohort(replace(plan, centres={"A": 1}), tmp_path)
    motion = json.loads((tmp_path / "case_0001" / "truth" / "motion.json").read_text())
    assert motion == dict.fromkeys(("T1WI", "T2WI", "FS-T2WI"), np.eye(4).tolist())


def test_another_plan_is_not_mixed_into_a_cohort(plan: CohortPlan, tmp_path: Path) -> None:
    simulate_cohort(CohortPlan({"A": 1}, format="nifti", options=plan.options), tmp_path)
    with pytest.raises(OutputError, match="another plan"):
        simulate_cohort(plan, tmp_path)


@pytest.mark.parametrize("damage", [b"", b"\xff\xfe{", b'{"case": "case_0001"', b"[1]", b"{}"])
def test_a_damaged_record_is_named_with_what_to_do(damage: bytes, plan: CohortPlan, tmp_path: Path) -> None:
    one = replace(plan, centres={"A": 1})
    table = simulate_cohort(one, tmp_path)
    whole = table.read_bytes()
    (tmp_path / "case_0001" / "case.json").write_bytes(damage)
    with pytest.raises(StudyError, match=r"case_0001/case\.json is damaged.*Remedy: remove it"):
        simulate_cohort(one, tmp_path)
    (tmp_path / "case_0001" / "case.json").unlink()
    assert simulate_cohort(one, tmp_path).read_bytes() == whole
    (tmp_path / "cohort.json").write_bytes(damage)
    with pytest.raises(OutputError, match=r"cohort\.json is damaged"):
        simulate_cohort(one, tmp_path)


def test_a_stopped_command_says_that_the_same_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cohort, "write_case", stopped)
    assert main(["simulate", "--cohort", "1", "--out", str(tmp_path)]) == 130
    assert "the same command goes on" in capsys.readouterr().err


@pytest.mark.parametrize(
    "option",
    [
        ("--seed", "-1"),
        ("--cohort", "0"),
        ("--cohort", "-3"),
        ("--signal-strength", "nan"),
        ("--signal-strength", "-1"),
        ("--motion-mm", "inf"),
        ("--motion-mm", "-1"),
        ("--motion-mm", "1e6"),
        ("--motion-deg", "x"),
    ],
)
def test_a_number_without_a_meaning_is_refused_before_the_work(
    option: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["simulate", "--out", str(tmp_path / "out"), *option])
    assert stopped.value.code == 2
    assert f"argument {option[0]}: '{option[1]}' is no" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_centres_are_read_and_must_add_up() -> None:
    assert parse_centres("A:961,B:134", 1095) == {"A": 961, "B": 134}
    assert parse_centres(None, 5) == {"A": 5}
    assert parse_centres(None, 5, "B") == {"B": 5}
    with pytest.raises(StudyError, match="1094"):
        parse_centres("A:961,B:134", 1094)
    with pytest.raises(StudyError, match="whole number"):
        parse_centres("A:x", 1)
    with pytest.raises(StudyError, match="whole number"):
        parse_centres("A:²", 2)


def test_a_cohort_is_of_the_centre_that_was_asked_for(tmp_path: Path) -> None:
    assert main(["simulate", "--cohort", "1", "--centre", "B", "--format", "nifti", "--out", str(tmp_path)]) == 0
    assert json.loads((tmp_path / "case_0001" / "case.json").read_text())["centre"] == "B"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--cohort", "2", "--centre", "B", "--centres", "A:1,B:1"), "--centre with --centres"),
        (("--centres", "B:1"), "--centres without --cohort"),
    ],
)
def test_centres_that_would_be_ignored_are_refused(
    options: tuple[str, ...], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["simulate", *options, "--out", str(tmp_path / "out")]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("free", "cases", "said"),
    [(3_000_000, 1, "3 MB free .* about 12 MB for 1"), (2_340_000_000, 1000, "2.3 GB free .* about 12.0 GB for 1000")],
)
def test_a_disk_without_room_is_told_in_a_unit_that_shows_it(
    free: int, cases: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a tiny disk it said 0.0 GB free, about 0.0 GB needed."""
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=free))
    with pytest.raises(OutputError, match=said):
        simulate_cohort(CohortPlan({"A": cases}), tmp_path / "out")
