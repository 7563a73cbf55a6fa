"""Painting what surrounds the bones: trunk, canal, vessels, bowel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from . import shapes
from .anatomy import Anatomy
from .canvas import Box, Canvas, Float
from .spine import Spine
from .texture import crop
from .tissues import Material, Tissue

SUBCUTANEOUS = Material(Tissue.FAT, fat_fraction=0.93)
DEEP_FAT = Material(Tissue.FAT, fat_fraction=0.88)
EPIDURAL_FAT = Material(Tissue.FAT, fat_fraction=0.86)


@dataclass(frozen=True, eq=False)
class Curves:
    """By height z (one value per canvas row, mm): middle x and y of bodies and canal, posterior wall, skin of the back."""

    x: Float
    y_front: Float
    y_wall: Float
    y_canal: Float
    y_fascia: Float
    y_skin: Float
    cosine: Float


def curves(canvas: Canvas, anatomy: Anatomy, spine: Spine) -> Curves:
    """Interpolate landmarks of the placed spine over the canvas' rows."""
    column = [*reversed(spine.sacrum), *spine.bodies]
    wall = np.array([p.point(0, v.depth / 2, 0) for v, p in column])
    front = np.array([p.point(0, -v.depth / 2, 0) for v, p in column])
    sac = anatomy.canal_depth / 2
    room = np.array([(sac + 1.5) if not v.level.startswith("S") else max(sac - 1.5 * int(v.level[1]), 3.0) for v, _ in column])
    canal = np.array([p.point(0, v.depth / 2 + r, 0) for (v, p), r in zip(column, room, strict=True)])
    tips = np.array(
        [p.point(0, v.depth / 2 + (44 if not v.level.startswith("S") else 24) * anatomy.size, -12) for v, p in column]
    )
    tilt = np.array([p.rotation[2, 2] for _, p in column])
    z = canvas.z.astype(float)
    skin = _along(tips, 1, z, smooth_mm=28.0) + 8.0 + anatomy.back_fat * _fat_profile(z, spine)
    fascia = _along(tips, 1, z, smooth_mm=20.0) + 5.0
    return Curves(
        x=_along(wall, 0, z),
        y_front=_along(front, 1, z),
        y_wall=_along(wall, 1, z),
        y_canal=_along(canal, 1, z),
        y_fascia=np.minimum(fascia, skin - 3.0).astype(np.float32),
        y_skin=skin,
        cosine=np.interp(z, canal[:, 2], tilt).astype(np.float32),
    )


def _along(points: npt.NDArray[np.float64], axis: int, z: npt.NDArray[np.float64], smooth_mm: float = 5.0) -> Float:
    """Coordinate of a polyline by height, smoothed (gaussian, mm) and continued beyond its ends."""
    from scipy.ndimage import gaussian_filter1d

    step = abs(float(z[1] - z[0]))
    wide = np.arange(z.min() - 100.0, z.max() + 100.0, step)
    order = np.argsort(points[:, 2])
    p = points[order]
    line = np.interp(wide, p[:, 2], p[:, axis])
    line = gaussian_filter1d(line, smooth_mm / step, mode="nearest")
    along: Float = np.interp(z, wide, line).astype(np.float32)
    return along


def _fat_profile(z: npt.NDArray[np.float64], spine: Spine) -> Float:
    """Subcutaneous fat grows from the waist to the buttocks."""
    top = spine.sacrum[0][1].centre[2]
    profile: Float = (0.7 + 1.6 * np.exp(-(((z - top + 10.0) / 55.0) ** 2))).astype(np.float32)
    return profile


def paint_trunk(canvas: Canvas, anatomy: Anatomy, line: Curves, rng: np.random.Generator, streaks: Float) -> None:
    """Fat and skin of the whole trunk, abdominal wall, muscles of the back, psoas."""
    whole = (slice(0, len(canvas.x)), slice(0, len(canvas.z)), slice(0, len(canvas.y)))
    x, y, z = canvas.coordinates(whole)
    hollow = np.float32(3.0) * np.exp(-((x / 9.0) ** 2)) * np.exp(-(((z - 20) / 60) ** 2))
    skin = line.y_skin[None, :, None] - hollow - (x / 60.0) ** 2 * 4.0
    belly = -np.float32(anatomy.trunk_depth) + 12.0 * np.cos(z / 70.0 + rng.uniform(-1, 1)) - 0.0 * x
    depth = np.maximum(y - skin, belly - y)
    fibres = crop(streaks, depth.shape, rng.integers(0, 64, 3))
    canvas.paint(whole, depth, Material(Tissue.SKIN))
    septa = np.clip(fibres - 1.6, 0, 1) * np.float32(-0.5)
    canvas.paint(whole, depth + np.float32(1.8), SUBCUTANEOUS, texture=septa)
    wall = np.abs(y - (belly + np.float32(anatomy.belly_fat + 5))) - np.float32(5.0)
    canvas.paint(whole, wall, Material(Tissue.MUSCLE, fat_fraction=0.08))
    _back_muscles(canvas, anatomy, line, fibres)


