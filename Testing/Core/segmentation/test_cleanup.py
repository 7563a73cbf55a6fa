"""Bodies are told apart, cleaned and ordered."""

import numpy as np
import pytest
from OPRadiomicsLib.segmentation.cleanup import split_bodies

SPACING_MM = (3.3, 1.0, 1.0)


def test_each_block_is_one_body_of_its_volume(block_spine):
    bodies = split_bodies(block_spine.body, SPACING_MM, 0.5)
    assert bodies.count == 6
    assert bodies.volumes_ml == pytest.approx([9 * 26 * 32 * 3.3 / 1000] * 6)
    assert np.all(np.diff(bodies.centres_mm[:, 1]) > 0), "from cranial to caudal"


def test_a_thin_bridge_does_not_join_two_bodies(block_spine):
    bridged = block_spine.body.copy()
    bridged[7, 30:50, 60:63] = 0.9
    bodies = split_bodies(bridged, SPACING_MM, 0.5)
    assert bodies.count == 6


def test_bodies_that_touch_over_a_broad_face_are_cut_at_the_waist(block_spine):
    touching = block_spine.body.copy()
    touching[4:11, 36:46, 66:86] = 0.9
    bodies = split_bodies(touching, SPACING_MM, 0.5)
    assert bodies.count == 6
    assert bodies.volumes_ml.max() / bodies.volumes_ml.min() < 1.25


def test_a_blob_behind_the_spine_is_no_body(block_spine):
    cluttered = block_spine.body.copy()
    cluttered[5:9, 100:115, 130:145] = 0.9
    bodies = split_bodies(cluttered, SPACING_MM, 0.5)
    assert bodies.count == 6
    assert not bodies.labels[:, :, 125:].any()


def test_a_fragment_beside_the_spine_is_no_level(block_spine):
    """As seen on a real T2 volume: a part of a facet in the outermost slices, between two bodies."""
    cluttered = np.pad(block_spine.body, ((8, 0), (0, 0), (0, 0)))
    cluttered[0:3, 112:132, 62:88] = 0.9
    bodies = split_bodies(cluttered, SPACING_MM, 0.5)
    assert bodies.count == 6


def test_holes_are_filled(block_spine):
    holed = block_spine.body.copy()
    holed[7, 20:24, 70:76] = 0.1
    bodies = split_bodies(holed, SPACING_MM, 0.5)
    assert (bodies.labels[7, 20:24, 70:76] == 1).all()


def test_nothing_gives_no_body():
    assert split_bodies(np.zeros((5, 96, 96), np.float32), SPACING_MM, 0.5).count == 0
