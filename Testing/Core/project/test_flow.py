"""The rules of the three readers hold in every order of steps; a second reading is blind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from OPRadiomicsTrainingLib.project import flow
from OPRadiomicsTrainingLib.project.flow import State
from OPRadiomicsTrainingLib.project.versions import NETWORK, READING_STEPS, Step, Version, parse_name

START = datetime(2026, 1, 1, tzinfo=UTC)
INTERVAL = 60
REVIEWS = (Step.REVIEWED, Step.DISPUTED)


def version(number: int, step: Step, reader: str, day: int = 0) -> Version:
    return Version("sub-0001", number, step, reader, START + timedelta(days=day), Path(f"v{number}"))


ATTEMPTS = st.lists(
    st.tuples(st.sampled_from(Step), st.sampled_from(["AA", "BB", "CC", NETWORK]), st.integers(0, 45)), max_size=25
)


def history(attempts: list[tuple[Step, str, int]]) -> list[Version]:
    """What is on disk after these attempts: those that the rules allowed, days after one another."""
    versions: list[Version] = []
    day = 0
    for step, reader, pause in attempts:
        day += pause
        now = START + timedelta(days=day)
        if flow.why_not(versions, step, reader, interval_days=INTERVAL, now=now) is None:
            versions.append(version(len(versions) + 1, step, reader, day))
    return versions


@settings(max_examples=300, deadline=None)
@given(ATTEMPTS)
def test_nobody_reviews_or_arbitrates_their_own_work(attempts: list[tuple[Step, str, int]]) -> None:
    versions = history(attempts)
    for place, one in enumerate(versions):
        drawn = flow.last(versions[:place], Step.DRAWN)
        reviewed = flow.last(versions[:place], *REVIEWS)
        if one.step in REVIEWS:
            assert drawn is not None and drawn.reader != one.reader
        if one.step is Step.ARBITRATED:
            assert drawn is not None and reviewed is not None
            assert one.reader not in (drawn.reader, reviewed.reader)


@settings(max_examples=300, deadline=None)
@given(ATTEMPTS)
def test_the_state_is_the_last_step_of_the_main_line_and_never_goes_back(attempts: list[tuple[Step, str, int]]) -> None:
    versions = history(attempts)
    order = [State.NEW, State.PRESEGMENTED, State.DONE, State.REVIEWED, State.DISPUTED, State.ARBITRATED]
    states = [flow.state_of(versions[:n]) for n in range(len(versions) + 1)]
    ranks = [min(order.index(one), 4) if one is not State.ARBITRATED else 5 for one in states]
    ranks = [3 if rank == 4 else rank for rank in ranks]  # a reviewer may change their mind
    assert ranks == sorted(ranks)
    assert flow.current(versions) is None or flow.current(versions) in flow.main_line(versions)


@settings(max_examples=300, deadline=None)
@given(ATTEMPTS)
def test_a_second_reading_is_late_enough_once_and_blind(attempts: list[tuple[Step, str, int]]) -> None:
    versions = history(attempts)
    for place, one in enumerate(versions):
        before = versions[:place]
        if one.step in READING_STEPS:
            assert all(seen.step is Step.PROPOSED for seen in flow.visible(before, one.step, one.reader))
            assert not [old for old in before if old.step is one.step and old.reader == one.reader]
        if one.step is Step.AGAIN:
            own = [old for old in before if old.step is Step.DRAWN and old.reader == one.reader]
            assert own and one.time - own[-1].time >= timedelta(days=INTERVAL)
        if one.step is Step.ALONE:
            assert not [old for old in before if old.reader == one.reader]


@settings(max_examples=200, deadline=None)
@given(ATTEMPTS)
def test_what_one_draws_upon_is_always_visible(attempts: list[tuple[Step, str, int]]) -> None:
    versions = history(attempts)
    for step in Step:
        for reader in ("AA", "BB", "CC"):
            start = flow.start_of(versions, step)
            if start is not None and flow.why_not(versions, step, reader, now=START + timedelta(days=9999)) is None:
                assert start in flow.visible(versions, step, reader)


def test_a_second_reading_starts_from_what_the_first_one_started_from() -> None:
    versions = [version(1, Step.PROPOSED, NETWORK), version(2, Step.DRAWN, "AA")]
    assert flow.start_of(versions, Step.AGAIN) == versions[0]
    assert flow.start_of(versions[1:], Step.AGAIN) is None


def test_the_message_of_an_early_second_reading_names_the_day() -> None:
    fault = flow.why_not([version(1, Step.DRAWN, "AA")], Step.AGAIN, "AA", interval_days=60, now=START + timedelta(days=1))
    assert fault is not None and "2026-03-02" in fault.remedy


@given(
    st.integers(1, 99999),
    st.integers(1, 9999),
    st.sampled_from(Step),
    st.from_regex(r"[A-Z0-9]{1,8}", fullmatch=True),
    st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1)),
)
def test_a_version_is_read_back_from_its_name(case: int, number: int, step: Step, reader: str, time: datetime) -> None:
    stamp = time.strftime("%Y%m%dT%H%M%SZ")
    found = parse_name(Path(f"sub-{case:04d}_v{number:03d}_{step}_{reader}_{stamp}.nii.gz"))
    assert found is not None
    assert (found.case, found.number, found.step, found.reader) == (f"sub-{case:04d}", number, step, reader)
    assert found.time == time.replace(microsecond=0, tzinfo=UTC)


@pytest.mark.parametrize("name", ["sub-0001_v001.json", "notes.txt", "sub-0001_v001_painted_AA_20260101T000000Z.nii.gz"])
def test_other_files_are_no_versions(name: str) -> None:
    assert parse_name(Path(name)) is None
