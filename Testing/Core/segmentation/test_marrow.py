"""The marrow region keeps its distance from the cortex and spares the vein, however the body lies."""

from __future__ import annotations

import numpy as np
import pytest
from OPRadiomicsLib.errors import MaskError
from OPRadiomicsLib.profile import Region, load_profile
from OPRadiomicsLib.segmentation.marrow import marrow_region
from OPRadiomicsLib.types import Affine, Mask
from OPRadiomicsTrainingLib.simulation.patients import sample_patient
from OPRadiomicsTrainingLib.simulation.study import Options, simulate_study

SHAPE = (15, 100, 100)
IN_PLANE_MM, SLICE_MM = 0.875, 3.3


def sagittal(*, turn_deg: float = 0.0, to_anterior: bool = False) -> Affine:
    """Rows run to inferior, columns to posterior (or anterior), slices to the left, turned about the left-right axis."""
    angle = np.radians(turn_deg)
    affine = np.eye(4)
    side = -1.0 if to_anterior else 1.0
    affine[:3, 0] = IN_PLANE_MM * side * np.array([0.0, np.cos(angle), np.sin(angle)])
    affine[:3, 1] = IN_PLANE_MM * np.array([0.0, np.sin(angle), -np.cos(angle)])
    affine[:3, 2] = [SLICE_MM, 0.0, 0.0]
    return affine


