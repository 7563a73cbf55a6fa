"""Cases that failed leave the study by a stated reason, which the written table keeps."""

import csv

import pytest
from OPRadiomicsLib.cli import main
from OPRadiomicsLib.errors import StudyError
from OPRadiomicsTrainingLib.cohort.failures import exclude_failures
from OPRadiomicsTrainingLib.cohort.table import read_cohort_table


@pytest.fixture
def a_table(tmp_path):
    rows = "\n".join(f"c{n:02d},A,70,F,{n % 2}" for n in range(20))
    path = tmp_path / "cohort.csv"
    path.write_text(f"case,centre,age,sex,label\n{rows}\n")
    return path


@pytest.fixture
def failures(tmp_path):
    path = tmp_path / "failures.csv"
    path.write_text("case,stage,found\nc03,segmentation,a level is missing\nc07,segmentation,cut off\nother,reading,none\n")
    return path


def test_failed_cases_are_counted_and_the_others_stay(a_table, failures):
    found = exclude_failures(read_cohort_table(a_table), failures)
    assert len(found.rows) == 18
    assert found.excluded == {"images or masks not usable (segmentation)": 2}


def test_the_split_table_reads_back_with_the_same_flow(a_table, failures, tmp_path):
    out = tmp_path / "split.csv"
    assert main(["split", str(a_table), "--failures", str(failures), "-o", str(out)]) == 0
    again = read_cohort_table(out)
    assert again.excluded == {"images or masks not usable (segmentation)": 2}
    with out.open(newline="") as stream:
        splits = {row["case"]: row["split"] for row in csv.DictReader(stream)}
    assert splits["c03"] == "excluded"


def test_a_file_that_is_no_list_of_failures_is_an_error(a_table):
    with pytest.raises(StudyError, match=r"failures\.csv|case and stage"):
        exclude_failures(read_cohort_table(a_table), a_table)
