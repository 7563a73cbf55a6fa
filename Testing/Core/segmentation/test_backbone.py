"""Weights from a TFLite file, written here as TensorFlow's converter writes them: folded, in 8-bit integers or floats."""

from __future__ import annotations

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
from torch import nn  # noqa: E402


def _vector(builder, values, prepend):
    builder.StartVector(4, len(values), 4)
    for value in reversed(values):
        prepend(builder)(value)
    return builder.EndVector()


def _tensor(builder, values, buffer, axis, floats):
    """A tensor's table; integers have one scale a channel along ``axis``."""
    quantisation = None
    if not floats:
        count = values.shape[axis]
        scale = _vector(builder, _scales(values, axis).tolist(), lambda b: b.PrependFloat32)
        builder.StartVector(8, count, 8)
        for _ in range(count):
            builder.PrependInt64(0)
        zero = builder.EndVector()
        tflite.QuantizationParametersStart(builder)
        tflite.QuantizationParametersAddScale(builder, scale)
        tflite.QuantizationParametersAddZeroPoint(builder, zero)
        tflite.QuantizationParametersAddQuantizedDimension(builder, axis)
        quantisation = tflite.QuantizationParametersEnd(builder)
    shape = _vector(builder, values.shape, lambda b: b.PrependInt32)
    tflite.TensorStart(builder)
    tflite.TensorAddShape(builder, shape)
    tflite.TensorAddType(builder, tflite.TensorType.FLOAT32 if floats else tflite.TensorType.INT8)
    tflite.TensorAddBuffer(builder, buffer)
    if quantisation is not None:
        tflite.TensorAddQuantization(builder, quantisation)
    return tflite.TensorEnd(builder)


def _scales(values, axis):
    others = tuple(n for n in range(values.ndim) if n != axis)
    return np.abs(values).max(axis=others).astype(np.float32) / np.float32(127)


def _bytes(values, axis, floats):
    if floats:
        return values.astype(np.float32).tobytes()
    along = [1] * values.ndim
    along[axis] = -1
    return np.round(values / _scales(values, axis).reshape(along)).astype(np.int8).tobytes()


def write_tflite(path, layers, *, floats):
    """One convolution after another; ``layers`` holds (weight, bias, depthwise), weights in torch's order of axes."""
    builder = flatbuffers.Builder(1 << 20)
    content = [b""]
    tensors, operators = [], []
    for weight, bias, depthwise in layers:
        places = []
        as_stored = weight.transpose((1, 2, 3, 0) if depthwise else (0, 2, 3, 1))
        for values, axis in ((as_stored, 3 if depthwise else 0), (bias, 0)):
            places.append(len(tensors))
            tensors.append(_tensor(builder, values, len(content), axis, floats))
            content.append(_bytes(values, axis, floats))
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


@pytest.mark.parametrize("floats", [True, False])
def test_the_backbone_computes_what_the_file_describes(floats, tmp_path):
    rng = np.random.default_rng(1)
    layers, samples = _layers(rng), _samples(rng)
    write_tflite(tmp_path / "net.tflite", layers, floats=floats)
    network = backbone.pretrained_network(tmp_path / "net.tflite", samples, seed=1)
    images = torch.from_numpy(np.stack([sample.image for sample in samples]))
    if not floats:  # 8-bit integers change the weights: the reference takes them as they are stored
        stored = backbone.tflite_convolutions(tmp_path / "net.tflite")
        found = [(*pair, layer[2]) for pair, layer in zip(stored, layers, strict=True)]
        assert all(np.abs(a[0] - b[0]).max() < np.abs(b[0]).max() / 200 for a, b in zip(found, layers, strict=True))
        layers = found
    with torch.no_grad():
        torch.testing.assert_close(_backbone(network.train())(images), _folded_reference(layers)(images), rtol=1e-3, atol=1e-2)


def test_it_is_the_seed_that_decides_the_rest(tmp_path):
    rng = np.random.default_rng(1)
    layers, samples = _layers(rng), _samples(rng)
    write_tflite(tmp_path / "net.tflite", layers, floats=True)
    first, again, other = (backbone.pretrained_network(tmp_path / "net.tflite", samples, seed) for seed in (1, 1, 2))
    assert all(torch.equal(tensor, again.state_dict()[name]) for name, tensor in first.state_dict().items())
    assert not torch.equal(first.head.weight, other.head.weight)


def test_another_network_is_refused(tmp_path):
    rng = np.random.default_rng(1)
    write_tflite(tmp_path / "net.tflite", _layers(rng)[:-1], floats=True)
    with pytest.raises(ModelError, match=r"net\.tflite: convolutions of another network"):
        backbone.pretrained_network(tmp_path / "net.tflite", _samples(rng), seed=1)


def test_what_is_no_tflite_file_is_refused(tmp_path):
    (tmp_path / "net.tflite").write_bytes(b"weights")
    for name, what in (("net.tflite", "is no TFLite file"), ("gone.tflite", "cannot be read")):
        with pytest.raises(ModelError, match=what):
            list(backbone.tflite_convolutions(tmp_path / name))


def test_a_network_to_go_on_from_has_its_backbone_already(tmp_path, capsys):
    command = ["train", "segmentation", "--data", str(tmp_path), "--out", str(tmp_path / "run"), "--start", "lumbar-bodies"]
    assert main([*command, "--backbone", str(tmp_path / "net.tflite")]) == 2
    assert "--backbone with --start" in capsys.readouterr().err
