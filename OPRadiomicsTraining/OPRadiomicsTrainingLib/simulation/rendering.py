"""Anatomy to canvas: the order in which tissues are laid over each other."""

from __future__ import annotations

import numpy as np

from .anatomy import Anatomy
from .canvas import Canvas
from .patients import Marrow
from .soft_tissue import Tiles, curves, paint_canal, paint_front, paint_trunk
from .spine import Spine, place
from .texture import tile
from .vertebrae import Bone, paint_bones

TILE = (64, 128, 128)


def render(anatomy: Anatomy, marrow: Marrow, canvas: Canvas) -> Spine:
    """Paint an anatomy on an empty canvas; returns where its vertebrae stand.

    The only randomness is that of ``anatomy.seed``; it does not depend on the marrow.
    """
    rng = np.random.default_rng(anatomy.seed)
    voxel = (canvas.slab_mm, canvas.pixel_mm, canvas.pixel_mm)
    spine = place(anatomy)
    line = curves(canvas, anatomy, spine)
    tiles = Tiles(
        streaks=tile(rng, TILE, voxel, (2.5, 15.0, 1.3), lean=-0.25),
        clouds=tile(rng, TILE, voxel, (3.0, 3.0, 3.0)),
        haze=tile(rng, TILE, voxel, (9.0, 9.0, 9.0)),
    )
    paint_trunk(canvas, anatomy, line, rng, tiles)
    paint_front(canvas, anatomy, line, rng, tiles)
    paint_canal(canvas, anatomy, spine, line, rng)
    fine, coarse = (tile(rng, TILE, voxel, (length, length, length)) for length in (1.6, 6.5))
    paint_bones(canvas, anatomy, spine, Bone(marrow, fine, coarse, rng))
    return spine
