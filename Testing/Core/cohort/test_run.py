"""Many cases: what fails is recorded and stops no other, what is finished is kept, and where it is computed changes nothing."""

from __future__ import annotations

import csv
import ctypes
import gc
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pydicom
import pytest
from OPRadiomicsLib.cli import main
from OPRadiomicsLib.cohort import CohortSettings, list_cases, run_cohort, scheduling, settings_of
from OPRadiomicsLib.cohort.case import Case
from OPRadiomicsLib.errors import Cancelled, OPRadiomicsError, OutputError, StudyError
from OPRadiomicsLib.models.signature_file import load_signature
from OPRadiomicsLib.profile import load_profile
from OPRadiomicsLib.types import Role, no_progress
from OPRadiomicsTrainingLib.simulation.cohort import CohortPlan, simulate_cohort
from OPRadiomicsTrainingLib.simulation.study import Options


@pytest.fixture(scope="module")
def settings() -> CohortSettings:
    return settings_of(load_profile("standard"))


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def leftovers(out: Path) -> list[Path]:
    return [path for path in out.rglob(".*") if path.name != "."]


def spoil(studies: Path) -> None:
    (studies / "case_0002" / "T2WI.nii.gz").write_bytes(b"no image")


def test_two_worker_processes_compute_what_one_process_computes_and_a_broken_study_stops_no_other(
    studies: Path, a_table: Callable[..., Path], settings: CohortSettings, tmp_path: Path
) -> None:
    spoil(studies)
    cases = list_cases(a_table()).cases
    said: list[tuple[str, float]] = []
    spread = run_cohort(cases, settings, tmp_path / "two", workers=2, progress=lambda *one: said.append(one))
    alone = run_cohort(cases, settings, tmp_path / "none", workers=0)
    assert (spread.finished, spread.kept, len(spread.failures)) == (2, 0, 1)
    for name in ("features", "failures", "warnings", "predictions"):
        assert spread.tables[name].read_bytes() == alone.tables[name].read_bytes()
    assert [row["case"] for row in rows_of(spread.tables["features"])] == ["case_0001", "case_0003"]
    (failure,) = rows_of(spread.tables["failures"])
    assert (failure["case"], failure["stage"], failure["kind"]) == ("case_0002", "reading", "StudyError")
    assert failure["found"] and failure["expected"] and failure["remedy"]
    assert not (tmp_path / "two" / "cases" / "case_0002").exists()
    fractions = [fraction for _, fraction in said]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0


