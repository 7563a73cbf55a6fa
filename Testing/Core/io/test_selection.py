from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from OPRadiomicsLib.errors import StudyError
from OPRadiomicsLib.io.index import index_dicom
from OPRadiomicsLib.io.selection import number_of, only_series, select_series
from OPRadiomicsLib.types import Role


def _numbers(selected: dict[Role, Any]) -> dict[Role, str]:
    return {role: number_of(series) for role, series in selected.items()}


def test_the_three_sequences_are_found_among_all_that_a_pacs_exports(examination: Path) -> None:
    selected = select_series(index_dicom(examination))
    assert _numbers(selected) == {Role.T1WI: "3", Role.T2WI: "2", Role.FST2WI: "4"}
    assert all(series.role is role for role, series in selected.items())
    assert selected[Role.FST2WI].reason == (
        "TR 2682 / TE 71 ms (T2 spin echo); described as T2; fat suppression by ScanOptions FS"
    )


def test_the_one_series_of_a_folder_needs_no_name(write_study: Any, sequences: Any) -> None:
    t1, t2, _ = sequences
    assert number_of(only_series(index_dicom(write_study(t2)))) == number_of(index_dicom(write_study(t2))[0])
    with pytest.raises(StudyError, match=r"2 MR series in the folder: series 2 .*; series 3 ") as caught:
        only_series(index_dicom(write_study(t1, t2)))
    assert "the folder that holds this series alone" in caught.value.remedy


def test_a_missing_sequence_is_named(write_study: Any, sequences: Any) -> None:
    t1, t2, _ = sequences
    index = index_dicom(write_study(t1, t2))
    with pytest.raises(StudyError, match=r"Missing: FS-T2WI\.") as caught:
        select_series(index)
    assert "--fst2-series" in caught.value.remedy
    assert "--allow-missing" in caught.value.remedy
    assert set(select_series(index, allow_missing=True)) == {Role.T1WI, Role.T2WI}


def test_two_candidates_are_listed_with_the_way_to_choose(write_study: Any, sequences: Any) -> None:
    t1, t2, fst2 = sequences
    index = index_dicom(write_study(t1, t2, fst2, replace(t1, number=7, description="OSag T1 repeat")))
    with pytest.raises(StudyError, match="2 candidates for T1WI") as caught:
        select_series(index)
    for part in ("series 3 'OSag T1 FSE', 8 slices sagittal, TR 726 / TE 10 ms", "series 7 'OSag T1 repeat'"):
        assert part in caught.value.found
    assert "--t1-series 3" in caught.value.remedy
    with pytest.raises(StudyError, match="2 candidates"):
        select_series(index, allow_missing=True)
    assert _numbers(select_series(index, choices={Role.T1WI: "7"}))[Role.T1WI] == "7"
    by_uid = select_series(index, choices={Role.T1WI: index[-1].series_uid})
    assert number_of(by_uid[Role.T1WI]) == "7"
    assert by_uid[Role.T1WI].reason.startswith("chosen by the user: TR 726")


@pytest.mark.parametrize("number", ["3", None])
def test_candidates_that_no_number_tells_apart_are_named_by_the_end_of_their_uid(
    write_study: Any, sequences: Any, number: str | None
) -> None:
    t1, t2, fst2 = sequences
    repeated = replace(t1, number=7, tags={"SeriesNumber": number}, description="repeat")
    index = index_dicom(write_study(t1 if number else replace(t1, tags={"SeriesNumber": None}), t2, fst2, repeated))
    with pytest.raises(StudyError, match="2 candidates for T1WI") as caught:
        select_series(index)
    name = re.search(r"'repeat', .*?, UID (\.\.\.\d+)", caught.value.found)
    assert name is not None
    assert re.search(r"--t1-series \.\.\.\d+,", caught.value.remedy)
    assert select_series(index, choices={Role.T1WI: name[1]})[Role.T1WI].description == "repeat"


