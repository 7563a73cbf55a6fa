"""A cohort's table: all faults at once by row and column, wrong units caught, and a stated flow of patients."""

from __future__ import annotations

import pickle
import re
from datetime import datetime
from pathlib import Path
from zipfile import ZipFile

import pytest
from OPRadiomicsLib.cli import main
from OPRadiomicsLib.errors import ClinicalDataError, MissingDependencyError, StudyError
from OPRadiomicsTrainingLib.cohort.faults import CohortTableError
from OPRadiomicsTrainingLib.cohort.row import Row, parse_date
from OPRadiomicsTrainingLib.cohort.table import TWO_WEEK_RULE, flow_lines, read_cohort_table

GOOD = "case,age,sex,bmd\na,71,F,62.5\nb,66,M,130\nc,80,F,79.9\nd,59,M,80\n"


def read(text: str, folder: Path, name: str = "table.csv", encoding: str = "utf-8") -> object:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return read_cohort_table(path)


def faults_of(text: str, folder: Path) -> list[tuple[int, str]]:
    with pytest.raises(CohortTableError) as caught:
        read(text, folder)
    for fault in caught.value.faults:
        assert fault.found and fault.expected and fault.remedy
    return [(fault.row, fault.column) for fault in caught.value.faults]


def test_the_class_follows_from_the_bmd(tmp_path: Path) -> None:
    table = read_cohort_table(Path(read_path(GOOD, tmp_path)))
    assert [row.osteoporosis for _, row in table.rows] == [True, False, True, False]


def read_path(text: str, folder: Path) -> Path:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_fault_of_a_table_is_listed_at_once_by_row_and_column(tmp_path: Path) -> None:
    text = (
        "case,age,sex,bmd,bmi,smoking,mri_date\n"
        "a,852,F,62.5,24,no,2024-03-01\n"  # age in months
        "b,1953,M,-2.8,24,no,2024-03-01\n"  # year of birth, T-score
        "c,80,X,0.085,0.0024,maybe,03/04/2024\n"  # sex, g/cm3, height in cm, word, ambiguous date
        "a,59,M,80,24,yes,\n"  # case again
        ",59,M,80,24,yes,\n"  # no case
    )
    assert sorted(faults_of(text, tmp_path)) == sorted(
        [
            (2, "age"),
            (3, "age"),
            (3, "bmd"),
            (4, "sex"),
            (4, "bmd"),
            (4, "bmi"),
            (4, "smoking"),
            (4, "mri_date"),
            (5, "case"),
            (6, "case"),
        ]
    )


def test_cases_that_differ_in_upper_and_lower_case_alone_are_one_as_for_their_folders(tmp_path: Path) -> None:
    """A cohort's run refuses them, for Windows and macOS don't tell the folders apart."""
    with pytest.raises(CohortTableError, match=r"'p1' or 'P1' stands 2 times \(rows 2, 4\)"):
        read("case,age,sex,bmd\np1,71,F,62.5\np2,66,M,130\nP1,80,F,79.9\n", tmp_path)


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("age", "852", "months, give 71.0"),
        ("age", "1953", "year of birth"),
        ("bmd", "-2.8", "T-score"),
        ("bmd", "0.085", "g/cm3, give 85.0"),
        ("bmd", "62,5", "point as decimal mark"),
        ("bmi", "0.00245", "give 24.5"),
        ("bmi", "245", "give 24.5"),
        ("label", "2", "two classes"),
        ("sex", "2", "1 is male"),
        ("mri_date", "03/04/2024", "'99/99/9999'"),
        ("mri_date", "2024-02-30", "'9999-99-99'"),
    ],
)
def test_a_wrong_unit_is_named_with_what_it_looks_like(column: str, cell: str, said: str, tmp_path: Path) -> None:
    base = {"case": "a", "age": "71", "sex": "F", "label": "1", column: cell}
    if column == "sex":
        lines = [",".join(base), ",".join({**base, "sex": "1"}.values()), ",".join({**base, "case": "b"}.values())]
    else:
        lines = [",".join(base), ",".join(f'"{value}"' for value in base.values())]
    with pytest.raises(CohortTableError, match=said) as caught:
        read("\n".join(lines) + "\n", tmp_path)
    assert "2024" not in str(caught.value)


