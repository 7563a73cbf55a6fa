"""The reader study of simulated readers, from masks to the list that a fit takes."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from OPRadiomicsLib.cli import main
from OPRadiomicsLib.types import Role
from OPRadiomicsTrainingLib.fitting.candidates import read_kept_features
from OPRadiomicsTrainingLib.statistics.intraclass import icc_a1


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_readers_that_differ_reject_features_of_every_sequence_and_not_all(result: Path) -> None:
    rows = rows_of(result / "icc.csv")
    assert len(rows) == 3 * 386
    for role in Role:
        kept = [row["kept"] == "1" for row in rows if row["sequence"] == role]
        assert 0 < sum(kept) < len(kept) == 386


def test_a_feature_is_kept_where_it_agrees_in_both_comparisons_that_decide_and_only_there(result: Path) -> None:
    for row in rows_of(result / "icc.csv"):
        agrees = all(float(row[f"{key}_icc"]) > 0.75 for key in ("inter", "intra"))
        assert (row["kept"] == "1") == agrees


def test_the_list_is_what_a_fit_reads(result: Path) -> None:
    names = read_kept_features(result / "kept_features.txt")
    assert list(names) == [row["feature"] for row in rows_of(result / "icc.csv") if row["kept"] == "1"]
    content = json.loads((result / "kept_features.json").read_text(encoding="utf-8"))
    assert content["features"] == list(names)
    assert (content["cases"], content["of"]) == (3, 1158)


def test_the_numbers_are_those_of_the_extracted_features(result: Path) -> None:
    extracted = {row["case"]: row for row in rows_of(result / "extraction" / "features.csv")}
    name = "T2WI_original_firstorder_Mean"
    ratings = np.array([[float(extracted[f"case_000{n}__{reading}"][name]) for reading in ("A", "A2")] for n in range(1, 4)])
    (row,) = [row for row in rows_of(result / "icc.csv") if row["feature"] == name]
    found = icc_a1(ratings)
    expected = (found.estimate[0], found.lower[0], found.upper[0])
    assert tuple(float(row[f"intra_{part}"]) for part in ("icc", "lower", "upper")) == pytest.approx(expected, rel=1e-12)


def test_a_revision_agrees_better_than_an_independent_reading(result: Path) -> None:
    dice = rows_of(result / "masks.csv")
    mean = {key: np.mean([float(row["dice"]) for row in dice if row["comparison"] == key]) for key in ("inter", "independent")}
    assert mean["independent"] < mean["inter"] < 1.0
    rows = rows_of(result / "icc.csv")
    medians = {key: np.nanmedian([float(row[f"{key}_icc"]) for row in rows]) for key in ("inter", "independent")}
    assert medians["independent"] < medians["inter"]


def test_pictures_and_report_are_there_and_marked_simulated_as_the_readings_are(result: Path) -> None:
    for name in ("icc", "dice", "bland_altman"):
        assert (result / "pictures" / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    text = (result / "report.html").read_text(encoding="utf-8")
    assert "SIMULATED" in text
    assert "revised reader A" in text


def test_few_cases_are_warned_of(result: Path) -> None:
    text = (result / "report.html").read_text(encoding="utf-8")
    assert "Inter-observer: B revises A: 3 cases are few" in text
    assert "Inter-observer: B alone: 3 cases" not in text


def test_what_does_not_exist_is_said_not_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("absent", "absent.csv"):
        assert main(["icc", str(tmp_path / name), "-o", str(tmp_path / "out")]) == 2
        assert f"Table '{name}' does not exist" in capsys.readouterr().err


def test_ready_feature_tables_give_the_same_iccs_as_the_masks(result: Path, tmp_path: Path) -> None:
    extracted = rows_of(result / "extraction" / "features.csv")
    command = ["icc", "-o", str(tmp_path / "out")]
    for reading in ("A", "B", "A2"):
        path = tmp_path / f"{reading}.csv"
        own = [row for row in extracted if row["case"].endswith(f"__{reading}")]
        with path.open("w", newline="") as stream:
            table = csv.DictWriter(stream, list(own[0]))
            table.writeheader()
            table.writerows({**row, "case": row["case"].partition("__")[0]} for row in reversed(own))
        command += ["--table", f"{reading}={path}"]
    assert main(command) == 0
    first, second = rows_of(result / "icc.csv"), rows_of(tmp_path / "out" / "icc.csv")
    assert [row["kept"] for row in first] == [row["kept"] for row in second]
    differences = [float(a["inter_icc"]) - float(b["inter_icc"]) for a, b in zip(first, second, strict=True)]
    assert np.nanmax(np.abs(differences)) < 1e-12


def test_a_comparison_that_only_informs_and_has_one_case_is_left_out(
    result: Path, readings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = rows_of(readings / "readings.csv")
    for number, row in enumerate(rows):
        row |= {name: str(readings / row[name]) for name in ("study", "A", "A2", "B", "B_alone")}
        row["B_alone"] = row["B_alone"] if number == 0 else ""
    table = tmp_path / "readings.csv"
    with table.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "extraction").symlink_to(result / "extraction")
    assert main(["icc", str(table), "-o", str(tmp_path / "out"), "--workers", "0"]) == 0
    assert "Inter-observer: B alone: left out, 1 cases have A and B_alone" in capsys.readouterr().out
    assert "B_alone" not in (tmp_path / "out" / "masks.csv").read_text()


def test_the_lower_bound_and_the_independent_design_are_stricter(result: Path, readings: Path, tmp_path: Path) -> None:
    extraction = tmp_path / "out" / "extraction"
    extraction.parent.mkdir()
    extraction.symlink_to(result / "extraction")  # finished readings are kept, so that nothing is extracted again
    kept = {len(read_kept_features(result / "kept_features.txt"))}
    for options in (["--design", "independent"], ["--by", "lower", "--threshold", "0.5"]):
        command = ["icc", str(readings), "-o", str(tmp_path / "out"), "--workers", "0", *options]
        assert main(command) == 0
        kept.add(len(read_kept_features(tmp_path / "out" / "kept_features.txt")))
    assert len(kept) == 3


def test_no_option_is_ignored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = ["--table", "A=a.csv", "--table", "B=b.csv"]
    refused = [
        ([*table, "--draw", "2"], "--table with --draw"),
        (["cohort.csv", "--draw", "2", "--network"], "--network with --draw"),
        (["cohort.csv", "--draw", "2", "--threshold", "0.9"], "--threshold with --draw"),
        (["cohort.csv", "--draw", "2", "--compare", "x=A,B"], "--compare with --draw"),
        ([*table, "--network"], "--network with --table"),
        ([*table, "--workers", "0"], "--workers with --table"),
        (["readings.csv", "--compare", "x=A,B", "--design", "independent"], "--design with --compare"),
        (["readings.csv", "--seed", "2"], "--seed without --draw"),
    ]
    for options, said in refused:
        assert main(["icc", *options, "-o", str(tmp_path / "out")]) == 2
        assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--threshold", "1"], "Threshold 1"),
        (["--compare", "x=A"], "NAME=FIRST,SECOND"),
        (["--compare", "x=A,C"], "without the reading C"),
    ],
)
def test_what_cannot_be_judged_is_refused_before_the_work(
    options: list[str], said: str, readings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["icc", str(readings), "-o", str(tmp_path / "out"), *options]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
