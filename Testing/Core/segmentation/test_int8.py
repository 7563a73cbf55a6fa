"""The network in 8-bit integers: made from a bundle, verified with it, and as good as floats where it counts."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from OPRadiomicsLib.errors import ModelError, OutputError
from OPRadiomicsLib.levels import LABEL_OF_LEVEL, STUDY_LEVELS
from OPRadiomicsLib.regions import dice
from OPRadiomicsLib.segmentation import load_segmentation_model, runners, segment
from OPRadiomicsLib.segmentation.bundle import CHECKSUMS, INT8_FILE, METADATA_FILE, ONNX_FILE, WEIGHTS_FILE
from OPRadiomicsLib.segmentation.runners import choose_backend, make_runner

REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "spine-mr"


@pytest.fixture(scope="module")
def shipped():
    return load_segmentation_model()


@pytest.fixture
def floats_only(shipped, tmp_path):
    """The shipped bundle without its 8-bit graph."""
    folder = tmp_path / "bundle"
    shutil.copytree(shipped.folder, folder)
    (folder / INT8_FILE).unlink()
    lines = (folder / CHECKSUMS).read_text().splitlines(keepends=True)
    (folder / CHECKSUMS).write_text("".join(line for line in lines if INT8_FILE not in line))
    return folder


@pytest.fixture(scope="module")
def bright_blocks():
    """Network inputs with bright bodies, four images of 96 x 64."""
    image = np.random.default_rng(0).normal(-1, 0.3, (4, 3, 96, 64)).astype(np.float32)
    for top in (5, 37, 69):
        image[:, :, top : top + 22, 18:46] += 2
    return image


def test_auto_runs_integers_where_the_bundle_has_them_and_floats_where_not(shipped, floats_only):
    assert choose_backend(shipped) == "int8"
    assert choose_backend(load_segmentation_model(floats_only)) == "onnxruntime"
    assert choose_backend(shipped, "onnxruntime") == "onnxruntime"


def test_integers_that_a_bundle_lacks_are_refused_with_a_remedy(floats_only):
    with pytest.raises(ModelError, match="train int8"):
        choose_backend(load_segmentation_model(floats_only), "int8")


def test_a_graph_that_the_checksums_do_not_list_is_not_run(floats_only):
    (floats_only / INT8_FILE).write_bytes(b"anything")
    assert not load_segmentation_model(floats_only).has_int8


def test_weights_that_the_checksums_do_not_list_are_not_run(floats_only):
    pytest.importorskip("torch", reason="torch is not installed")
    lines = (floats_only / CHECKSUMS).read_text().splitlines(keepends=True)
    (floats_only / CHECKSUMS).write_text("".join(line for line in lines if WEIGHTS_FILE not in line))
    with pytest.raises(ModelError, match="in its checksums"):
        make_runner(load_segmentation_model(floats_only), "torch")


def test_without_onnx_runtime_auto_is_torch(shipped, monkeypatch):
    monkeypatch.setattr(runners, "find_spec", lambda name: None if name == "onnxruntime" else object())
    assert choose_backend(shipped) == "torch"


def test_quantisation_adds_a_small_graph_that_metadata_and_checksums_know(floats_only, bright_blocks):
    pytest.importorskip("onnx", reason="onnx is not installed")
    from OPRadiomicsTrainingLib.segmentation.int8 import add_int8

    agreement = add_int8(floats_only, [bright_blocks], [bright_blocks])
    model = load_segmentation_model(floats_only)
    assert model.has_int8
    assert agreement > 0.98
    assert model.int8_path.stat().st_size < (floats_only / ONNX_FILE).stat().st_size / 3
    told = json.loads((floats_only / METADATA_FILE).read_text())["opradiomics"]["int8"]
    assert told["file"] == INT8_FILE
    assert told["calibrated_on"] == "other images"
    assert sorted(path.name for path in floats_only.iterdir()) == ["SHA256SUMS", "configs", "docs", "models"]


def test_the_last_convolution_stays_in_floats(shipped):
    """Nothing but the one that gives the logits: its weights are no dequantised integers."""
    onnx = pytest.importorskip("onnx", reason="onnx is not installed")

    graph = onnx.load(shipped.int8_path).graph
    floats = {tensor.name for tensor in graph.initializer if tensor.data_type == onnx.TensorProto.FLOAT}
    convolutions = [node for node in graph.node if node.op_type == "Conv"]
    assert [node.input[1] in floats for node in convolutions] == [False] * (len(convolutions) - 1) + [True]


def test_a_name_instead_of_a_folder_is_refused_before_any_work():
    """What ships must not change under a name."""
    pytest.importorskip("torch")
    from OPRadiomicsTrainingLib.segmentation.int8 import add_int8

    with pytest.raises(ModelError, match="No folder 'lumbar-bodies'"):
        add_int8(Path("lumbar-bodies"))


def test_a_bundle_that_cannot_be_written_is_told_before_any_work(floats_only, monkeypatch):
    pytest.importorskip("torch")
    from OPRadiomicsTrainingLib.segmentation import int8

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkdtemp", refuse)
    with pytest.raises(OutputError, match="Permission denied"):
        int8.add_int8(floats_only)


def test_integers_that_disagree_are_not_kept(floats_only, bright_blocks):
    pytest.importorskip("onnx", reason="onnx is not installed")
    from OPRadiomicsTrainingLib.segmentation.int8 import add_int8

    before = {path: path.read_bytes() for path in floats_only.rglob("*") if path.is_file()}
    dark = np.full_like(bright_blocks, -1e-3)
    with pytest.raises(ModelError, match="agree by a Dice of"):
        add_int8(floats_only, [dark], [bright_blocks])  # scales of a range a thousand times too small
    assert {path: path.read_bytes() for path in floats_only.rglob("*") if path.is_file()} == before


def test_a_second_patient_finds_the_network_loaded(shipped):
    assert make_runner(shipped, "int8") is make_runner(load_segmentation_model(), "int8")


def test_a_bundle_that_changed_is_loaded_anew(shipped):
    assert make_runner(replace(shipped, checksum="of other files"), "int8") is not make_runner(shipped, "int8")


@pytest.mark.parametrize("threads", [1, 2])
def test_integers_give_the_same_bits_in_every_run_and_with_any_number_of_threads(shipped, bright_blocks, threads):
    once = make_runner.__wrapped__(shipped, "int8", 1)(bright_blocks)
    assert np.array_equal(make_runner.__wrapped__(shipped, "int8", threads)(bright_blocks), once)


@pytest.mark.skipif(not REAL.is_dir(), reason="../shared/data, the development data folder, is absent")
def test_integers_cost_less_than_0_002_of_dice_on_a_real_patient(shipped):
    import SimpleITK as sitk
    from OPRadiomicsLib.geometry import volume_from_sitk

    name = "zukic_02_AKa3_T1"
    truth = sitk.GetArrayFromImage(sitk.ReadImage(str(REAL / f"{name}_lab.nii.gz")))
    volume = volume_from_sitk(sitk.ReadImage(str(REAL / f"{name}_img.nii.gz")))
    scores = []
    for backend in ("onnxruntime", "int8"):
        found = segment(volume, shipped, backend=backend)
        assert found.mask.origin.endswith(backend), "every mask tells how the network ran"
        pairs = [(found.mask.labels == LABEL_OF_LEVEL[level], truth == LABEL_OF_LEVEL[level]) for level in STUDY_LEVELS]
        scores.append(np.mean([dice(*pair) for pair in pairs]))
    assert scores[0] - scores[1] < 0.002
