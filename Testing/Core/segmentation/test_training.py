"""Labels are brought to one border, samples are reproducible, and training resumes to the bit."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")
ndimage = pytest.importorskip("scipy.ndimage")
sitk = pytest.importorskip("SimpleITK")

from OPRadiomicsLib.errors import ModelError, StudyError  # noqa: E402
from OPRadiomicsLib.segmentation.network import DeepLabV3Plus  # noqa: E402
from OPRadiomicsTrainingLib.segmentation import augment, labels, samples, train  # noqa: E402
from OPRadiomicsTrainingLib.segmentation.augment import CROP, draw_sample  # noqa: E402
from OPRadiomicsTrainingLib.segmentation.cases import (  # noqa: E402
    SACRUM_SEED,
    TrainingCase,
    case_files,
    load_case,
    prepare_real_cases,
    sacrum_seed,
)
from OPRadiomicsTrainingLib.segmentation.loss import marginal_probabilities, partial_label_loss  # noqa: E402
from OPRadiomicsTrainingLib.segmentation.settings import TrainingSettings  # noqa: E402


def _case(name="chu_1", labelled=(True, True, False, False, False)):
    """A noisy slab with one bright square body of 40 mm."""
    shape = (5, 120, 110)
    body = np.zeros(shape, bool)
    body[1:4, 40:80, 35:75] = True
    image = np.random.default_rng(0).integers(20, 60, shape) + 120 * body
    distance = np.stack([labels.signed_distance_mm(plane, (1.0, 1.0)) for plane in body])
    return TrainingCase(
        name,
        image.astype(np.uint8),
        np.clip(distance * 16, -127, 127).astype(np.int8),
        np.zeros(shape, np.uint8),
        np.full(shape, 255, np.uint8),
        np.array(labelled),
        (3.3, 1.0, 1.0),
    )


@pytest.mark.parametrize("drawn_mm", [-1.0, 0.0, 2.0])
def test_the_border_is_moved_to_where_the_marrow_ends_wherever_it_was_drawn(drawn_mm):
    """Marrow 1, a dark cortex from 0 to 1.5 mm outside the true border, disc 0.7; imaged with a blur of 0.5 mm."""
    rows, columns = np.indices((120, 120))
    outside = np.maximum(np.abs(rows - 59.5) - 20, np.abs(columns - 59.5) - 20)
    image = np.where(outside < 0, 1.0, np.where(outside < 1.5, 0.1, 0.7))
    image = ndimage.gaussian_filter(image, 0.5).astype(np.float32)
    profile = labels.endplate_profile(image, outside < drawn_mm, (1.0, 1.0))
    assert drawn_mm + labels.border_offset_mm([profile]) == pytest.approx(0.0, abs=0.6)


def test_moving_the_border_inward_shrinks_a_block_by_that_much():
    bodies = np.zeros((11, 60, 60), np.uint8)
    bodies[2:9, 15:45, 15:45] = 20
    distance = labels.body_distance_mm(bodies, (3.3, 1.0, 1.0), -2.0)
    assert (distance[5] > 0).sum() == pytest.approx(26 * 26, rel=0.08)


@pytest.mark.parametrize("spacing_mm", [(1.5, 0.75), (0.75, 1.5)])
def test_a_border_is_moved_by_millimetres_also_where_pixels_are_not_square(spacing_mm):
    rows, columns = (np.abs(mm * (np.arange(120 / mm) + 0.5) - 60) for mm in spacing_mm)
    block = 20 * ((rows[:, None] < 21) & (columns < 21))[None].astype(np.uint8)
    moved = labels.body_distance_mm(block, (3.3, *spacing_mm), -2.4)[0] > 0
    assert np.array_equal(moved[:, len(columns) // 2], rows < 21 - 2.4)
    assert np.array_equal(moved[len(rows) // 2], columns < 21 - 2.4)


def test_a_border_that_is_moved_in_and_out_again_is_where_it_was():
    bodies = np.zeros((11, 60, 60), np.uint8)
    bodies[2:9, 8:28, 15:45], bodies[2:9, 32:52, 15:45] = 20, 21
    inward = labels.with_border_moved(bodies, (3.3, 1.0, 1.0), -2.0)
    assert (inward[5] == 20).sum() == pytest.approx(16 * 26, rel=0.08)
    again = labels.with_border_moved(inward, (3.3, 1.0, 1.0), 2.0)
    assert (again[5] == bodies[5]).mean() > 0.98
    assert set(np.unique(again[5])) == {0, 20, 21}


def test_two_bodies_that_grow_share_the_gap_between_them():
    bodies = np.zeros((5, 60, 60), np.uint8)
    bodies[:, 8:28, 15:45], bodies[:, 30:52, 15:45] = 20, 21
    grown = labels.with_border_moved(bodies, (3.3, 1.0, 1.0), 3.0)
    assert (grown[2, 28, 20:40] == 20).all()
    assert (grown[2, 29, 20:40] == 21).all()


def test_a_slice_that_the_body_leaves_within_its_middle_half_is_not_marrow():
    distance = np.stack([np.full((4, 4), v, np.float32) for v in (-8.0, 2.5, 8.0, 8.0, 3.0, -8.0)])
    lowered = labels.filling_the_slice(distance)[:, 0, 0]
    assert lowered == pytest.approx([-8.0, -0.125, 6.625, 6.75, 0.25, -8.0])


def test_a_border_is_moved_in_each_slice_alone():
    bodies = np.zeros((5, 60, 60), np.uint8)
    bodies[1:4, 15:45, 15:45] = 20
    moved = labels.body_distance_mm(bodies, (3.3, 1.0, 1.0), -2.0) > 0
    assert moved.any(axis=(1, 2)).tolist() == [False, True, True, True, False], "the body ends sideways where it did"
    assert np.array_equal(moved[1], moved[2])


def test_the_part_of_a_vertebra_before_the_canal_is_its_body():
    vertebra, canal = np.zeros((3, 60, 90), bool), np.zeros((3, 60, 90), bool)
    vertebra[:, 15:45, 10:40] = True
    vertebra[:, 15:45, 55:80] = True
    canal[:, 5:55, 40:55] = True
    bodies = labels.bodies_of_vertebrae(vertebra, canal)
    assert bodies[1, 20:40, 14:36].all()
    assert not bodies[:, :, 41:].any()


def test_where_a_slice_shows_no_canal_its_neighbour_says_where_a_body_ends():
    vertebra, canal = np.zeros((3, 60, 90), bool), np.zeros((3, 60, 90), bool)
    vertebra[:, 15:45, 10:80] = True
    canal[:2, 5:55, 40:55] = True
    canal[1, 30:] = False
    bodies = labels.bodies_of_vertebrae(vertebra & ~canal, canal)
    assert bodies[:, 20:40, 14:36].all()
    assert not bodies[:, :, 41:].any()


def test_beyond_the_canal_no_body_is_known(tmp_path):
    """A vertebra reaches 10 rows beyond the canal: they count neither as body nor as background."""
    semantic = np.zeros((5, 90, 90), np.uint8)
    semantic[:, 20:45, 10:40], semantic[:, 50:75, 10:40], semantic[:, 0:65, 40:55] = 1, 1, 3
    image = np.where(semantic == 1, 200, 40) + np.random.default_rng(0).integers(0, 20, semantic.shape)
    for name, array in (("img", image.astype(np.int16)), ("sem", semantic)):
        sitk.WriteImage(_sagittal(array), str(tmp_path / f"spider_1_{name}.nii.gz"))
    prepare_real_cases(tmp_path, tmp_path / "cases", sets=("spider",))
    case = load_case(tmp_path / "cases" / "spider_1.npz")
    counted = case.weight[2, 54:, 15:35] > 0
    assert counted[:7].all()
    assert (case.body[2, 54:, 15:35] > 0)[counted].all(), "no row of the cut body counts as background"
    assert not case.weight[:, 65:].any()
    assert (case.weight[:, 20:61] == 255).all()


def _drawn(folder, *, bodies, image=None, codes="LPS"):
    """A case own_1, whose file stores its axes as ``codes`` say."""
    folder.mkdir(exist_ok=True)
    image = np.where(bodies > 0, 180, 40) + np.arange(bodies.size).reshape(bodies.shape) % 17 if image is None else image
    for name, array in (("img", image.astype(np.int16)), ("lab", bodies)):
        stored = _sagittal(array)
        sitk.WriteImage(sitk.DICOMOrient(stored, codes) if codes else stored, str(folder / f"own_1_{name}.nii.gz"))
    return folder


def _sagittal(array):
    """Slices of 3.3 mm, rows from head to foot, columns from front to back."""
    stored = sitk.GetImageFromArray(array)
    stored.SetSpacing((1.0, 1.0, 3.3))
    stored.SetDirection((0, 0, -1, 1, 0, 0, 0, -1, 0))
    return stored


def _two_bodies(dtype=np.uint8):
    bodies = np.zeros((5, 120, 90), dtype)
    bodies[1:4, 20:46, 30:62], bodies[1:4, 56:82, 30:62] = 20, 21
    return bodies


@pytest.mark.parametrize("codes", ["LPS", "RAS", "SLA"])
def test_a_case_is_the_same_however_its_file_stores_the_axes(codes, tmp_path):
    cases = []
    for name, stored in (("one", ""), ("other", codes)):
        data = _drawn(tmp_path / name, bodies=_two_bodies(), codes=stored)
        prepare_real_cases(data, tmp_path / f"{name}_cases", sets=("own",))
        cases.append(load_case(tmp_path / f"{name}_cases" / "own_1.npz"))
    assert cases[1].spacing_mm == pytest.approx((3.3, 1.0, 1.0))
    assert all(np.array_equal(getattr(cases[0], key), getattr(cases[1], key)) for key in ("image", "body", "weight"))


def test_labels_that_cannot_be_learnt_are_refused_by_the_case(tmp_path):
    one = np.where(_two_bodies() == 20, 20, 0).astype(np.uint8)
    wrapped = _two_bodies(np.int16)
    wrapped[wrapped == 20] = 276
    for bodies, image, said in (
        (one, None, "1 labelled body"),
        (wrapped, None, "276"),
        (_two_bodies()[:, :, :80], np.indices((5, 120, 90)).sum(axis=0), "grid"),
    ):
        with pytest.raises(StudyError, match=rf"(?s)Case own_1: .*{said}"):
            prepare_real_cases(_drawn(tmp_path, bodies=bodies, image=image, codes=""), tmp_path / "cases", sets=("own",))


def test_an_image_without_labels_is_named(tmp_path):
    (_drawn(tmp_path, bodies=_two_bodies()) / "own_1_lab.nii.gz").unlink()
    with pytest.raises(StudyError, match="Case own_1: Neither labels"):
        prepare_real_cases(tmp_path, tmp_path / "cases", sets=("own",))


def test_a_folder_of_images_that_is_absent_is_named(tmp_path):
    with pytest.raises(StudyError, match=r"No folder .*absent"):
        prepare_real_cases(tmp_path / "absent", tmp_path / "cases", sets=("own",))


def test_what_macos_keeps_beside_each_file_of_a_shared_disk_is_no_case(tmp_path):
    (tmp_path / "._own_sub-0001.npz").write_bytes(b"\0\5\x16\7")
    assert case_files(tmp_path) == []


def test_cases_of_images_that_are_gone_go_too(tmp_path):
    replace(_case(), name="chu_9").save(tmp_path / "cases")
    prepare_real_cases(_drawn(tmp_path / "data", bodies=_two_bodies()), tmp_path / "cases", sets=("own", "chu"))
    assert [path.stem for path in (tmp_path / "cases").iterdir()] == ["own_1"]


def test_vertebrae_without_a_canal_are_refused_by_the_case(tmp_path):
    semantic = np.where(_two_bodies() > 0, 1, 0).astype(np.uint8)
    _drawn(tmp_path, bodies=_two_bodies())
    (tmp_path / "own_1_lab.nii.gz").unlink()
    sitk.WriteImage(sitk.DICOMOrient(_sagittal(semantic), "LPS"), str(tmp_path / "own_1_sem.nii.gz"))
    with pytest.raises(StudyError, match=r"Case own_1: own_1_sem\.nii\.gz without a canal"):
        prepare_real_cases(tmp_path, tmp_path / "cases", sets=("own",))


def test_a_set_is_the_whole_first_word(tmp_path):
    data = _drawn(tmp_path / "data", bodies=_two_bodies())
    for kind in ("img", "lab"):
        (data / f"own_1_{kind}.nii.gz").rename(data / f"own2_1_{kind}.nii.gz")
    with pytest.raises(StudyError, match=r"own_\*_img.nii.gz"):
        prepare_real_cases(data, tmp_path / "cases", sets=("own",))
    assert list(prepare_real_cases(data, tmp_path / "cases", sets=("own2",))) == ["own2"]


def test_a_drawn_s1_is_sacrum_and_no_body(tmp_path):
    bodies = _two_bodies()
    bodies[bodies > 0] += 3  # L4 and L5
    cases = {}
    for name, s1 in (("without", 0), ("with", 26)):
        bodies[1:4, 92:115, 30:62] = s1
        image = np.where(np.indices(bodies.shape)[1] < 88, 40 + 140 * (bodies > 0), 100)
        image = image + np.random.default_rng(1).integers(0, 20, image.shape)
        prepare_real_cases(_drawn(tmp_path / name, bodies=bodies, image=image), tmp_path / f"{name}_cases", sets=("own",))
        cases[name] = load_case(tmp_path / f"{name}_cases" / "own_1.npz")
    assert np.array_equal(cases["with"].body, cases["without"].body)
    assert np.array_equal(cases["with"].tissue == SACRUM_SEED, bodies == 26)
    assert cases["with"].labelled.tolist() == [True, True, False, False, False]


def test_two_bodies_and_no_third_tell_nothing_of_the_sacrum(tmp_path):
    bodies = np.where(_two_bodies() > 0, _two_bodies() + np.uint8(3), 0).astype(np.uint8)
    assert not sacrum_seed(bodies, (3.3, 1.0, 1.0)).any()


@pytest.mark.parametrize(("lowest", "below_counts"), [(22, False), (24, True)])
def test_bodies_beyond_the_labelled_ones_count_neither_way(lowest, below_counts, tmp_path):
    """Above the uppermost label there are more bodies, below L3 too; below L5 comes the sacrum."""
    bodies = np.zeros((5, 200, 90), np.uint8)
    for number in range(3):
        bodies[1:4, 60 + 36 * number : 86 + 36 * number, 30:62] = lowest - 2 + number
    prepare_real_cases(_drawn(tmp_path, bodies=bodies), tmp_path / "cases", sets=("own",))
    weight = load_case(tmp_path / "cases" / "own_1.npz").weight[2]
    assert not weight[:56].any()
    assert weight[62:155].all()
    assert bool(weight[165:].any()) == below_counts


def test_slices_where_readers_end_a_body_at_will_count_less(tmp_path):
    bodies = np.zeros((9, 120, 90), np.uint8)
    bodies[2:7, 20:46, 30:62], bodies[2:7, 56:82, 30:62] = 20, 21
    bodies[2, 20:46, 45:62] = 0  # under half of its largest area
    prepare_real_cases(_drawn(tmp_path, bodies=bodies), tmp_path / "cases", sets=("own",))
    weight = load_case(tmp_path / "cases" / "own_1.npz").weight
    assert (weight[[1, 7], 60:80, 32:60] == 85).all(), "the next slices"
    assert (weight[2, 22:44, 32:60] == 85).all()
    assert (weight[3, 22:44, 32:60] == 255).all()


def test_a_damaged_case_is_named(tmp_path):
    _case().save(tmp_path)
    path = tmp_path / "chu_1.npz"
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(StudyError, match=r"chu_1\.npz cannot be read"):
        load_case(path)


def test_a_speck_of_canal_cuts_no_body():
    vertebra, canal = np.zeros((3, 60, 90), bool), np.zeros((3, 60, 90), bool)
    vertebra[:, 15:45, 10:40] = True
    canal[:, 5:55, 40:55] = True
    speckled = canal.copy()
    speckled[0, 16:18, 12:15] = True
    assert np.array_equal(labels.without_specks(speckled), canal)
    assert not labels.without_specks(speckled & ~canal).any()


def test_a_set_without_a_labelled_body_is_refused():
    with pytest.raises(StudyError, match="No labelled body"):
        labels.border_offset_mm([])


def test_the_sacrum_seed_lies_one_step_below_l5():
    bodies = np.zeros((5, 200, 80), np.uint8)
    for number, label in enumerate((22, 23, 24)):
        bodies[1:4, 10 + 40 * number : 36 + 40 * number, 20:50] = label
    centre = np.argwhere(sacrum_seed(bodies, (3.3, 1.0, 1.0)) == SACRUM_SEED).mean(axis=0)
    assert centre[1] == pytest.approx(23 + 40 * 3 - 0.5, abs=4)


def test_a_saved_case_is_read_back(tmp_path):
    case = _case()
    case.save(tmp_path)
    again = load_case(tmp_path / "chu_1.npz")
    assert np.array_equal(again.body, case.body)
    assert again.spacing_mm == case.spacing_mm


def test_a_sample_depends_on_its_seed_alone():
    first, second = (draw_sample(_case(), np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(first.image, second.image)
    assert not np.array_equal(first.image, draw_sample(_case(), np.random.default_rng(4)).image)


class _BrightIsBody(torch.nn.Module):
    """A network whose bodies are what is brighter than the mean in the middle slice."""

    def forward(self, images):
        logits = torch.zeros(len(images), 5, *images.shape[2:])
        logits[:, 1] = 20 * images[:, 1]
        return logits


@pytest.mark.parametrize("pixel_mm", [(1.0, 1.0), (0.5, 0.5), (1.6, 0.8)])
def test_validation_sees_a_case_at_the_resolution_of_the_network(pixel_mm):
    """The same 60 x 40 mm block in other pixels."""
    rows, columns = (round(n / mm) for n, mm in zip((120, 100), pixel_mm, strict=True))
    y, x = np.meshgrid(np.arange(rows) * pixel_mm[0], np.arange(columns) * pixel_mm[1], indexing="ij")
    block = np.broadcast_to((np.abs(y - 60) < 30) & (np.abs(x - 50) < 20), (5, rows, columns))
    case = replace(
        _case("own_1"),
        image=np.where(block, 200, 40).astype(np.uint8),
        body=np.where(block, 80, -80).astype(np.int8),
        tissue=np.zeros(block.shape, np.uint8),
        weight=np.full(block.shape, 255, np.uint8),
        spacing_mm=(3.3, *pixel_mm),
    )
    seen = []
    network = _BrightIsBody()
    network.register_forward_pre_hook(lambda module, inputs: seen.append(tuple(inputs[0].shape)))
    assert train.validation_dice(network, (case,))["own"] > 0.97
    assert {shape[1:] for shape in seen} == {(3, 128, 112)}, "1 mm, padded to the network's stride"


@pytest.mark.parametrize(("slice_mm", "apart"), [(3.3, {0, 1, 2}), (1.1, {0, 3, 6}), (6.0, {0, 1, 2})])
def test_neighbours_are_learnt_as_far_apart_as_they_are_used(slice_mm, apart):
    case = replace(_case(), image=np.zeros((40, 8, 8), np.uint8), spacing_mm=(slice_mm, 1.0, 1.0))
    rng = np.random.default_rng(0)
    drawn = [augment._neighbours(case, 20, rng) for _ in range(200)]
    assert {abs(planes[0] - planes[1]) for planes in drawn} == apart
    assert {planes[1] for planes in drawn} == {20}


def test_a_sample_shows_image_and_targets_at_one_place_and_in_millimetres():
    """A body of 30 x 24 mm, a disc, sacrum and canal beside it, in pixels of 0.5 x 0.8 mm."""
    spacing = (3.3, 0.5, 0.8)
    y, x = np.meshgrid(np.arange(480) * 0.5, np.arange(250) * 0.8, indexing="ij")
    distance = np.minimum(15 - np.abs(y - 120), 12 - np.abs(x - 100))
    tissue = np.zeros(y.shape, np.uint8)
    for label, (row, column) in {2: (160, 100), 3: (120, 130), 4: (90, 100)}.items():
        tissue[(np.abs(y - row) < 8) & (np.abs(x - column) < 8)] = label
    plane = np.where(distance > 0, 200, 40 + 30 * tissue).astype(np.uint8)
    case = TrainingCase(
        "own_1",
        *(np.repeat(a[None], 3, axis=0) for a in (plane, np.clip(distance * 16, -127, 127).astype(np.int8), tissue)),
        np.full((3, 480, 250), 255, np.uint8),
        np.ones(5, bool),
        spacing,
    )
    seen = 0
    for seed in range(40):
        planes, body_mm, classes, weight = augment._warp(case, 1, np.random.default_rng(seed))
        if (weight[0] == 0).any() or (weight[-1] == 0).any() or (body_mm[[0, -1]] > -3).any():
            continue  # a crop that reaches beyond the image or cuts the body
        seen += 1
        shown = planes[1] * 255
        assert ((shown > 190) == (body_mm > 0))[np.abs(body_mm) > 1.5].all(), "the border lies where the image's edge is"
        for channel, (label, grey) in enumerate({2: 100, 3: 130, 4: 160}.items()):
            there = classes[channel] > 0.99
            assert np.median(shown[there]) == pytest.approx(grey, abs=2), label
        scale = 127 / 16 / body_mm.max()  # distances are kept up to 7.9 mm
        assert (body_mm > 0).sum() * scale**2 == pytest.approx(30 * 24, rel=0.05), "distances in mm of the sample"
    assert seen > 2


def test_contrast_is_another_in_every_sample():
    case = _case()
    planes = np.repeat(case.image[:1], 3, axis=0)[:, :1].repeat(CROP[0], axis=1)[..., :1].repeat(CROP[1], axis=2) / np.float32(
        255
    )
    body, classes = np.zeros(CROP, np.float32), np.zeros((4, *CROP), np.float32)
    drawn = [augment.randomise_contrast(planes, body, classes, np.random.default_rng(seed)) for seed in range(3)]
    assert not np.allclose(drawn[0], planes, atol=0.02)
    assert not np.allclose(drawn[0], drawn[1], atol=0.02)


def test_targets_are_shares_that_add_up_to_one():
    for seed in range(5):
        sample = draw_sample(_case(), np.random.default_rng(seed))
        assert sample.image.shape == (3, *CROP)
        assert sample.target.sum(axis=0) == pytest.approx(1, abs=1e-5)
        assert sample.target.min() >= -1e-6
        assert np.isfinite(sample.image).all()


def test_classes_that_a_case_does_not_label_count_as_background():
    probability = torch.tensor([0.1, 0.2, 0.3, 0.25, 0.15])[None, :, None, None]
    labelled = torch.tensor([[True, True, False, False, True]])
    merged = marginal_probabilities(probability, labelled).flatten()
    assert merged == pytest.approx(torch.tensor([0.65, 0.2, 0, 0, 0.15]))


def test_the_loss_is_blind_to_what_is_not_labelled_and_to_weight_zero():
    target = torch.zeros(1, 5, 16, 16)
    target[:, 0, :, :8], target[:, 1, :, 8:] = 1, 1
    weight, seed = torch.ones(1, 16, 16), torch.zeros(1, 16, 16)
    labelled = torch.tensor([[True, True, False, False, False]])
    right = 12 * target
    sacrum_instead = right.clone()
    sacrum_instead[:, 2, :, :8], sacrum_instead[:, 0, :, :8] = 12, 0
    loss = partial_label_loss(right, target, weight, labelled, seed)
    assert partial_label_loss(sacrum_instead, target, weight, labelled, seed) == pytest.approx(float(loss), abs=1e-3)
    wrong = right.flip(1)
    assert partial_label_loss(wrong, target, weight, labelled, seed) > 1
    weight[:, :4] = 0
    half_wrong = torch.where(weight[:, None] == 0, -right, right)
    assert partial_label_loss(half_wrong, target, weight, labelled, seed) < 0.1


def test_what_is_surely_sacrum_is_learnt_as_such_though_nobody_labelled_it():
    target, weight, seed = torch.zeros(1, 5, 16, 16), torch.ones(1, 16, 16), torch.zeros(1, 16, 16)
    target[:, 0], seed[:, 4:8, 4:8] = 1, 1
    labelled = torch.tensor([[True, True, False, False, False]])
    background = 12 * target
    sacrum = background.clone()
    sacrum[:, 2, 4:8, 4:8] = 24
    losses = [float(partial_label_loss(logits, target, weight, labelled, seed)) for logits in (background, sacrum)]
    assert losses[1] < losses[0] - 0.1


@pytest.fixture
def tiny(monkeypatch):
    """Training in seconds: a quarter of the width, one sample a batch."""
    wide = DeepLabV3Plus
    monkeypatch.setattr("OPRadiomicsLib.segmentation.network.DeepLabV3Plus", lambda: wide(width=0.25, aspp=8))
    cases = samples.Cases((_case("chu_1"), _case("spider_1", (True,) * 5)), (), (_case("chu_2"),))
    return cases, TrainingSettings(epochs=2, batches_per_epoch=2, batch_size=2, validate_every=2)


def test_a_resumed_run_ends_with_the_same_bits(tiny, tmp_path):
    cases, settings = tiny
    straight = train.train(cases, tmp_path / "straight", settings)

    class Stop(Exception):
        pass

    def stop(message, fraction):
        if fraction == 0.5:
            raise Stop

    with pytest.raises(Stop):
        train.train(cases, tmp_path / "broken", settings, progress=stop)
    resumed = train.train(cases, tmp_path / "broken", settings, resume=True)
    assert resumed.step == straight.step == 4
    for name, tensor in straight.average.items():
        assert torch.equal(tensor, resumed.average[name]), name
    assert (tmp_path / "broken" / "curves.csv").read_text().count("dice_chu") == 1
    written = [(tmp_path / run / "checkpoint.safetensors").read_bytes() for run in ("straight", "broken")]
    assert written[0] == written[1]


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="only Linux tells what is mapped")
def test_a_resumed_run_holds_no_checkpoint_that_windows_could_then_not_replace(tiny, tmp_path):
    cases, settings = tiny
    train.train(cases, tmp_path, settings)
    trainer = train.train(cases, tmp_path, settings, resume=True)
    assert trainer.step == 4
    assert str(tmp_path) not in Path("/proc/self/maps").read_text()


def test_curves_that_excel_shows_under_windows_are_written_when_it_lets_go(tiny, tmp_path, monkeypatch):
    cases, settings = tiny
    monkeypatch.setattr(train, "WINDOWS", True)
    opened, refused = Path.open, []

    def held(path, mode="r", *rest, **named):
        if path.name == "curves.csv" and mode == "a" and not refused:
            refused.append(path)
            raise PermissionError(13, "Permission denied")
        return opened(path, mode, *rest, **named)

    monkeypatch.setattr(Path, "open", held)
    train.train(cases, tmp_path, settings)
    lines = (tmp_path / "curves.csv").read_text().splitlines()
    assert refused and [line.split(",")[0] for line in lines if ",loss," in line] == ["1", "2"]


def test_the_weights_for_use_are_a_running_average(tiny, tmp_path):
    cases, settings = tiny
    trainer = train.train(cases, tmp_path, settings)
    used, last = (network.state_dict()["head.weight"] for network in (trainer.averaged(), trainer.network))
    assert not torch.equal(used, last)
    assert torch.equal(used, trainer.average["head.weight"])


def test_resuming_from_nothing_says_so(tiny, tmp_path):
    cases, settings = tiny
    with pytest.raises(ModelError, match="checkpoint"):
        train.train(cases, tmp_path, settings, resume=True)


def test_a_checkpoint_of_another_network_is_refused(tiny, tmp_path, monkeypatch):
    cases, settings = tiny
    train.train(cases, tmp_path, replace(settings, epochs=1))
    monkeypatch.setattr("OPRadiomicsLib.segmentation.network.DeepLabV3Plus", lambda: DeepLabV3Plus(width=0.5, aspp=8))
    with pytest.raises(ModelError, match="another network"):
        train.train(cases, tmp_path, settings, resume=True)


def test_a_damaged_checkpoint_is_named(tiny, tmp_path):
    cases, settings = tiny
    train.train(cases, tmp_path, replace(settings, epochs=1))
    path = tmp_path / "checkpoint.safetensors"
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ModelError, match="is damaged"):
        train.train(cases, tmp_path, settings, resume=True)


def test_a_loss_that_is_no_number_ends_the_training(tiny, tmp_path):
    cases, settings = tiny
    network = DeepLabV3Plus(width=0.25, aspp=8)
    network.head.bias.data.fill_(float("nan"))
    with pytest.raises(ModelError, match="step 1"):
        train.train(cases, tmp_path, settings, network=network)
    assert not (tmp_path / "checkpoint.safetensors").exists()


def _saved(folder, count, first=0, shown=None):
    for number in range(first, first + count):
        image = _case().image + np.uint8(number if shown is None else shown)
        replace(_case(), name=f"chu_{number:02d}", image=image).save(folder)
    return samples.gather_cases(folder, None, TrainingSettings())


def _names(cases):
    return {case.name for case in cases}


def test_some_of_each_set_are_held_out_and_never_most(tmp_path):
    cases = _saved(tmp_path, 20)
    assert 1 <= len(cases.validation) <= 10
    assert not _names(cases.validation) & _names(cases.real)


def test_a_case_that_comes_later_makes_no_test_case_of_one_that_was_learnt(tmp_path):
    before = _saved(tmp_path, 9, first=10)
    for first in range(9, -1, -1):
        after = _saved(tmp_path, 1, first=first)
        assert not _names(after.validation) & _names(before.real)
        before = after


def test_a_copy_of_a_held_out_image_is_not_learnt(tmp_path):
    original = next(iter(_saved(tmp_path, 5).validation))
    held_out = int(original.name[-2:])
    assert _names(_saved(tmp_path, 3, first=5, shown=held_out).validation) >= {original.name, "chu_05", "chu_06", "chu_07"}


def test_a_copy_in_another_set_is_held_out_too(tmp_path):
    """Each set has a limit of its own, below which it holds images out."""
    for first in range(0, 60, 6):
        folder = tmp_path / str(first)
        cases = _saved(folder, 6, first=first)
        copies = [replace(case, name=f"own_{case.name[-2:]}") for case in (*cases.real, *cases.validation)][:3]
        for copy in copies:
            copy.save(folder)
        cases = samples.gather_cases(folder, None, TrainingSettings())
        assert not {case.image.tobytes() for case in cases.real} & {case.image.tobytes() for case in cases.validation}


def test_no_case_at_all_is_an_error(tmp_path):
    with pytest.raises(StudyError):
        samples.gather_cases(tmp_path, None, TrainingSettings())


def test_no_case_to_draw_from_is_an_error():
    with pytest.raises(StudyError, match="No case to draw"):
        samples.draw_batch(samples.Cases((), (), ()), TrainingSettings(), 0, range(1))


def test_simulated_training_cases_stray_in_grid_and_contrast_and_are_kept(tmp_path):
    """Two studies give eight cases; a second call makes none anew."""
    from OPRadiomicsTrainingLib.segmentation.simulated import prepare_simulated_cases

    prepare_simulated_cases(2, tmp_path, seed=5)
    paths = sorted(tmp_path.glob("*.npz"))
    written = [path.stat().st_mtime_ns for path in paths]
    cases = [load_case(path) for path in paths]
    assert len(cases) == 8
    assert len({case.spacing_mm for case in cases}) == 2
    assert all((case.body > 0).any() and case.labelled.all() for case in cases)
    prepare_simulated_cases(2, tmp_path, seed=5)
    assert [path.stat().st_mtime_ns for path in paths] == written
    with pytest.raises(StudyError, match=r"cases of seed 5.*those of seed 6"):
        prepare_simulated_cases(2, tmp_path, seed=6)


def test_simulated_training_cases_are_those_of_their_rules(tmp_path):
    """Where this fails because the simulator or a label's rule changed: raise `RULES`, and put the new figures here."""
    from OPRadiomicsTrainingLib.segmentation.simulated import RULES, prepare_simulated_cases

    prepare_simulated_cases(1, tmp_path, seed=5)
    cases = [load_case(path) for path in sorted(tmp_path.glob("*.npz"))]
    assert RULES == 1
    assert [float(case.image.mean()) for case in cases] == pytest.approx([40.5879, 69.1257, 63.3194, 132.6014], rel=1e-4)
    assert [int((case.body > 0).sum()) for case in cases] == pytest.approx([28683, 28683, 28683, 28683], rel=1e-4)


