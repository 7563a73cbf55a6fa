"""A folder, a list and a table name the same cases, and every fault of the names is told at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from OPRadiomicsLib.cli import main
from OPRadiomicsLib.cohort import list_cases
from OPRadiomicsLib.errors import StudyError
from OPRadiomicsLib.types import Role


def test_a_folder_a_list_and_a_table_name_the_same_cases(studies: Path, a_table: Callable[..., Path]) -> None:
    (studies / "list.txt").write_text("# cases\ncase_0001\n\ncase_0002\ncase_0003\n")
    listed = [list_cases(source).cases for source in (studies, studies / "list.txt", a_table())]
    assert [[(case.name, case.study) for case in cases] for cases in listed] == 3 * [
        [(name, studies / name) for name in ("case_0001", "case_0002", "case_0003")]
    ]
    assert listed[2][0].masks == {Role.T1WI: studies / "case_0001" / "mask.nii.gz"}


def test_excluded_patients_are_passed_over_and_counted(a_table: Callable[..., Path]) -> None:
    found = list_cases(a_table(exclusion=["", "previous fracture", ""]))
    assert [case.name for case in found.cases] == ["case_0001", "case_0003"]
    assert "1 of 3" in found.notes[0]


def test_named_series_are_read_as_numbers_of_excel_too(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (
        ("case", "study", "t1_series", "t2_series", "fst2_series"),
        ("a", "a", 3.0, 5.2, "...8.1"),
        ("b", "b", None, 4, ""),
    ):
        book.active.append(row)
    book.save(tmp_path / "table.xlsx")
    one, other = list_cases(tmp_path / "table.xlsx").cases
    assert one.series == {Role.T1WI: "3", Role.T2WI: "5.2", Role.FST2WI: "...8.1"}
    assert other.series == {Role.T2WI: "4"}


def test_masks_for_some_cases_alone_are_said(a_table: Callable[..., Path]) -> None:
    table = a_table()
    table.write_text(table.read_text().replace("case_0002/mask.nii.gz", ""))
    assert "2 of 3" in list_cases(table).notes[0]


def test_results_inside_the_folder_of_studies_are_refused(studies: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cohort", str(studies), "--out", str(studies / "out")]) == 2
    assert "in the folder of studies" in capsys.readouterr().err
    assert not (studies / "out").exists()


def test_a_place_that_does_not_exist_is_said_to_be_absent(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="'absent' does not exist"):
        list_cases(tmp_path / "absent")


def test_all_faults_of_the_names_are_listed(tmp_path: Path) -> None:
    (tmp_path / "cases.csv").write_text("case,study\na,a\nA,b\n../x,c\nd,\n,e\n")
    with pytest.raises(StudyError) as caught:
        list_cases(tmp_path / "cases.csv")
    for part in ("4 faults", "'../x'", "('d') has no study", "case 5 is named ''", "'a' stands 2 times"):
        assert part in str(caught.value)


@pytest.mark.parametrize(("text", "named"), [("name,study\n", "without the column case"), ("case,study\n", "No case")])
def test_a_table_without_cases_is_refused(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / "cases.csv").write_text(text)
    with pytest.raises(StudyError, match=named):
        list_cases(tmp_path / "cases.csv")
