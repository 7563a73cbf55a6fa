"""A settings file that cannot be read says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from OPRadiomicsLib.errors import ProfileError
from OPRadiomicsLib.profile import load_profile


@pytest.mark.parametrize("content", ["name: 标准".encode("gbk"), b"[" * 500, b"&a [*a]", b"a: \x00"])
def test_a_file_that_is_no_yaml_mapping_is_a_profile_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "faulty.yaml"
    path.write_bytes(content)
    with pytest.raises(ProfileError, match=r"faulty\.yaml"):
        load_profile(path)


def test_a_folder_and_an_impossible_name_are_profile_errors(tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    for path in (tmp_path / "folder.yaml", "x" * 5000):
        with pytest.raises(ProfileError, match="cannot be read"):
            load_profile(path)
