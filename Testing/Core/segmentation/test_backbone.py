"""Weights from a TFLite file, written here as TensorFlow's converter writes them: folded, in 8-bit integers or floats."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest
from OPRadiomicsLib.cli import main
from OPRadiomicsLib.errors import ModelError

torch = pytest.importorskip("torch")
tflite = pytest.importorskip("tflite")
flatbuffers = pytest.importorskip("flatbuffers")

from OPRadiomicsLib.segmentation.network import DeepLabV3Plus  # noqa: E402
from OPRadiomicsTrainingLib.segmentation import backbone  # noqa: E402
from OPRadiomicsTrainingLib.segmentation.augment import Sample  # noqa: E402
from OPRadiomicsTrainingLib.segmentation.cases import TrainingCase  # noqa: E402
from torch import nn  # noqa: E402


def _vector(builder, values, prepend):
    builder.StartVector(4, len(values), 4)
    for value in reversed(values):
        prepend(builder)(value)
    return builder.EndVector()


def _tensor(builder, stored, buffer):
    """A tensor's table; ``stored`` as `_stored` gives it."""
    values, scales, zero_point, axis = stored
    types = {"float32": "FLOAT32", "int8": "INT8", "uint8": "UINT8", "int32": "INT32"}
    quantisation = None
    if scales is not None:
        scale = _vector(builder, scales.tolist(), lambda b: b.PrependFloat32)
        builder.StartVector(8, len(scales), 8)
        for _ in scales:
            builder.PrependInt64(zero_point)
        zero = builder.EndVector()
        tflite.QuantizationParametersStart(builder)
        tflite.QuantizationParametersAddScale(builder, scale)
        tflite.QuantizationParametersAddZeroPoint(builder, zero)
        tflite.QuantizationParametersAddQuantizedDimension(builder, axis)
        quantisation = tflite.QuantizationParametersEnd(builder)
    shape = _vector(builder, values.shape, lambda b: b.PrependInt32)
    tflite.TensorStart(builder)
    tflite.TensorAddShape(builder, shape)
    tflite.TensorAddType(builder, getattr(tflite.TensorType, types[values.dtype.name]))
    tflite.TensorAddBuffer(builder, buffer)
    if quantisation is not None:
        tflite.TensorAddQuantization(builder, quantisation)
    return tflite.TensorEnd(builder)


def _stored(values, axis, how):
    """Integers, scales, zero point and their axis: int8 with a scale a channel, uint8 with one for all, biases in int32."""
    if how == "floats":
        return values.astype(np.float32), None, 0, 0
    if values.ndim == 1:
        return np.round(values / 1e-4).astype(np.int32), np.array([1e-4], np.float32), 0, 0
    if how == "uint8":
        scale = np.float32(np.abs(values).max() / 120)
        return (np.round(values / scale) + 131).astype(np.uint8), np.array([scale]), 131, 0
    others = tuple(n for n in range(values.ndim) if n != axis)
    scales = np.abs(values).max(axis=others).astype(np.float32) / np.float32(127)
    along = [1] * values.ndim
    along[axis] = -1
    return np.round(values / scales.reshape(along)).astype(np.int8), scales, 0, axis


def write_tflite(path, layers, how="floats"):
    """One convolution after another; ``layers`` holds (weight, bias, depthwise), weights in torch's order of axes."""
    builder = flatbuffers.Builder(1 << 20)
    content = [b""]
    tensors, operators = [], []
    for weight, bias, depthwise in layers:
        places = []
        as_stored = weight.transpose((1, 2, 3, 0) if depthwise else (0, 2, 3, 1))
        for values, axis in ((as_stored, 3 if depthwise else 0), (bias, 0)):
            places.append(len(tensors))
            stored = _stored(values, axis, how)
            tensors.append(_tensor(builder, stored, len(content)))
            content.append(stored[0].tobytes())
        inputs = _vector(builder, [0, *places], lambda b: b.PrependInt32)
        tflite.OperatorStart(builder)
        tflite.OperatorAddOpcodeIndex(builder, 1 if depthwise else 0)
        tflite.OperatorAddInputs(builder, inputs)
        operators.append(tflite.OperatorEnd(builder))
    _finish(builder, content, tensors, operators)
    path.write_bytes(builder.Output())


