"""From claim to version: nothing is overwritten, nothing is lost, also where the program is killed or the claim broken."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from OPRadiomicsLib.errors import MaskError
from OPRadiomicsLib.io import read_mask, read_volume
from OPRadiomicsLib.types import Mask
from OPRadiomicsTrainingLib.project import claims, recovery
from OPRadiomicsTrainingLib.project.exclusive import utc_now
from OPRadiomicsTrainingLib.project.flow import State
from OPRadiomicsTrainingLib.project.folder import Project, ProjectError
from OPRadiomicsTrainingLib.project.session import begin
from OPRadiomicsTrainingLib.project.versions import Step, versions_of
from OPRadiomicsTrainingLib.project.worklist import count_states, filter_work, list_work, next_case
from small_project import small_mask


def _save(project: Project, case: str, step: Step, reader: str, shift: int = 0, **more: object) -> None:
    with begin(project, case, step, reader, now=more.get("now")) as session:  # type: ignore[arg-type]
        session.save(small_mask(shift), tool="test", **more)  # type: ignore[arg-type]


def test_the_three_readers_leave_every_version_with_its_parent(stocked: Project) -> None:
    _save(stocked, "sub-0001", Step.DRAWN, "AA")
    _save(stocked, "sub-0001", Step.REVIEWED, "BB", 1, dispute=True)
    _save(stocked, "sub-0001", Step.ARBITRATED, "CC", 2)
    versions = versions_of(stocked, "sub-0001")
    assert [(one.step, one.reader) for one in versions] == [("drawn", "AA"), ("disputed", "BB"), ("arbitrated", "CC")]
    assert [one.record()["parent"] for one in versions] == [None, 1, 2]
    assert versions[0].record()["tool"] == "test"
    image = read_volume(stocked.images / "sub-0001" / "T1WI.nii.gz")
    for shift, one in enumerate(versions):
        assert np.array_equal(read_mask(one.path, image).labels, small_mask(shift).labels)


def test_the_work_list_follows(stocked: Project) -> None:
    assert next_case(list_work(stocked), Step.DRAWN, "AA").name == "sub-0001"  # type: ignore[union-attr]
    _save(stocked, "sub-0001", Step.DRAWN, "AA")
    session = begin(stocked, "sub-0002", Step.DRAWN, "AA")
    items = list_work(stocked)
    assert next_case(items, Step.DRAWN, "BB").name == "sub-0003"  # type: ignore[union-attr]
    assert next_case(items, Step.REVIEWED, "AA") is None
    assert next_case(items, Step.REVIEWED, "BB").name == "sub-0001"  # type: ignore[union-attr]
    assert count_states(items)[State.DONE] == 1
    assert [one.name for one in filter_work(items, in_work=True)] == ["sub-0002"]
    assert [one.name for one in filter_work(items, reader="AA")] == ["sub-0001", "sub-0002"]
    assert [one.name for one in filter_work(items, centre="B")] == ["sub-0003"]
    assert [one.name for one in filter_work(items, states=[State.NEW], text="0003")] == ["sub-0003"]
    assert [one.name for one in filter_work(items, text="0003, SUB-0001,")] == ["sub-0001", "sub-0003"]
    session.close()
    assert filter_work(list_work(stocked), in_work=True) == ()


def test_an_empty_mask_is_refused_and_the_claim_stays(stocked: Project) -> None:
    session = begin(stocked, "sub-0001", Step.DRAWN, "AA")
    empty = Mask(np.zeros_like(small_mask().labels), small_mask().affine)
    with pytest.raises(MaskError):
        session.save(empty)
    claims.require_held(stocked, session.claim)
    assert versions_of(stocked, "sub-0001") == ()
    assert list(stocked.masks.iterdir()) == []


def test_a_reader_who_lost_the_claim_loses_no_drawing(stocked: Project) -> None:
    session = begin(stocked, "sub-0001", Step.DRAWN, "AA")
    claims.break_claim(stocked, session.claim, "BB", "AA is ill")
    with pytest.raises(claims.ClaimedError, match="recovery"):
        session.save(small_mask(3))
    (kept,) = recovery.kept(stocked, "AA")
    image = read_volume(stocked.images / "sub-0001" / "T1WI.nii.gz")
    assert np.array_equal(read_mask(kept.path, image).labels, small_mask(3).labels)
    assert begin(stocked, "sub-0001", Step.DRAWN, "AA").recovered == kept


def test_an_unfinished_empty_drawing_is_kept_too(stocked: Project) -> None:
    session = begin(stocked, "sub-0001", Step.DRAWN, "AA")
    session.keep(Mask(np.zeros_like(small_mask().labels), small_mask().affine))
    assert len(recovery.kept(stocked, "AA", "sub-0001")) == 1
    session.save(small_mask())
    assert recovery.kept(stocked, "AA") == ()


CRASH = """
import sys, time
sys.path.insert(0, sys.argv[2])
from small_project import small_mask
from OPRadiomicsTrainingLib.project.folder import open_project
from OPRadiomicsTrainingLib.project.session import begin
from OPRadiomicsTrainingLib.project.versions import Step
session = begin(open_project(sys.argv[1]), "sub-0001", Step.DRAWN, "AA")
for shift in range(10000):
    session.keep(small_mask(shift % 8))
    print(shift, flush=True)
"""


def test_a_killed_program_leaves_the_last_autosave_whole_and_a_visible_claim(stocked: Project) -> None:
    here = str(Path(__file__).parent)
    process = subprocess.Popen([sys.executable, "-c", CRASH, str(stocked.folder), here], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for _ in range(7):
        process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.wait()
    (kept,) = recovery.kept(stocked, "AA")
    image = read_volume(stocked.images / "sub-0001" / "T1WI.nii.gz")
    labels = read_mask(kept.path, image).labels
    assert any(np.array_equal(labels, small_mask(shift).labels) for shift in range(8))
    assert claims.claim_of(stocked, "sub-0001").reader == "AA"  # type: ignore[union-attr]


SAVER = """
import sys
sys.path.insert(0, sys.argv[2])
from small_project import small_mask
from OPRadiomicsTrainingLib.project.folder import open_project
from OPRadiomicsTrainingLib.project.versions import Step, save_version
for number in range(8):
    save_version(open_project(sys.argv[1]), "sub-0001", Step.DRAWN, sys.argv[3], small_mask(number))
"""


def test_two_processes_saving_one_case_at_once_lose_no_version(stocked: Project) -> None:
    """Without claims, as on a share that broke them: numbers alone keep versions apart."""
    here = str(Path(__file__).parent)
    processes = [subprocess.Popen([sys.executable, "-c", SAVER, str(stocked.folder), here, reader]) for reader in ("AA", "BB")]
    assert [process.wait(timeout=120) for process in processes] == [0, 0]
    versions = versions_of(stocked, "sub-0001")
    assert [one.number for one in versions] == list(range(1, 17))
    assert sorted(one.reader for one in versions) == ["AA"] * 8 + ["BB"] * 8


def test_a_second_reading_waits_for_its_day_and_then_hides_the_first(stocked: Project) -> None:
    _save(stocked, "sub-0001", Step.DRAWN, "AA")
    with pytest.raises(ProjectError, match="too lately"):
        begin(stocked, "sub-0001", Step.AGAIN, "AA")
    assert claims.list_claims(stocked) == {}
    later = utc_now() + timedelta(days=61)
    with begin(stocked, "sub-0001", Step.AGAIN, "AA", now=later) as session:
        assert (session.start, session.visible) == (None, ())
        session.save(small_mask(1), now=later)
    assert list_work(stocked)[0].state is State.DONE