def test_one_examination_under_two_names_is_told(
    studies: Path, a_table: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("T1WI", "T2WI", "FS-T2WI"):
        shutil.copy(studies / "case_0001" / f"{name}.nii.gz", studies / "case_0003")
    shutil.copy(studies / "case_0001" / "mask.nii.gz", studies / "case_0003")
    assert main(["cohort", str(a_table()), "--out", str(tmp_path / "out"), "--workers", "0"]) == 0
    assert "warning: case case_0003 has the same images as case case_0001" in capsys.readouterr().out
    said = [row for row in rows_of(tmp_path / "out" / "warnings.csv") if "same images" in row["warning"]]
    assert said == [{"case": "case_0003", "warning": "the same images as case case_0001"}]


def test_a_mended_study_is_computed_and_the_finished_ones_are_kept(
    studies: Path, a_table: Callable[..., Path], settings: CohortSettings, tmp_path: Path
) -> None:
    whole = (studies / "case_0002" / "T2WI.nii.gz").read_bytes()
    spoil(studies)
    cases = list_cases(a_table()).cases
    out = tmp_path / "out"
    run_cohort(cases, settings, out)
    before = (out / "cases" / "case_0001" / "features.csv").stat().st_mtime_ns
    (studies / "case_0002" / "T2WI.nii.gz").write_bytes(whole)
    result = run_cohort(cases, settings, out)
    assert (result.finished, result.kept, result.failures) == (3, 2, ())
    assert (out / "cases" / "case_0001" / "features.csv").stat().st_mtime_ns == before
    assert rows_of(result.tables["failures"]) == []


def test_another_mask_or_another_option_computes_the_case_anew(
    studies: Path, a_table: Callable[..., Path], settings: CohortSettings, tmp_path: Path
) -> None:
    cases = list_cases(a_table()).cases[:1]
    run_cohort(cases, settings, tmp_path / "out")
    assert run_cohort(cases, settings, tmp_path / "out").kept == 1
    (studies / "case_0001" / "mask.nii.gz").write_bytes((studies / "case_0001" / "truth" / "bodies.nii.gz").read_bytes())
    assert run_cohort(cases, settings, tmp_path / "out").kept == 0
    assert run_cohort(cases, settings_of(settings.profile, per_level=True), tmp_path / "out").kept == 0
    assert {row["region"] for row in rows_of(tmp_path / "out" / "features.csv")} == {"L1-L3", "L1", "L2", "L3"}


def test_a_failure_numbers_a_dicom_file_whose_name_may_be_the_patient_s(settings: CohortSettings, tmp_path: Path) -> None:
    plan = CohortPlan({"A": 1}, format="dicom", truth=False, options=Options(slices=5, pixels=96))
    simulate_cohort(plan, tmp_path / "studies")
    study = tmp_path / "studies" / "case_0001" / "dicom"
    first = min(path for path in study.rglob("*") if path.is_file())
    named = first.with_name("MUSTERMANN_ERIKA_19500101.dcm")
    named.write_bytes(first.read_bytes()[:3000])
    with pytest.raises(StudyError) as caught:
        run_cohort([Case("case_0001", study)], settings, tmp_path / "out")
    assert "MUSTERMANN" not in str(caught.value) + (tmp_path / "out" / "failures.csv").read_text()
    assert "by name" in caught.value.found


def test_files_in_linked_folders_count_as_the_study_s_own(settings: CohortSettings, tmp_path: Path) -> None:
    """A study of links to an archive's folders: what changes there is other input, and its names may be the patient's."""
    simulate_cohort(CohortPlan({"A": 1}, format="dicom", truth=False), tmp_path / "studies")
    archive = tmp_path / "studies" / "case_0001" / "dicom"
    study = tmp_path / "linked"
    study.mkdir()
    for series in archive.iterdir():
        (study / series.name).symlink_to(series)
    case = Case("case_0001", study)
    assert run_cohort([case], settings, tmp_path / "out").finished == 1
    first = min(archive.glob("*T1_FSE/*"))
    named = first.rename(first.with_name("MUSTERMANN_ERIKA_19500101.dcm"))
    named.write_bytes(named.read_bytes()[:3000])
    with pytest.raises(StudyError) as caught:
        run_cohort([case], settings, tmp_path / "out")
    assert "MUSTERMANN" not in str(caught.value) + (tmp_path / "out" / "failures.csv").read_text()
    assert "by name" in caught.value.found


def test_a_table_may_name_the_series_of_a_dicom_study(settings: CohortSettings, tmp_path: Path) -> None:
    plan = CohortPlan({"A": 1}, format="dicom", truth=False)
    simulate_cohort(plan, tmp_path / "studies")
    study = tmp_path / "studies" / "case_0001" / "dicom"
    for path in sorted(study.glob("*T1_FSE/*")):
        again = pydicom.dcmread(path)
        again.SeriesNumber, again.SeriesInstanceUID = 9, again.SeriesInstanceUID[:-2] + ".9"
        again.SOPInstanceUID = again.file_meta.MediaStorageSOPInstanceUID = again.SOPInstanceUID[:-2] + ".9"
        again.save_as(path.with_name(f"again_{path.name}"))
    table = tmp_path / "table.csv"
    table.write_text(f"case,study\na,{study}\n", encoding="utf-8")
    with pytest.raises(StudyError, match="the table's column t1_series"):
        run_cohort(list_cases(table).cases, settings, tmp_path / "out")
    for number in (9, 2):
        table.write_text(f"case,study,t1_series\na,{study},{number}\n", encoding="utf-8")
        result = run_cohort(list_cases(table).cases, settings, tmp_path / "out")
        assert (result.finished, result.kept) == (1, 0), "another series is other input"
        kinds = {row["kinds"] for row in rows_of(result.tables["features"])}
        assert kinds == {"; ".join(f"{role}: as the study's" for role in Role)}, "which a signature records"
    (study / "T1WI.nii.gz").write_bytes(b"")
    with pytest.raises(StudyError, match="of a study of image files"):
        run_cohort(list_cases(table).cases, replace(settings, allow_missing=True), tmp_path / "out")


@pytest.mark.parametrize("signature", [None, "demo-signature"])
def test_a_row_whose_age_and_sex_are_another_patients_is_said_and_gone_once_mended(
    signature: str | None, settings: CohortSettings, tmp_path: Path
) -> None:
    """Sorting one column of a table alone gives each image another patient's values, and label."""
    simulate_cohort(CohortPlan({"A": 2}, seed=3, options=Options(slices=5, pixels=96)), tmp_path / "cases")
    rows = [json.loads((tmp_path / "cases" / f"case_000{n}" / "case.json").read_text(encoding="utf-8")) for n in (1, 2)]
    truth = [(row["age"], row["sex"]) for row in rows]
    assert truth[0] != truth[1]

    def run(values: list[tuple[float, int]]) -> list[str]:
        lines = [f"case_000{n},{tmp_path}/cases/case_000{n}/dicom,{age},{sex}" for n, (age, sex) in enumerate(values, 1)]
        (tmp_path / "table.csv").write_text("case,study,age,sex\n" + "\n".join(lines) + "\n")
        chosen = settings if signature is None else settings_of(settings.profile, load_signature(signature))
        result = run_cohort(list_cases(tmp_path / "table.csv").cases, chosen, tmp_path / "out")
        return [
            row["case"] for row in rows_of(result.tables["warnings"]) if "Are these the patient's images?" in row["warning"]
        ]

    assert run(truth[::-1]) == ["case_0001", "case_0002"]
    assert run(truth) == []


def test_a_failure_stays_readable_where_dicom_files_are_named_by_numbers(settings: CohortSettings, tmp_path: Path) -> None:
    plan = CohortPlan({"A": 1}, format="dicom", truth=False, options=Options(slices=5, pixels=96))
    simulate_cohort(plan, tmp_path / "studies")
    study = tmp_path / "studies" / "case_0001" / "dicom"
    for folder in study.iterdir():
        for number, path in enumerate(sorted(folder.iterdir()), start=1):
            path.rename(folder / str(number))
    shutil.rmtree(next(study.glob("*T1_FSE")))
    with pytest.raises(StudyError, match=r"Missing: T1WI\. Not taken: series 1\.1 '3-Plane Loc', 3 slices "):
        run_cohort([Case("case_0001", study)], settings, tmp_path / "out")


def test_sequences_that_swap_their_names_are_computed_anew(
    studies: Path, a_table: Callable[..., Path], settings: CohortSettings, tmp_path: Path
) -> None:
    """The same files in number and size, in each other's place."""
    cases = list_cases(a_table()).cases[:1]
    run_cohort(cases, settings, tmp_path / "out")
    first, second = (studies / "case_0001" / f"{role}.nii.gz" for role in ("T1WI", "T2WI"))
    kept = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(kept)
    again = run_cohort(cases, settings, tmp_path / "out")
    assert again.kept == 0
    said = [row["warning"] for row in rows_of(again.tables["warnings"])]
    assert any(text.startswith("T1WI: The canal is brighter") for text in said)


def test_with_a_signature_each_case_gets_its_report_and_missing_age_is_a_recorded_failure(
    a_table: Callable[..., Path], settings: CohortSettings, tmp_path: Path
) -> None:
    cases = list_cases(a_table(age=["71", "", "66"], sex=["F", "M", "M"])).cases
    chinese = settings_of(settings.profile, load_signature("demo-signature"), language="zh")
    result = run_cohort(cases, chinese, tmp_path / "out")
    assert [(one.case, one.stage) for one in result.failures] == [("case_0002", "clinical variables")]
    rows = rows_of(result.tables["predictions"])
    assert [(row["case"], row["model"]) for row in rows[:3]] == [
        ("case_0001", name) for name in ("clinical", "radiomics", "combined")
    ]
    case = tmp_path / "out" / "cases" / "case_0001"
    stored = json.loads((case / "prediction.json").read_text(encoding="utf-8"))
    assert float(rows[2]["probability"]) == stored["models"]["combined"]["probability"]
    assert stored["segmentation"] == "none: the mask was given"  # in the words of `predict --mask`
    assert rows[0]["demo"] == "True"
    assert 'lang="zh-CN"' in (case / "report.html").read_text(encoding="utf-8")
    again = run_cohort(cases[:1], replace(chinese, language="en"), tmp_path / "out")
    assert (again.finished, again.kept) == (1, 0), "a report in another language is another result"
    assert 'lang="en"' in (case / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("workers", [0, 2])
def test_cancel_keeps_finished_cases_and_leaves_no_half_written_one(
    workers: int, a_table: Callable[..., Path], settings: CohortSettings, tmp_path: Path
) -> None:
    out = tmp_path / "out"

    def cancel(message: str, fraction: float) -> None:
        if fraction > 0.34:
            raise Cancelled

    cases = list_cases(a_table()).cases
    with pytest.raises(Cancelled, match="finished cases are kept"):
        run_cohort(cases, settings, out, workers=workers, progress=cancel)
    assert leftovers(out) == []
    assert not (out / "features.csv").exists()
    finished = [path.parent for path in out.rglob("finished.json")]
    assert 1 <= len(finished) <= (2 if workers == 0 else len(cases))  # two workers may end theirs before the word reaches them
    assert {path.name for path in (out / "cases").iterdir()} == {path.name for path in finished}
    assert run_cohort(cases, settings, out).kept == len(finished)


@pytest.mark.skipif(sys.platform == "win32", reason="there it can only be ignored")
def test_ctrl_c_while_worker_processes_start_is_heard_once_they_have() -> None:
    started: list[int] = []

    class Starting:
        def LocalCluster(self, **_: object) -> None:
            signal.pthread_kill(threading.get_ident(), signal.SIGINT)  # others' threads, of other tests, don't block it
            own = "import os, signal; os.kill(os.getpid(), signal.SIGINT)"
            started.append(subprocess.run([sys.executable, "-c", own], check=False).returncode)

    with pytest.raises(KeyboardInterrupt):
        scheduling._cluster(Starting(), 2)
    assert started == [0], "what is started does not hear it"
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_worker_processes_of_windows_inherit_that_ctrl_c_is_not_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    ignored = [False]
    at_start: list[bool] = []

    class Kernel32:
        def SetConsoleCtrlHandler(self, handler: None, add: bool) -> None:
            ignored[0] = add

    class Starting:
        def LocalCluster(self, **_: object) -> None:
            at_start.append(ignored[0])

    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(kernel32=Kernel32()), raising=False)
    scheduling._cluster(Starting(), 2)
    assert (at_start, ignored) == ([True], [False])


def test_a_killed_run_goes_on_and_ends_as_an_unbroken_one(
    a_table: Callable[..., Path], settings: CohortSettings, tmp_path: Path
) -> None:
    table, out = a_table(), tmp_path / "out"
    command = [sys.executable, "-m", "OPRadiomicsLib.cli", "cohort", str(table), "--out", str(out), "--workers", "0"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not list(out.rglob("finished.json")) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    half = out / "cases" / "case_0003" / ".writing--killed"
    half.mkdir(parents=True)
    result = run_cohort(list_cases(table).cases, settings, out)
    assert 1 <= result.kept < 3
    unbroken = run_cohort(list_cases(table).cases, settings, tmp_path / "unbroken")
    assert result.tables["features"].read_bytes() == unbroken.tables["features"].read_bytes()
    assert leftovers(out) == []


def test_a_case_that_another_run_finished_meanwhile_is_not_computed_again(
    a_table: Callable[..., Path], settings: CohortSettings, tmp_path: Path
) -> None:
    cases = list_cases(a_table()).cases[:2]
    out = tmp_path / "out"
    times: list[int] = []

    def progress(message: str, _: float) -> None:
        if message.startswith("case_0001") and not times:
            run_cohort(cases[1:], settings, out)
            times.append((out / "cases" / "case_0002" / "finished.json").stat().st_mtime_ns)

    assert run_cohort(cases, settings, out, progress=progress).finished == 2
    assert (out / "cases" / "case_0002" / "finished.json").stat().st_mtime_ns == times[0]


def test_a_case_that_another_run_has_begun_anew_is_named(
    a_table: Callable[..., Path], settings: CohortSettings, tmp_path: Path
) -> None:
    cases = list_cases(a_table()).cases[:2]
    out = tmp_path / "out"

    def progress(message: str, _: float) -> None:
        if message.startswith("case_0002"):
            (out / "cases" / "case_0001" / "finished.json").unlink(missing_ok=True)

    with pytest.raises(OutputError, match=r"case_0001.* another run"):
        run_cohort(cases, settings, out, progress=progress)


def test_a_folder_that_the_system_refuses_is_no_fault_of_the_software(
    a_table: Callable[..., Path], settings: CohortSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = list_cases(a_table()).cases[:2]
    out = tmp_path / "out"
    run_cohort(cases[:1], settings, out)
    anew = replace(settings, per_level=True)

    def refused(path: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", refused)
        with pytest.raises(OutputError, match=r"finished\.json .*Permission denied"):
            run_cohort(cases[:1], anew, out)
    monkeypatch.setattr("OPRadiomicsLib.cohort.compute._image_of", refused)
    with pytest.raises(StudyError, match=r"folder cannot be read \(Permission denied\)"):
        run_cohort(cases[1:], settings, out)


def test_if_no_case_can_be_computed_that_is_an_error_and_the_failures_are_listed(
    studies: Path, settings: CohortSettings, tmp_path: Path
) -> None:
    (tmp_path / "list.txt").write_text("absent\n")
    with pytest.raises(StudyError, match="None of 1 cases"):
        run_cohort(list_cases(tmp_path / "list.txt").cases, settings, tmp_path / "out")
    assert len(rows_of(tmp_path / "out" / "failures.csv")) == 1


def test_a_mask_among_the_results_is_refused(a_table: Callable[..., Path], settings: CohortSettings, tmp_path: Path) -> None:
    run_cohort(list_cases(a_table()).cases[:1], settings, tmp_path / "studies")
    mask = tmp_path / "studies" / "cases" / "case_0001" / "masks" / "T1WI_bodies.nii.gz"
    (tmp_path / "studies" / "cases.csv").write_text(f"case,study,mask\ncase_0001,case_0001,{mask}\n")
    with pytest.raises(OutputError, match="among the results"):
        run_cohort(list_cases(tmp_path / "studies" / "cases.csv").cases, settings, tmp_path / "studies")
    assert mask.is_file()


def test_a_running_scheduler_is_used_if_its_workers_have_this_version(
    a_table: Callable[..., Path], settings: CohortSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from distributed import LocalCluster

    cases = list_cases(a_table()).cases[:1]
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address="127.0.0.1:0") as cluster:
        assert run_cohort(cases, settings, tmp_path / "out", scheduler=cluster.scheduler_address).finished == 1
        monkeypatch.setattr("OPRadiomicsLib.cohort.scheduling.__version__", "99")
        with pytest.raises(OPRadiomicsError, match="install it on every worker"):
            run_cohort(cases, settings, tmp_path / "other", scheduler=cluster.scheduler_address)


def test_a_worker_of_another_version_that_joins_later_computes_no_case(
    a_table: Callable[..., Path], settings: CohortSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The workers that are there when a run begins were asked; here nobody is, as of one that joins after."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address="127.0.0.1:0") as cluster:
        monkeypatch.setattr(scheduling, "__version__", "99")
        monkeypatch.setattr(scheduling, "_require_same_version", lambda *_: None)
        with pytest.raises(OPRadiomicsError, match=r"A worker with opradiomics 0\S+ joined .* workers with opradiomics 99"):
            run_cohort(list_cases(a_table()).cases, settings, tmp_path / "out", scheduler=cluster.scheduler_address)
    assert not list((tmp_path / "out").rglob("finished.json"))


def test_a_scheduler_without_a_worker_is_told_to_start_one(
    a_table: Callable[..., Path], settings: CohortSettings, tmp_path: Path
) -> None:
    from distributed import LocalCluster

    with (
        LocalCluster(n_workers=0, processes=False, dashboard_address="127.0.0.1:0") as cluster,
        pytest.raises(OPRadiomicsError, match=r"No worker at .* start one: dask worker"),
    ):
        run_cohort(list_cases(a_table()).cases, settings, tmp_path / "out", scheduler=cluster.scheduler_address)


def _takes_three_seconds(*_: object) -> None:
    time.sleep(3)


def test_waiting_for_cases_takes_no_memory(
    a_table: Callable[..., Path], settings: CohortSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A study of 1095 cases is waited for by the hour, four times a second: here fifty, a hundred times a second."""
    from distributed import LocalCluster

    (case, *_) = list_cases(a_table()).cases
    cases = [replace(case, name=f"case_{n}") for n in range(50)]
    monkeypatch.setattr("OPRadiomicsLib.cohort.scheduling.POLL_S", 0.01)
    monkeypatch.setattr("OPRadiomicsLib.cohort.scheduling._run_on_worker", _takes_three_seconds)
    monkeypatch.setattr("OPRadiomicsLib.cohort.scheduling.STOP_TIMEOUT_S", 0.1)
    objects: list[int] = []

    def progress(message: str, _: float) -> None:
        if message.endswith("cases ended"):
            objects.append(len(gc.get_objects()) if len(objects) in {20, 120} else 0)
        if len(objects) > 120:
            raise Cancelled

    with (
        LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address="127.0.0.1:0") as cluster,
        pytest.raises(Cancelled),
    ):
        run_cohort(cases, settings, tmp_path, scheduler=cluster.scheduler_address, progress=progress)
    assert objects[120] - objects[20] < 10 * 50, "a hundred polls leave less than ten objects a case"


def test_a_case_that_ends_its_worker_fails_alone_and_none_is_computed_twice(
    a_table: Callable[..., Path], settings: CohortSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The only worker: what it held of the first case's outcome and of the settings goes with it."""

    def computed(case: Case, _settings: object, folder: str, *_: str) -> None:
        with Path(folder).open("a") as file:
            file.write(case.name)
        if case.name == "case_0002":
            time.sleep(0.5)  # until the scheduler knows that the first has ended
            os._exit(1)

    monkeypatch.setattr(scheduling, "_run_on_worker", computed)
    cases = list_cases(a_table()).cases
    outcomes = scheduling.on_dask(cases, settings, lambda case: tmp_path / case.name, no_progress, workers=1, address=None)
    failed = {case.name: failure.kind if failure else None for case, failure in outcomes}
    assert failed == {"case_0001": None, "case_0002": "KilledWorker", "case_0003": None}
    assert [(tmp_path / case.name).read_text() for case in cases] == ["case_0001", "case_0002", "case_0003"]


def test_a_full_disk_ends_a_run_of_worker_processes_with_its_own_message_alone(
    a_table: Callable[..., Path], settings: CohortSettings, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Dask printed the case's arguments and the error before it, as of a fault of the software."""
    (tmp_path / "file").touch()
    cases = list_cases(a_table()).cases[:1]
    outcomes = scheduling.on_dask(cases, settings, lambda _: tmp_path / "file" / "c", no_progress, workers=1, address=None)
    with pytest.raises(OutputError, match="Not a directory"):
        list(outcomes)
    assert "Compute Failed" not in capfd.readouterr().err


def test_a_scheduler_that_ends_before_the_cases_is_named(
    a_table: Callable[..., Path], settings: CohortSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from distributed import LocalCluster

    monkeypatch.setattr(scheduling, "CONNECT_TIMEOUT_S", 1)
    monkeypatch.setattr(scheduling, "_run_on_worker", _takes_three_seconds)
    cluster = LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address="127.0.0.1:0")

    def progress(message: str, _: float) -> None:
        if message.startswith("0 of 3"):
            cluster.close()

    with pytest.raises(OPRadiomicsError, match=r"scheduler ended, or forgot case .* finished cases are kept"):
        run_cohort(
            list_cases(a_table()).cases, settings, tmp_path / "out", scheduler=cluster.scheduler_address, progress=progress
        )


def test_a_scheduler_whose_workers_have_all_ended_is_waited_for_aloud_and_not_for_ever(
    a_table: Callable[..., Path], settings: CohortSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from distributed import LocalCluster

    monkeypatch.setattr(scheduling, "_run_on_worker", _takes_three_seconds)
    monkeypatch.setattr(scheduling, "ASK_FOR_WORKERS_S", 0.1)
    monkeypatch.setattr(scheduling, "WITHOUT_WORKER_S", 1)
    said: list[str] = []
    with LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address="127.0.0.1:0") as cluster:

        def progress(message: str, _: float) -> None:
            said.append(message)
            if message == "0 of 3 cases ended":
                cluster.scale(0)
            if len(said) > 200:
                raise Cancelled

        with pytest.raises(OPRadiomicsError, match=r"lost its last worker.* finished cases are kept"):
            run_cohort(
                list_cases(a_table()).cases, settings, tmp_path / "out", scheduler=cluster.scheduler_address, progress=progress
            )
    assert any("has no worker" in message for message in said)


def test_a_scheduler_that_does_not_answer_is_named(
    a_table: Callable[..., Path], settings: CohortSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("OPRadiomicsLib.cohort.scheduling.CONNECT_TIMEOUT_S", 1)
    with pytest.raises(OPRadiomicsError, match=r"tcp://127\.0\.0\.1:9"):
        run_cohort(list_cases(a_table()).cases, settings, tmp_path / "out", scheduler="tcp://127.0.0.1:9")


def test_worker_processes_are_refused_under_slicer_where_they_hang(
    a_table: Callable[..., Path], settings: CohortSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.environ, "SLICER_HOME", str(tmp_path))
    with pytest.raises(OPRadiomicsError, match="--workers 0"):
        run_cohort(list_cases(a_table()).cases, settings, tmp_path / "out", workers=2)


def test_the_worker_serves_a_cohort_in_its_own_process(a_table: Callable[..., Path], tmp_path: Path) -> None:
    import io

    from OPRadiomicsLib.worker.service import Worker

    answers = io.StringIO()
    listed = a_table().with_name("list.txt")
    listed.write_text("case_0001\n", encoding="utf-8")
    request = {"id": 1, "arguments": ["cohort", str(listed), "--out", str(tmp_path / "out")]}

    def lines() -> Any:
        yield json.dumps(request) + "\n"
        while not any(f'"{event}"' in answers.getvalue() for event in ("done", "failed", "refused")):
            time.sleep(0.05)

    Worker(answers).serve(lines())
    last = json.loads(answers.getvalue().splitlines()[-1])
    assert last["event"] == "done"
    assert (tmp_path / "out" / "features.csv").is_file()