def _back_muscles(canvas: Canvas, anatomy: Anatomy, line: Curves, fibres: Float) -> None:
    lowest = float(line.y_wall.min())
    box = canvas.box((-999, lowest, -999), (999, 999, 999))
    x, y, _ = canvas.coordinates(box)
    wall, fascia, middle = (c[None, :, None] for c in (line.y_wall, line.y_fascia, line.x))
    distance = np.maximum(wall + np.float32(4.0) - y, y - fascia + np.float32(0.004) * (x - middle) ** 2)
    inner = fibres[box]
    near_bone = np.exp(-np.maximum(fascia - y, 0) / 18.0)
    fat = np.clip(0.5 * (inner - 0.9), 0, 0.75) * (0.4 + 2.6 * np.float32(anatomy.muscle_fat)) * (1.2 - 0.6 * near_bone)
    canvas.paint(box, distance, Material(Tissue.LIGAMENT), void=0.7)
    canvas.paint(
        box,
        distance + np.float32(1.0),
        Material(Tissue.MUSCLE, fat_fraction=0.5 * anatomy.muscle_fat),
        texture=fat.astype(np.float32),
    )
    middle_distance = np.maximum(np.abs(x - middle) - np.float32(3.6), distance + np.float32(2.5))
    canvas.paint(
        box,
        middle_distance,
        Material(Tissue.LIGAMENT, fat_fraction=0.55, density=1.3),
        texture=np.clip(0.22 * inner, -0.4, 0.35).astype(np.float32),
    )


def paint_front(canvas: Canvas, anatomy: Anatomy, line: Curves, rng: np.random.Generator) -> None:
    """Bowel, organs and gas in the abdomen; psoas; aorta, vena cava and the anterior ligament."""
    _bowel(canvas, anatomy, line, rng)
    for side in (-1.0, 1.0):
        _tube(canvas, line.x + side * 37.0, line.y_front + 22.0, (15.0, 17.0), Material(Tissue.MUSCLE, fat_fraction=0.06))
    ligament = Material(Tissue.LIGAMENT)
    _tube(canvas, line.x, line.y_front + 8.0, (16.0, 10.0), ligament, void=0.6)
    blood = Material(Tissue.VESSEL)
    split = canvas.z < rng.uniform(-45.0, -25.0)
    apart = np.where(split, (canvas.z.max() - canvas.z) * 0.0 + np.clip(-(canvas.z + 30.0), 0, 80) * 0.5, 0.0).astype(
        np.float32
    )
    r = anatomy.aorta_radius
    forward = line.y_front - np.float32(r + 2.0)
    _tube(canvas, line.x + 11.0 + apart, forward, (r, r), blood, void=0.85, wall=True)
    _tube(canvas, line.x - 14.0 - apart, forward - 1.0, (r * 1.1, r * 0.95), blood, void=0.75, wall=True)


def _tube(
    canvas: Canvas,
    x: Float,
    y: Float,
    radii: tuple[float, float],
    material: Material,
    *,
    void: float = 0.0,
    wall: bool = False,
    texture: Float | None = None,
    grow: Float | None = None,
    cosine: Float | None = None,
) -> Box:
    """Paint an upright tube whose middle and size follow the rows of the canvas; returns its box."""
    rx, ry = radii
    box = canvas.box((x.min() - rx - 2, y.min() - ry * 1.6 - 2, -999), (x.max() + rx + 2, y.max() + ry * 1.6 + 2, 999))
    if any(s.stop - s.start <= 1 for s in box):
        return box
    px, py, _ = canvas.coordinates(box)
    rows = np.ones_like(canvas.z) if grow is None else grow
    slant = np.ones_like(canvas.z) if cosine is None else np.maximum(cosine, 0.4)
    a = np.maximum(rx * rows, 0.2)[None, :, None].astype(np.float32)
    b = np.maximum(ry * rows, 0.2)[None, :, None].astype(np.float32)
    reach = np.sqrt(((px - x[None, :, None]) / a) ** 2 + ((py - y[None, :, None]) * slant[None, :, None] / b) ** 2)
    distance = (reach - 1) * np.minimum(a, b)
    distance = np.where(rows[None, :, None] > 0.05, distance, np.float32(9.0))
    if wall:
        canvas.paint(box, distance - np.float32(1.0), Material(Tissue.LIGAMENT))
    canvas.paint(box, distance, material, void=void, texture=None if texture is None else texture[box])
    return box


