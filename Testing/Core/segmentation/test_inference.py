"""The chain from volume to mask, with a network that is known: bright voxels are bodies, very bright ones the sacrum."""

import numpy as np
import pytest
from OPRadiomicsLib.segmentation import inference
from OPRadiomicsLib.segmentation.inference import predict_probabilities
from OPRadiomicsLib.segmentation.numbering import Numbering
from OPRadiomicsLib.segmentation.quality import CUT_AT_THE_EDGE
from OPRadiomicsLib.segmentation.sagittal import SagittalOrder
from OPRadiomicsLib.types import LevelQuality


def _threshold_network(images):
    """Logits whose body class follows the middle slice's sign."""
    logits = np.zeros((len(images), 5, *images.shape[2:]), np.float32)
    logits[:, 1] = 20 * images[:, 1]
    return logits


def _undecided_network(images):
    return np.zeros((len(images), 5, *images.shape[2:]), np.float32)


def _order(spacing_mm):
    return SagittalOrder((0, 1, 2), (False, False, False), spacing_mm)


@pytest.mark.parametrize("spacing_mm", [0.6, 1.0, 1.5])
def test_a_square_keeps_its_place_and_size_at_any_resolution(spacing_mm):
    size = round(120 / spacing_mm)
    image = np.zeros((5, size, size), np.float32)
    first, last = round(40 / spacing_mm), round(70 / spacing_mm)
    image[:, first:last, first:last] = 1
    order = _order((3.3, spacing_mm, spacing_mm))
    body = predict_probabilities(image, order, _threshold_network, 3.3).body
    back = inference._on_image(body, order, image.shape) > 0.6
    overlap = 2 * (back & (image > 0)).sum() / (back.sum() + (image > 0).sum())
    assert overlap > 0.93, "within half a millimetre of the border of a 30 mm square"


def test_neighbouring_slices_are_taken_at_the_distance_of_training():
    seen = []

    def spy(images):
        seen.append(images.copy())
        return _threshold_network(images)

    ramp = np.random.default_rng(0).random((9, 64, 64), np.float32)
    predict_probabilities(ramp, _order((1.1, 1.0, 1.0)), spy, 3.3)
    images = np.concatenate(seen)
    assert np.array_equal(images[4, 0], images[1, 1]), "three slices of 1.1 mm back"
    assert np.array_equal(images[0, 0], images[0, 1]), "the first slice stands in for what lies before it"


@pytest.mark.parametrize("scales_mm", [(), (0.0, 1.0), (-1.0,), (1.0, float("nan")), (float("inf"),)])
def test_scales_that_are_none_are_refused(scales_mm):
    with pytest.raises(ValueError, match="one positive, finite resolution"):
        predict_probabilities(
            np.zeros((3, 64, 64), np.float32), _order((3.3, 1.0, 1.0)), _threshold_network, 3.3, scales_mm=scales_mm
        )


def test_probabilities_are_those_of_softmax():
    image = np.random.default_rng(0).random((3, 70, 90), np.float32)
    result = predict_probabilities(
        image, _order((3.3, 1.0, 1.0)), lambda x: np.zeros((len(x), 5, *x.shape[2:]), np.float32), 3.3
    )
    assert result.body.shape == (3, 70, 90)
    assert result.canal == pytest.approx(0.2)


def test_local_standardisation_removes_gain_and_coil():
    from OPRadiomicsLib.segmentation.standardise import standardise

    image = np.random.default_rng(0).random((1, 160, 160)).astype(np.float32) + 1
    coil = np.exp(np.linspace(0, 1.5, 160, dtype=np.float32))[None, None, :]
    plain, shaded = standardise(image), standardise(7 * image * coil)
    inner = (slice(None), slice(50, 110), slice(50, 110))
    assert np.corrcoef(plain[inner].ravel(), shaded[inner].ravel())[0, 1] > 0.85
    assert standardise(7 * image) == pytest.approx(plain, abs=1e-3)


def test_local_standardisation_does_not_blow_air_up_to_tissue():
    from OPRadiomicsLib.segmentation.standardise import standardise

    image = 0.01 * np.random.default_rng(0).random((1, 160, 160)).astype(np.float32)
    image[:, :, :40] += np.linspace(0.5, 1.5, 40, dtype=np.float32)
    seen = standardise(image)
    assert seen[:, :, 100:].std() < 0.1, "beyond half a window from the tissue: noise of 0.01 by its own spread would be 1"
    assert seen[:, :, :40].std() > 0.3


def _seen_at(scales_mm, network=_threshold_network):
    """Shapes of what a network is shown of three slices of 96 x 80 mm, the body's probability, and the progress."""
    shapes, fractions = [], []

    def spy(images):
        shapes.append(images.shape[2:])
        return network(images)

    image = np.random.default_rng(0).random((3, 96, 80), np.float32)
    found = predict_probabilities(
        image, _order((3.3, 1.0, 1.0)), spy, 3.3, scales_mm=scales_mm, progress=lambda _, done: fractions.append(done)
    )
    return shapes, found.body, fractions


def test_a_network_sees_every_slice_at_each_scale():
    shapes, body, _ = _seen_at((0.8, 1.0, 1.2))
    assert shapes == [(128, 112)] * 3 + [(96, 80)] * 3 + [(80, 80)] * 3, "each padded to a multiple of 16"
    assert body.shape == (3, 96, 80), "at 1 mm, whatever the scales"


def test_scales_count_alike():
    alone = [_seen_at((mm,))[1] for mm in (0.8, 1.0, 1.2)]
    assert not np.allclose(alone[0], alone[1])
    np.testing.assert_allclose(_seen_at((0.8, 1.0, 1.2))[1], np.mean(alone, axis=0), atol=1e-6)


def test_progress_over_scales_never_goes_back():
    _, _, fractions = _seen_at((0.8, 1.0, 1.2))
    assert fractions == sorted(fractions)
    assert fractions[0] == pytest.approx(0.1)
    assert fractions[-1] < 0.9


def test_more_scales_keep_the_place_of_a_square():
    image = np.zeros((5, 120, 120), np.float32)
    image[:, 40:70, 40:70] = 1
    one, three = (
        predict_probabilities(image, _order((3.3, 1.0, 1.0)), _threshold_network, 3.3, scales_mm=scales).body > 0.5
        for scales in ((1.0,), inference.SCALES_MM)
    )
    assert np.abs(np.argwhere(one).mean(axis=0) - np.argwhere(three).mean(axis=0)).max() < 0.2, "voxels"
    assert three.sum() == pytest.approx(one.sum(), rel=0.05)


def test_only_a_level_that_is_used_is_warned_of_where_the_image_cuts_it_off():
    numbering = Numbering((18, 20, 24), ())
    levels = [LevelQuality(level, 10.0, 0.9, (CUT_AT_THE_EDGE, "its volume is odd")) for level in ("T11", "L1", "L5")]
    assert inference._warnings((), numbering, tuple(levels)) == (
        "T11: its volume is odd",
        "L1: it is cut off at the edge of the image",
        "L1: its volume is odd",
        "L5: its volume is odd",
    )
