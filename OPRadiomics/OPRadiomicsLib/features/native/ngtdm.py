"""Features of the neighbouring grey tone difference matrix (Amadasun & King, IEEE Trans SMC 1989)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

FLAT_COARSENESS = 1e6
"""PyRadiomics' value where the differences add up to zero."""


def ngtdm_features(levels: Array, voxels: Array, tone_difference: Array) -> dict[str, float]:
    """Five features.

    Parameters
    ----------
    levels, voxels, tone_difference
        i, n_i and s_i of the levels that occur, (n,).
    """
    p = voxels / voxels.sum()
    s, ps = tone_difference, p * tone_difference
    gap = np.abs(levels[:, None] - levels[None, :])
    either = p[:, None] + p[None, :]
    weighted = levels * p
    spread = np.abs(weighted[:, None] - weighted[None, :]).sum()
    pairs = levels.size * (levels.size - 1)
    dynamic = (p[:, None] * p[None, :] * gap**2).sum()
    return {
        "Coarseness": float(1 / ps.sum()) if ps.sum() != 0 else FLAT_COARSENESS,
        "Contrast": float(dynamic * s.sum() / voxels.sum() / pairs) if pairs else 0.0,
        "Busyness": float(ps.sum() / spread) if spread != 0 else 0.0,
        "Complexity": float((gap * (ps[:, None] + ps[None, :]) / either).sum() / voxels.sum()),
        "Strength": float((either * gap**2).sum() / s.sum()) if s.sum() != 0 else 0.0,
    }
