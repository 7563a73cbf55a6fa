"""A spine of blocks: bodies of known size, place and number on a sagittal grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest

SPACING_MM = (3.3, 1.0, 1.0)


@dataclass
class BlockSpine:
    """``body`` and ``sacrum`` are probabilities, (slice, row, column); bodies of 26 x 32 mm over nine slices, 36 mm apart."""

    body: npt.NDArray[np.float32]
    sacrum: npt.NDArray[np.bool_]
    tops: list[int]


def build_spine(count: int = 6, with_sacrum: bool = True, skip: int | None = None) -> BlockSpine:
    body = np.zeros((15, 36 * count + 70, 160), np.float32)
    sacrum = np.zeros(body.shape, bool)
    tops = []
    for number in range(count):
        top = 10 + 36 * number
        if number != skip:
            body[3:12, top : top + 26, 60:92] = 0.98
            tops.append(top)
    if with_sacrum:
        start = 10 + 36 * count
        sacrum[3:12, start : start + 30, 64:96] = True
    return BlockSpine(body, sacrum, tops)


@pytest.fixture
def block_spine() -> BlockSpine:
    return build_spine()


@pytest.fixture
def make_spine():
    """`build_spine` itself, for spines of other make."""
    return build_spine