@pytest.mark.parametrize(
    ("coding", "male"),
    [("MF", [1, 0]), ("10", [1, 0]), ("男女", [1, 0]), (("male", "Female"), [1, 0]), (("1.0", "0.0"), [1, 0])],
)
def test_codings_of_sex_are_understood(coding: str, male: list[int], tmp_path: Path) -> None:
    table = read_cohort_table(read_path(f"case,age,sex,label\na,71,{coding[0]},1\nb,66,{coding[1]},0\n", tmp_path))
    assert [row.sex for _, row in table.rows] == [bool(one) for one in male]


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("case,age,sex,label\na,71,1,1\nb,66,2,0\n", "column sex"),
        ("case,age,sex,label\na,71,M,1\nb,66,0,0\n", "column sex"),
        ("case,age,gender,label\na,71,M,1\n", "column sex"),
        ("case,age,sex\na,71,M\n", "column label or bmd"),
        ("case,age,sex,label,smokng\na,71,M,1,1\n", "column smokng"),
        ("case,age,sex,label\n", "table"),
        ("case,age,age,sex,label\na,71,71,M,1\n", "column age"),
    ],
)
def test_faults_of_whole_columns(text: str, column: str, tmp_path: Path) -> None:
    assert faults_of(text, tmp_path)[0] == (0, column)


def test_one_patient_in_training_and_test_is_refused(tmp_path: Path) -> None:
    text = "case,patient,age,sex,label,split\na,p1,71,M,1,train\nb,p2,66,F,0,train\nc,p1,72,M,1,test\n"
    with pytest.raises(CohortTableError, match="'p1' stands in the splits test and train"):
        read(text, tmp_path)


def test_pseudonyms_of_a_patient_that_differ_in_upper_and_lower_case_alone_are_one_patient(tmp_path: Path) -> None:
    with pytest.raises(CohortTableError, match=r"'P1' or 'p1' stands 2 times"):
        read("case,patient,age,sex,label\na,P1,71,M,1\nb,p2,66,F,0\nc,p1,72,M,1\n", tmp_path)


@pytest.mark.parametrize("word", ["no", "No", "0", "0.0", "none", "无", "否", "-", "N/A", "FALSE"])
def test_a_reason_for_exclusion_that_denies_one_is_refused_instead_of_leaving_the_patient_out(
    word: str, tmp_path: Path
) -> None:
    assert faults_of(f"case,age,sex,label,exclusion\na,71,M,1,\nb,66,F,0,{word}\n", tmp_path) == [(3, "exclusion")]


def test_a_mark_or_a_reason_leaves_the_patient_out(tmp_path: Path) -> None:
    text = "case,age,sex,label,exclusion\na,71,M,1,\nb,66,F,0,1\nc,66,F,0,no consent\nd,66,F,0,\n"
    assert dict(read_cohort_table(read_path(text, tmp_path)).excluded) == {"1": 1, "no consent": 1}


def test_rows_that_excel_hides_are_refused_where_they_hold_a_patient(tmp_path: Path) -> None:
    """A filter hides patients whom its user takes for left out."""
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in ("case,age,sex,bmd", "a,71,F,62", "b,66,M,130", "c,50,M,140"):
        book.active.append(row.split(","))
    book.active.row_dimensions[9].hidden = True  # holds nothing
    book.save(tmp_path / "table.xlsx")
    assert len(read_cohort_table(tmp_path / "table.xlsx").rows) == 3
    book.active.row_dimensions[3].hidden = True
    book.save(tmp_path / "table.xlsx")
    with pytest.raises(StudyError, match=r"hides 1 rows that hold values \(row 3\)"):
        read_cohort_table(tmp_path / "table.xlsx")


def test_rows_are_hidden_in_other_programs_words_too(tmp_path: Path) -> None:
    """.NET programs give a sheet's elements a prefix; numbers of rows are optional, and quotes may be single (ECMA-376)."""
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in ("case,age,sex,bmd", "a,71,F,62", "b,66,M,130", "c,50,M,140"):
        book.active.append(row.split(","))
    book.active.row_dimensions[3].hidden = True
    book.save(tmp_path / "plain.xlsx")
    with ZipFile(tmp_path / "plain.xlsx") as plain, ZipFile(tmp_path / "table.xlsx", "w") as other:
        for name in plain.namelist():
            text = plain.read(name)
            if name == "xl/worksheets/sheet1.xml":
                text = re.sub(rb"<(/?)(\w)", rb"<\1x:\2", text.replace(b"xmlns=", b"xmlns:x="))
                text = re.sub(rb'<x:row r="\d+"', b"<x:row", text).replace(b'hidden="1"', b"hidden='1'")
                assert text.count(b"<x:row>") + text.count(b"<x:row ") == 4 and b"hidden='1'" in text
            other.writestr(name, text)
    with pytest.raises(StudyError, match=r"hides 1 rows that hold values \(row 3\)"):
        read_cohort_table(tmp_path / "table.xlsx")


