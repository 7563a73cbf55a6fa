"""Benchmarks follow the code: what they name exists."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

BENCHMARKS = Path(__file__).resolve().parents[2] / "Benchmarks"


def test_the_stage_profile_times_functions_that_exist():
    paths = [path for paths in import_module("stage_profile").STAGES.values() for path in paths]
    for path in paths:
        module, _, name = path.rpartition(".")
        assert callable(getattr(import_module(f"OPRadiomicsLib.{module}"), name)), path


@pytest.mark.parametrize(
    ("script", "words", "said"),
    [
        ("segmentation_dice", ["--data"], "No case of zukic"),
        ("segmentation_cross_validation", ["--data", ".", "--run"], "holds no fold_1"),
    ],
)
def test_a_folder_without_what_is_measured_ends_with_status_2_and_says_so(script, words, said, tmp_path):
    pytest.importorskip("torch", reason="torch is not installed")
    command = [sys.executable, str(BENCHMARKS / f"{script}.py"), *words, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert said in done.stderr


def test_cases_of_several_prefixes_are_read_and_those_without_labels_named(tmp_path, capsys):
    image = sitk.Image(4, 4, 4, sitk.sitkUInt8)
    for name in ("a_1_img", "a_1_lab", "a_2_img", "b_1_img", "b_1_lab", "c_1_img"):
        sitk.WriteImage(image, str(tmp_path / f"{name}.nii.gz"))
    read = import_module("segmentation_dice").read_cases(tmp_path, ["a", "b"])
    assert [case.name for case in read] == ["a_1", "b_1"]
    assert "a_2, without a_2_lab.nii.gz" in capsys.readouterr().err


def test_a_bodys_middle_half_is_of_the_slices_that_show_it_wherever_the_spine_stands():
    middle_of_body = import_module("segmentation_dice").middle_of_body
    drawn = np.zeros((17, 4, 4), bool)
    drawn[4:17, 1:3, 1:3] = True
    drawn[8] = False
    assert middle_of_body(drawn) == slice(7, 14)
    assert drawn[middle_of_body(np.zeros_like(drawn))].size == 0


def test_every_ratio_of_make_bench_has_a_script_that_measures_it():
    for name in import_module("bench").NAMES:
        assert "def measure(" in (BENCHMARKS / f"{name}.py").read_text(encoding="utf-8"), name
