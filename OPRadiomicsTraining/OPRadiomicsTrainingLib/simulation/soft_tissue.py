"""Painting what surrounds the bones: trunk, canal, vessels, bowel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from . import shapes
from .abdomen import paint_bowel, paint_kidneys
from .anatomy import Anatomy
from .canvas import Box, Canvas, Float, box_shape
from .signal import protocol
from .spine import Pose, Spine
from .texture import crop
from .tissues import WATER, Material, Tissue

SUBCUTANEOUS = Material(Tissue.FAT, fat_fraction=0.93)
DEEP_FAT = Material(Tissue.FAT, fat_fraction=0.88)
EPIDURAL_FAT = Material(Tissue.FAT, fat_fraction=0.86)
PLEXUS = Material(Tissue.FAT, fat_fraction=0.5)
"""Fat and veins about the sac."""


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


@dataclass(frozen=True, eq=False)
class Tiles:
    """Periodic textures: muscle's streaks of fat, clouds of a few mm, haze of a centimetre."""

    streaks: Float
    clouds: Float
    haze: Float


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


def _corner(box: Box) -> npt.NDArray[np.int64]:
    return np.array([s.start for s in box])


def _bands(canvas: Canvas, rows: int = 32) -> list[slice]:
    """The rows in bands: what follows the spine's curve needs a much narrower box in each."""
    return [slice(first, min(first + rows, len(canvas.z))) for first in range(0, len(canvas.z), rows)]


def paint_trunk(canvas: Canvas, anatomy: Anatomy, line: Curves, rng: np.random.Generator, tiles: Tiles) -> None:
    """Fat and skin of the whole trunk, abdominal wall, muscles of the back."""
    wave = rng.uniform(-1, 1)
    start = rng.integers(0, 64, 3)
    for rows in _bands(canvas, 64):
        skin = line.y_skin[rows]
        box = (slice(0, len(canvas.x)), rows, canvas.box((-1, -999, -1), (1, float(skin.max()) + 3, 1))[2])
        x, y, z = canvas.coordinates(box)
        furrow = np.float32(3.0) * np.exp(-((x / 9.0) ** 2)) * np.exp(-(((z - 20) / 60) ** 2))
        belly = -anatomy.trunk_depth + 12.0 * np.cos(z / 70.0 + wave)
        depth = np.maximum(y - (skin[None, :, None] - furrow - (x / 60.0) ** 2 * 4.0), belly - y)
        fibres = crop(tiles.streaks, box_shape(box), start + _corner(box))
        canvas.paint(box, depth, Material(Tissue.SKIN))
        septa = np.clip(fibres - 1.2, 0, 1) * np.float32(-0.2)
        canvas.paint(box, depth + np.float32(1.8), SUBCUTANEOUS, texture=septa)
        front = (box[0], rows, slice(0, int(np.searchsorted(canvas.y, float(belly.max()) + anatomy.belly_fat + 12.0))))
        wall = np.abs(canvas.coordinates(front)[1] - (belly + np.float32(anatomy.belly_fat + 5))) - np.float32(5.0)
        canvas.paint(front, np.broadcast_to(wall, box_shape(front)), Material(Tissue.MUSCLE, fat_fraction=0.08))
    for rows in _bands(canvas):
        _back_muscles(canvas, anatomy, line, rows, tiles=tiles, start=start)


def _back_muscles(
    canvas: Canvas, anatomy: Anatomy, line: Curves, rows: slice, *, tiles: Tiles, start: npt.NDArray[np.int64]
) -> None:
    wall, fascia, middle = (c[rows][None, :, None] for c in (line.y_wall, line.y_fascia, line.x))
    across = canvas.box((-1, float(wall.min()) + 2.0, -1), (1, float(fascia.max()) + 6.0, 1))[2]
    box = (slice(0, len(canvas.x)), rows, across)
    if box_shape(box)[2] <= 1:
        return
    x, y, _ = canvas.coordinates(box)
    distance = np.maximum(wall + np.float32(4.0) - y, y - fascia + np.float32(0.004) * (x - middle) ** 2)
    inner = crop(tiles.streaks, box_shape(box), start + _corner(box))
    # Fat grows toward the bone and toward the sacrum (Kjaer et al., BMC Med 2007;5:2).
    deep = 1.0 + 0.8 * np.clip((fascia - y) / 45.0, 0, 1)
    strong = np.float32(0.35 + 2.2 * anatomy.muscle_fat) * deep
    patches = crop(tiles.haze, box_shape(box), start + _corner(box))
    fat = np.clip(np.float32(0.3) * (inner - np.float32(0.1) + np.float32(0.7) * patches), 0, 0.8) * strong
    canvas.paint(box, distance, Material(Tissue.LIGAMENT))
    muscle = Material(Tissue.MUSCLE, fat_fraction=0.6 * anatomy.muscle_fat)
    canvas.paint(box, distance + np.float32(1.2), muscle, texture=fat.astype(np.float32))
    between = np.maximum(np.abs(x - middle) - np.float32(3.6), distance + np.float32(2.5))
    near = slice(*np.searchsorted(-canvas.x, (-float(line.x[rows].max()) - 6.0, -float(line.x[rows].min()) + 6.0)))
    narrow = (near, rows, across)
    mixed = np.clip(np.float32(0.13) * crop(tiles.clouds, box_shape(narrow), start + _corner(narrow)), -0.3, 0.4)
    canvas.paint(narrow, between[near], Material(Tissue.LIGAMENT, fat_fraction=0.42, density=1.25), texture=mixed)


