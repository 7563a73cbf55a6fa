"""What a project hands on is what the other commands read."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from OPRadiomicsLib.errors import MaskError, OutputError
from OPRadiomicsLib.files import held_alone
from OPRadiomicsLib.io import read_mask, read_volume
from OPRadiomicsLib.types import Volume
from OPRadiomicsTrainingLib.agreement.readings import read_reader_study
from OPRadiomicsTrainingLib.cohort.table import read_cohort_table
from OPRadiomicsTrainingLib.project import designs, exports
from OPRadiomicsTrainingLib.project.cases import list_cases
from OPRadiomicsTrainingLib.project.claims import list_claims
from OPRadiomicsTrainingLib.project.exclusive import utc_now
from OPRadiomicsTrainingLib.project.folder import Project, ProjectError
from OPRadiomicsTrainingLib.project.session import begin
from OPRadiomicsTrainingLib.project.versions import Step, versions_of
from small_project import AFFINE, add_bare_case, small_mask

LATER = utc_now() + timedelta(days=61)


def _save(project: Project, case: str, step: Step, reader: str, shift: int = 0) -> None:
    now = LATER if step is Step.AGAIN else None
    with begin(project, case, step, reader, now=now) as session:
        session.save(small_mask(shift), now=now)


def test_the_same_seed_draws_the_same_cases_whatever_the_order_of_names() -> None:
    names = [f"sub-{number:04d}" for number in range(1, 61)]
    drawn = designs.draw_cases(names, 20, 7)
    assert drawn == designs.draw_cases(names[::-1], 20, 7)
    assert len(set(drawn)) == 20
    assert drawn != designs.draw_cases(names, 20, 8)


def test_a_case_without_all_sequences_comes_into_no_agreement_study(stocked: Project) -> None:
    add_bare_case(stocked, "sub-0004")
    cases = list_cases(stocked)
    assert designs.readable(cases.values()) == ["sub-0001", "sub-0002", "sub-0003"]
    with pytest.raises(ProjectError, match="Without T2WI or FS-T2WI: sub-0004"):
        designs.create_design(stocked, "icc", list(cases), {"A": "AA", "B": "BB"})


def test_an_agreement_study_knows_what_is_open_and_ends_as_a_table_that_icc_reads(stocked: Project) -> None:
    design = designs.create_design(stocked, "icc", ["sub-0001", "sub-0003"], {"A": "AA", "B": "BB"}, seed=3)
    readings = designs.readings_of(stocked, design)
    assert [one.progress for one in readings] == ["open", "waits", "waits"] * 2
    with pytest.raises(ProjectError, match=r"6 of 6 readings are open \(AA 4, BB 2\)"):
        designs.export_design(stocked, design, stocked.designs / "icc.csv")
    for case in design.cases:
        _save(stocked, case, Step.DRAWN, "AA")
        _save(stocked, case, Step.DRAWN, "AA", 1)  # A's first mask is the last one before the review
        _save(stocked, case, Step.REVIEWED, "BB", 2)
    waiting = [one for one in designs.readings_of(stocked, design) if one.progress == "waits"]
    assert {one.reading for one in waiting} == {"A2"} and waiting[0].waits_for[:2] == "20"
    assert {one.progress for one in designs.readings_of(stocked, design, now=LATER)} == {"done", "open"}
    for case in design.cases:
        _save(stocked, case, Step.AGAIN, "AA", 3)
    study = read_reader_study(designs.export_design(stocked, design, stocked.designs / "icc" / "readings.csv"))
    assert study.cases == ("sub-0001", "sub-0003")
    assert list(study.masks) == ["A", "B", "A2"]
    assert [versions_of(stocked, "sub-0001")[n].path.samefile(study.masks[r][0]) for n, r in ((1, "A"), (2, "B"), (3, "A2"))]
    assert (study.studies[0] / "T1WI.nii.gz").is_file()
    assert not study.simulated


@pytest.mark.parametrize("name", ["", "con", "../icc", "icc/2026", ".icc", "icc."])
def test_a_design_is_named_as_a_folder_can_be_on_every_system(name: str, stocked: Project) -> None:
    with pytest.raises(ProjectError, match="names no study"):
        designs.create_design(stocked, name, ["sub-0001", "sub-0002"], {"A": "AA", "B": "BB"})


def test_a_design_may_be_named_as_a_fit_or_a_run_may(stocked: Project) -> None:
    made = designs.create_design(stocked, "二次 icc 2026.1", ["sub-0001", "sub-0002"], {"A": "AA", "B": "BB"})
    assert designs.read_design(stocked, made.name) == designs.list_designs(stocked)[0] == made


def test_a_design_is_never_changed(stocked: Project) -> None:
    designs.create_design(stocked, "icc", ["sub-0001", "sub-0002"], {"A": "AA", "B": "BB"})
    with pytest.raises(ProjectError, match="exists already"):
        designs.create_design(stocked, "icc", ["sub-0001", "sub-0003"], {"A": "AA", "B": "BB"})
    assert designs.list_designs(stocked)[0].cases == ("sub-0001", "sub-0002")


def test_what_macos_keeps_beside_each_file_of_a_shared_disk_is_no_design_and_no_claim(stocked: Project) -> None:
    designs.create_design(stocked, "icc", ["sub-0001", "sub-0002"], {"A": "AA", "B": "BB"})
    for hidden in (stocked.designs / "._icc.json", stocked.claims / "._sub-0001.json"):
        hidden.write_bytes(b"\0\5\x16\7")
    assert [one.name for one in designs.list_designs(stocked)] == ["icc"]
    assert list_claims(stocked) == {}


@pytest.mark.parametrize(
    ("cases", "readers", "message"),
    [
        (["sub-0001", "sub-0099"], {"A": "AA", "B": "BB"}, "1 not in the project"),
        (["sub-0001"], {"A": "AA", "B": "BB"}, "1 cases"),
        (["sub-0001", "sub-0002"], {"A": "AA", "B": "aa"}, "as reader A and B"),
        (["sub-0001", "sub-0002"], {"A": "AA"}, "No reader's initials"),
    ],
)
def test_a_design_that_cannot_be_read_is_refused(
    stocked: Project, cases: list[str], readers: dict[str, str], message: str
) -> None:
    with pytest.raises(ProjectError, match=message):
        designs.create_design(stocked, "icc", cases, readers)


@pytest.mark.parametrize(
    "change", [{"readings": ["A", "C"]}, {"readers": {"A": "AA"}}, {"interval_days": "two"}, {"cases": None}, {"readers": []}]
)
def test_a_design_of_another_shape_is_called_damaged(change: dict[str, object], stocked: Project) -> None:
    made = designs.create_design(stocked, "icc", ["sub-0001", "sub-0002"], {"A": "AA", "B": "BB"})
    path = stocked.designs / "icc.json"
    assert designs.read_design(stocked, "icc") == made
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ProjectError, match="Design 'icc' is damaged"):
        designs.read_design(stocked, "icc")


def test_the_cohort_table_is_one_that_check_accepts_with_masks_and_labels(stocked: Project) -> None:
    stocked.clinical_table.write_text("case,label,bmi\nsub-0001,1,24.5\nsub-0002,0,\nsub-0003,1,30\n")
    _save(stocked, "sub-0002", Step.DRAWN, "AA")
    table = read_cohort_table(exports.write_cohort_table(stocked))
    rows = {row.case: row for _, row in table.rows}
    assert [rows[case].osteoporosis for case in rows] == [True, False, True]
    assert rows["sub-0001"].bmi == 24.5
    assert (table.folder / str(rows["sub-0002"].mask)).samefile(versions_of(stocked, "sub-0002")[0].path)
    assert rows["sub-0001"].mask is None
    assert (table.folder / str(rows["sub-0003"].study)).is_dir()


def test_a_clinical_table_of_unknown_cases_is_refused(stocked: Project) -> None:
    stocked.clinical_table.write_text("case,label\nsub-0001,1\nZhang,0\n")
    with pytest.raises(ProjectError, match="not in the project"):
        exports.write_cohort_table(stocked)


def test_a_clinical_column_that_would_replace_the_images_place_is_refused(stocked: Project) -> None:
    stocked.clinical_table.write_text("case,label,study\nsub-0001,1,77\n")
    with pytest.raises(ProjectError, match="a column study"):
        exports.write_cohort_table(stocked)


def test_training_takes_reviewed_masks_of_the_three_levels_in_sagittal_order(stocked: Project, tmp_path: Path) -> None:
    _save(stocked, "sub-0001", Step.DRAWN, "AA")
    with pytest.raises(ProjectError, match="No case"):
        exports.export_training(stocked, tmp_path / "data")
    _save(stocked, "sub-0001", Step.REVIEWED, "BB", 2)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "own_sub-0002_lab.nii.gz").write_bytes(b"of an earlier export")
    assert exports.export_training(stocked, tmp_path / "data") == ("sub-0001",)
    assert {path.name for path in (tmp_path / "data").iterdir()} == {f"own_sub-0001_{kind}.nii.gz" for kind in ("img", "lab")}
    image = read_volume(tmp_path / "data" / "own_sub-0001_img.nii.gz")
    bodies = read_mask(tmp_path / "data" / "own_sub-0001_lab.nii.gz", image)
    assert sorted(np.unique(bodies.labels)) == [0, 20, 21, 22]
    height = [np.argwhere(bodies.of(level))[:, 1].mean() for level in ("L1", "L2", "L3")]
    assert height == sorted(height)


def test_two_exports_for_training_to_one_folder_at_once_are_refused(stocked: Project, tmp_path: Path) -> None:
    for step, reader in ((Step.DRAWN, "AA"), (Step.REVIEWED, "BB")):
        _save(stocked, "sub-0001", step, reader)
    with (
        held_alone(tmp_path / ".data.in-use", "An export"),
        pytest.raises(OutputError, match=r"An export to data in .* goes on in another process"),
    ):
        exports.export_training(stocked, tmp_path / "data")
    assert not any(tmp_path.glob("data*"))
    exports.export_training(stocked, tmp_path / "data")
    assert [path.name for path in tmp_path.glob(".*")] == []


def test_reordering_moves_no_voxel_in_space() -> None:
    rng = np.random.default_rng(0)
    turned = AFFINE[:, [2, 0, 1, 3]] * [1, -1, 1, 1]
    image = Volume(rng.uniform(size=(40, 60, 5)).astype(np.float32).transpose(1, 0, 2), np.array(turned))
    labels = np.zeros(image.shape, np.uint8)
    labels[20:30, 5:9, 1:3] = 20
    new_image, new_mask = exports.in_sagittal_order(image, type(small_mask())(labels, image.affine))

    def where(mask: np.ndarray, affine: np.ndarray) -> set[tuple[float, ...]]:
        indices = np.argwhere(mask)[:, ::-1]
        return {tuple(np.round(affine[:3, :3] @ index + affine[:3, 3], 6)) for index in indices}

    assert where(labels > 0, image.affine) == where(new_mask.labels > 0, new_image.affine)
    assert new_image.array[new_mask.labels > 0].sum() == pytest.approx(image.array[labels > 0].sum())


def test_a_mask_without_l3_does_not_go_to_training(stocked: Project, tmp_path: Path) -> None:
    labels = small_mask().labels.copy()
    labels[labels == 22] = 0
    for step, reader in ((Step.DRAWN, "AA"), (Step.REVIEWED, "BB")):
        with begin(stocked, "sub-0001", step, reader) as session:
            session.save(type(small_mask())(labels, AFFINE))
    with pytest.raises(MaskError, match="L3"):
        exports.export_training(stocked, tmp_path / "data")
    assert not (tmp_path / "data").exists()