def _bowel(canvas: Canvas, anatomy: Anatomy, line: Curves, rng: np.random.Generator) -> None:
    front = -anatomy.trunk_depth + anatomy.belly_fat + 12.0
    for _ in range(26):
        z = rng.uniform(canvas.z.min(), canvas.z.max())
        back = float(np.interp(z, canvas.z[::-1], line.y_front[::-1])) - 22.0
        centre = (rng.uniform(-30, 30), rng.uniform(front, max(back, front + 10.0)), z)
        radii = (float(rng.uniform(8, 26)), float(rng.uniform(6, 15)), float(rng.uniform(7, 22)))
        kind = rng.random()
        box = canvas.around(centre, radii)
        if any(s.stop - s.start <= 1 for s in box):
            continue
        distance = shapes.ellipsoid(canvas.coordinates(box), centre, radii)
        material = Material(Tissue.BOWEL, t2_scale=float(rng.uniform(0.7, 2.5)), t1_scale=float(rng.uniform(0.6, 1.2)))
        canvas.paint(box, distance, material)
        if kind < 0.25:
            canvas.paint(box, distance + np.float32(2.0), Material(Tissue.GAS), void=1.0)
        elif kind < 0.4:
            canvas.paint(box, distance + np.float32(2.5), Material(Tissue.FLUID, t2_scale=0.5))
    bladder = (rng.uniform(-6, 6), float(line.y_front[-1]) - rng.uniform(55, 75), canvas.z.min() - rng.uniform(-5, 30))
    box = canvas.around(bladder, (30.0, 30.0, 30.0))
    if not any(s.stop - s.start <= 1 for s in box):
        distance = shapes.ellipsoid(canvas.coordinates(box), bladder, (28.0, 26.0, 24.0))
        canvas.paint(box, distance, Material(Tissue.MUSCLE))
        canvas.paint(box, distance + np.float32(3.0), Material(Tissue.FLUID))


def paint_canal(canvas: Canvas, anatomy: Anatomy, spine: Spine, line: Curves, rng: np.random.Generator) -> None:
    """Epidural fat, foramina with their roots, thecal sac, cord and cauda equina."""
    half = anatomy.canal_depth / 2
    end = spine.sacrum[1][1].centre[2]
    z = canvas.z
    taper = np.clip((z - end) / 45.0, 0, 1).astype(np.float32) ** np.float32(0.6)
    taper = np.where(z < end, 0, np.maximum(taper, 0.15)).astype(np.float32)
    _tube(canvas, line.x, line.y_canal + 2.0, (half * 1.45, half + 2.8), EPIDURAL_FAT, cosine=line.cosine)
    _foramina(canvas, spine)
    shift = np.float32(0.3) * (1 - taper) * half
    _tube(canvas, line.x, line.y_canal - shift, (half * 1.33, half), Material(Tissue.LIGAMENT), grow=taper, cosine=line.cosine)
    sac = (half * 1.25, half - 0.5)
    _tube(canvas, line.x, line.y_canal - shift, sac, Material(Tissue.CSF), grow=taper, cosine=line.cosine)
    cord = np.clip((z - anatomy.conus_z) / 25.0, 0, 1).astype(np.float32) ** np.float32(0.5)
    _tube(canvas, line.x, line.y_canal + 0.5, (4.8, 3.6), Material(Tissue.NEURAL), grow=cord, cosine=line.cosine)
    _cauda(canvas, anatomy, line, taper, rng)


def _cauda(canvas: Canvas, anatomy: Anatomy, line: Curves, taper: Float, rng: np.random.Generator) -> None:
    """Roots hang from the conus and lie toward the back, and leave the sac on both sides."""
    half = anatomy.canal_depth / 2
    z = canvas.z
    below = np.clip((anatomy.conus_z + 12.0 - z) / 20.0, 0, 1).astype(np.float32)
    for _ in range(22):
        spread = rng.uniform(-1, 1)
        behind = rng.uniform(0.05, 0.8) * np.sqrt(1 - 0.7 * spread**2)
        wave = 0.5 * np.sin(z / rng.uniform(9, 25) + rng.uniform(0, 6.3))
        x = line.x + (spread * half * 0.95 * np.maximum(taper, 0.2) + wave).astype(np.float32)
        y = line.y_canal + (behind * half * 0.9 * np.maximum(taper, 0.2) * below + wave * 0.5).astype(np.float32)
        length = (z > rng.uniform(-110, 20)).astype(np.float32) * below * (taper > 0.1)
        _tube(canvas, x, y, (0.85, 0.75), Material(Tissue.NEURAL), grow=length, cosine=line.cosine)


def _foramina(canvas: Canvas, spine: Spine) -> None:
    for (vertebra, pose), (_, disc_pose, _, _) in zip(spine.bodies, spine.discs, strict=True):
        for side in (-1.0, 1.0):
            middle = (
                disc_pose.point(side * 17.0, vertebra.depth / 2 + 5.0, 0) + pose.point(side * 17, vertebra.depth / 2 + 6, -6)
            ) / 2
            box = canvas.around(middle, (14.0, 12.0, 16.0))
            if any(s.stop - s.start <= 1 for s in box):
                continue
            local = canvas.coordinates(box)
            canvas.paint(box, shapes.ellipsoid(local, middle, (11.0, 6.5, 9.5)), DEEP_FAT)
            ends = np.array([(-side * 8, -1, 4.5), (side * 9, 1, 0.5)]) + middle
            root = shapes.capsule(local, ends[0], ends[1], (2.6, 2.6, 2.6))
            canvas.paint(box, root, Material(Tissue.NEURAL, t2_scale=0.7))
