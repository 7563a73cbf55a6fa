"""One lattice per study: nothing but the images and the region decides what a voxel is."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from OPRadiomicsLib.errors import GeometryError, MaskError
from OPRadiomicsLib.geometry import to_sitk
from OPRadiomicsLib.preprocessing.resampling import AnalysisGrid, analysis_grid, resample_mask, resample_volume
from OPRadiomicsLib.profile import Resampling
from OPRadiomicsLib.regions import dice
from OPRadiomicsLib.types import Affine, Mask, Volume
from scipy.spatial.transform import Rotation

RESAMPLING = Resampling(spacing_mm=1.0, interpolator="bspline3", padding_voxels=6)
FIXTURES_ARE_READ_ONLY = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def padded(voxels: int) -> Resampling:
    return RESAMPLING.model_copy(update={"padding_voxels": voxels})


def rigid(rotation_vector: tuple[float, ...], shift_mm: tuple[float, ...]) -> Affine:
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_rotvec(rotation_vector).as_matrix()
    matrix[:3, 3] = shift_mm
    return matrix


def common_part(small: AnalysisGrid, large: AnalysisGrid) -> tuple[slice, ...]:
    """Where the small grid lies in the large one, proved to be whole voxels."""
    start = np.linalg.inv(large.affine) @ small.affine[:, 3]
    np.testing.assert_allclose(start, np.round(start), atol=1e-9)
    return tuple(slice(int(a), int(a) + n) for a, n in zip(np.round(start[2::-1]), small.shape, strict=True))


def centres_lps(grid: AnalysisGrid) -> np.ndarray:
    k, j, i = np.indices(grid.shape)
    return np.stack([i, j, k], axis=-1) @ grid.affine[:3, :3].T + grid.affine[:3, 3]


def test_grid_is_isotropic_and_holds_region_and_padding(two_bodies: Mask) -> None:
    grid = analysis_grid(two_bodies, RESAMPLING)
    np.testing.assert_allclose(np.linalg.norm(grid.affine[:3, :3], axis=0), 1.0, atol=1e-12)
    voxels = np.argwhere(two_bodies.labels)[:, ::-1]
    ends = np.stack([voxels.min(axis=0) - 0.5, voxels.max(axis=0) + 0.5]) @ two_bodies.affine[:3, :3].T
    in_grid = (ends + two_bodies.affine[:3, 3] - grid.affine[:3, 3]) @ np.linalg.inv(grid.affine[:3, :3]).T
    assert in_grid.min() >= 6 - 1e-9
    assert ((np.array(grid.shape[::-1]) - 1 - in_grid).min(axis=0) >= 6 - 1e-9).all()
    assert (in_grid.min(axis=0) < 7).all()


def test_editing_the_region_moves_no_voxel_of_the_grid(two_bodies: Mask) -> None:
    edited = two_bodies.labels.copy()
    edited[:, :8] = 0
    edited[0, 40, 40] = 21
    common_part(analysis_grid(two_bodies, padded(0)), analysis_grid(Mask(edited, two_bodies.affine), padded(20)))


@pytest.mark.parametrize("interpolator", ["bspline3", "linear"])
def test_padding_changes_no_value(a_volume: Volume, two_bodies: Mask, interpolator: str) -> None:
    # 2e-4 of a range of 160: rounding of ITK's physical coordinates in single-precision output.
    small, large = (analysis_grid(two_bodies, padded(n)) for n in (3, 20))
    part = common_part(small, large)
    narrow = resample_volume(a_volume, small, interpolator).array
    wide = resample_volume(a_volume, large, interpolator).array
    np.testing.assert_allclose(wide[part], narrow, rtol=0, atol=2e-4)


def test_padding_changes_no_label(two_bodies: Mask) -> None:
    small, large = (analysis_grid(two_bodies, padded(n)) for n in (0, 20))
    wide = resample_mask(two_bodies, large).labels
    np.testing.assert_array_equal(wide[common_part(small, large)], resample_mask(two_bodies, small).labels)
    assert np.count_nonzero(wide) == np.count_nonzero(resample_mask(two_bodies, small).labels)


def test_spline_passes_through_the_samples(a_volume: Volume) -> None:
    own = resample_volume(a_volume, AnalysisGrid(a_volume.affine, a_volume.shape), "bspline3")
    np.testing.assert_allclose(own.array, a_volume.array, rtol=0, atol=1e-3)


def test_outside_the_image_the_nearest_voxel_goes_on(a_volume: Volume) -> None:
    beside = a_volume.affine.copy()
    beside[:3, 3] -= 3 * a_volume.affine[:3, 2]
    found = resample_volume(a_volume, AnalysisGrid(beside, (2, *a_volume.shape[1:])), "bspline3").array
    np.testing.assert_array_equal(found, np.broadcast_to(a_volume.array[0], found.shape))


def test_a_cosine_too_small_for_itk_is_none(a_volume: Volume, two_bodies: Mask) -> None:
    def resampled(turn: tuple[float, ...]) -> Volume:
        move = rigid(turn, (0.0, 0.0, 0.0))
        grid = analysis_grid(Mask(two_bodies.labels, move @ two_bodies.affine), RESAMPLING)
        return resample_volume(Volume(a_volume.array, move @ a_volume.affine), grid, "bspline3")

    denormal = 1.1125369292536007e-308
    np.testing.assert_array_equal(resampled((0.125, 0.0, denormal)).array, resampled((0.125, 0.0, 0.0)).array)


@FIXTURES_ARE_READ_ONLY
@given(
    turn=st.tuples(*[st.floats(-0.5, 0.5)] * 3),
    shift_mm=st.tuples(*[st.floats(-200, 200)] * 3),
)
def test_where_the_patient_lies_in_the_scanner_changes_nothing(
    a_volume: Volume, two_bodies: Mask, turn: tuple[float, ...], shift_mm: tuple[float, ...]
) -> None:
    move = rigid(turn, shift_mm)
    volume, mask = Volume(a_volume.array, move @ a_volume.affine), Mask(two_bodies.labels, move @ two_bodies.affine)
    still, moved = analysis_grid(two_bodies, RESAMPLING), analysis_grid(mask, RESAMPLING)
    assert still.shape == moved.shape
    np.testing.assert_allclose(
        resample_volume(volume, moved, "bspline3").array, resample_volume(a_volume, still, "bspline3").array, rtol=0, atol=2e-3
    )
    np.testing.assert_array_equal(resample_mask(mask, moved).labels, resample_mask(two_bodies, still).labels)


@FIXTURES_ARE_READ_ONLY
@given(turn=st.tuples(*[st.floats(-0.15, 0.15)] * 3), shift_mm=st.tuples(*[st.floats(-8, 8)] * 3))
def test_transform_moves_the_mask_as_moving_its_affine_does(
    two_bodies: Mask, turn: tuple[float, ...], shift_mm: tuple[float, ...]
) -> None:
    move = rigid(turn, shift_mm)
    grid = analysis_grid(two_bodies, RESAMPLING, [move])
    by_transform = resample_mask(two_bodies, grid, move).labels
    by_affine = resample_mask(Mask(two_bodies.labels, move @ two_bodies.affine), grid).labels
    np.testing.assert_array_equal(by_transform, by_affine)
    assert np.count_nonzero(by_transform) == pytest.approx(np.count_nonzero(resample_mask(two_bodies, grid).labels), rel=0.03)


def test_grid_holds_the_region_where_a_transform_takes_it(two_bodies: Mask) -> None:
    away = rigid((0, 0, 0), (0.0, 25.0, -12.0))
    grid = analysis_grid(two_bodies, padded(2), [away])
    moved = resample_mask(two_bodies, grid, away).labels
    inner = (slice(2, -2),) * 3
    assert np.count_nonzero(moved) == np.count_nonzero(moved[inner]) > 0


def ellipsoid(points_lps: np.ndarray, radii_mm: tuple[float, float, float]) -> np.ndarray:
    return ((points_lps / radii_mm) ** 2).sum(axis=-1) <= 1


def test_shape_based_interpolation_is_nearer_the_truth_than_the_indicators() -> None:
    # Ellipsoids cut every 3.3 mm at many phases, against the same ellipsoids cut every 1 mm.
    scores = {"ours": [], "linear": [], "nearest": []}
    for phase_mm, radii in itertools.product((0.0, 0.8, 1.6), ((22.0, 17.0, 13.0), (14.0, 15.0, 12.0))):
        affine = np.array([[0.0, 0, 3.3, -26.4 + phase_mm], [0.875, 0, 0, -20], [0, -0.875, 0, 20], [0, 0, 0, 1]])
        image_grid = AnalysisGrid(affine, (17, 46, 46))
        mask = Mask(20 * ellipsoid(centres_lps(image_grid), radii).astype(np.uint8), affine)
        grid = analysis_grid(mask, padded(2))
        truth = ellipsoid(centres_lps(grid), radii)
        scores["ours"].append(dice(resample_mask(mask, grid).labels > 0, truth))
        for name, code in (("linear", sitk.sitkLinear), ("nearest", sitk.sitkNearestNeighbor)):
            reference = to_sitk(Volume(np.zeros(grid.shape), grid.affine))
            indicator = sitk.Cast(to_sitk(mask), sitk.sitkFloat32) / 20
            there = sitk.GetArrayFromImage(sitk.Resample(indicator, reference, sitk.Transform(), code))
            scores[name].append(dice(there >= 0.5, truth))
    means = {name: float(np.mean(found)) for name, found in scores.items()}
    assert min(scores["ours"]) > 0.95
    assert means["ours"] > means["linear"] + 0.003
    assert means["ours"] > means["nearest"] + 0.003


def test_volume_is_kept_within_three_percent(two_bodies: Mask) -> None:
    grid = analysis_grid(two_bodies, RESAMPLING)
    there = resample_mask(two_bodies, grid)
    for level in ("L1", "L2"):
        before_mm3 = np.count_nonzero(two_bodies.of(level)) * np.prod(two_bodies.spacing_mm)
        assert np.count_nonzero(there.of(level)) == pytest.approx(before_mm3, rel=0.03)


def test_touching_labels_meet_without_gap_or_mixture() -> None:
    labels = np.zeros((5, 20, 20), dtype=np.uint8)
    labels[1:4, 4:10, 5:15], labels[1:4, 10:16, 5:15] = 20, 21
    mask = Mask(labels, np.diag([1.0, 1.0, 3.0, 1.0]))
    there = resample_mask(mask, analysis_grid(mask, padded(1)))
    assert there.levels == ("L1", "L2")
    column = there.labels[there.shape[0] // 2, :, there.shape[2] // 2]
    held = column[column > 0]
    assert held.tolist() == sorted(held.tolist())
    assert len(held) == 12


def test_label_outside_the_grid_is_absent(two_bodies: Mask) -> None:
    far = two_bodies.affine.copy()
    far[:3, 3] += 500
    assert resample_mask(two_bodies, AnalysisGrid(far, (5, 5, 5))).levels == ()


def test_empty_region_is_refused(two_bodies: Mask) -> None:
    with pytest.raises(MaskError, match="Empty region"):
        analysis_grid(Mask(np.zeros_like(two_bodies.labels), two_bodies.affine), RESAMPLING)


def test_grid_without_voxels_is_refused() -> None:
    with pytest.raises(GeometryError):
        AnalysisGrid(np.eye(4), (0, 4, 4))
