"""A file is written whole or not at all."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from OPRadiomicsLib import files
from OPRadiomicsLib.errors import OutputError
from OPRadiomicsLib.files import all_or_nothing, held_alone, names_a_folder, write_bytes, write_text
from OPRadiomicsLib.io.tables import path_from


def test_text_is_utf_8_with_its_own_line_feeds(tmp_path):
    path = write_text(tmp_path / "new" / "folder" / "a.txt", "男\n")
    assert path.read_bytes() == "男\n".encode()


def test_an_old_file_is_replaced_and_nothing_else_is_left(tmp_path):
    write_text(tmp_path / "a.txt", "old")
    write_text(tmp_path / "a.txt", "new")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a.txt": "new"}


def test_a_failure_leaves_the_old_file_and_no_remains(tmp_path, monkeypatch):
    write_bytes(tmp_path / "a.bin", b"old")

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        write_bytes(tmp_path / "a.bin", b"new")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.bin": b"old"}


def test_other_users_may_read_what_the_umask_allows(tmp_path):
    old = os.umask(0o022)
    try:
        assert write_text(tmp_path / "a.txt", "").stat().st_mode & 0o777 == 0o644
    finally:
        os.umask(old)


def test_a_folder_in_a_results_place_leaves_all_results_as_they_were(tmp_path):
    write_text(tmp_path / "a.txt", "old")
    (tmp_path / "b.txt").mkdir()
    with pytest.raises(OutputError, match=r"b\.txt is a folder"), all_or_nothing(tmp_path) as scratch:
        write_text(scratch / "a.txt", "new")
        write_text(scratch / "b.txt", "new")
    assert (tmp_path / "a.txt").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "b.txt"]


def test_a_file_in_a_results_folders_place_is_refused(tmp_path):
    write_text(tmp_path / "masks", "a file")
    with pytest.raises(OutputError, match="masks is a file"), all_or_nothing(tmp_path) as scratch:
        write_text(scratch / "a.txt", "new")
        write_text(scratch / "masks" / "b.txt", "new")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"masks": "a file"}


def test_a_full_disk_is_said_in_one_line_where_pydicom_wraps_it(tmp_path):
    with pytest.raises(OutputError) as refused, all_or_nothing(tmp_path):
        try:
            raise OSError(28, "No space left on device")
        except OSError as error:
            raise OSError("With tag (7FE0,0010) got exception: ...\nTraceback (most recent call last):\n ...") from error
    assert "(No space left on device)" in str(refused.value)
    assert "Traceback" not in str(refused.value)


def test_what_a_killed_run_left_goes_when_the_same_is_written_again(tmp_path):
    for leftover in (".writing--1", ".writing-b.txt-2"):
        write_text(tmp_path / leftover / "old.txt", "half")
    with all_or_nothing(tmp_path) as scratch:
        write_text(scratch / "a.txt", "new")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".writing-b.txt-2", "a.txt"]
    with all_or_nothing(tmp_path, "b.txt") as scratch:
        write_text(scratch / "b.txt", "new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "b.txt"]


def test_two_that_write_into_one_folder_at_once_lose_nothing(tmp_path):
    with all_or_nothing(tmp_path) as first:
        write_text(first / "a.txt", "first")
        with all_or_nothing(tmp_path) as second:
            write_text(second / "b.txt", "second")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a.txt": "first", "b.txt": "second"}


def test_a_scratch_folder_is_held_from_the_moment_that_another_can_see_it(tmp_path, monkeypatch):
    stayed = []

    def made_and_seen_by_another(path, *rest, make=os.mkdir, **named):
        make(path, *rest, **named)
        if ".writing-" in str(path):
            monkeypatch.setattr("os.mkdir", make)
            with all_or_nothing(tmp_path):
                stayed.append(Path(path).is_dir())

    monkeypatch.setattr("os.mkdir", made_and_seen_by_another)
    with all_or_nothing(tmp_path) as scratch:
        write_text(scratch / "a.txt", "new")
    assert stayed == [True]
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_what_another_process_writes_stays_until_it_is_killed(tmp_path):
    script = """
import sys, time
from pathlib import Path
from OPRadiomicsLib.files import all_or_nothing
with all_or_nothing(Path(sys.argv[1])) as scratch:
    (scratch / "half.txt").write_text("half")
    print("written", flush=True)
    time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True) as other:
        try:
            assert other.stdout.readline() == "written\n"
            with all_or_nothing(tmp_path):
                pass
            assert [path.name for path in tmp_path.rglob("half.txt")] == ["half.txt"]
        finally:
            other.kill()
    with all_or_nothing(tmp_path):
        pass
    assert not any(tmp_path.iterdir())


def test_a_folder_held_by_one_is_refused_to_another_and_free_afterwards(tmp_path):
    lock = tmp_path / "in-use"
    for _ in range(2):
        with (
            held_alone(lock, "Training"),
            pytest.raises(OutputError, match="goes on in another process"),
            held_alone(lock, "Training"),
        ):
            pass
    assert not any(tmp_path.iterdir())