def test_a_label_that_contradicts_the_bmd_is_refused(tmp_path: Path) -> None:
    assert faults_of("case,age,sex,label,bmd\na,71,M,1,95\nb,66,F,0,95\n", tmp_path) == [(2, "label")]


def test_the_flow_of_patients_is_counted_by_reason(tmp_path: Path) -> None:
    text = (
        "case,age,sex,bmd,bmi,exclusion,mri_date,qct_date,treatment_date\n"
        "a,71,F,62,24,,2024-03-01,2024-03-03,2024-03-10\n"
        "b,66,M,130,,,20240301,2024/3/1,2024-03-15\n"  # 14 days: inside
        "c,80,F,50,24,,2024-03-01,2024-02-24,2024-03-10\n"  # QCT 15 days before
        "d,59,M,80,24,,2024-03-11,2024-03-05,2024-03-10\n"  # MRI after treatment
        "e,,M,80,24,,,,\n"
        "f,59,M,,24,,2024-03-01,,\n"
        "g,not read,?,,,previous fracture,,,\n"
    )
    table = read_cohort_table(read_path(text, tmp_path))
    assert [row.case for _, row in table.rows] == ["a", "b"]
    assert dict(table.excluded) == {
        "previous fracture": 1,
        TWO_WEEK_RULE: 2,
        "missing age": 1,
        "missing label and BMD": 1,
    }
    assert dict(table.missing) == {"bmi": 1, "bmd": 0}
    text_of_flow = "\n".join(flow_lines(table))
    assert "7 patients" in text_of_flow
    assert "2024" not in text_of_flow


def test_chinese_csv_with_semicolons_is_read_and_said(tmp_path: Path) -> None:
    table = read("case;age;sex;label;note\na;71;女;1;骨质疏松\nb;66;男;0;\n", tmp_path, encoding="gb18030")
    assert [row.sex for _, row in table.rows] == [False, True]
    assert any("GB 18030" in note for note in table.notes)
    assert any("note" in note for note in table.notes)


def test_chinese_headings_are_not_taken_for_columns_but_said_which_they_may_be(tmp_path: Path) -> None:
    with pytest.raises(CohortTableError) as caught:
        read("病例号,年龄（岁）,性别,骨密度(mg/cm3),吸烟史,备注\na,71,女,62.5,无,\n", tmp_path)
    hints = {fault.column.removeprefix("column "): f"{fault.expected} {fault.remedy}" for fault in caught.value.faults}
    for name, heading in (("case", "病例号"), ("age", "年龄（岁）"), ("sex", "性别"), ("label or bmd", "骨密度(mg/cm3)")):
        assert f"is it '{heading}'? Then rename that" in hints[name]
    assert "'smoking'?" in hints["吸烟史"]
    assert "备注" not in hints


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_what_excel_saves_as_unicode_text_is_read(encoding: str, tmp_path: Path) -> None:
    text = "case\tage\tsex\tbmd\na\t71\t女\t62.5\nb\t66\t男\t130\n"
    table = read(text if encoding == "utf-16" else "\ufeff" + text, tmp_path, "table.txt", encoding)
    assert [row.sex for _, row in table.rows] == [False, True]
    assert not table.notes


@pytest.mark.parametrize("line", ["sep=;", '"sep=;"', "SEP=;"])
def test_a_first_line_that_tells_excel_the_separator_is_no_heading(line: str, tmp_path: Path) -> None:
    """Rows are counted as Excel shows them: without it."""
    text = f"{line}\r\ncase;age;sex;bmd\r\na,1;71;F;62.5\r\n"
    assert [row.case for _, row in read(text, tmp_path).rows] == ["a,1"]
    assert faults_of(f"{text}b;852;M;130\r\n", tmp_path) == [(3, "age")]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("table.txt", b"\xff\xfec\x00a", "neither UTF-8"),
        ("table.xls", b"", "ends in"),
        ("table.xlsx", b"no workbook", "no Excel workbook"),
        ("table.parquet", b"no parquet", "no Parquet"),
        ("table.csv", b"", "without a heading"),
        ("table.csv", b"case,age\na,71,3\n", "Row 2 .* has 3 cells"),
    ],
)
def test_a_file_that_is_no_such_table_is_named(name: str, content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(StudyError, match=said):
        read_cohort_table(tmp_path / name)


@pytest.mark.parametrize(("name", "package"), [("t.xlsx", "openpyxl"), ("t.parquet", "pyarrow")])
def test_a_missing_reader_is_named(name: str, package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / name).write_bytes(b"")
    monkeypatch.setitem(__import__("sys").modules, package, None)
    with pytest.raises(MissingDependencyError, match=package):
        read_cohort_table(tmp_path / name)


def test_an_absent_table_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="does not exist"):
        read_cohort_table(tmp_path / "none.csv")


