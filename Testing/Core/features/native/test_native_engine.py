"""The native engine equals PyRadiomics 3.0.1: every value within 1e-8, relative above 1 and absolute below.

What is not compared: a ratio to a mesh volume that is zero but for rounding (voxels that touch at corners only, on a grid
that is not unit-spaced), where PyRadiomics divides rounding errors.
"""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from OPRadiomicsLib.errors import MaskError
from OPRadiomicsLib.features.native import NativeEngine
from OPRadiomicsLib.features.parity import difference
from OPRadiomicsLib.features.phantoms import textured_phantom, vertebrae_phantom
from OPRadiomicsLib.profile import Features, load_profile
from OPRadiomicsLib.types import no_progress

# PyRadiomics averages over no direction at all where no two voxels meet.
pytestmark = pytest.mark.filterwarnings("ignore:Mean of empty slice:RuntimeWarning")

UNIT = (1.0, 1.0, 1.0)
TOLERANCE = 1e-8


@pytest.fixture(scope="module")
def native():
    return NativeEngine()


@pytest.fixture(scope="module")
def reference():
    pytest.importorskip("radiomics", reason="PyRadiomics is not installed")
    from OPRadiomicsLib.features.pyradiomics_engine import PyRadiomicsEngine

    return PyRadiomicsEngine()


def _assert_parity(native, reference, image, region, spacing_mm, features):  # noqa: PLR0917
    expected = reference.compute(image, region, spacing_mm, features)
    found = native.compute(image, region, spacing_mm, features)
    assert dict(found.grey_levels) == dict(expected.grey_levels)
    off = {name: (found.values[name], value) for name, value in expected.values.items()}
    if abs(expected.values["original_shape_MeshVolume"]) < 1e-12:
        del off["original_shape_SurfaceVolumeRatio"]
    off = {name: pair for name, pair in off.items() if difference(*pair) > TOLERANCE}
    assert off == {}


@pytest.mark.parametrize("name", ["standard", "paper-literal"])
def test_shipped_profiles_on_a_simulated_study(native, reference, name):
    profile = load_profile(name)
    shape = (48, 66, 50)
    image = textured_phantom(shape, seed=4) / np.float32(255 / profile.normalisation.output_max)
    _assert_parity(native, reference, image, vertebrae_phantom(shape, margin=12) > 0, UNIT, profile.features)


@pytest.mark.parametrize("bin_width", [255.0, 64.0, 10.0, 2.0, 0.9])
def test_any_number_of_grey_levels_from_one_to_280(native, reference, bin_width):
    shape = (18, 30, 20)
    image, region = textured_phantom(shape, seed=8), vertebrae_phantom(shape, margin=3) > 0
    image = (image - image[region].min()) * np.float32(254 / np.ptp(image[region]))
    _assert_parity(native, reference, image, region, UNIT, Features(bin_width=bin_width, log_sigma_mm=()))


@settings(max_examples=2, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(levels=1, seed=0)
@example(levels=65, seed=0)
@example(levels=256, seed=0)
@given(levels=st.integers(1, 256), seed=st.integers(0, 2**32 - 1))
def test_every_bin_count_up_to_256(native, reference, levels, seed):
    """Each level occurs; Testing/Benchmarks/feature_parity.py --levels goes through all of them."""
    region = _box((8, 9, 10), slice(1, -1), slice(1, -1), slice(1, -1))
    rng = np.random.default_rng(seed)
    image = np.zeros(region.shape, dtype=np.float32)
    image[region] = rng.permutation(np.r_[np.arange(levels), rng.integers(0, levels, region.sum() - levels)])
    _assert_parity(native, reference, image, region, UNIT, Features(bin_width=1.0, log_sigma_mm=()))


def _box(shape, *slices):
    region = np.zeros(shape, dtype=bool)
    region[slices] = True
    return region


SHAPE = (9, 11, 10)
ODD_REGIONS = {
    "two voxels at a corner": lambda: _box(SHAPE, [2, 3], [2, 3], [2, 2]),
    "voxels that do not touch": lambda: _box(SHAPE, [1, 3, 5, 1], [1, 5, 9, 8], [2, 2, 2, 7]),
    "one slice across k": lambda: _box(SHAPE, 4, slice(2, 8), slice(1, 9)),
    "one slice across j": lambda: _box(SHAPE, slice(2, 8), 5, slice(1, 9)),
    "one slice across i": lambda: _box(SHAPE, slice(2, 8), slice(1, 9), 5),
    "a diagonal plane": lambda: np.add.outer(np.add.outer(np.arange(9), -np.arange(11)), np.zeros(10)) == 0,
    "a hollow box": lambda: _box(SHAPE, slice(1, 8), slice(1, 9), slice(1, 8)) & ~_box(SHAPE, slice(3, 6), 5, slice(3, 6)),
    "all but one voxel, at every border": lambda: ~_box(SHAPE, 0, 0, 0),
    "every other voxel": lambda: np.indices(SHAPE).sum(axis=0) % 2 == 0,
    "eight corners of the grid": lambda: _box(SHAPE, *np.ix_([0, -1], [0, -1], [0, -1])),
}


@pytest.mark.parametrize("name", ODD_REGIONS)
@pytest.mark.parametrize("spacing_mm", [UNIT, (0.7, 1.3, 2.1)])
def test_odd_regions(native, reference, name, spacing_mm):
    image = textured_phantom(SHAPE, seed=9)
    _assert_parity(native, reference, image, ODD_REGIONS[name](), spacing_mm, Features(bin_width=20.0, log_sigma_mm=(1.0,)))


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.data(),
    shape=st.tuples(*[st.integers(5, 9)] * 3),
    dtype=st.sampled_from([np.float32, np.float64]),
    bin_width=st.sampled_from([0.3, 1.0, 5.0, 25.0]),
    spacing_mm=st.sampled_from([UNIT, (0.5, 1.0, 2.0)]),
)
def test_random_regions_and_images(native, reference, data, shape, dtype, bin_width, spacing_mm):  # noqa: PLR0917
    region = data.draw(hnp.arrays(bool, shape))
    seed = data.draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    scale = data.draw(st.sampled_from([0.5, 10.0, 100.0]))
    image = np.round(rng.normal(scale, scale, shape), data.draw(st.sampled_from([0, 6]))).astype(dtype)
    # Voxels that the drawing leaves out at random sizes, so that sparse and dense regions both occur.
    region &= rng.random(shape) < data.draw(st.sampled_from([0.1, 0.6, 1.0]))
    if sum(np.ptp(axis) > 0 for axis in np.nonzero(region) if axis.size) < 2 or region.all():
        with pytest.raises(MaskError):
            native.compute(image, region, spacing_mm, Features(bin_width=bin_width, log_sigma_mm=(1.0,)))
        return
    _assert_parity(native, reference, image, region, spacing_mm, Features(bin_width=bin_width, log_sigma_mm=(1.0,)))


