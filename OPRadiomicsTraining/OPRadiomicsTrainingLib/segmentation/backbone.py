"""MobileNetV2's weights from ImageNet as the start of training, read from a TFLite file.

A TFLite file has batch normalisation folded into its convolutions, often in 8-bit integers. Each convolution gets the file's
weights at the length that this network starts with, and the normalisation behind it is set on images of the training so that
the two compute what the file's convolution computes (as data-dependent initialisation: Krahenbuhl et al., ICLR 2016).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from OPRadiomicsLib.errors import MissingDependencyError, ModelError

from .augment import Sample

if TYPE_CHECKING:
    import torch
    from OPRadiomicsLib.segmentation.network import DeepLabV3Plus
    from torch import nn

Floats = npt.NDArray[np.float32]

_IDENTIFIER = b"TFL3"
_EXPECTED = "MobileNetV2 of width 1.0 as TFLite file, such as tf2_mobilenet_v2_1.0_224_ptq.tflite"
_REMEDY = "give such a file with --backbone, or leave the option out"


def pretrained_network(path: Path, samples: Sequence[Sample], seed: int) -> DeepLabV3Plus:
    """A new network whose backbone computes what the file's does, on such samples as the training will draw.

    Parameters
    ----------
    path
        MobileNetV2 of width 1.0, floats or 8-bit integers, with or without the layers that end in ImageNet's classes.
    samples
        From which the batch normalisation takes its statistics; some 30 are enough.
    seed
        Decides the weights of pyramid and decoder.

    Raises
    ------
    ModelError
        If the file is no TFLite file or holds other convolutions.
    MissingDependencyError
        If the package that reads TFLite files is not installed.
    """
    import torch
    from OPRadiomicsLib.segmentation.network import DeepLabV3Plus

    torch.manual_seed(seed)
    network = DeepLabV3Plus()
    pairs = _backbone_pairs(network)
    hooks = [_imitate(*found, *pair) for found, pair in zip(_fitting(path, pairs), pairs, strict=True)]
    with torch.no_grad():
        network.train()(torch.from_numpy(np.stack([sample.image for sample in samples])))
    for hook in hooks:
        hook.remove()
    return network


def _backbone_pairs(network: DeepLabV3Plus) -> list[tuple[nn.Conv2d, nn.BatchNorm2d]]:
    from torch import nn

    modules = [m for part in (network.at_half, network.at_quarter, network.at_sixteenth) for m in part.modules()]
    convolutions = [m for m in modules if isinstance(m, nn.Conv2d)]
    return list(zip(convolutions, (m for m in modules if isinstance(m, nn.BatchNorm2d)), strict=True))


def _fitting(path: Path, pairs: Sequence[tuple[nn.Conv2d, nn.BatchNorm2d]]) -> list[tuple[Floats, Floats]]:
    found = list(tflite_convolutions(path))[: len(pairs)]
    shapes = [weight.shape for weight, _ in found], [tuple(convolution.weight.shape) for convolution, _ in pairs]
    if shapes[0] != shapes[1]:
        raise ModelError(f"{path.name}: convolutions of another network than MobileNetV2 of width 1.0", _EXPECTED, _REMEDY)
    return found


def _imitate(weight: Floats, bias: Floats, convolution: nn.Conv2d, norm: nn.BatchNorm2d) -> Any:
    """Load one convolution; at the next pass its normalisation is set. Gives the hook that does so."""
    import torch

    loaded = torch.from_numpy(weight)
    usual = convolution.weight.detach().flatten(1).norm(dim=1).mean()
    scale = loaded.flatten(1).norm(dim=1).clamp_min(1e-6) / usual
    convolution.weight.data.copy_(loaded / scale[:, None, None, None])

    def set_normalisation(_: nn.Module, inputs: tuple[torch.Tensor]) -> None:
        values = inputs[0].transpose(0, 1).flatten(1)
        spread = (values.var(dim=1, unbiased=False) + norm.eps).sqrt()
        norm.weight.data.copy_(spread * scale)
        norm.bias.data.copy_(values.mean(dim=1) * scale + torch.from_numpy(bias))

    return norm.register_forward_pre_hook(set_normalisation)


def tflite_convolutions(path: Path) -> Iterator[tuple[Floats, Floats]]:
    """Weights (outputs, inputs a group, rows, columns) and biases of a TFLite file's convolutions, in their order, as floats.

    Raises
    ------
    ModelError
        If it is no TFLite file.
    MissingDependencyError
        If the package that reads such files is not installed.
    """
    try:
        import tflite
    except ImportError:
        raise MissingDependencyError(
            "The package tflite is not installed", "it, to read a TFLite file", 'pip install "opradiomics[training]"'
        ) from None
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path.name} cannot be read ({error.strerror})", _EXPECTED, _REMEDY) from None
    if content[4:8] != _IDENTIFIER:
        raise ModelError(f"{path.name} is no TFLite file", _EXPECTED, _REMEDY)
    model = tflite.Model.GetRootAs(content, 0)
    graph = model.Subgraphs(0)
    depthwise = tflite.BuiltinOperator.DEPTHWISE_CONV_2D
    for number in range(graph.OperatorsLength()):
        operator = graph.Operators(number)
        kind = model.OperatorCodes(operator.OpcodeIndex()).BuiltinCode()
        if kind in (tflite.BuiltinOperator.CONV_2D, depthwise):
            weight, bias = (_values(model, graph.Tensors(operator.Inputs(place))) for place in (1, 2))
            yield np.ascontiguousarray(weight.transpose((3, 0, 1, 2) if kind == depthwise else (0, 3, 1, 2))), bias


def _values(model: Any, tensor: Any) -> Floats:
    """A tensor's numbers; integers times their scale, one for all or one a channel."""
    import tflite

    types = {
        tflite.TensorType.FLOAT32: np.float32,
        tflite.TensorType.INT8: np.int8,
        tflite.TensorType.UINT8: np.uint8,
        tflite.TensorType.INT32: np.int32,
    }
    raw = np.frombuffer(model.Buffers(tensor.Buffer()).DataAsNumpy().tobytes(), types[tensor.Type()])
    values = raw.reshape(tensor.ShapeAsNumpy()).astype(np.float64)
    how = tensor.Quantization()
    if how is not None and how.ScaleLength():
        along = [1] * values.ndim
        along[how.QuantizedDimension()] = -1
        values = (values - how.ZeroPointAsNumpy().reshape(along)) * how.ScaleAsNumpy().reshape(along)
    floats: Floats = values.astype(np.float32)
    return floats
