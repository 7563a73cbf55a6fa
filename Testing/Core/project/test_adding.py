"""What enters a project names no patient: not in a header, a name, a table or the index; the key alone leads back."""

from __future__ import annotations

import csv
import gzip
import io
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from OPRadiomicsLib.errors import Cancelled
from OPRadiomicsLib.io import read_volume
from OPRadiomicsLib.study import open_study
from OPRadiomicsTrainingLib.project import cases, key
from OPRadiomicsTrainingLib.project.adding import add_listed, listed_in
from OPRadiomicsTrainingLib.project.folder import Project, ProjectError, create_project, open_project
from OPRadiomicsTrainingLib.simulation.cohort import CohortPlan, simulate_cohort
from OPRadiomicsTrainingLib.simulation.study import Options

NAME, NUMBER, BIRTH, DAY = "Zhang^Xiuying", "HOSP-77381", "19520417", "20240229"


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two small simulated studies as DICOM, the first with a patient's name and number in every header."""
    from pydicom import dcmread

    folder = tmp_path_factory.mktemp("cohort")
    plan = CohortPlan({"A": 2}, format="dicom", truth=False, options=Options(slices=5, pixels=96))
    table = simulate_cohort(plan, folder)
    for path in (folder / "case_0001" / "dicom").rglob("*"):
        if path.is_file():
            header = dcmread(path)
            header.PatientName, header.PatientID, header.PatientBirthDate, header.StudyDate = NAME, NUMBER, BIRTH, DAY
            header.InstitutionName, header.SeriesDescription = "St. Elsewhere", f"SAG {NAME}"
            header.save_as(path)
    return table


@pytest.fixture(scope="module")
def filled(cohort: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = create_project(tmp_path_factory.mktemp("home") / "spine")
    added = add_listed(project, listed_in(cohort), centre="A", simulated=True)
    assert (len(added.cases), added.failures) == (2, ())
    cases.list_cases(project)  # writes the index
    return project


def _contents(folder: Path) -> dict[str, bytes]:
    found = {}
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            found[str(path.relative_to(folder))] = gzip.decompress(content) if path.suffix == ".gz" else content
    return found


@pytest.mark.parametrize("secret", [NAME, "Xiuying", NUMBER, BIRTH, DAY, "Elsewhere", "case_0001"])
def test_no_file_of_the_project_names_the_patient(filled: Project, secret: str) -> None:
    contents = _contents(filled.folder)
    assert [name for name, content in contents.items() if secret.encode() in content or secret in name] == []
    assert len(contents) > 10


def test_no_unique_identifier_of_dicom_enters_the_project(filled: Project, cohort: Path) -> None:
    study = open_study(cohort.parent / "case_0001" / "dicom")
    uids = {series.study_uid for series in study.series.values()} | {series.series_uid for series in study.series.values()}
    assert not [uid for uid in uids for content in _contents(filled.folder).values() if uid.encode() in content]


def test_the_key_leads_back_and_is_its_owners_alone(filled: Project) -> None:
    with (filled.key_folder / key.FILE_NAME).open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["case"] for row in rows] == ["sub-0001", "sub-0002"]
    assert (rows[0]["patient_id"], rows[0]["study_date"], rows[0]["former"]) == (NUMBER, DAY, "case_0001")
    assert (filled.key_folder / key.FILE_NAME).stat().st_mode & 0o077 == 0


def test_many_who_add_at_once_write_one_heading_and_lose_no_row(project: Project) -> None:
    names = [f"sub-{number:04d}" for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: key.append_key(project, key.KeyRow(name)), names))
    heading, *rows = (project.key_folder / key.FILE_NAME).read_text().splitlines()
    assert heading.startswith("case,") and sorted(row.partition(",")[0] for row in rows) == names


