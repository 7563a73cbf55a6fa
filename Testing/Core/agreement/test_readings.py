"""Readings are found in a table or a folder, absent masks are all listed, and cases are drawn repeatably."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest
from OPRadiomicsLib.errors import GeometryError, MaskError, OutputError, StudyError
from OPRadiomicsTrainingLib.agreement.comparison import Comparison
from OPRadiomicsTrainingLib.agreement.masks import mask_agreement, numbering_warnings, volume_limits
from OPRadiomicsTrainingLib.agreement.readings import draw_cases, read_reader_study
from OPRadiomicsTrainingLib.simulation.reading_study import simulate_readings

CASES = tuple(f"case_000{n}" for n in range(1, 4))


def test_a_table_and_a_folder_hold_the_same_readings(readings: Path, tmp_path: Path) -> None:
    by_table = read_reader_study(readings)
    assert (by_table.cases, tuple(by_table.masks)) == (CASES, ("A", "B", "A2", "B_alone"))
    for case, study in zip(by_table.cases, by_table.studies, strict=True):
        shutil.copytree(study, tmp_path / case)
        shutil.copytree(readings / case, tmp_path / case / "readings")
        (tmp_path / case / "readings" / "._A.nii.gz").write_bytes(b"\0\5\x16\7")  # as macOS keeps one on a shared disk
    by_folder = read_reader_study(tmp_path)
    assert (by_folder.cases, tuple(by_folder.masks)) == (CASES, ("A", "B", "A2", "B_alone"))
    assert by_folder.masks["A2"][2].read_bytes() == by_table.masks["A2"][2].read_bytes()
    (tmp_path / "case_0002" / "readings" / "A2.nii.gz").unlink()
    assert [path is None for path in read_reader_study(tmp_path).masks["A2"]] == [False, True, False]


def test_absent_masks_are_all_listed_and_empty_cells_are_no_fault(readings: Path, tmp_path: Path) -> None:
    study = readings.parent / "cohort" / "case_0001"
    lines = [f"a,{study},{readings}/case_0001/A.nii.gz,x.nii.gz", f"b,{study},y.nii.gz,", f"c,{study},,"]
    (tmp_path / "readings.csv").write_text("\n".join(["case,study,A,B", *lines]))
    with pytest.raises(MaskError, match="2 masks are absent: b A, a B"):
        read_reader_study(tmp_path)


def test_the_network_reads_without_a_mask(readings: Path) -> None:
    assert read_reader_study(readings).with_network().masks["network"] == (None,) * 3


TABLES = [
    ("case,A\n", "column study"),
    ("case,study\na,b\nc,d\n", r"2 cases with 0 readings\. Expected: .*a column .*Remedy: add the columns A, B, A2, B_alone"),
    ("case,study,A\na,b,x.nii\na,c,y.nii\n", "more than once"),
]


@pytest.mark.parametrize(("text", "said"), TABLES)
def test_a_table_without_readings_is_refused(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "readings.csv").write_text(text)
    with pytest.raises(StudyError, match=said):
        read_reader_study(tmp_path)


def test_readings_that_cannot_all_be_written_leave_the_earlier_table(readings: Path, tmp_path: Path) -> None:
    (tmp_path / "readings.csv").write_text("earlier", encoding="utf-8")
    (tmp_path / CASES[2] / "A.nii.gz").mkdir(parents=True)
    with pytest.raises(OutputError, match="is a folder"):
        simulate_readings(readings.parent / "cohort" / "cohort.csv", tmp_path, seed=1)
    assert (tmp_path / "readings.csv").read_text(encoding="utf-8") == "earlier"


@pytest.mark.parametrize("names", [("../escaped",), ("{tmp}/escaped",), ("",), ("x", "x")])
def test_names_that_are_no_folders_or_stand_twice_leave_nothing_anywhere(
    names: tuple[str, ...], readings: Path, tmp_path: Path
) -> None:
    study = readings.parent / "cohort" / CASES[0]
    table = tmp_path / "table.csv"
    rows = [f"{name.format(tmp=tmp_path)},{study}" for name in names]
    table.write_text("\n".join(["case,study", *rows, ""]), encoding="utf-8")
    with pytest.raises(StudyError, match="a name of its own"):
        simulate_readings(table, tmp_path / "out", seed=1)
    assert list(tmp_path.iterdir()) == [table]


def test_cases_are_drawn_repeatably_without_the_excluded(tmp_path: Path) -> None:
    table = tmp_path / "cohort.csv"
    rows = [(f"c{n:03d}", f"s/{n}", "fracture" if n % 10 == 0 else "") for n in range(100)]
    with table.open("w", newline="") as stream:
        csv.writer(stream).writerows([("case", "study", "exclusion"), *rows])
    first = draw_cases(table, 20, 7, tmp_path / "deep" / "a.csv")
    assert first == draw_cases(table, 20, 7, tmp_path / "b.csv")
    assert first != draw_cases(table, 20, 8, tmp_path / "c.csv")
    assert len(set(first)) == 20
    assert not {name for name in first if int(name[1:]) % 10 == 0}
    with (tmp_path / "deep" / "a.csv").open(newline="") as stream:
        drawn = list(csv.DictReader(stream))
    assert (tmp_path / "deep" / drawn[0]["study"]).resolve() == (tmp_path / "s" / str(int(drawn[0]["case"][1:]))).resolve()
    with pytest.raises(StudyError, match="91 cases to draw from 90"):
        draw_cases(table, 91, 7, tmp_path / "d.csv")


def write_mask(path: Path, labels: np.ndarray) -> Path:
    import SimpleITK as sitk

    image = sitk.GetImageFromArray(labels.astype(np.uint8))
    image.SetSpacing((2.0, 1.0, 5.0))
    sitk.WriteImage(image, str(path))
    return path


def sitk_labels(path: Path) -> np.ndarray:
    import SimpleITK as sitk

    return sitk.GetArrayFromImage(sitk.ReadImage(str(path)))


def test_dice_volume_and_limits_are_those_of_the_definition(tmp_path: Path) -> None:
    first, second = [], []
    for n in range(3):
        labels = np.zeros((4, 20, 20))
        for label in (1, 2, 3):
            labels[1:3, 5 * label : 5 * label + 4, 2:12] = label
        moved = labels.copy()
        moved[1, 5:9, 2 : 4 + n] = 0
        first.append(write_mask(tmp_path / f"a{n}.nii.gz", labels))
        second.append(write_mask(tmp_path / f"b{n}.nii.gz", moved))
    pair = Comparison("inter", "Inter-observer", ("A", "B"))
    rows = mask_agreement({"A": first, "B": second}, ("x", "y", "z"), (pair,))
    upper = [row for row in rows if row.level == "L1"]
    removed = [4 * (2 + n) for n in range(3)]
    assert [row.first_ml for row in upper] == pytest.approx(3 * [80 * 0.01])
    assert [row.second_ml for row in upper] == pytest.approx([(80 - less) * 0.01 for less in removed])
    assert [row.dice for row in upper] == pytest.approx([2 * (80 - less) / (160 - less) for less in removed])
    assert all(row.dice == 1.0 for row in rows if row.level != "L1")
    assert volume_limits(rows, (pair,))["inter", "L1"].bias.value == pytest.approx(-np.mean(removed) * 0.01)
    assert numbering_warnings(rows) == ()
    shifted = [write_mask(tmp_path / f"c{n}.nii.gz", np.roll(sitk_labels(path), 5, axis=1)) for n, path in enumerate(first)]
    renumbered = mask_agreement({"A": first, "B": [shifted[0], *second[1:]]}, ("x", "y", "z"), (pair,))
    assert [text.partition(":")[0] for text in numbering_warnings(renumbered)] == ["x"]
    write_mask(second[0], np.ones((4, 20, 21)))
    with pytest.raises(GeometryError, match="Case x"):
        mask_agreement({"A": first, "B": second}, ("x", "y", "z"), (pair,))


def test_limits_of_three_readings_are_those_of_the_first_two_whoever_lacks_one(tmp_path: Path) -> None:
    block = np.zeros((4, 20, 20))
    block[1:3, 2:6, 2:12], block[1:3, 7:11, 2:12], block[1:3, 12:16, 2:12] = 1, 2, 3
    smaller = np.where(np.arange(20) < 4, 0, block)
    whole, part = write_mask(tmp_path / "whole.nii.gz", block), write_mask(tmp_path / "part.nii.gz", smaller)
    three = Comparison("all", "All", ("A", "B", "C"))
    masks = {"A": [whole] * 4, "B": [None, whole, whole, whole], "C": [part] * 4}
    limits = volume_limits(mask_agreement(masks, ("w", "x", "y", "z"), (three,)), (three,))
    assert limits["all", "L1"].bias.value == 0.0


def test_of_a_cohorts_folder_all_cases_are_read(readings: Path, tmp_path: Path) -> None:
    """As of its table; `readings` come from that."""
    cohort = readings.parent / "cohort"
    written = simulate_readings(cohort, tmp_path, seed=1)
    assert (tmp_path / "case_0001" / "A.nii.gz").read_bytes() == (readings / "case_0001" / "A.nii.gz").read_bytes()
    assert len(written.read_text(encoding="utf-8").splitlines()) == len((cohort / "cohort.csv").read_text().splitlines())
