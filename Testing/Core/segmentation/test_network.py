"""The network's two backends are one function, and leave no trace in the process."""

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


def test_a_graph_that_is_none_is_a_model_error(random_model, tmp_path):
    from dataclasses import replace

    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "model.onnx").write_bytes(b"not a graph")
    with pytest.raises(ModelError, match="cannot read"):
        make_runner(replace(random_model, folder=tmp_path), "onnxruntime")


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
