"""A file is written whole or not at all."""

import os

import pytest
from OPRadiomicsLib.errors import OutputError
from OPRadiomicsLib.files import write_bytes, write_text


def test_text_is_utf_8_with_its_own_line_feeds(tmp_path):
    path = write_text(tmp_path / "new" / "folder" / "a.txt", "男\n")
    assert path.read_bytes() == "男\n".encode()


def test_an_old_file_is_replaced_and_nothing_else_is_left(tmp_path):
    write_text(tmp_path / "a.txt", "old")
    write_text(tmp_path / "a.txt", "new")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a.txt": "new"}


def test_a_failure_leaves_the_old_file_and_no_remains(tmp_path, monkeypatch):
    write_bytes(tmp_path / "a.bin", b"old")

    def full(descriptor):
        os.close(descriptor)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fdopen", lambda descriptor, mode: full(descriptor))
    with pytest.raises(OutputError, match="No space left"):
        write_bytes(tmp_path / "a.bin", b"new")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.bin": b"old"}


def test_other_users_may_read_what_the_umask_allows(tmp_path):
    old = os.umask(0o022)
    try:
        assert write_text(tmp_path / "a.txt", "").stat().st_mode & 0o777 == 0o644
    finally:
        os.umask(old)
