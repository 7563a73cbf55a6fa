"""An image is written whole or refused, whatever ITK says of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from OPRadiomicsLib.errors import StudyError
from OPRadiomicsLib.io.volumes import read_volume, write_volume
from OPRadiomicsLib.types import Volume

WRITE_WITHIN_20_KB = """
import resource, signal, sys
import numpy as np
from OPRadiomicsLib.errors import OutputError
from OPRadiomicsLib.io.volumes import write_volume
from OPRadiomicsLib.types import Volume
noise = np.random.default_rng(1).random((8, 64, 64), np.float32)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    write_volume(Volume(noise, np.eye(4)), sys.argv[1])
except OutputError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on a file's size to stand for a full disk")
@pytest.mark.parametrize("suffix", [".nii", ".nii.gz", ".nrrd", ".mha"])
def test_an_image_that_is_cut_short_is_refused_and_not_left(tmp_path: Path, suffix: str) -> None:
    """A limit on the size of files cuts the image's 131 kB as a full disk does."""
    path = tmp_path / f"image{suffix}"
    command = [sys.executable, "-c", WRITE_WITHIN_20_KB, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "whole" in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="only there file names are bytes")
def test_a_name_that_is_not_utf_8_is_written_and_refused_for_reading(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).random((4, 8, 8), np.float32)
    path = write_volume(Volume(noise, np.eye(4)), tmp_path / os.fsdecode(b"\xff.nii.gz"))
    assert path.is_file()
    with pytest.raises(StudyError, match="not UTF-8"):
        read_volume(path)