def test_simulated_cases_that_other_rules_made_are_refused(tmp_path, monkeypatch):
    """Their labels would differ from those of the cases that are added to them."""
    from OPRadiomicsTrainingLib.segmentation import simulated

    simulated.prepare_simulated_cases(0, tmp_path, seed=5)
    with monkeypatch.context() as patched:
        patched.setattr(simulated, "RULES", simulated.RULES + 1)
        with pytest.raises(StudyError, match="that another version of this software made"):
            simulated.prepare_simulated_cases(0, tmp_path, seed=5)
    (tmp_path / "seed.txt").write_text("5\n")  # as the first rules left it
    simulated.prepare_simulated_cases(0, tmp_path, seed=5)
    (tmp_path / "seed.txt").unlink()
    (tmp_path / "sim_0000_painted.npz").touch()
    with pytest.raises(StudyError, match="kept no record"):
        simulated.prepare_simulated_cases(0, tmp_path, seed=5)


def test_the_rules_of_simulated_cases_have_a_new_number_when_a_seed_gives_other_cases(tmp_path):
    """Within 0.1 % of what rules 1 gave; where this fails, raise `simulated.RULES` and write down the new numbers."""
    from OPRadiomicsTrainingLib.segmentation import simulated

    simulated.prepare_simulated_cases(1, tmp_path, seed=5)
    case = load_case(tmp_path / "sim_0000_T1WI.npz")
    counts = [(case.body > 0).sum(), *((case.tissue == code).sum() for code in (2, 3, 4))]
    assert (simulated.RULES, case.image.shape) == (1, (17, 288, 288))
    np.testing.assert_allclose(counts, [28683, 18102, 10296, 30731], rtol=1e-3)
    np.testing.assert_allclose([case.image.mean(), case.image.std()], [69.13, 64.47], rtol=1e-3)


