"""Signed distances of simple shapes, in mm, negative inside (exact or a close bound near the border)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .anatomy import Vertebra

Float = npt.NDArray[np.float32]
Local = tuple[Float, Float, Float]
"""Left, posterior and superior coordinates of a box in a shape's own frame, mm."""


def ellipsoid(local: Local, centre: npt.ArrayLike, radii: tuple[float, float, float]) -> Float:
    """Ellipsoid with its axes along the local ones."""
    u, v, w = (axis - c for axis, c in zip(local, np.asarray(centre, np.float32), strict=True))
    a, b, c = (np.float32(r) for r in radii)
    reach = np.sqrt((u / a) ** 2 + (v / b) ** 2 + (w / c) ** 2)
    distance: Float = (reach - 1) * np.float32(min(radii))
    return distance


def capsule(local: Local, start: npt.ArrayLike, end: npt.ArrayLike, radii: tuple[float, float, float]) -> Float:
    """Line from start to end, thickened by radii along the three axes."""
    u, v, w = local
    p, q, scale = (np.asarray(n, np.float32) for n in (start, end, radii))
    p, q = p / scale, q / scale
    line = q - p
    length2 = np.float32(max(float(line @ line), 1e-6))
    du, dv, dw = u / scale[0] - p[0], v / scale[1] - p[1], w / scale[2] - p[2]
    along = np.clip((du * line[0] + dv * line[1] + dw * line[2]) / length2, 0, 1)
    reach = np.sqrt((du - along * line[0]) ** 2 + (dv - along * line[1]) ** 2 + (dw - along * line[2]) ** 2)
    distance: Float = (reach - 1) * np.float32(min(radii))
    return distance


def rounded_intersection(first: Float, second: Float, radius: float) -> Float:
    """Both shapes at once, with the common edge rounded."""
    r = np.float32(radius)
    a, b = first + r, second + r
    distance: Float = np.sqrt(np.maximum(a, 0) ** 2 + np.maximum(b, 0) ** 2) + np.minimum(np.maximum(a, b), 0) - r
    return distance


def outline(u: Float, v: Float, half_width: float | np.float32 | Float, half_depth: float | np.float32 | Float) -> Float:
    """Radius, 1 on the border, of a body's axial outline: a superellipse, flattened to hollow behind."""
    across = np.abs(u) / half_width
    along = v / half_depth
    along = np.abs(along) + np.float32(0.13) * np.maximum(along, 0) * np.maximum(1 - across * across, 0)
    radius: Float = (across ** np.float32(2.6) + along ** np.float32(2.6)) ** np.float32(1 / 2.6)
    return radius


def body(local: Local, vertebra: Vertebra) -> tuple[Float, Float, Float]:
    """Distances of a vertebral body: to its surface, above its upper endplate, and below its lower one."""
    u, v, w = local
    half = np.float32(vertebra.height / 2)
    level = np.clip(w / half, -1, 1)
    waist = 1 - np.float32(vertebra.waist) * (1 - level * level)
    reach = outline(u, v, np.float32(vertebra.width / 2) * waist, np.float32(vertebra.depth / 2) * waist)
    side = (reach - 1) * np.float32(vertebra.depth / 2)
    slope = v * np.float32(np.tan(np.deg2rad(vertebra.wedge / 2)))
    dome = 1 - np.minimum(reach, np.float32(1)) ** 2
    upper, lower = (np.float32(depth) for depth in vertebra.concavity)
    above = np.asarray(w - (half - slope - upper * dome), np.float32)
    beneath = np.asarray(-w - (half - slope - lower * dome), np.float32)
    return rounded_intersection(side, np.maximum(above, beneath), 1.8), above, beneath


def tapered(local: Local, vertebra: Vertebra, lower_depth: float) -> Float:
    """A sacral segment: as deep as ``vertebra`` above, ``lower_depth`` below, its front sloping backward."""
    u, v, w = local
    half = np.float32(vertebra.height / 2)
    t = np.clip(0.5 + w / (2 * half), 0, 1)
    depth = (np.float32(lower_depth) * (1 - t) + np.float32(vertebra.depth) * t) / 2
    side = (outline(u, v, np.float32(vertebra.width / 2), depth) - 1) * depth
    dome = np.maximum(1 - (v / depth) ** 2, 0)
    end = np.maximum(w - (half - np.float32(vertebra.concavity[0]) * dome), -w - half)
    return rounded_intersection(side, end, 2.0)
