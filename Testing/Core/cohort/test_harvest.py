"""Scanner and sequence parameters come out as the simulator wrote them into DICOM, and nothing of the patient does."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from OPRadiomicsLib.cli import main
from OPRadiomicsTrainingLib.cohort.harvest import harvest
from OPRadiomicsTrainingLib.simulation.cohort import CohortPlan, simulate_cohort
from OPRadiomicsTrainingLib.simulation.signal import protocol
from OPRadiomicsTrainingLib.simulation.study import Options


@pytest.fixture(scope="module")
def harvested(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, str]]]:
    folder = tmp_path_factory.mktemp("harvest")
    plan = CohortPlan({"A": 2, "B": 1}, format="dicom", truth=False, options=Options(slices=5, pixels=96))
    table = simulate_cohort(plan, folder)
    for path in (folder / "case_0002" / "dicom").rglob("*"):
        if path.is_file():
            path.unlink()
    assert main(["harvest", str(table), "-o", str(folder / "out" / "acquisition.csv")]) == 0
    return {
        name: list(csv.DictReader((folder / "out" / f"acquisition{name}.csv").read_text(encoding="utf-8").splitlines()))
        for name in ("", "_summary", "_table1", "_failures")
    }


def test_parameters_are_those_of_the_protocol(harvested: dict[str, list[dict[str, str]]]) -> None:
    assert [(row["case"], row["centre"]) for row in harvested[""]] == 3 * [("case_0001", "A")] + 3 * [("case_0003", "B")]
    for row, sequence in zip(harvested[""], (*protocol("A"), *protocol("B")), strict=True):
        assert row["sequence"] == sequence.role
        assert float(row["tr_ms"]) == pytest.approx(sequence.tr_ms, abs=1)
        assert float(row["te_ms"]) == pytest.approx(sequence.te_ms, abs=1)
        assert float(row["slice_thickness_mm"]) == pytest.approx(3.0)
        assert float(row["gap_mm"]) == pytest.approx(0.3, abs=0.01)
    assert [float(row["field_strength_t"]) for row in harvested[""]] == 3 * [3.0] + 3 * [1.5]
    assert [float(row["fov_rows_mm"]) for row in harvested[""]] == pytest.approx(3 * [280.0] + 3 * [300.0], abs=0.2)


def test_the_summary_has_median_and_range_by_centre_and_sequence(harvested: dict[str, list[dict[str, str]]]) -> None:
    rows = {(row["centre"], row["sequence"], row["parameter"]): row for row in harvested["_summary"]}
    found = rows["A", "T1WI", "tr_ms"]
    assert found["n"] == "1"
    assert found["median"] == found["least"] == found["most"]
    assert rows["B", "T2WI", "model"]["values"] == "Simulator 1.5T (1)"


def test_a_case_without_images_is_listed_and_stops_no_other(harvested: dict[str, list[dict[str, str]]]) -> None:
    assert [(row["case"], row["stage"]) for row in harvested["_failures"]] == [("case_0002", "reading")]


def test_a_failure_numbers_a_file_whose_name_may_be_the_patient_s(tmp_path: Path) -> None:
    (tmp_path / "studies" / "case_0001").mkdir(parents=True)
    (tmp_path / "studies" / "case_0001" / "MUSTERMANN_ERIKA.dcm").write_bytes(bytes(128) + b"DICM")
    failure = harvest(tmp_path / "studies").failures[0]
    assert failure.found.startswith("File 1 of 1 by name (132 bytes) is damaged")


def test_nothing_of_the_patient_is_written(harvested: dict[str, list[dict[str, str]]]) -> None:
    columns = {name.lower() for row in harvested[""] for name in row}
    assert not {
        name for name in columns if any(word in name for word in ("patient", "birth", "date", "name", "uid", "age"))
    } - {"image_matrix"}


def test_table_1_has_a_column_for_each_centre_and_sequence(harvested: dict[str, list[dict[str, str]]]) -> None:
    table = {row["Parameter"]: row for row in harvested["_table1"]}
    assert list(table["TR / ms"])[1:] == ["A T1WI", "A T2WI", "A FS-T2WI", "B T1WI", "B T2WI", "B FS-T2WI"]
    assert [table["Field strength / T"][column] for column in ("A T1WI", "B T1WI")] == ["3", "1.5"]
    assert table["FOV / mm"]["A T1WI"] == "280 x 280"