def from_centre_mm() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Distance of each voxel from the middle along slice, row and column."""
    k, j, i = np.indices(SHAPE)
    return (k - 7) * SLICE_MM, (j - 49.5) * IN_PLANE_MM, (i - 49.5) * IN_PLANE_MM


def a_box(depth_mm: float = 34.0, height_mm: float = 26.0, tilt_deg: float = 0.0) -> Mask:
    """L1 as a box 11 slices wide, whose axes are turned in the plane by `tilt_deg`."""
    slice_mm, row_mm, column_mm = from_centre_mm()
    angle = np.radians(tilt_deg)
    along = np.cos(angle) * column_mm + np.sin(angle) * row_mm
    height = np.cos(angle) * row_mm - np.sin(angle) * column_mm
    box = (abs(slice_mm) < 17) & (abs(along) < depth_mm / 2) & (abs(height) < height_mm / 2)
    return Mask(20 * box.astype(np.uint8), sagittal())


def rules(**changes: float) -> Region:
    none = {"inset_mm": 0.0, "lateral_area_fraction": 0.0, "vein_depth_mm": 0.0, "vein_height_mm": 0.0, "vein_slices_mm": 0.0}
    return Region.model_validate({**none, **changes})


def test_without_rules_the_body_stays_as_it_is() -> None:
    body = a_box()
    np.testing.assert_array_equal(marrow_region(body, rules(), ["L1"]).labels, body.labels)


@pytest.mark.parametrize("inset_mm", [1.0, 2.0, 2.5, 3.0])
def test_disc_loses_its_rim(inset_mm: float) -> None:
    # Area within 4 % of the smaller disc's, that is 0.3 mm: the inset isn't rounded to whole voxels of 0.875 mm (13 %).
    _, row_mm, column_mm = from_centre_mm()
    disc = Mask(20 * (np.hypot(row_mm, column_mm) <= 16).astype(np.uint8), sagittal())
    marrow = marrow_region(disc, rules(inset_mm=inset_mm), ["L1"])
    area_mm2 = np.count_nonzero(marrow.labels[7]) * IN_PLANE_MM**2
    assert area_mm2 == pytest.approx(np.pi * (16 - inset_mm) ** 2, rel=0.04)


def test_inset_is_within_the_sagittal_plane_only() -> None:
    body = a_box()
    marrow = marrow_region(body, rules(inset_mm=3.0), ["L1"])
    assert np.flatnonzero(marrow.labels.any(axis=(1, 2))).tolist() == np.flatnonzero(body.labels.any(axis=(1, 2))).tolist()


def test_lateral_slices_below_the_fraction_are_left_out() -> None:
    slice_mm, row_mm, column_mm = from_centre_mm()
    barrel = (slice_mm / 20) ** 2 + np.maximum(abs(row_mm) / 13, abs(column_mm) / 17) ** 2 <= 1
    body = Mask(20 * barrel.astype(np.uint8), sagittal())
    areas = body.of("L1").sum(axis=(1, 2))
    kept = marrow_region(body, rules(lateral_area_fraction=0.6), ["L1"]).of("L1").sum(axis=(1, 2))
    np.testing.assert_array_equal(kept, np.where(areas >= 0.6 * areas.max(), areas, 0))
    assert 0 < np.count_nonzero(kept) < np.count_nonzero(areas)


VEIN = {"vein_depth_mm": 8.0, "vein_height_mm": 8.0, "vein_slices_mm": 16.0}


@pytest.mark.parametrize("tilt_deg", [-35.0, -12.0, 0.0, 20.0, 40.0])
def test_vein_box_lies_at_the_middle_of_the_posterior_wall(tilt_deg: float) -> None:
    body = a_box(tilt_deg=tilt_deg)
    removed = (body.labels > 0) & (marrow_region(body, rules(**VEIN), ["L1"]).labels == 0)
    _, row_mm, column_mm = from_centre_mm()
    angle = np.radians(tilt_deg)
    along = (np.cos(angle) * column_mm + np.sin(angle) * row_mm)[removed]
    height = (np.cos(angle) * row_mm - np.sin(angle) * column_mm)[removed]
    # The wall lies at 17 mm and the box is 8 x 8 mm: within a voxel's diagonal (1.2 mm).
    assert along.max() == pytest.approx(17, abs=1.2)
    assert along.min() == pytest.approx(17 - 8, abs=1.2)
    assert height.min() == pytest.approx(-4, abs=1.2)
    assert height.max() == pytest.approx(4, abs=1.2)
    slices = np.flatnonzero(removed.any(axis=(1, 2)))
    assert slices.tolist() == [5, 6, 7, 8, 9]  # centres within 8 mm of the mid-plane


def test_vein_box_finds_the_back_from_the_affine() -> None:
    body = a_box()
    mirrored = Mask(body.labels[:, :, ::-1], sagittal(to_anterior=True))
    marrow = marrow_region(body, rules(**VEIN), ["L1"])
    np.testing.assert_array_equal(marrow_region(mirrored, rules(**VEIN), ["L1"]).labels[:, :, ::-1], marrow.labels)


def test_axis_order_doesnt_matter() -> None:
    # The same body stored with the slices along i instead of k.
    body = a_box(tilt_deg=15)
    swapped = Mask(np.swapaxes(body.labels, 0, 2), body.affine[:, [2, 1, 0, 3]])
    whole = load_profile("standard").region
    np.testing.assert_array_equal(
        np.swapaxes(marrow_region(swapped, whole, ["L1"]).labels, 0, 2), marrow_region(body, whole, ["L1"]).labels
    )


def test_region_lies_inside_its_own_body_and_takes_a_reasonable_share() -> None:
    patient = sample_patient(np.random.default_rng(8))
    bodies = simulate_study(patient, seed=8, options=Options(slices=13, pixels=160)).bodies
    marrow = marrow_region(bodies, load_profile("standard").region)
    assert marrow.levels == ("L1", "L2", "L3")
    for level in marrow.levels:
        assert not (marrow.of(level) & ~bodies.of(level)).any()
        share = np.count_nonzero(marrow.of(level)) / np.count_nonzero(bodies.of(level))
        assert 0.45 < share < 0.8


def test_missing_level_is_named() -> None:
    with pytest.raises(MaskError, match="No voxel of L2"):
        marrow_region(a_box(), rules())


def test_body_too_thin_for_the_inset_is_refused_with_a_remedy() -> None:
    with pytest.raises(MaskError, match=r"Nothing of L1.*smaller inset"):
        marrow_region(a_box(height_mm=3.0), rules(inset_mm=2.0), ["L1"])


@pytest.mark.parametrize("empty", [(7,), (5, 6, 7, 8, 9), (3, 4, 5, 6, 7, 8, 9, 10, 11)])
def test_body_with_a_gap_between_its_slices_is_refused_with_a_remedy(empty: tuple[int, ...]) -> None:
    labels = a_box().labels.copy()
    labels[list(empty)] = 0
    with pytest.raises(MaskError, match=rf"L1 is not drawn in {len(empty)} of the 11 slices.*Fill between slices"):
        marrow_region(Mask(labels, sagittal()), load_profile("standard").region, ["L1"])


@pytest.mark.parametrize(("slices", "spacing_mm"), [(1, 3.3), (2, 17.0), (3, 40.0), (4, 20.0)])
def test_the_middle_slices_keep_their_vein_box_however_far_apart_they_lie(slices: int, spacing_mm: float) -> None:
    labels = a_box().labels.copy()
    labels[: 7 - slices // 2] = 0
    labels[7 - slices // 2 + slices :] = 0
    affine = sagittal()
    affine[0, 2] = spacing_mm
    removed = (labels > 0) & (marrow_region(Mask(labels, affine), rules(**VEIN), ["L1"]).labels == 0)
    assert np.count_nonzero(removed.any(axis=(1, 2))) == (2 if slices % 2 == 0 else 1)
