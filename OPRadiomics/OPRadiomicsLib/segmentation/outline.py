"""The outline that a reader would draw: no bites out of a body's edge, and no end slice that holds little of a body.

A network is least sure where a pedicle leaves the body and where a slice cuts its rounded side. Readers go straight across the
pedicle, and stop where the cross-section falls off, some sooner than others. The first rule was chosen on held-out cases of the
two real sets that label levels (n = 23); the model card says how the second was, and what it costs and brings.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..regions import Bools, bounding_box
from ..types import LabelArray

Floats = npt.NDArray[np.float32]

BITE_MM = 8.0
"""Radius of the disc that closes an outline in plane; an osteoporotic endplate's curve is wider."""

LEAST_PROBABILITY = 0.2
"""Below it a bite is something else, such as a Schmorl node, and stays out."""

LEAST_SHARE = 0.55
"""Of a body's largest cross-section, that an end slice must hold. A cross-section is the sum of probabilities within the
outline: where a slice shows a body through a part of its thickness, it is both smaller and less sure."""


def as_drawn(labels: LabelArray, body: Floats, spacing_mm: tuple[float, float]) -> LabelArray:
    """Every label with its bites filled and its partial end slices left out; voxels of other labels are never taken.

    Parameters
    ----------
    labels
        VerSe codes, (slice, row, column).
    body
        Probability of a vertebral body on the same grid.
    spacing_mm
        Of rows and columns.
    """
    drawn = labels.copy()
    rows, columns = (int(np.ceil(BITE_MM / mm)) + 1 for mm in spacing_mm)
    for label in (int(value) for value in np.unique(labels) if value):
        box = bounding_box(labels == label, (0, rows, columns))
        own = labels[box] == label
        closed = own | (_closed(own, spacing_mm) & (body[box] > LEAST_PROBABILITY))
        kept = closed & _whole_slices((closed * body[box]).sum(axis=(1, 2)))[:, None, None]
        region = drawn[box]
        region[own] = 0
        region[kept & (region == 0)] = label
    return drawn


def _closed(mask: Bools, spacing_mm: tuple[float, float]) -> Bools:
    """Morphological closing of each slice by a disc, by way of distances; beyond the image's edge nothing is eroded."""
    from scipy import ndimage

    closed = np.zeros_like(mask)
    for k in np.flatnonzero(mask.any(axis=(1, 2))):
        grown = ndimage.distance_transform_edt(~mask[k], spacing_mm) <= BITE_MM
        closed[k] = grown if grown.all() else ndimage.distance_transform_edt(grown, spacing_mm) > BITE_MM
    return closed


def _whole_slices(areas: npt.NDArray[np.floating]) -> Bools:
    """Slices from the first to the last one that hold `LEAST_SHARE` of the largest cross-section."""
    enough = np.flatnonzero(areas >= LEAST_SHARE * areas.max())
    whole = np.zeros(len(areas), bool)
    whole[enough[0] : enough[-1] + 1] = True
    return whole
