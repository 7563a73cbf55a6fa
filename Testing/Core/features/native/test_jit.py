"""Compiled code is kept where a folder can be written, and the engine works where none can."""

import os
import subprocess
import sys

ONE_KERNEL = """
from OPRadiomicsLib.features.native.shape_kernels import farthest_pair
import numpy as np
assert farthest_pair(np.array([[0.0, 0.0, 0.0], [3.0, 4.0, 0.0]])) == 25.0
print(type(farthest_pair._cache).__name__, sum(farthest_pair.stats.cache_hits.values()))
"""

NO_FOLDER = """
import numba.core.caching as caching
caching.CacheImpl._locator_classes = []
"""


def _run(code, **environment):
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ | environment
    )
    return done.stdout.split()


def test_a_second_process_loads_what_the_first_compiled(tmp_path):
    assert _run(ONE_KERNEL, NUMBA_CACHE_DIR=str(tmp_path)) == ["FunctionCache", "0"]
    assert _run(ONE_KERNEL, NUMBA_CACHE_DIR=str(tmp_path)) == ["FunctionCache", "1"]


def test_without_a_writable_folder_kernels_are_compiled_in_memory():
    assert _run(NO_FOLDER + ONE_KERNEL) == ["NullCache", "0"]
