"""Splits are stratified, repeatable, keep one centre apart and let no patient into two sets."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from OPRadiomicsLib.cli import main
from OPRadiomicsLib.errors import StudyError
from OPRadiomicsTrainingLib.cohort.faults import CohortTableError
from OPRadiomicsTrainingLib.cohort.split import parse_ratio, split_cohort
from OPRadiomicsTrainingLib.cohort.table import CohortTable, read_cohort_table


def write(folder: Path, patients: int, share: float = 0.55) -> Path:
    path = folder / "table.csv"
    with path.open("w", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(("case", "study", "centre", "age", "sex", "label", "exclusion"))
        for n in range(patients):
            row = (f"c{n}", f"studies/c{n}", "AB"[n % 7 == 0], 60 + n % 30, "MF"[n % 2], int(n < share * patients))
            table.writerow((*row, "fracture" if n == 1 else ""))
    return path


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> CohortTable:
    return read_cohort_table(write(tmp_path_factory.mktemp("split"), 140))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), share=st.floats(0.1, 0.5))
def test_both_sets_hold_the_classes_in_the_same_ratio_and_every_patient_once(
    cohort: CohortTable, seed: int, share: float
) -> None:
    found = split_cohort(cohort, test_share=share, seed=seed, external="B")
    assert found == split_cohort(cohort, test_share=share, seed=seed, external="B")
    assert set(found) == set(range(140))
    assert found[1] == "excluded"
    by_split = {name: [row for index, row in cohort.rows if found[index] == name] for name in ("train", "test", "external")}
    assert all(row.centre == "B" for row in by_split["external"])
    assert all(row.centre == "A" for name in ("train", "test") for row in by_split[name])
    inner = len(by_split["train"]) + len(by_split["test"])
    assert len(by_split["test"]) == int(np.ceil(inner * share - 1e-9))
    ill = {name: sum(bool(row.osteoporosis) for row in by_split[name]) for name in ("train", "test")}
    expected = (ill["train"] + ill["test"]) * len(by_split["test"]) / inner
    assert abs(ill["test"] - expected) <= 1


def test_the_studys_numbers_come_out(tmp_path: Path) -> None:
    table = read_cohort_table(write(tmp_path, 962))  # one is excluded
    counts = list(split_cohort(table, test_share=parse_ratio("8:2"), seed=1).values())
    assert (counts.count("train"), counts.count("test")) == (768, 193)


def test_the_written_table_reads_back_with_its_split_and_features(tmp_path: Path) -> None:
    table, out = write(tmp_path, 30), tmp_path / "deep" / "split.csv"
    names = [f"{role}_original_firstorder_Mean" for role in ("T1WI", "T2WI", "FS-T2WI")]
    with (tmp_path / "features.csv").open("w", newline="") as stream:
        features = csv.writer(stream)
        features.writerow(("case", "region", "profile_hash", *names))
        features.writerows((f"c{n}", "L1-L3", "ab", *(repr(n / 7 + k) for k in range(3))) for n in range(30) if n != 1)
    command = ["split", str(table), "--external", "B", "--features", str(tmp_path / "features.csv"), "-o", str(out)]
    assert main(command) == 0
    found = read_cohort_table(out)
    assert {row.split for _, row in found.rows} == {"train", "test", "external"}
    assert found.feature_names == tuple(names)
    assert found.rows[0][1].study == "../studies/c0"
    with pytest.raises(CohortTableError, match="present already"):
        from OPRadiomicsTrainingLib.cohort.split import write_split

        write_split(found, {}, out)


def test_a_case_that_stands_twice_among_the_features_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [f"c{n},L1-L3,{n}.5" for n in (*range(30), 7)]
    (tmp_path / "features.csv").write_text("\n".join(("case,region,T1WI_original_firstorder_Mean", *lines)))
    command = ["split", str(write(tmp_path, 30)), "--features", str(tmp_path / "features.csv")]
    assert main([*command, "-o", str(tmp_path / "out.csv")]) == 2
    assert "Case c7 stands twice in features.csv" in capsys.readouterr().err
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--ratio", "8"], "8:2"),
        (["--by", "age"], "among label"),
        (["--external", "C"], "centres A, B"),
        (["--by", "label,sex,centre"], "strata"),
        (["--ratio", "1000:1"], "7 training and 1 test patients, 2 strata of label"),
        (["--ratio", "1:1000"], "0 training and 8 test patients"),
        (["--ratio", "inf:1"], "8:2"),
        (["--ratio", "1:inf"], "8:2"),
    ],
)
def test_bad_options_are_refused_and_nothing_is_written(
    options: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["split", str(write(tmp_path, 9)), *options, "-o", str(tmp_path / "out.csv")]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out.csv").exists()


def test_ratios() -> None:
    assert parse_ratio("8:2") == pytest.approx(0.2)
    assert parse_ratio("70:30") == pytest.approx(0.3)
    with pytest.raises(StudyError):
        parse_ratio("8:0")