def test_a_view_cut_to_t12_to_l4_holds_no_sacrum(tmp_path, monkeypatch):
    from OPRadiomicsTrainingLib.segmentation import simulated

    monkeypatch.setattr(simulated, "CUT_SHARE", 1.0)
    simulated.prepare_simulated_cases(1, tmp_path, seed=5)
    case = load_case(tmp_path / "sim_0000_T2WI.npz")
    assert case.image.shape == case.body.shape == case.tissue.shape == case.weight.shape
    assert case.image.shape[1] < case.image.shape[2]
    assert not (case.tissue == simulated.SACRUM).any()
    assert (case.body > 0).any()


def test_a_simulated_body_ends_sideways_where_it_no_longer_fills_its_slice(tmp_path, monkeypatch):
    from OPRadiomicsTrainingLib.segmentation import simulated

    simulated.prepare_simulated_cases(1, tmp_path / "filling", seed=5)
    monkeypatch.setattr(labels, "filling_the_slice", lambda distance_mm: distance_mm)
    simulated.prepare_simulated_cases(1, tmp_path / "touching", seed=5)
    filling, touching = (load_case(tmp_path / name / "sim_0000_T1WI.npz").body > 0 for name in ("filling", "touching"))
    lost = (touching & ~filling).sum(axis=(1, 2)) / np.maximum(touching.sum(axis=(1, 2)), 1)
    ends = np.flatnonzero(touching.any(axis=(1, 2)))[[0, -1]]
    assert not (filling & ~touching).any()
    assert lost[ends].min() > 0.3, "the end slices hold the bodies in part"
    assert lost[len(lost) // 2] < 0.1


def test_a_painted_image_gives_every_tissue_one_random_level_and_leaves_air_gas_and_cortex_dark():
    from OPRadiomicsTrainingLib.segmentation.simulated import paint
    from OPRadiomicsTrainingLib.simulation.tissues import Tissue

    codes = [tissue.value for tissue in Tissue]
    tissues = np.repeat(np.array(codes, np.uint8), 400).reshape(1, len(codes), 400)
    tissues = np.broadcast_to(tissues, (3, len(codes), 400)).repeat(12, axis=1)
    dark = np.isin(codes, (Tissue.AIR, Tissue.GAS, Tissue.CORTEX))
    first, again, other = (paint(tissues, np.random.default_rng(seed)) for seed in (1, 1, 2))
    first_levels, other_levels = (image.reshape(3, len(codes), 12, 400).mean(axis=(0, 2, 3)) for image in (first, other))
    np.testing.assert_array_equal(first, again)
    assert first_levels[dark].max() < 0.12
    assert np.ptp(first_levels[~dark]) > 0.4
    assert np.abs(first_levels - other_levels)[~dark].max() > 0.2
