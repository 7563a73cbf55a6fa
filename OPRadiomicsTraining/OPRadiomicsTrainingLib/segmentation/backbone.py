"""MobileNetV2's weights from ImageNet as the start of training, read from a TFLite file.

A TFLite file has batch normalisation folded into its convolutions, often in 8-bit integers. Each convolution gets the file's
weights at the length that this network starts with, and the normalisation behind it is set on images of the training so that
the two compute what the file's convolution computes (as data-dependent initialisation: Krahenbuhl et al., ICLR 2016).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from OPRadiomicsLib.errors import MissingDependencyError, ModelError
from OPRadiomicsLib.files import sha256_of

from .augment import Sample

if TYPE_CHECKING:
    import torch
    from OPRadiomicsLib.segmentation.network import DeepLabV3Plus
    from torch import nn

Floats = npt.NDArray[np.float32]

_IDENTIFIER = b"TFL3"
_EXPECTED = "MobileNetV2 of width 1.0 as TFLite file, such as tf2_mobilenet_v2_1.0_224_ptq.tflite"
_REMEDY = "give such a file with --backbone, or leave the option out"


@dataclass(frozen=True, eq=False)
class Backbone:
    """A file's convolutions, (weights, biases) in their order, that fit the backbone of `DeepLabV3Plus`."""

    name: str
    sha256: str
    layers: tuple[tuple[Floats, Floats], ...]

    @property
    def provenance(self) -> dict[str, str]:
        """For a bundle's metadata."""
        return {"backbone": self.name, "backbone_sha256": self.sha256}


def read_backbone(path: Path) -> Backbone:
    """MobileNetV2 of width 1.0, weights in floats or 8-bit integers, with or without the layers of ImageNet's classes.

    Raises
    ------
    ModelError
        If the file cannot be read, is no TFLite file, is damaged or holds other convolutions.
    MissingDependencyError
        If the package that reads TFLite files is not installed.
    """
    from OPRadiomicsLib.segmentation.network import DeepLabV3Plus

    needed = [(tuple(c.weight.shape), (c.out_channels,)) for c, _ in _backbone_pairs(DeepLabV3Plus())]
    try:
        found = tuple(islice(tflite_convolutions(path), len(needed)))
    except (struct.error, AttributeError, IndexError, KeyError, TypeError, ValueError):
        raise ModelError(f"{path.name} is damaged, or stores its weights in another way", _EXPECTED, _REMEDY) from None
    if not all(np.isfinite(values).all() for layer in found for values in layer):
        raise ModelError(f"{path.name} holds weights that are no finite numbers", _EXPECTED, _REMEDY)
    if [(weight.shape, bias.shape) for weight, bias in found] != needed:
        raise ModelError(f"{path.name}: convolutions of another network than MobileNetV2 of width 1.0", _EXPECTED, _REMEDY)
    return Backbone(path.name, sha256_of(path), found)


def pretrained_network(backbone: Backbone, samples: Sequence[Sample], seed: int) -> DeepLabV3Plus:
    """A new network, each convolution of whose backbone computes in training, on these samples, what the file's does.

    Parameters
    ----------
    samples
        From which the batch normalisation takes its statistics; some 30 are enough.
    seed
        Decides the weights of pyramid and decoder.
    """
    import torch
    from OPRadiomicsLib.segmentation.network import DeepLabV3Plus

    torch.manual_seed(seed)
    network = DeepLabV3Plus()
    pairs = zip(backbone.layers, _backbone_pairs(network), strict=True)
    hooks = [_imitate(*layer, *pair) for layer, pair in pairs]
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