def test_blank_columns_of_a_sheet_or_a_csv_are_no_columns(tmp_path: Path) -> None:
    """Excel counts formatted cells to the used range, here between the columns and behind them; pandas writes an index."""
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in ("case,,age,sex,,bmd,,,", "a,,71,F,,62,,,", "b,,66,M,,130,,,"):
        book.active.append([cell or None for cell in row.split(",")])
    for cell in book.active["I"]:
        cell.fill = openpyxl.styles.PatternFill("solid", "FFFF00")
    book.save(tmp_path / "table.xlsx")
    assert read_cohort_table(tmp_path / "table.xlsx").table.columns == ("case", "", "age", "sex", "", "bmd")
    assert len(read(",case,,age,sex,bmd\n0,a,,71,F,62\n1,b,,66,M,130\n", tmp_path).rows) == 2


def test_where_every_patient_is_left_out_the_reasons_are_counted(tmp_path: Path) -> None:
    with pytest.raises(CohortTableError, match=r"every patient is left out \(2: missing age, 1: fracture\)"):
        read("case,age,sex,bmd,exclusion\na,,F,62,\nb,,M,130,\nc,60,M,130,fracture\n", tmp_path)


def test_dates_of_excel_and_of_text_are_the_same_day() -> None:
    from datetime import date

    same = [
        parse_date(one)
        for one in (
            "2024-03-01",
            "2024/3/1",
            "20240301",
            20240301.0,
            "2024年3月1日",
            "2024-03-01T00:00:00",
            datetime(2024, 3, 1),
            date(2024, 3, 1),
        )
    ]
    assert set(same) == {date(2024, 3, 1)}


@pytest.mark.parametrize(
    "given", ["2024111", "202411", "2024-111", "2024-1105", "2024-3/1", "2024-13-01", "01.03.2024", "2024"]
)
def test_a_day_that_could_be_another_or_is_none_is_refused_and_only_its_form_shown(given: str) -> None:
    with pytest.raises(ClinicalDataError, match="a date of the form") as caught:
        parse_date(given)
    assert given not in str(caught.value)


@pytest.mark.parametrize("column", ["age", "sex", "label", "bmd", "bmi", "smoking", "kinds", "slice_mm", "exclusion"])
def test_a_cell_that_excel_made_a_day_of_is_a_fault_that_does_not_show_the_day(column: str, tmp_path: Path) -> None:
    """It could be a birth date; and where the decimal mark is a comma, a BMI of 24.5 becomes one."""
    openpyxl = pytest.importorskip("openpyxl")
    numbers = {"age": 71, "label": 1, "bmd": 62.0, "bmi": 24.0, "slice_mm": 3.3}
    cells = {**numbers, "sex": "F", "smoking": "yes", "kinds": "T1WI: T1 FLAIR", "exclusion": None}
    book = openpyxl.Workbook()
    book.active.append(["case", *cells])
    book.active.append(["a", *(cells | {column: datetime(1953, 5, 24)}).values()])
    book.active.append(["b", 66, 0, 130.0, None, None, "M"])
    book.save(tmp_path / "table.xlsx")
    with pytest.raises(CohortTableError, match="a date") as caught:
        read_cohort_table(tmp_path / "table.xlsx")
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [(2, column)]
    assert "1953" not in str(caught.value)


@pytest.mark.parametrize("kinds", ["STIR", "FS-T2WI:", "T1WI: T1 FLAIR; STIR"])
def test_a_kind_without_its_sequence_is_a_fault(kinds: str, tmp_path: Path) -> None:
    table = f"case,age,sex,label,kinds\na,71,F,1,{kinds}\nb,66,M,0,\n"
    with pytest.raises(CohortTableError, match="a sequence, a colon and its kind"):
        read(table, tmp_path)


def test_faults_survive_the_way_between_processes(tmp_path: Path) -> None:
    with pytest.raises(CohortTableError) as caught:
        read("case,age,sex,label\na,7,M,1\n", tmp_path)
    assert pickle.loads(pickle.dumps(caught.value)).faults == caught.value.faults


def test_check_prints_the_flow_or_every_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(read_path(GOOD, tmp_path))]) == 0
    assert "4 take part, 2 with osteoporosis" in capsys.readouterr().out
    assert main(["check", str(read_path(GOOD.replace("71", "171").replace("130", "x"), tmp_path))]) == 2
    message = capsys.readouterr().err
    assert "row 2, age" in message
    assert "row 3, bmd" in message


def test_every_field_of_a_row_may_be_empty() -> None:
    assert Row.model_validate(dict.fromkeys(Row.model_fields, "")) == Row()
