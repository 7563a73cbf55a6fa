"""Two networks on held-out cases: Dice by level against the reader's, a table, and both outlines side by side."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="torch is not installed")

from OPRadiomicsLib.resources import demo_study_folder
from OPRadiomicsTrainingLib.segmentation import compare
from OPRadiomicsTrainingLib.segmentation.compare import BODIES, ComparedCase, NetworkComparison


def _compared() -> NetworkComparison:
    first = ComparedCase("own_a", {BODIES: 0.9, "L1": 0.8}, {BODIES: 0.7, "L1": 0.9}, ("a.png",))
    return NetworkComparison("shipped", (first, ComparedCase("chu_b", {BODIES: 0.8}, {BODIES: 0.8})))


def test_the_table_has_a_row_a_case_and_means_over_the_cases_that_have_a_figure() -> None:
    header, rows = _compared().table()
    assert header == ("case", "bodies new", "bodies before", "bodies difference", "L1 new", "L1 before", "L1 difference")
    assert rows[0] == ("own_a", "0.900", "0.700", "+0.200", "0.800", "0.900", "-0.100")
    assert rows[1] == ("chu_b", "0.800", "0.800", "+0.000", "", "", "")
    assert rows[2] == ("mean", "0.850", "0.750", "+0.100", "0.800", "0.900", "-0.100")


def test_a_comparison_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    compare.write_comparison(_compared(), tmp_path)
    assert compare.read_comparison(tmp_path) == _compared()
    rows = list(csv.reader((tmp_path / "comparison.csv").read_text().splitlines()))
    assert rows[-1][:2] == ["mean", "0.850"]
    (tmp_path / compare.COMPARISON_FILE).write_text("{}")
    assert compare.read_comparison(tmp_path) is None
    assert compare.read_comparison(tmp_path / "nowhere") is None


def test_the_shipped_network_against_itself_differs_by_nothing_and_is_drawn_on_every_slice(tmp_path: Path) -> None:
    """The reader's levels are the network's own; the bodies' Dice falls short of 1 by the border that training moves."""
    from OPRadiomicsLib.io import read_volume, write_mask, write_volume
    from OPRadiomicsLib.segmentation.bundle import load_segmentation_model
    from OPRadiomicsLib.segmentation.inference import segment
    from OPRadiomicsTrainingLib.project.exports import in_sagittal_order, only_levels
    from OPRadiomicsTrainingLib.segmentation.cases import load_case, prepare_real_cases

    volume = read_volume(next(demo_study_folder().glob("*T1WI*")))
    drawn = only_levels(segment(volume, load_segmentation_model()).mask, ("L1", "L2", "L3", "L4"))
    image, mask = in_sagittal_order(volume, drawn)
    data = tmp_path / "data"
    data.mkdir()
    write_volume(image, data / "own_sub-0001_img.nii.gz")
    write_mask(mask, data / "own_sub-0001_lab.nii.gz", all_levels=True)
    prepare_real_cases(data, tmp_path / "cases", sets=["own"])
    case = load_case(tmp_path / "cases" / "own_sub-0001.npz")
    compared = compare.compare_networks("lumbar-bodies", "lumbar-bodies", [case], data=data, out=tmp_path)
    (found,) = compared.cases
    assert set(found.new) == {BODIES, "L1", "L2", "L3"} and found.new == found.before
    assert [found.new[level] for level in ("L1", "L2", "L3")] == [1.0, 1.0, 1.0]
    assert 0.85 < found.new[BODIES] < 1.0
    drawn_slices = int(mask.labels.any(axis=(1, 2)).sum())
    assert abs(len(found.pictures) - drawn_slices) <= 2
    assert all((tmp_path / compare.PICTURES_FOLDER / name).read_bytes()[:4] == b"\x89PNG" for name in found.pictures)