def test_one_voxel_is_refused_as_pyradiomics_refuses_it(native):
    with pytest.raises(MaskError, match=r"extent \(1, 1, 1\)"):
        native.compute(textured_phantom(SHAPE, seed=9), _box(SHAPE, 4, 4, 4), UNIT, Features(bin_width=5, log_sigma_mm=()))


def test_an_empty_region_is_refused(native):
    with pytest.raises(MaskError, match="Region of 0 voxels"):
        native.compute(textured_phantom(SHAPE, 9), np.zeros(SHAPE, dtype=bool), UNIT, Features(bin_width=5, log_sigma_mm=()))


@pytest.fixture(scope="module")
def a_case():
    shape = (30, 44, 32)
    return textured_phantom(shape, seed=6), vertebrae_phantom(shape, margin=6) > 0, load_profile("standard").features


def _values(native, a_case):
    image, region, features = a_case
    return np.array(list(native.compute(image, region, UNIT, features).values.values()))


def test_values_are_bit_identical_across_runs_and_threads(native, a_case):
    once = _values(native, a_case)
    with ThreadPoolExecutor(3) as pool:
        side_by_side = list(pool.map(lambda _: _values(native, a_case), range(3)))
    for again in side_by_side:
        np.testing.assert_array_equal(again, once)


HASH = """
import hashlib, numpy as np
from OPRadiomicsLib.features.native import NativeEngine
from OPRadiomicsLib.features.phantoms import textured_phantom, vertebrae_phantom
from OPRadiomicsLib.profile import Features
shape = (24, 32, 24)
found = NativeEngine().compute(
    textured_phantom(shape, 6), vertebrae_phantom(shape, 4) > 0, (1.0, 1.0, 1.0), Features(bin_width=1.0, log_sigma_mm=(1.0,))
)
print(hashlib.sha256(np.array(list(found.values.values())).tobytes()).hexdigest())
"""


def test_values_do_not_depend_on_the_libraries_thread_counts():
    """About 200 grey levels, where a threaded BLAS splits its sums."""
    variables = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
    hashes = {
        subprocess.run(
            [sys.executable, "-c", HASH], check=True, capture_output=True, env=os.environ | dict.fromkeys(variables, threads)
        ).stdout
        for threads in ("1", "2")
    }
    assert len(hashes) == 1


def test_values_do_not_depend_on_memory_layout_and_inputs_stay_unchanged(native, a_case):
    image, region, features = a_case
    turned = np.asfortranarray(image)
    frozen = image.copy()
    frozen.flags.writeable = False
    before = image.copy(), region.copy()
    once = _values(native, a_case)
    for other in (turned, frozen):
        np.testing.assert_array_equal(_values(native, (other, np.asfortranarray(region), features)), once)
    np.testing.assert_array_equal(image, before[0])
    np.testing.assert_array_equal(region, before[1])


def test_progress_names_each_filtered_image_and_may_cancel(native, a_case):
    image, region, features = a_case
    said = []

    def stop(message, fraction):
        said.append((message, fraction))
        if fraction >= 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        native.compute(image, region, UNIT, features, stop)
    assert [fraction for _, fraction in said] == [0, 0.25, 0.5]
    assert "log-sigma-2-0-mm-3D" in said[-1][0]
    assert native.compute(image, region, UNIT, features, no_progress).grey_levels
