"""DeepLabv3+ with a MobileNetV2 backbone (Chen et al., ECCV 2018; Sandler et al., CVPR 2018).

Imports torch at file scope: only the torch backend and the training import this file, both inside functions.

Three departures from the papers, each for sagittal lumbar MRI: the input holds a slice and its two neighbours; the decoder
has a second skip at half resolution, since one voxel at the border changes the body's volume by 16 %; the image-level
pooling is left out, since its average depends on how much air the field of view holds.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

CHANNELS = 3
"""Neighbouring sagittal slices: previous, this, next."""
CLASSES = ("background", "body", "sacrum", "canal", "disc")

_BLOCKS = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 1))
"""MobileNetV2's stages up to output stride 16: expansion, channels, repeats, stride; the last one is dilated instead."""


def _unit(inputs: int, outputs: int, kernel: int = 3, *, stride: int = 1, dilation: int = 1, groups: int = 1) -> nn.Sequential:
    padding = dilation * (kernel // 2)
    convolution = nn.Conv2d(inputs, outputs, kernel, stride, padding, dilation, groups, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU6(inplace=True))


def _separable(inputs: int, outputs: int, dilation: int = 1) -> nn.Sequential:
    return nn.Sequential(_unit(inputs, inputs, dilation=dilation, groups=inputs), _unit(inputs, outputs, 1))


class InvertedResidual(nn.Module):
    """Expand, filter each channel, project without a non-linearity; add the input where the shapes allow."""

    def __init__(self, inputs: int, outputs: int, expansion: int, stride: int, dilation: int) -> None:
        super().__init__()
        hidden = inputs * expansion
        self.residual = stride == 1 and inputs == outputs
        expand = [_unit(inputs, hidden, 1)] if expansion > 1 else []
        project = (nn.Conv2d(hidden, outputs, 1, bias=False), nn.BatchNorm2d(outputs))
        self.layers = nn.Sequential(*expand, _unit(hidden, hidden, stride=stride, dilation=dilation, groups=hidden), *project)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.layers(x)
        return x + y if self.residual else y


class DeepLabV3Plus(nn.Module):
    """Class logits at the input's resolution.

    Parameters
    ----------
    width
        Multiplier of the backbone's channels; tests use a small one.
    aspp
        Channels of the atrous spatial pyramid.
    rates
        Dilations of the pyramid at output stride 16.
    """

    def __init__(self, width: float = 1.0, aspp: int = 96, rates: tuple[int, ...] = (3, 6, 9)) -> None:
        super().__init__()
        depth = max(8, round(32 * width))
        stages: list[nn.Module] = [_unit(CHANNELS, depth, stride=2)]
        widths = []
        for number, (expansion, channels, repeats, stride) in enumerate(_BLOCKS):
            wide = max(8, round(channels * width))
            dilation = 2 if number == len(_BLOCKS) - 1 else 1
            blocks = [
                InvertedResidual(depth if n == 0 else wide, wide, expansion, stride if n == 0 else 1, dilation)
                for n in range(repeats)
            ]
            stages.append(nn.Sequential(*blocks))
            depth = wide
            widths.append(wide)
        self.at_half = nn.Sequential(stages[0], stages[1])
        self.at_quarter = stages[2]
        self.at_sixteenth = nn.Sequential(*stages[3:])
        self.pyramid = nn.ModuleList([_unit(depth, aspp, 1), *(_separable(depth, aspp, rate) for rate in rates)])
        self.merge = _unit(aspp * (1 + len(rates)), aspp, 1)
        self.quarter_skip = _unit(widths[1], 32, 1)
        self.quarter_decoder = nn.Sequential(_separable(aspp + 32, aspp), _separable(aspp, 32))
        self.half_skip = _unit(widths[0], 16, 1)
        self.half_decoder = _separable(32 + 16, 32)
        self.head = nn.Conv2d(32, len(CLASSES), 1)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (n, 5, rows, columns) of images (n, 3, rows, columns); rows and columns are multiples of 16."""
        half = self.at_half(x)
        quarter = self.at_quarter(half)
        deep = self.at_sixteenth(quarter)
        deep = self.merge(torch.cat([branch(deep) for branch in self.pyramid], dim=1))
        deep = _upsample(deep, 4)
        deep = self.quarter_decoder(torch.cat([deep, self.quarter_skip(quarter)], dim=1))
        deep = self.half_decoder(torch.cat([_upsample(deep, 2), self.half_skip(half)], dim=1))
        return _upsample(self.head(deep), 2)


def _upsample(x: Tensor, factor: int) -> Tensor:
    return functional.interpolate(x, scale_factor=float(factor), mode="bilinear", align_corners=False)
