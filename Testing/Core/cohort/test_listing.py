"""A folder, a list and a table name the same cases, and every fault of the names is told at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from OPRadiomicsLib.cli import main
from OPRadiomicsLib.cohort import list_cases
from OPRadiomicsLib.errors import ClinicalDataError, StudyError
from OPRadiomicsLib.io import read_table
from OPRadiomicsLib.types import Role
from OPRadiomicsTrainingLib.cohort.features import lines_by_case
from OPRadiomicsTrainingLib.cohort.table import read_cohort_table
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage, generate_uid


def test_a_folder_a_list_and_a_table_name_the_same_cases(studies: Path, a_table: Callable[..., Path]) -> None:
    (studies / "list.txt").write_text("# cases\ncase_0001\n\ncase_0002\ncase_0003\n")
    listed = [list_cases(source).cases for source in (studies, studies / "list.txt", a_table())]
    assert [[(case.name, case.study) for case in cases] for cases in listed] == 3 * [
        [(name, studies / name) for name in ("case_0001", "case_0002", "case_0003")]
    ]
    assert listed[2][0].masks == {Role.T1WI: studies / "case_0001" / "mask.nii.gz"}


def test_cases_that_a_column_of_floats_numbers_are_named_alike_everywhere(tmp_path: Path) -> None:
    """Where a gap makes floats of a column, case 2 is 2.0: folders, features and the cohort's rows must still meet."""
    pandas = pytest.importorskip("pandas")
    table = tmp_path / "table.parquet"
    columns = {
        "case": [1.0, 2.0],
        "study": ["a", "b"],
        "age": [71, 66],
        "sex": ["F", "M"],
        "label": [1, 0],
        "centre": [1.0, 2.0],
    }
    pandas.DataFrame(columns).to_parquet(table, index=False)
    assert [case.name for case in list_cases(table).cases] == ["1", "2"]
    cohort = read_cohort_table(table)
    assert [(row.case, row.centre) for _, row in cohort.rows] == [("1", "1"), ("2", "2")]
    assert list(lines_by_case(cohort, read_table(table))) == ["1", "2"]


def test_a_study_s_own_folder_is_one_case(studies: Path) -> None:
    found = list_cases(studies / "case_0001")
    assert [(case.name, case.study) for case in found.cases] == [("case_0001", studies / "case_0001")]
    assert "one study's own folder" in found.notes[0]


@pytest.fixture
def a_series(tmp_path: Path) -> Callable[..., None]:
    """Write one slice of a DICOM series into a folder."""

    def write(folder: str, study: str, series: str, patient: str = "") -> None:
        dataset = Dataset()
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        dataset.SOPClassUID, dataset.SOPInstanceUID = MRImageStorage, generate_uid()
        dataset.StudyInstanceUID, dataset.SeriesInstanceUID, dataset.PatientID = study, series, patient
        dataset.ImagePositionPatient, dataset.ImageOrientationPatient = [0, 0, 0], [0, 1, 0, 0, 0, -1]
        dataset.Rows, dataset.Columns, dataset.BitsAllocated, dataset.BitsStored = 2, 2, 16, 16
        dataset.HighBit, dataset.PixelRepresentation, dataset.SamplesPerPixel = 15, 0, 1
        dataset.PhotometricInterpretation, dataset.PixelData = "MONOCHROME2", bytes(8)
        (tmp_path / "source" / folder).mkdir(parents=True)
        dataset.save_as(tmp_path / "source" / folder / "1.dcm", enforce_file_format=True)

    return write


@pytest.mark.parametrize(
    ("series", "names"),
    [
        ({"a": ("1.1", "1.1.1"), "b": ("1.1", "1.1.2")}, ["source"]),
        ({"a": ("1.1", "1.1.1"), "b": ("1.2", "1.2.1")}, ["a", "b"]),
        ({"a": ("1.1", "1.1.1"), "b": ("1.1", "1.1.1")}, ["a", "b"]),  # a copy
        ({"a": ("1.1", "1.1.1")}, ["a"]),
        ({"a": ("1.1", "1.1.1", "P1"), "b": ("1.1", "1.1.2", "P2")}, ["a", "b"]),  # one UID left to all patients
        ({"a": ("", "1.1.1"), "b": ("", "1.1.2")}, ["a", "b"]),
    ],
)
def test_folders_of_one_examination_s_series_are_one_case(
    series: dict[str, tuple[str, ...]], names: list[str], a_series: Callable[..., None], tmp_path: Path
) -> None:
    for folder, uids in series.items():
        a_series(folder, *uids)
    assert [case.name for case in list_cases(tmp_path / "source").cases] == names


def test_a_folder_that_may_not_be_read_is_a_case_like_the_others(
    a_series: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(folder: Path) -> list[Path]:
        raise StudyError("A folder of the study cannot be read", "folders that you may read", "check permissions")

    a_series("a", "1.1", "1.1.1")
    a_series("b", "1.2", "1.2.1")
    monkeypatch.setattr("OPRadiomicsLib.cohort.listing.files_below", forbidden)
    assert [case.name for case in list_cases(tmp_path / "source").cases] == ["a", "b"]


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


def test_a_reason_for_exclusion_that_denies_one_is_refused(a_table: Callable[..., Path]) -> None:
    assert [case.name for case in list_cases(a_table(exclusion=["", "fracture", ""])).cases] == ["case_0001", "case_0003"]
    with pytest.raises(ClinicalDataError, match="exclusion 'no'"):
        list_cases(a_table(exclusion=["no", "fracture", "no"]))