def test_a_choice_overrules_a_doubt_and_says_so(write_study: Any, sequences: Any) -> None:
    t1, t2, fst2 = sequences
    misprinted = replace(t1, tr_ms=583, te_ms=160)
    index = index_dicom(write_study(misprinted, t2, fst2))
    with pytest.raises(StudyError, match=r"Missing: T1WI.*TR 583 / TE 160 ms fits no sequence"):
        select_series(index)
    chosen = select_series(index, choices={Role.T1WI: "3"})[Role.T1WI]
    assert chosen.reason.startswith("chosen by the user, although judged unfit (TR 583 / TE 160")


def test_one_of_two_stacks_of_a_series_is_chosen_by_its_part(
    tmp_path: Path, write_stack: Callable[..., Any], sequences: Any
) -> None:
    t1, t2, fst2 = sequences
    for stack, name in ((t1, "a"), (t2, "b"), (replace(t2, te_ms=90), "c"), (fst2, "d")):
        write_stack(stack, tmp_path / name)
    index = index_dicom(tmp_path)
    with pytest.raises(StudyError, match=r"2 candidates for T2WI: series 2.1 .*; series 2.2 "):
        select_series(index)
    with pytest.raises(StudyError, match="2 candidates"):
        select_series(index, choices={Role.T2WI: "2"})
    selected = select_series(index, choices={Role.T2WI: "2.2"})
    assert selected[Role.T2WI].acquisition["te_ms"] == 123


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({Role.T1WI: "42"}, "--t1-series 42: no such series"),
        ({Role.T1WI: "5"}, "--t1-series 5 cannot serve as T1WI: .*axial plane"),
        ({Role.T1WI: "99"}, "screenshot"),
        ({Role.T1WI: "2", Role.T2WI: "2"}, "One series chosen for both T1WI and T2WI"),
    ],
)
def test_an_impossible_choice_is_refused(examination: Path, choices: dict[Role, str], message: str) -> None:
    with pytest.raises(StudyError, match=message):
        select_series(index_dicom(examination), choices=choices)


def test_a_chosen_series_is_not_offered_to_another_role(write_study: Any, sequences: Any) -> None:
    t1, t2, fst2 = sequences
    index = index_dicom(write_study(t1, t2, replace(t2, number=8), fst2))
    selected = select_series(index, choices={Role.T2WI: "8"})
    assert _numbers(selected) == {Role.T1WI: "3", Role.T2WI: "8", Role.FST2WI: "4"}


def test_a_localiser_alone_is_refused(tmp_path: Path, localiser_writer: Callable[[Path], None]) -> None:
    localiser_writer(tmp_path)
    with pytest.raises(StudyError, match="Only localisers"):
        select_series(index_dicom(tmp_path), allow_missing=True)


def test_axial_series_alone_are_refused_whatever_their_name(write_study: Any, axial_stack: Any) -> None:
    index = index_dicom(write_study(replace(axial_stack, description="SAG T2")))
    with pytest.raises(StudyError, match=r"No sagittal series: series 5 'SAG T2', 8 slices axial"):
        select_series(index, allow_missing=True)


def test_ct_is_refused(write_study: Any, make_stack: Any) -> None:
    index = index_dicom(write_study(make_stack(tags={"Modality": "CT"})))
    with pytest.raises(StudyError, match="No MR series among 1 series"):
        select_series(index)


def test_nothing_usable_is_an_error_even_where_missing_is_allowed(write_study: Any, make_stack: Any) -> None:
    index = index_dicom(write_study(make_stack(description="T1 +C")))
    with pytest.raises(StudyError, match=r"Missing: T1WI, T2WI, FS-T2WI.*after contrast agent"):
        select_series(index, allow_missing=True)


def test_the_order_of_the_index_changes_nothing(examination: Path) -> None:
    index = index_dicom(examination)
    assert _numbers(select_series(index)) == _numbers(select_series(index[::-1]))