def _finish(builder, content, tensors, operators):
    tables = lambda offsets: _vector(builder, offsets, lambda b: b.PrependUOffsetTRelative)  # noqa: E731
    graph_tensors, graph_operators = tables(tensors), tables(operators)
    tflite.SubGraphStart(builder)
    tflite.SubGraphAddTensors(builder, graph_tensors)
    tflite.SubGraphAddOperators(builder, graph_operators)
    graphs = tables([tflite.SubGraphEnd(builder)])
    buffers = []
    for data in content:
        vector = builder.CreateByteVector(data)
        tflite.BufferStart(builder)
        tflite.BufferAddData(builder, vector)
        buffers.append(tflite.BufferEnd(builder))
    buffers = tables(buffers)
    codes = []
    for code in (tflite.BuiltinOperator.CONV_2D, tflite.BuiltinOperator.DEPTHWISE_CONV_2D):
        tflite.OperatorCodeStart(builder)
        tflite.OperatorCodeAddDeprecatedBuiltinCode(builder, code)
        tflite.OperatorCodeAddBuiltinCode(builder, code)
        codes.append(tflite.OperatorCodeEnd(builder))
    codes = tables(codes)
    tflite.ModelStart(builder)
    tflite.ModelAddVersion(builder, 3)
    tflite.ModelAddOperatorCodes(builder, codes)
    tflite.ModelAddSubgraphs(builder, graphs)
    tflite.ModelAddBuffers(builder, buffers)
    builder.Finish(tflite.ModelEnd(builder), b"TFL3")


def _backbone(network):
    return nn.Sequential(network.at_half, network.at_quarter, network.at_sixteenth)


def _folded_reference(layers):
    """The backbone as the file describes it: convolutions with a bias, normalisation that does nothing."""
    network = DeepLabV3Plus()
    modules = list(_backbone(network).modules())
    norms = [m for m in modules if isinstance(m, nn.BatchNorm2d)]
    convolutions = [m for m in modules if isinstance(m, nn.Conv2d)]
    for (weight, bias, _), convolution, norm in zip(layers, convolutions, norms, strict=True):
        convolution.weight.data = torch.from_numpy(weight)
        norm.running_var.fill_(1 - norm.eps)
        norm.bias.data = torch.from_numpy(bias)
    return _backbone(network.eval())


def _layers(rng):
    modules = [m for m in _backbone(DeepLabV3Plus()).modules() if isinstance(m, nn.Conv2d)]
    return [
        (
            rng.normal(0, 1.4 / np.sqrt(m.weight[0].numel()), m.weight.shape).astype(np.float32),
            rng.normal(0, 1, m.out_channels).astype(np.float32),
            m.groups > 1,
        )
        for m in modules
    ]


def _samples(rng):
    planes = (rng.normal(0, 1, (3, 64, 48)).astype(np.float32) for _ in range(3))
    return [Sample(image, *(np.zeros(1, np.float32),) * 4) for image in planes]


def _read(path, layers, how="floats"):
    write_tflite(path, layers, how)
    return backbone.read_backbone(path)


@pytest.mark.parametrize(("how", "steps"), [("floats", 0), ("int8", 0.5 / 127), ("uint8", 0.5 / 120)])
def test_the_backbone_computes_what_the_file_describes(how, steps, tmp_path):
    rng = np.random.default_rng(1)
    layers, samples = _layers(rng), _samples(rng)
    found = _read(tmp_path / "net.tflite", layers, how)
    for (weight, bias), (true_weight, true_bias, _) in zip(found.layers, layers, strict=True):
        assert np.abs(weight - true_weight).max() <= 1.01 * steps * np.abs(true_weight).max()
        assert np.abs(bias - true_bias).max() < 1e-4
    network = backbone.pretrained_network(found, samples, seed=1)
    images = torch.from_numpy(np.stack([sample.image for sample in samples]))
    with torch.no_grad():
        reference = _folded_reference([(*pair, layer[2]) for pair, layer in zip(found.layers, layers, strict=True)])(images)
        torch.testing.assert_close(_backbone(network.train())(images), reference, rtol=1e-3, atol=1e-2)


