"""Painting what fills the abdomen and pelvis in front of the spine; clutter, but clutter of the right kind."""

from __future__ import annotations

import numpy as np

from . import shapes
from .anatomy import HEIGHT, Anatomy
from .canvas import Canvas, Float, box_shape
from .texture import piece
from .tissues import Material, Tissue


def paint_bowel(canvas: Canvas, anatomy: Anatomy, y_front: Float, rng: np.random.Generator, haze: Float) -> None:
    """Liver or stomach above, loops of bowel with gas or fluid, bladder and rectum below; ``y_front`` by canvas row."""
    front = -anatomy.trunk_depth + anatomy.belly_fat + 12.0
    _organ(canvas, front, rng)
    for _ in range(34):
        z = rng.uniform(canvas.z.min(), canvas.z.max())
        back = max(float(np.interp(z, canvas.z[::-1], y_front[::-1])) - 24.0, front + 10.0)
        _loop(canvas, (rng.uniform(-30, 30), rng.uniform(front, back), z), rng, haze)
    _pelvis(canvas, float(y_front[-1]), rng, haze)


def paint_kidneys(canvas: Canvas, anatomy: Anatomy, x: Float, y_wall: Float) -> None:
    """A kidney on each side of L2, its sinus of fat turned to the spine; beside a slab of the usual width, in a wide one.

    11 cm long, 5-6 cm across (Emamian et al., AJR 1993;160:83-86); 58 mm from the middle is assumed.
    """
    z = anatomy.centre_shift[2] + HEIGHT["L2"] * anatomy.size + anatomy.kidney_offset
    middle_x, wall = (float(np.interp(z, canvas.z[::-1], curve[::-1])) for curve in (x, y_wall))
    radii = (24.0 * anatomy.size, 27.0 * anatomy.size, 55.0 * anatomy.size)
    for side in (-1.0, 1.0):
        centre = np.array([middle_x + side * 58.0, wall - 5.0, z])
        box = canvas.around(centre, np.add(radii, 8.0))
        if min(box_shape(box)) <= 1:
            continue
        local = canvas.coordinates(box)
        canvas.paint(box, shapes.ellipsoid(local, centre, radii) - np.float32(7.0), Material(Tissue.FAT, fat_fraction=0.9))
        canvas.paint(box, shapes.ellipsoid(local, centre, radii), Material(Tissue.KIDNEY))
        hilum = centre - (side * 14.0, 0.0, 0.0)
        canvas.paint(box, shapes.ellipsoid(local, hilum, (13.0, 10.0, 22.0)), Material(Tissue.FAT, fat_fraction=0.8))


def _organ(canvas: Canvas, front: float, rng: np.random.Generator) -> None:
    centre = (rng.uniform(-40, 10), front + rng.uniform(10, 50), canvas.z.max() - rng.uniform(-20, 45))
    radii = (40.0, float(rng.uniform(30, 50)), float(rng.uniform(30, 60)))
    box = canvas.around(centre, radii)
    if min(box_shape(box)) > 1:
        material = Material(Tissue.ORGAN, fat_fraction=float(rng.uniform(0.0, 0.2)), t2_scale=float(rng.uniform(0.9, 1.4)))
        canvas.paint(box, shapes.ellipsoid(canvas.coordinates(box), centre, radii), material)


def _loop(canvas: Canvas, centre: tuple[float, float, float], rng: np.random.Generator, haze: Float) -> None:
    """A bent piece of bowel: wall, and gas, fluid or stool inside."""
    length = float(rng.uniform(4, 26))
    angle = rng.uniform(0, np.pi)
    half = np.array([rng.normal(0, 0.5), np.cos(angle), np.sin(angle)]) * length / 2
    calibre = float(rng.uniform(6, 14))
    radii = (calibre * float(rng.uniform(1.0, 2.0)), calibre, calibre * float(rng.uniform(0.8, 1.2)))
    box = canvas.around(centre, np.abs(half) + radii)
    content, t2, t1 = rng.random(), float(rng.uniform(0.7, 2.2)), float(rng.uniform(0.6, 1.2))
    if min(box_shape(box)) <= 1:
        return
    distance = shapes.capsule(canvas.coordinates(box), np.array(centre) - half, np.array(centre) + half, radii)
    distance = distance + np.float32(0.22 * calibre) * piece(haze, box_shape(box), rng)
    canvas.paint(box, distance, Material(Tissue.BOWEL, t2_scale=t2, t1_scale=t1))
    if content < 0.22:
        canvas.paint(box, distance + np.float32(2.0), Material(Tissue.GAS), void=1.0)
    elif content < 0.36:
        canvas.paint(box, distance + np.float32(2.5), Material(Tissue.FLUID, t2_scale=0.4))
    elif content < 0.6:
        canvas.paint(box, distance + np.float32(3.0), Material(Tissue.BOWEL, fat_fraction=0.2, t1_scale=0.6, t2_scale=0.8))


def _pelvis(canvas: Canvas, y_front: float, rng: np.random.Generator, haze: Float) -> None:
    bladder = (rng.uniform(-6, 6), y_front - rng.uniform(55, 75), canvas.z.min() - rng.uniform(-5, 30))
    radii = (28.0, float(rng.uniform(18, 30)), float(rng.uniform(14, 26)))
    box = canvas.around(bladder, np.add(radii, 3.0))
    if min(box_shape(box)) > 1:
        distance = shapes.ellipsoid(canvas.coordinates(box), bladder, radii)
        canvas.paint(box, distance, Material(Tissue.MUSCLE))
        canvas.paint(box, distance + np.float32(3.0), Material(Tissue.FLUID))
    rectum = (rng.uniform(-5, 5), y_front - rng.uniform(18, 26), canvas.z.min() + rng.uniform(-5, 25))
    _loop(canvas, rectum, rng, haze)
