"""The network's two backends are one function, and leave no trace in the process."""

from dataclasses import replace

import numpy as np
import pytest
from OPRadiomicsLib.errors import Cancelled, ModelError, StudyError
from OPRadiomicsLib.segmentation import load_segmentation_model, segment
from OPRadiomicsLib.types import Volume

torch = pytest.importorskip("torch", reason="torch is not installed")

from OPRadiomicsLib.segmentation.network import DeepLabV3Plus  # noqa: E402
from OPRadiomicsLib.segmentation.runners import make_runner  # noqa: E402

pytest.importorskip("onnx", reason="onnx is not installed")

from OPRadiomicsTrainingLib.segmentation.export import export_bundle  # noqa: E402

SAGITTAL = np.array([[0, 0, 3.3, 0], [1.0, 0, 0, 0], [0, -1.0, 0, 0], [0, 0, 0, 1]])


@pytest.fixture(scope="module")
def random_model(tmp_path_factory):
    """A bundle of random weights."""
    torch.manual_seed(0)
    network = DeepLabV3Plus()
    folder = tmp_path_factory.mktemp("bundle")
    export_bundle(network, folder, name="random", version="0", provenance={})
    return load_segmentation_model(folder)


def test_logits_have_the_size_of_the_image():
    network = DeepLabV3Plus(width=0.25, aspp=8).eval()
    with torch.inference_mode():
        assert network(torch.zeros(2, 3, 64, 96)).shape == (2, 5, 64, 96)


def test_onnx_runtime_and_torch_agree(random_model):
    images = np.random.default_rng(0).normal(size=(2, 3, 96, 64)).astype(np.float32)
    fast, eager = (make_runner(random_model, backend, 1)(images) for backend in ("onnxruntime", "torch"))
    assert fast == pytest.approx(eager, abs=1e-3), "in logits"


def test_torch_keeps_its_thread_count(random_model):
    before = torch.get_num_threads()
    make_runner(random_model, "torch", before + 1)(np.zeros((1, 3, 32, 32), np.float32))
    assert torch.get_num_threads() == before


def graph(inputs="images", outputs="logits", channels=3, classes=5):
    """One convolution as an ONNX file's bytes."""
    from onnx import TensorProto, helper, numpy_helper

    kernel = numpy_helper.from_array(np.ones((classes, channels, 1, 1), np.float32), "kernel")
    ends = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ("n", count, "rows", "columns"))
        for name, count in ((inputs, channels), (outputs, classes))
    ]
    made = helper.make_graph([helper.make_node("Conv", [inputs, "kernel"], [outputs])], "g", ends[:1], ends[1:], [kernel])
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()


def test_a_graph_of_the_right_ends_runs(random_model, tmp_path):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "model.onnx").write_bytes(graph())
    runner = make_runner(replace(random_model, folder=tmp_path), "onnxruntime")
    assert runner(np.ones((1, 3, 16, 16), np.float32)) == pytest.approx(3.0)


@pytest.mark.parametrize(
    "content",
    [b"not a graph", b"", None, graph(inputs="x"), graph(outputs="y"), graph(channels=4), graph(classes=2)],
    ids=["no graph", "empty", "absent", "input's name", "output's name", "channels", "classes"],
)
def test_a_graph_that_cannot_be_run_is_a_model_error(random_model, tmp_path, content):
    (tmp_path / "models").mkdir()
    if content is not None:
        (tmp_path / "models" / "model.onnx").write_bytes(content)
    with pytest.raises(ModelError, match="cannot read or run"):
        make_runner(replace(random_model, folder=tmp_path), "onnxruntime")


def test_weights_that_are_absent_cut_short_or_of_another_network_are_a_model_error(random_model, tmp_path):
    from safetensors.torch import save_file

    for number, spoil in enumerate(
        (
            lambda path: None,
            lambda path: path.write_bytes(random_model.weights_path.read_bytes()[:1000]),
            lambda path: save_file({"a": torch.zeros(1)}, path),
        )
    ):
        model = replace(random_model, folder=tmp_path / str(number))
        model.weights_path.parent.mkdir(parents=True)
        spoil(model.weights_path)
        with pytest.raises(ModelError, match="torch cannot read"):
            make_runner(model, "torch")


def test_a_backend_that_does_not_exist_is_a_model_error(random_model):
    with pytest.raises(ModelError, match="one of auto, int8, onnxruntime, torch"):
        make_runner(random_model, "xx")


def test_segment_stops_when_progress_raises(random_model):
    def cancel(message, fraction):
        if fraction > 0.1:
            raise Cancelled

    image = np.random.default_rng(0).random((4, 80, 80), np.float32)
    with pytest.raises(Cancelled):
        segment(Volume(image, SAGITTAL), random_model, progress=cancel)


def test_segment_refuses_a_constant_image(random_model):
    with pytest.raises(StudyError, match="alike"):
        segment(Volume(np.ones((4, 80, 80), np.float32), SAGITTAL), random_model)
