"""Phantoms are the same everywhere, for shipped reference values depend on them."""

import hashlib

import numpy as np
from OPRadiomicsLib.features.phantoms import textured_phantom, vertebrae_phantom


def test_the_texture_is_defined_to_the_bit():
    image = textured_phantom((12, 14, 16), seed=5)
    assert image.dtype == np.float32
    assert (image.min(), image.max()) == (0, 255)
    assert hashlib.sha256(image.tobytes()).hexdigest()[:16] == "d3c238d9b27df689"


def test_three_separate_bodies_keep_the_margin():
    labels = vertebrae_phantom((30, 60, 34), margin=6)
    assert set(np.unique(labels)) == {0, 20, 21, 22}
    sizes = [(labels == value).sum() for value in (20, 21, 22)]
    assert max(sizes) - min(sizes) < 0.1 * max(sizes)
    inner = labels[6:-6, 6:-6, 6:-6]
    assert (inner > 0).sum() == (labels > 0).sum()
    first, second = np.nonzero((labels == 20).any(axis=(0, 2)))[0], np.nonzero((labels == 21).any(axis=(0, 2)))[0]
    assert first.max() < second.min() - 1