def test_a_folder_that_was_made_to_be_held_goes_unless_it_is_filled(tmp_path):
    with held_alone(tmp_path / "new" / "run" / "in-use", "Training"):
        pass
    assert not any(tmp_path.iterdir())
    with held_alone(tmp_path / "new" / "run" / "in-use", "Training"):
        write_text(tmp_path / "new" / "kept.txt", "")
    assert [path.name for path in tmp_path.rglob("*")] == ["new", "kept.txt"]


def test_a_disk_without_locks_holds_nobody_off_and_takes_results(tmp_path, monkeypatch):
    def without_locks(*_):
        raise OSError(37, "No locks available")

    monkeypatch.setattr("fcntl.flock", without_locks)
    with held_alone(tmp_path / "in-use", "Training"), all_or_nothing(tmp_path / "out") as scratch:
        write_text(scratch / "a.txt", "new")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.txt"]


def test_results_that_vanished_before_they_were_moved_are_no_success(tmp_path):
    with pytest.raises(OutputError, match="removed meanwhile"), all_or_nothing(tmp_path) as scratch:
        write_text(scratch / "a.txt", "new")
        shutil.rmtree(scratch)


def test_an_error_without_a_reason_of_the_system_gives_its_own(tmp_path):
    with pytest.raises(OutputError, match=r"\(no more room on the tape\)"), all_or_nothing(tmp_path):
        raise OSError("no more room on the tape")


def test_a_failure_removes_the_folders_that_were_made_and_no_other(tmp_path):
    (tmp_path / "mine").mkdir()
    with pytest.raises(KeyError), all_or_nothing(tmp_path / "mine" / "new" / "out") as scratch:
        write_text(scratch / "a.txt", "new")
        raise KeyError
    assert [path.name for path in tmp_path.rglob("*")] == ["mine"]


class _Held:
    """Windows: what another program has open can be neither replaced, renamed nor removed, as ``times`` tries find out."""

    def __init__(self, monkeypatch, name, times):
        self.left = times
        monkeypatch.setattr(files, "WINDOWS", True)
        monkeypatch.setattr(files, "PATIENCE_S", 0.3)
        for call in ("replace", "rename", "unlink"):
            monkeypatch.setattr(Path, call, self._refusing(getattr(Path, call), name))

    def _refusing(self, done, name):
        def call(path, *rest, **named):
            if name in (path.name, *(Path(one).name for one in rest)) and self.left > 0:
                self.left -= 1
                raise PermissionError(13, "The process cannot access the file because it is being used by another process")
            return done(path, *rest, **named)

        return call


def test_a_file_that_a_virus_scanner_holds_for_a_moment_is_replaced(tmp_path, monkeypatch):
    write_text(tmp_path / "a.txt", "old")
    _Held(monkeypatch, "a.txt", 2)
    write_text(tmp_path / "a.txt", "new")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a.txt": "new"}


def test_of_results_of_which_one_is_open_elsewhere_none_is_replaced(tmp_path, monkeypatch):
    for name in ("a.txt", "b.csv"):
        write_text(tmp_path / name, "old")
    _Held(monkeypatch, "b.csv", 10**6)
    with pytest.raises(OutputError, match=r"b\.csv .* is open in another program"), all_or_nothing(tmp_path) as scratch:
        for name in ("a.txt", "b.csv"):
            (scratch / name).write_text("new")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a.txt": "old", "b.csv": "old"}


def test_elsewhere_a_refusal_is_no_matter_of_waiting(monkeypatch):
    tries = []

    def refused():
        tries.append(1)
        raise PermissionError

    monkeypatch.setattr(files, "WINDOWS", False)
    with pytest.raises(PermissionError):
        files.patiently(refused)
    assert len(tries) == 1


def test_results_are_for_those_whom_their_folder_is_for(tmp_path, monkeypatch):
    """os.mkdir with mode 0o700 gives a folder under Windows an access list of its own, which files keep when they move out."""
    modes = []

    def noted(path, mode=0o777, *, make=os.mkdir, **named):
        modes.append(mode)
        make(path, mode, **named)

    monkeypatch.setattr("os.mkdir", noted)
    with all_or_nothing(tmp_path / "out") as scratch:
        write_text(scratch / "a.txt", "new")
    assert set(modes) == {0o777}


@pytest.mark.parametrize("name", ["CON", "aux", "Nul.2026", "com1", "LPT9.x", "COM¹", "prn .a"])
def test_a_device_of_windows_names_no_folder(name):
    assert not names_a_folder(name)


@pytest.mark.parametrize("name", ["CONTROL", "com10", "auxiliary.1", "A1", "病例 3", "x.con"])
def test_names_that_only_resemble_one_do(name):
    assert names_a_folder(name)


def test_a_table_names_a_file_on_another_drive_of_windows_by_its_whole_path(tmp_path, monkeypatch):
    assert path_from(tmp_path / "images" / "a.nii", tmp_path / "tables") == "../images/a.nii"

    def on_two_drives(path, start):
        raise ValueError("path is on mount 'C:', start on mount 'D:'")

    monkeypatch.setattr("os.path.relpath", on_two_drives)
    assert path_from(tmp_path / "a.nii", tmp_path) == str(tmp_path / "a.nii")