def test_the_key_is_kept_on_a_disk_without_locks_too(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def without_locks(*_: object) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr("fcntl.flock", without_locks)
    assert "sub-0001," in key.append_key(project, key.KeyRow("sub-0001")).read_text()


def test_images_are_those_of_the_dicom_voxel_by_voxel(filled: Project, cohort: Path) -> None:
    study = open_study(cohort.parent / "case_0001" / "dicom")
    for role, volume in study.volumes.items():
        kept = read_volume(filled.images / "sub-0001" / f"{role}.nii.gz")
        assert np.array_equal(kept.array, volume.array)
        assert np.allclose(kept.affine, volume.affine, atol=1e-4)


def test_acquisition_parameters_age_and_sex_are_kept(filled: Project) -> None:
    case = cases.list_cases(filled)["sub-0001"]
    assert json.loads((case.folder / "acquisition.json").read_text())["T1WI"]["tr_ms"] > 0
    assert case.age is not None and case.sex in ("M", "F") and case.simulated
    assert case.kinds == "T1WI: as the study's; T2WI: as the study's; FS-T2WI: as the study's"
    assert {"label", "bmd"} & set(case.clinical)


def test_the_thumbnail_is_a_small_picture_with_contrast(filled: Project) -> None:
    from matplotlib.image import imread

    picture = imread(io.BytesIO(cases.list_cases(filled)["sub-0001"].thumbnail.read_bytes()), format="png")
    assert max(picture.shape[:2]) <= 100
    assert picture[..., 0].std() > 0.05


def test_the_same_examination_is_not_added_twice_and_says_which_it_is(filled: Project, cohort: Path) -> None:
    again = add_listed(filled, listed_in(cohort))
    assert again.cases == ()
    assert [one.found for one in again.failures] == [f"The examination is {name} already" for name in ("sub-0001", "sub-0002")]
    assert len(cases.list_cases(filled)) == 2


def test_a_study_that_fails_leaves_nothing_and_stops_no_other(project: Project, cohort: Path, tmp_path: Path) -> None:
    from OPRadiomicsTrainingLib.project.adding import Listed

    (tmp_path / "cut").mkdir()
    (tmp_path / "cut" / "MUSTERMANN_ERIKA.dcm").write_bytes(bytes(128) + b"DICM")
    added = add_listed(project, [Listed(tmp_path / "cut"), Listed(cohort.parent / "case_0002" / "dicom")])
    assert [case.name for case in added.cases] == ["sub-0001"]
    assert len(added.failures) == 1 and added.failures[0].remedy
    assert added.failures[0].found.startswith("File 1 of 1 by name")


def test_cancel_amid_a_study_leaves_nothing_of_it_and_keeps_those_before(project: Project, cohort: Path) -> None:
    def progress(message: str, fraction: float) -> None:
        if message == "Study 2 of 2" and fraction > 0.8:  # amid its images
            raise Cancelled

    with pytest.raises(Cancelled):
        add_listed(project, listed_in(cohort), progress=progress)
    assert [path.name for path in project.images.iterdir()] == ["sub-0001"]
    assert list(cases.list_cases(project)) == ["sub-0001"]


def test_an_addition_that_was_cut_off_is_no_case(project: Project) -> None:
    (project.images / "sub-0001").mkdir()
    assert cases.list_cases(project) == {}


def test_a_damaged_case_file_hides_that_case_alone(stocked: Project) -> None:
    (stocked.images / "sub-0002" / "case.json").write_text('{"sequences": 3}')
    assert list(cases.list_cases(stocked)) == ["sub-0001", "sub-0003"]


def test_the_index_follows_the_files(stocked: Project) -> None:
    assert len(cases.list_cases(stocked)) == 3
    import shutil

    shutil.rmtree(stocked.images / "sub-0002")
    assert list(cases.list_cases(open_project(stocked.folder))) == ["sub-0001", "sub-0003"]


@pytest.mark.parametrize(
    "content",
    ["", "[]", '{"schema": 9}', '{"schema": 1, "cases": []}', '{"schema": 1, "cases": {"sub-0001": [1]}}', '{"a":' * 100_000],
)
def test_a_damaged_index_is_made_anew(stocked: Project, content: str) -> None:
    (stocked.folder / cases.INDEX).write_text(content)
    assert len(cases.list_cases(stocked)) == 3


def test_a_case_that_does_not_exist_is_an_error_with_a_remedy(stocked: Project) -> None:
    for name in ("sub-0009", "../key", ""):
        with pytest.raises(ProjectError, match="No case"):
            cases.case_named(stocked, name)
