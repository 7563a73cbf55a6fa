"""Of two who want one case, one gets it; a forgotten claim is seen, and broken with a reason that stays."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from OPRadiomicsTrainingLib.project import claims
from OPRadiomicsTrainingLib.project.folder import Project, ProjectError

COMPETITOR = """
import sys, time
from OPRadiomicsTrainingLib.project.claims import ClaimedError, claim_case
from OPRadiomicsTrainingLib.project.folder import open_project
project, reader, start = open_project(sys.argv[1]), sys.argv[2], float(sys.argv[3])
time.sleep(max(0.0, start - time.time()))
for number in range(1, 41):
    try:
        claim_case(project, f"sub-{number:04d}", reader, "drawn")
        print(number)
    except ClaimedError:
        pass
"""


def test_two_processes_competing_for_forty_cases_get_each_exactly_once(project: Project) -> None:
    start = str(time.time() + 2.0)
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", COMPETITOR, str(project.folder), reader, start], stdout=subprocess.PIPE, text=True
        )
        for reader in ("AA", "BB")
    ]
    won = [set(process.communicate(timeout=60)[0].split()) for process in processes]
    assert won[0].isdisjoint(won[1])
    assert len(won[0] | won[1]) == 40
    held = claims.list_claims(project)
    assert {held[f"sub-{int(number):04d}"].reader for number in won[0]} <= {"AA"}


def test_whoever_comes_second_learns_who_has_the_case_and_since_when(project: Project) -> None:
    claim = claims.claim_case(project, "sub-0001", "aa", "drawn")
    with pytest.raises(claims.ClaimedError, match=f"in work by AA since {claim.since}"):
        claims.claim_case(project, "sub-0001", "BB", "drawn")


def test_a_released_case_is_free(project: Project) -> None:
    claims.release(project, claims.claim_case(project, "sub-0001", "AA", "drawn"))
    assert claims.claim_case(project, "sub-0001", "BB", "drawn").reader == "BB"


def test_a_claim_that_is_not_renewed_becomes_stale_and_renewing_mends_it(project: Project) -> None:
    claim = claims.claim_case(project, "sub-0001", "AA", "drawn")
    old = time.time() - claims.STALE_AFTER_S - 1
    os.utime(project.claims / "sub-0001.json", (old, old))
    assert claims.list_claims(project)["sub-0001"].is_stale()
    claims.renew(project, claim)
    assert not claims.list_claims(project)["sub-0001"].is_stale()


def test_breaking_a_claim_needs_a_reason_and_keeps_it(project: Project) -> None:
    claim = claims.claim_case(project, "sub-0001", "AA", "drawn")
    with pytest.raises(ProjectError, match="No reason"):
        claims.break_claim(project, claim, "BB", "  ")
    record = json.loads(claims.break_claim(project, claim, "BB", "AA is on leave").read_text())
    assert (record["reader"], record["broken_by"], record["reason"]) == ("AA", "BB", "AA is on leave")
    with pytest.raises(claims.ClaimedError, match="was broken"):
        claims.require_held(project, claim)


def test_whoever_breaks_too_late_leaves_the_new_claim_alone(project: Project) -> None:
    seen = claims.claim_case(project, "sub-0001", "AA", "drawn")
    claims.break_claim(project, seen, "BB", "asked AA")
    fresh = claims.claim_case(project, "sub-0001", "BB", "drawn")
    with pytest.raises(claims.ClaimedError, match="changed meanwhile"):
        claims.break_claim(project, seen, "CC", "it looked forgotten")
    claims.require_held(project, fresh)


def test_releasing_a_broken_claim_does_not_take_the_other_readers(project: Project) -> None:
    mine = claims.claim_case(project, "sub-0001", "AA", "drawn")
    claims.break_claim(project, mine, "BB", "asked AA")
    theirs = claims.claim_case(project, "sub-0001", "BB", "drawn")
    claims.release(project, mine)
    claims.require_held(project, theirs)


@pytest.mark.parametrize("initials", ["", "A B", "../x", "ABCDEFGHI", "张"])
def test_initials_that_cannot_stand_in_a_file_name_are_refused(project: Project, initials: str) -> None:
    said = f"Initials '{initials}'" if initials else "No reader's initials"
    with pytest.raises(ProjectError, match=re.escape(said)):
        claims.claim_case(project, "sub-0001", initials, "drawn")
    assert list(project.claims.iterdir()) == []


def test_a_half_written_claim_still_holds_the_case(project: Project) -> None:
    Path(project.claims / "sub-0001.json").write_text('{"case": "su')
    with pytest.raises(claims.ClaimedError):
        claims.claim_case(project, "sub-0001", "AA", "drawn")
    seen = claims.claim_of(project, "sub-0001")
    assert seen is not None
    kept = json.loads(claims.break_claim(project, seen, "BB", "a crash left it").read_text())
    assert (kept["broken_by"], kept["reason"]) == ("BB", "a crash left it")


def test_a_claim_that_may_not_be_read_still_holds_the_case(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """As of a server's user whose files others may not read; root, who runs tests, reads all."""
    claims.claim_case(project, "sub-0001", "AA", "drawn")

    def refused(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_text", refused)
    with pytest.raises(claims.ClaimedError, match="in work by"):
        claims.claim_case(project, "sub-0001", "BB", "drawn")


def test_a_reader_takes_up_their_own_case_again_that_a_killed_slicer_left_and_nobody_else_does(stocked: Project) -> None:
    import os
    import time

    claims.claim_case(stocked, "sub-0001", "AA", "drawn")
    with pytest.raises(claims.ClaimedError, match="in work by AA") as caught:
        claims.claim_case(stocked, "sub-0001", "AA", "drawn")  # still renewed: it is open in another Slicer
    assert "two minutes" in caught.value.remedy
    long_ago = time.time() - claims.OWN_AGAIN_AFTER_S - 1
    os.utime(stocked.claims / "sub-0001.json", (long_ago, long_ago))
    with pytest.raises(claims.ClaimedError):
        claims.claim_case(stocked, "sub-0001", "BB", "drawn")
    mine = claims.claim_case(stocked, "sub-0001", "AA", "drawn")
    claims.require_held(stocked, mine)
    assert len(list((stocked.claims / "broken").glob("sub-0001_*.json"))) == 1


def test_a_readers_live_claim_is_not_taken_by_their_other_computer_whose_clock_is_fast(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims.claim_case(project, "sub-0001", "AA", "drawn")
    clock = time.time
    monkeypatch.setattr(time, "time", lambda: clock() + claims.OWN_AGAIN_AFTER_S + 60)
    with pytest.raises(claims.ClaimedError, match="in work by AA"):
        claims.claim_case(project, "sub-0001", "AA", "drawn")


def test_a_live_claim_does_not_look_forgotten_where_a_clock_is_fast(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    claims.claim_case(project, "sub-0001", "AA", "drawn")
    clock = time.time
    monkeypatch.setattr(time, "time", lambda: clock() + claims.STALE_AFTER_S + 60)
    assert not claims.list_claims(project)["sub-0001"].is_stale()
    with pytest.raises(claims.ClaimedError) as refused:
        claims.claim_case(project, "sub-0001", "BB", "drawn")
    assert "forgotten" not in str(refused.value)


def test_a_claim_that_a_panel_reads_under_windows_is_given_back_all_the_same(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Python has open to read there, nobody removes meanwhile."""
    claim = claims.claim_case(project, "sub-0001", "AB", "drawn")
    removed, refused = Path.unlink, []

    def held(path: Path, missing_ok: bool = False) -> None:
        if len(refused) < 2:
            refused.append(path)
            raise PermissionError(13, "The process cannot access the file because it is being used by another process")
        removed(path, missing_ok=missing_ok)

    monkeypatch.setattr("OPRadiomicsLib.files.WINDOWS", True)
    monkeypatch.setattr(Path, "unlink", held)
    claims.release(project, claim)
    assert claims.claim_of(project, "sub-0001") is None and len(refused) == 2
