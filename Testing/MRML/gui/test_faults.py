"""Failures are told with a remedy, and a diagnosis never holds a path: folders are named after patients."""

from __future__ import annotations

import pytest
from OPRadiomicsLib.gui import faults
from OPRadiomicsLib.worker.conversation import Answer


def test_a_refusal_keeps_the_core_s_words_and_remedy() -> None:
    fault = faults.refused(Answer(1, "refused", found="Age 7", expected="18 to 110", remedy="check it"))
    assert fault.text == "Age 7. Expected: 18 to 110. What to do: check it."


@pytest.mark.parametrize(
    ("kind", "words", "packages"),
    [
        ("MemoryError", "memory", False),
        ("ModuleNotFoundError numba", "numba", True),
        ("ZeroDivisionError", "diagnostics", False),
    ],
)
def test_a_failure_inside_the_worker_has_a_remedy(kind: str, words: str, packages: bool) -> None:
    fault = faults.failed(Answer(1, "failed", kind=kind, where=("a.py:3 f",)))
    assert words in fault.text
    assert fault.remedy
    assert fault.packagesMissing is packages


@pytest.mark.parametrize(
    ("exit_code", "crashed", "stderr", "words"),
    [
        (1, False, ["ModuleNotFoundError: No module named 'numba'"], "package is missing"),
        (9, True, [], "memory ran out"),
        (11, True, [], "unexpectedly"),
        (3, False, [], "unexpectedly"),
    ],
)
def test_the_end_of_the_process_is_told_apart(exit_code: int, crashed: bool, stderr: list[str], words: str) -> None:
    assert words in faults.ended(exit_code, crashed, stderr).text


PATHS = ["/home/jane doe/MRI/t1.nrrd", r"C:\Patients\Doe^Jane\t1.nrrd", "/tmp/x", r"\\server\share\Doe"]


@pytest.mark.parametrize("path", PATHS)
def test_paths_are_cut_out_of_a_diagnosis(path: str) -> None:
    fault = faults.ended(1, False, [f"cannot open '{path}': no"])
    text = faults.diagnosis(fault, "Segment", "5.12.3", [f"Reading {path}"])
    assert "doe" not in text.lower()
    assert "Segment" in text
    assert "5.12.3" in text


@pytest.mark.parametrize("parts", [["a"], ["Doe^Jane", "1980-01-01"], [".hidden", "x_y", "z.nii.gz"]])
def test_no_part_of_a_path_stays(parts: list[str]) -> None:
    assert faults.withoutPaths("saw '/" + "/".join(parts) + "', line 3") == "saw '<path>', line 3"


def test_what_is_no_path_stays() -> None:
    assert faults.withoutPaths("T1/T2 ratio 1/2: fine") == "T1/T2 ratio 1/2: fine"


def test_names_of_nodes_are_cut_out_of_a_diagnosis() -> None:
    fault = faults.Fault("'Doe Jane T1' holds no image.", "load it again")
    text = faults.diagnosis(fault, "Segment", "5.12.3", [fault.text, "Masks of 'Doe's second' replaced."])
    assert "doe" not in text.lower()
    assert "holds no image" in text


def test_a_fault_of_the_panel_itself_tells_where_and_no_more() -> None:
    with pytest.raises(KeyError) as raised:
        {}["Doe Jane"]
    fault = faults.broken(raised.value)
    assert "KeyError" in fault.text
    assert fault.technical[-1].startswith("test_faults.py:")
    assert "Doe" not in faults.diagnosis(fault, "Segment", "5.12.3", [fault.text])