def paint_front(canvas: Canvas, anatomy: Anatomy, line: Curves, rng: np.random.Generator, tiles: Tiles) -> None:
    """Mesentery, bowel, organs and gas in the abdomen; psoas; aorta, vena cava and the anterior ligament."""
    _mesentery(canvas, anatomy, line, rng, tiles.haze)
    paint_bowel(canvas, anatomy, line.y_front, rng, tiles.haze)
    paint_kidneys(canvas, anatomy, line.x, line.y_wall)
    for side in (-1.0, 1.0):
        psoas = Material(Tissue.MUSCLE, fat_fraction=0.06)
        _tube(canvas, line.x + np.float32(side * 37.0), line.y_front + np.float32(22.0), (15.0, 17.0), psoas)
    _tube(canvas, line.x, line.y_front + np.float32(8.0), (16.0, 10.0), Material(Tissue.LIGAMENT), void=0.6)
    blood = Material(Tissue.VESSEL)
    split = np.clip(rng.uniform(-45.0, -25.0) - canvas.z, 0, 90).astype(np.float32)
    apart = np.float32(0.45) * split
    r = anatomy.aorta_radius
    forward = line.y_front - np.float32(r + 2.0) + np.float32(0.1) * split
    shrink = 1 - np.float32(0.35) * np.clip(split / 30.0, 0, 1)
    _tube(canvas, line.x + 11.0 + apart, forward, (r, r), blood, void=float(rng.uniform(0.7, 0.95)), wall=True, grow=shrink)
    side = line.x - np.float32(14.0) - apart
    _tube(canvas, side, forward - 1.0, (r * 1.1, r * 0.95), blood, void=float(rng.uniform(0.5, 0.9)), wall=True, grow=shrink)


def _mesentery(canvas: Canvas, anatomy: Anatomy, line: Curves, rng: np.random.Generator, haze: Float) -> None:
    """Vessels, nodes and folds between the bowel loops, too fine to draw: fat with soft tissue in clouds."""
    first = int(np.searchsorted(canvas.y, -anatomy.trunk_depth + anatomy.belly_fat + 22.0))
    start = rng.integers(0, 64, 3)
    content = float(rng.uniform(-0.3, 0.7))
    for rows in _bands(canvas, 64):
        last = int(np.searchsorted(canvas.y, float(line.y_front[rows].max()) - 8.0))
        if last - first < 4:
            continue
        box = (slice(0, len(canvas.x)), rows, slice(first, last))
        cloud = crop(haze, box_shape(box), start + _corner(box))
        y = canvas.coordinates(box)[1]
        inside = np.maximum(y - line.y_front[rows][None, :, None] + np.float32(14.0), canvas.y[first] - y)
        distance = np.maximum(inside, np.float32(1.2) * (np.float32(0.2 - content) - cloud))
        canvas.paint(box, distance, Material(Tissue.BOWEL, fat_fraction=0.25, t2_scale=0.8), texture=np.float32(0.2) * cloud)


def _tube(
    canvas: Canvas,
    x: Float,
    y: Float,
    radii: tuple[float, float],
    material: Material,
    *,
    void: float = 0.0,
    wall: bool = False,
    grow: Float | None = None,
    cosine: Float | None = None,
) -> None:
    """Paint an upright tube whose middle, size and slant follow the rows of the canvas."""
    rx, ry = radii
    growth = np.ones_like(canvas.z) if grow is None else grow
    slant = np.ones_like(canvas.z) if cosine is None else np.maximum(cosine, np.float32(0.4))
    for rows in _bands(canvas):
        if growth[rows].max() <= 0.05:
            continue
        reach_y = ry / float(slant[rows].min()) + 2
        low = (float(x[rows].min()) - rx - 2, float(y[rows].min()) - reach_y, 0.0)
        high = (float(x[rows].max()) + rx + 2, float(y[rows].max()) + reach_y, 0.0)
        across = canvas.box(low, high)
        box = (across[0], rows, across[2])
        if min(box_shape(box)) <= 1:
            continue
        px, py, _ = canvas.coordinates(box)
        mx, my, g, c = (curve[rows][None, :, None].astype(np.float32) for curve in (x, y, growth, slant))
        a, b = (np.maximum(np.float32(r) * g, np.float32(0.2)) for r in radii)
        distance = (np.sqrt(((px - mx) / a) ** 2 + ((py - my) * c / b) ** 2) - 1) * np.minimum(a, b)
        distance = np.where(g > 0.05, distance, np.float32(9.0))
        if wall:
            canvas.paint(box, distance - np.float32(1.0), Material(Tissue.LIGAMENT))
        canvas.paint(box, distance, material, void=void)


