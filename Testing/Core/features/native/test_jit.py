"""Compiled code is kept where a folder can be written, the engine works where none can, and the user hears of compiling."""

import os
import subprocess
import sys
from pathlib import Path

from OPRadiomicsLib.features import native
from OPRadiomicsLib.features.native.jit import KERNELS

ONE_KERNEL = """
from OPRadiomicsLib.features.native.jit import telling
said = []
with telling(lambda message, fraction: said.append(message)):
    from OPRadiomicsLib.features.native.shape_kernels import farthest_pair
import numpy as np
assert farthest_pair(np.array([[0.0, 0.0, 0.0], [3.0, 4.0, 0.0]])) == 25.0
print(type(farthest_pair._cache).__name__, sum(farthest_pair.stats.cache_hits.values()))
print(sum('Compiling the feature engine, once' in one for one in said))
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


def test_a_second_process_loads_what_the_first_compiled_and_said_it_was_compiling(tmp_path):
    assert _run(ONE_KERNEL, NUMBA_CACHE_DIR=str(tmp_path)) == ["FunctionCache", "0", "5"]
    assert _run(ONE_KERNEL, NUMBA_CACHE_DIR=str(tmp_path)) == ["FunctionCache", "1", "0"]


def test_without_a_writable_folder_kernels_are_compiled_in_memory():
    assert _run(NO_FOLDER + ONE_KERNEL) == ["NullCache", "0", "5"]


def test_the_user_is_told_the_true_number_of_kernels():
    sources = (path.read_text(encoding="utf-8") for path in Path(native.__file__).parent.glob("*_kernels.py"))
    assert sum(source.count("@compiled(") for source in sources) == KERNELS
