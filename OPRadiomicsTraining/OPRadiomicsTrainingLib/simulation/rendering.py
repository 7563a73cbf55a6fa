"""Anatomy to canvas: the order in which tissues are laid over each other."""

from __future__ import annotations

import numpy as np

from .anatomy import Anatomy
from .canvas import Canvas
from .patients import Marrow
from .soft_tissue import curves, paint_canal, paint_front, paint_trunk
from .spine import Spine, place
from .texture import tile
from .vertebrae import Bone, paint_bones

TILE = (48, 128, 128)


def render(anatomy: Anatomy, marrow: Marrow, canvas: Canvas) -> Spine:
    """Paint an anatomy on an empty canvas; returns where its vertebrae stand.

    The only randomness is that of ``anatomy.seed``; it does not depend on the marrow.
    """
    rng = np.random.default_rng(anatomy.seed)
    voxel = (canvas.slab_mm, canvas.pixel_mm, canvas.pixel_mm)
    spine = place(anatomy)
    line = curves(canvas, anatomy, spine)
    streaks = tile(rng, TILE, voxel, (3.0, 9.0, 1.6))
    paint_trunk(canvas, anatomy, line, rng, streaks)
    paint_front(canvas, anatomy, line, rng)
    paint_canal(canvas, anatomy, spine, line, rng)
    bone = Bone(marrow, tile(rng, TILE, voxel, (1.2, 1.2, 1.2)), tile(rng, TILE, voxel, (5.0, 5.0, 5.0)), rng)
    paint_bones(canvas, anatomy, spine, bone)
    return spine