def test_it_is_the_seed_that_decides_the_rest(tmp_path):
    rng = np.random.default_rng(1)
    found, samples = _read(tmp_path / "net.tflite", _layers(rng)), _samples(rng)
    first, again, other = (backbone.pretrained_network(found, samples, seed) for seed in (1, 1, 2))
    assert all(torch.equal(tensor, again.state_dict()[name]) for name, tensor in first.state_dict().items())
    assert not torch.equal(first.head.weight, other.head.weight)


def test_another_network_is_refused(tmp_path):
    with pytest.raises(ModelError, match=r"net\.tflite: convolutions of another network"):
        _read(tmp_path / "net.tflite", _layers(np.random.default_rng(1))[:-1])


@pytest.mark.parametrize("length", [20, 5000, 300_000])
def test_a_damaged_file_is_refused(length, tmp_path):
    path = tmp_path / "net.tflite"
    write_tflite(path, _layers(np.random.default_rng(1)))
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(ModelError, match="is damaged"):
        backbone.read_backbone(path)


def test_what_is_no_tflite_file_is_refused(tmp_path):
    (tmp_path / "net.tflite").write_bytes(b"weights")
    for name, what in (("net.tflite", "is no TFLite file"), ("gone.tflite", "cannot be read")):
        with pytest.raises(ModelError, match=what):
            backbone.read_backbone(tmp_path / name)


@pytest.fixture
def command(tmp_path):
    return ["train", "segmentation", "--data", str(tmp_path), "--out", str(tmp_path / "run")]


def test_a_network_to_go_on_from_has_its_backbone_already(command, tmp_path, capsys):
    assert main([*command, "--start", "lumbar-bodies", "--backbone", str(tmp_path / "net.tflite")]) == 2
    assert "--backbone with --start" in capsys.readouterr().err


def test_a_file_that_will_not_do_is_refused_before_any_work(command, tmp_path, capsys):
    assert main([*command, "--backbone", str(tmp_path / "net.tflite")]) == 2
    assert "net.tflite cannot be read" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("fault", ["nan", "bias"])
def test_weights_that_no_network_can_use_are_refused(fault, tmp_path):
    layers = _layers(np.random.default_rng(1))
    weight, bias, depthwise = layers[3]
    layers[3] = (np.where(np.arange(weight.size).reshape(weight.shape) == 7, np.nan, weight), bias, depthwise)
    if fault == "bias":
        layers[3] = (weight, bias[:-1], depthwise)
    with pytest.raises(ModelError, match="no finite numbers" if fault == "nan" else "another network"):
        _read(tmp_path / "net.tflite", layers)


def test_training_starts_from_it_and_the_bundle_says_so(tmp_path, monkeypatch):
    """One step from a narrow network's file, by the command."""
    wide = DeepLabV3Plus
    monkeypatch.setattr("OPRadiomicsLib.segmentation.network.DeepLabV3Plus", lambda: wide(width=0.25, aspp=8))
    narrow = [m for m in _backbone(wide(width=0.25, aspp=8)).modules() if isinstance(m, nn.Conv2d)]
    rng = np.random.default_rng(1)
    layers = [(rng.normal(0, 0.3, m.weight.shape), np.zeros(m.out_channels), m.groups > 1) for m in narrow]
    write_tflite(tmp_path / "net.tflite", layers)
    case = np.zeros((3, 200, 140), np.uint8)
    labelled = np.ones(5, bool)
    TrainingCase("sim_0000_painted", case, case.astype(np.int8), case, case + 255, labelled, (3.3, 1.0, 1.0)).save(tmp_path)
    (tmp_path / "seed.txt").write_text("1\n")
    command = ["train", "segmentation", "--simulated", str(tmp_path), "--simulate", "1", "--epochs", "1", "--batches", "1"]
    assert main([*command, "--backbone", str(tmp_path / "net.tflite"), "--out", str(tmp_path / "run")]) == 0
    told = json.loads((tmp_path / "run" / "bundle" / "configs" / "metadata.json").read_text())["opradiomics"]
    assert told["backbone"] == "net.tflite"
    assert told["backbone_sha256"] == hashlib.sha256((tmp_path / "net.tflite").read_bytes()).hexdigest()
    assert main([*command, "--out", str(tmp_path / "run"), "--resume"]) == 2, "begun with a backbone"
