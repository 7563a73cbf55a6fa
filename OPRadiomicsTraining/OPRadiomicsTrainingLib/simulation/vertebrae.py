"""Painting bone and disc: bodies with marrow, veins and lesions, posterior elements, sacrum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from OPRadiomicsLib.levels import LABEL_OF_LEVEL

from . import shapes
from .anatomy import Anatomy, Disc, Vertebra
from .canvas import Box, Canvas, Float
from .patients import Marrow
from .spine import Pose, Spine
from .texture import crop
from .tissues import Material, Tissue

MODIC = {1: (-0.28, 1.15, 1.9), 2: (0.22, 1.0, 1.0), 3: (-0.25, 0.35, 0.8)}
"""Type -> change of fat fraction, of density, of T2 (Modic et al., Radiology 1988;166:193-199: oedema, fat, sclerosis)."""


@dataclass(frozen=True, eq=False)
class Bone:
    """Marrow of a patient, and the tiles of texture that its bones are cut from."""

    marrow: Marrow
    fine: Float
    coarse: Float
    rng: np.random.Generator

    def texture(self, box: Box) -> Float:
        """Change of fat fraction on a box, from a random place of the tiles."""
        shape = tuple(s.stop - s.start for s in box)
        fine = crop(self.fine, shape, self.rng.integers(0, 64, 3))
        coarse = crop(self.coarse, shape, self.rng.integers(0, 64, 3))
        return np.float32(self.marrow.heterogeneity) * (np.float32(0.8) * fine + np.float32(0.6) * coarse)

    def roughness(self, box: Box) -> Float:
        """Irregularity of borders, SD 1."""
        shape = tuple(s.stop - s.start for s in box)
        return crop(self.coarse, shape, self.rng.integers(0, 64, 3))

    def material(self, tissue: Tissue, change: float = 0.0, density: float = 1.0, t2: float = 1.0) -> Material:
        fat = float(np.clip(self.marrow.fat_fraction + change, 0.02, 0.93))
        return Material(tissue, fat_fraction=fat, density=density, t2_scale=self.marrow.t2_scale * t2)


def paint_bones(canvas: Canvas, anatomy: Anatomy, spine: Spine, bone: Bone) -> None:
    """Posterior elements, discs, sacrum, then bodies over them."""
    for vertebra, pose in spine.bodies:
        _posterior_elements(canvas, anatomy, vertebra, pose, bone)
    _sacrum(canvas, anatomy, spine, bone)
    for placed in spine.discs:
        _disc(canvas, placed, bone)
    for vertebra, pose in spine.bodies:
        _body(canvas, anatomy, vertebra, pose, bone)


def _box(canvas: Canvas, pose: Pose, width: float, depth: float, height: float) -> Box:
    reach = np.abs(pose.rotation) @ np.array([width, depth, height]) + 2.0
    return canvas.around(pose.centre, reach)


def _empty(box: Box) -> bool:
    return any(s.stop - s.start <= 1 for s in box)


def _body(canvas: Canvas, anatomy: Anatomy, vertebra: Vertebra, pose: Pose, bone: Bone) -> None:
    box = _box(canvas, pose, vertebra.width / 2 + 2, vertebra.depth / 2 + 2, vertebra.height / 2 + 4)
    if _empty(box):
        return
    local = canvas.local(pose, box)
    distance, above, beneath = shapes.body(local, vertebra)
    distance = distance + np.float32(0.25) * bone.roughness(box)
    texture = bone.texture(box)
    marrow = bone.material(Tissue.BODY, vertebra.marrow_shift)
    canvas.paint(box, distance, marrow, shell_mm=anatomy.cortex, texture=texture)
    _pedicle_cores(canvas, vertebra, pose, bone)
    inner = distance + np.float32(anatomy.cortex)
    for end, kind in zip((above, beneath), vertebra.modic, strict=True):
        if kind:
            change, density, t2 = MODIC[kind]
            zone = np.maximum(inner, -(end + np.float32(5.0 + 3.0 * bone.rng.random())) + bone.roughness(box))
            canvas.paint(box, zone, bone.material(Tissue.BODY, change, density, t2), texture=texture, opacity=0.85)
    _vein(canvas, box, local, vertebra)
    if vertebra.haemangioma:
        place = bone.rng.uniform(-0.25, 0.25, 3) * (vertebra.width, vertebra.depth, vertebra.height)
        ball = shapes.ellipsoid(local, place, (6.0, 6.0, 6.0))
        ball = ball + bone.roughness(box)
        canvas.paint(box, np.maximum(ball, inner), bone.material(Tissue.BODY, 0.2, 1.1, 2.2), texture=texture, opacity=0.9)
    for sign, node in zip((1, -1), vertebra.schmorl, strict=True):
        if node:
            pit_at = (bone.rng.uniform(-6, 6), bone.rng.uniform(-5, 5), sign * (vertebra.height / 2 - 2.0))
            radii = (5.0, 4.5, float(bone.rng.uniform(3.0, 5.5)))
            pit = shapes.ellipsoid(local, pit_at, radii)
            canvas.paint(box, np.maximum(pit, distance), Material(Tissue.DISC, t2_scale=1.1), shell_mm=0.8)
    canvas.label(box, distance, LABEL_OF_LEVEL[vertebra.level])


def _vein(canvas: Canvas, box: Box, local: shapes.Local, vertebra: Vertebra) -> None:
    b = vertebra.depth / 2
    vein = shapes.ellipsoid(local, (0.0, 0.78 * b, 0.0), (5.0, 0.30 * b, 1.9))
    canvas.paint(box, vein, Material(Tissue.VESSEL, fat_fraction=0.25, t2_scale=0.45), opacity=0.8)


def _pedicle_cores(canvas: Canvas, vertebra: Vertebra, pose: Pose, bone: Bone) -> None:
    b, h = vertebra.depth / 2, vertebra.height
    for side in (-1.0, 1.0):
        start, end = (side * 0.29 * vertebra.width, b - 5.0, 0.2 * h), (side * 0.32 * vertebra.width, b + 8.0, 0.16 * h)
        box = canvas.around(pose.point(*(np.add(start, end) / 2)), (9.0, 13.0, 12.0))
        if not _empty(box):
            distance = shapes.capsule(canvas.local(pose, box), start, end, (3.2, 3.2, 5.0))
            canvas.paint(box, distance, bone.material(Tissue.POSTERIOR_ELEMENT), texture=bone.texture(box))


def _posterior_elements(canvas: Canvas, anatomy: Anatomy, vertebra: Vertebra, pose: Pose, bone: Bone) -> None:
    b, h, s = vertebra.depth / 2, vertebra.height, anatomy.size
    canal = anatomy.canal_depth + 3.0
    thoracic = vertebra.level.startswith("T")
    reach = (22.0 if thoracic else 30.0) * s
    drop = -20.0 * s if thoracic else -11.0 * s
    middle = pose.point(0.0, b + 24.0, -4.0)
    box = canvas.around(middle, np.abs(pose.rotation) @ np.array([40.0, 34.0, 34.0]))
    if _empty(box):
        return
    u, v, w = canvas.local(pose, box)
    mirrored = (np.abs(u), v, w)
    pedicle = 0.30 * vertebra.width
    back = b + canal
    parts = (
        shapes.capsule(mirrored, (pedicle, b - 4, 0.2 * h), (pedicle + 1.5, b + 11, 0.16 * h), (4.0, 4.0, 6.5)),
        shapes.capsule(mirrored, (pedicle + 1.0, b + 11, 0.0), (3.0, back + 4, -0.30 * h), (4.5, 3.5, 7.0)),
        shapes.capsule((u, v, w), (0, back + 6, -0.32 * h), (0, back + reach * 0.9, -0.32 * h + drop * 0.5), (3.4, 5.0, 8.5)),
        shapes.capsule(mirrored, (pedicle + 2, b + 11, 0.3 * h), (pedicle + 3, b + 14, 0.58 * h), (4.5, 4.0, 5.0)),
        shapes.capsule(mirrored, (pedicle, back + 1, -0.4 * h), (pedicle + 1.0, b + 16, -0.80 * h), (4.5, 4.0, 5.0)),
        shapes.capsule(mirrored, (pedicle + 4, b + 11, 0.1 * h), (pedicle + 24, b + 15, 0.1 * h), (5.0, 3.5, 4.5)),
    )
    distance = parts[0]
    for part in parts[1:]:
        distance = np.minimum(distance, part)
    distance = distance + np.float32(0.5) * bone.roughness(box)
    canvas.paint(
        box, distance, bone.material(Tissue.POSTERIOR_ELEMENT, 0.06), shell_mm=anatomy.cortex * 1.4, texture=bone.texture(box)
    )


def _disc(canvas: Canvas, placed: tuple[Disc, Pose, float, float], bone: Bone) -> None:
    disc, pose, half_depth, half_width = placed
    box = _box(canvas, pose, half_width + 4, half_depth + 6, disc.height / 2 + 7)
    if _empty(box):
        return
    u, v, w = canvas.local(pose, box)
    rough = bone.roughness(box)
    reach = shapes.outline(u, v, half_width, half_depth)
    side = (reach - 1) * np.float32(half_depth) - np.float32(0.3) + np.float32(0.4) * rough
    side = side - np.where(v > 0, np.float32(disc.bulge), np.float32(0.4 * abs(disc.bulge)))
    # Overpainted by the bodies: it only has to reach into both endplates, and to narrow where nothing is over it.
    flat = np.abs(w) - np.float32(disc.height / 2 + 4.0) + np.float32(0.35) * np.maximum(reach - 0.85, 0) * half_depth
    annulus = Material(Tissue.DISC, density=1.0 - 0.25 * disc.degeneration, t2_scale=0.9 - 0.25 * disc.degeneration)
    canvas.paint(box, shapes.rounded_intersection(side, flat, 1.5), annulus)
    rim = np.maximum(np.maximum(-(side + np.float32(3.0)), side), flat)
    canvas.paint(box, rim, annulus, void=0.55, opacity=0.8)
    hydration = 1.0 - disc.degeneration
    nucleus_height = disc.height / 2 * (0.62 + 0.3 * hydration)
    nucleus = Material(
        Tissue.DISC, density=1.0 + 0.22 * hydration, t1_scale=1 + 0.25 * hydration, t2_scale=0.95 + 1.75 * hydration
    )
    core = shapes.ellipsoid((u, v, w), (0.0, 1.5, 0.0), (half_width * 0.68, half_depth * 0.66, nucleus_height + 0.8))
    canvas.paint(box, core + np.float32(0.5) * rough, nucleus, opacity=0.9)
    if hydration > 0.25:
        cleft = shapes.ellipsoid((u, v, w), (0.0, 1.5, 0.0), (half_width * 0.5, half_depth * 0.5, 0.9))
        canvas.paint(box, cleft, annulus, opacity=0.45)


def _sacrum(canvas: Canvas, anatomy: Anatomy, spine: Spine, bone: Bone) -> None:
    material = bone.material(Tissue.SACRUM, 0.04)
    depths = [vertebra.depth for vertebra, _ in spine.sacrum] + [8.0]
    _, first_pose = spine.sacrum[0]
    for side in (-1.0, 1.0):
        box = canvas.around(first_pose.point(side * 36.0, 4.0, -6.0), (28.0, 40.0, 48.0))
        if not _empty(box):
            ala = shapes.capsule(canvas.local(first_pose, box), (side * 38, -2, -2), (side * 30, 8, -28), (18.0, 13.0, 13.0))
            canvas.paint(box, ala, material, shell_mm=anatomy.cortex, texture=bone.texture(box))
    for (vertebra, pose), lower in zip(spine.sacrum, depths[1:], strict=True):
        box = _box(canvas, pose, vertebra.width / 2 + 2, vertebra.depth / 2 + 3, vertebra.height / 2 + 4)
        if _empty(box):
            continue
        u, v, w = canvas.local(pose, box)
        gap = shapes.rounded_intersection(
            (shapes.outline(u, v, vertebra.width / 2, lower / 2) - 1) * np.float32(lower / 2 - 1),
            np.abs(w + np.float32(vertebra.height / 2 + 1)) - np.float32(2.0),
            0.5,
        )
        canvas.paint(box, gap, Material(Tissue.DISC, t2_scale=1.0, fat_fraction=0.1), void=0.3)
        distance = shapes.tapered((u, v, w), vertebra, lower) + np.float32(0.25) * bone.roughness(box)
        canvas.paint(box, distance, material, shell_mm=anatomy.cortex, texture=bone.texture(box))
        if vertebra.level == "S1":
            canvas.label(box, distance, LABEL_OF_LEVEL["S1"])
    for vertebra, pose in spine.sacrum[:4]:
        _sacral_crest(canvas, anatomy, vertebra, pose, bone)


def _sacral_crest(canvas: Canvas, anatomy: Anatomy, vertebra: Vertebra, pose: Pose, bone: Bone) -> None:
    back = vertebra.depth / 2 + (11.0 if vertebra.level == "S1" else 8.0)
    box = canvas.around(pose.point(0.0, back + 6, 0.0), (26.0, 24.0, 26.0))
    if _empty(box):
        return
    u, v, w = canvas.local(pose, box)
    mirrored = (np.abs(u), v, w)
    plate = shapes.capsule(mirrored, (18, back - 5, 0), (0, back + 3, 0), (4.0, 3.0, vertebra.height * 0.36))
    spine = shapes.capsule((u, v, w), (0, back + 3, 0), (0, back + 9, -3), (2.8, 4.0, vertebra.height * 0.3))
    distance = np.minimum(plate, spine) + np.float32(0.6) * bone.roughness(box)
    canvas.paint(
        box, distance, bone.material(Tissue.POSTERIOR_ELEMENT, 0.06), shell_mm=anatomy.cortex, texture=bone.texture(box)
    )