def paint_canal(canvas: Canvas, anatomy: Anatomy, spine: Spine, line: Curves, rng: np.random.Generator) -> None:
    """Epidural fat, foramina with their roots, thecal sac, cord and cauda equina."""
    half = anatomy.canal_depth / 2
    end = spine.sacrum[1][1].centre[2] + anatomy.sac_end
    z = canvas.z
    taper = np.clip((z - end) / 45.0, 0, 1).astype(np.float32) ** np.float32(0.6)
    taper = np.where(z < end, 0, np.maximum(taper, 0.15)).astype(np.float32)
    _tube(canvas, line.x, line.y_canal + np.float32(1.5), (half * 1.45, half + 1.2), PLEXUS, cosine=line.cosine)
    _fat_pads(canvas, anatomy, spine, rng)
    _foramina(canvas, spine)
    back = line.y_canal - np.float32(0.3) * (1 - taper) * np.float32(half)
    dura = Material(Tissue.LIGAMENT)
    _tube(canvas, line.x, back, (half * 1.36, half + 0.3), dura, grow=taper, cosine=line.cosine)
    _tube(
        canvas,
        line.x,
        back,
        (half * 1.25, half - 0.4),
        _fluid(anatomy),
        grow=taper,
        cosine=line.cosine,
    )
    cord = np.clip((z - anatomy.conus_z) / 25.0, 0, 1).astype(np.float32) ** np.float32(0.5)
    _tube(canvas, line.x, line.y_canal + np.float32(0.5), (4.8, 3.6), Material(Tissue.NEURAL), grow=cord, cosine=line.cosine)
    _cauda(canvas, anatomy, line, taper, rng)


def _fluid(anatomy: Anatomy) -> Material:
    """Cerebrospinal fluid whose pulsation dephases it: a shorter apparent T2, so that the loss grows with the echo time."""
    rate = -np.log(1 - anatomy.flow_loss) / protocol("A")[1].te_ms
    return Material(Tissue.CSF, t2_scale=float(1 / (1 + WATER[Tissue.CSF][3.0].t2_ms * rate)))


def _fat_pads(canvas: Canvas, anatomy: Anatomy, spine: Spine, rng: np.random.Generator) -> None:
    """Behind the sac a pad of fat lies between each pair of laminae; before it, one behind L5 and S1."""
    for (vertebra, pose), (_, disc, _, _) in zip(spine.bodies, spine.discs, strict=True):
        b, back = vertebra.depth / 2, anatomy.canal_depth
        middle = disc.point(0.0, b + back + 0.5, 4.0) * 0.7 + pose.point(0.0, b + back, -8.0) * 0.3
        box = canvas.around(middle, (12.0, 12.0, 18.0))
        if min(box_shape(box)) > 1:
            radii = (6.5, float(rng.uniform(2.5, 5.0)), float(rng.uniform(8.0, 12.0)))
            canvas.paint(box, shapes.ellipsoid(canvas.local(disc, box), _within(disc, middle), radii), EPIDURAL_FAT)
    vertebra, pose = spine.sacrum[0]
    front = pose.point(0.0, vertebra.depth / 2 - 0.5, vertebra.height * 0.3)
    box = canvas.around(front, (14.0, 22.0, 26.0))
    if min(box_shape(box)) > 1:
        radii = (9.0, float(rng.uniform(2.0, 5.5)), 17.0)
        canvas.paint(box, shapes.ellipsoid(canvas.local(pose, box), _within(pose, front), radii), EPIDURAL_FAT)


def _within(pose: Pose, point: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """A point of the anatomy in a pose's own coordinates."""
    local: npt.NDArray[np.float64] = pose.rotation.T @ (point - pose.centre)
    return local


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
            if min(box_shape(box)) <= 1:
                continue
            local = canvas.coordinates(box)
            canvas.paint(box, shapes.ellipsoid(local, middle, (11.0, 6.5, 9.5)), DEEP_FAT)
            ends = np.array([(-side * 8, -1, 4.5), (side * 9, 1, 0.5)]) + middle
            root = shapes.capsule(local, ends[0], ends[1], (2.6, 2.6, 2.6))
            canvas.paint(box, root, Material(Tissue.NEURAL, t2_scale=0.7))
