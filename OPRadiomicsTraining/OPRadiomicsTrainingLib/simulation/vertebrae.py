"""Painting bone and disc: bodies with marrow, veins and lesions, posterior elements, sacrum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from OPRadiomicsLib.levels import LABEL_OF_LEVEL

from . import shapes
from .anatomy import CANAL_WIDTH, PEDICLE_WIDTH, Anatomy, Disc, Vertebra
from .canvas import Box, Canvas, Float, box_shape, overlap
from .patients import Marrow
from .spine import Pose, Spine
from .texture import piece
from .tissues import MARROW_T2_PER_FAT, Material, Tissue, annulus, nucleus


@dataclass(frozen=True)
class Lesion:
    """Change of fat fraction, and factors on proton density, T1 and T2 of the water."""

    fat: float
    density: float = 1.0
    t1: float = 1.0
    t2: float = 1.0


MODIC = {1: Lesion(-0.28, 1.05, 1.5, 1.5), 2: Lesion(0.22), 3: Lesion(-0.25, 0.35, 1.0, 0.8)}
"""Oedema, fat, sclerosis (Modic et al., Radiology 1988;166:193-199, who describe and don't measure: amounts assumed)."""

HAEMANGIOMA = Lesion(0.2, 1.1, 1.0, 2.5)
"""Fat and slow blood between the kinds that Baudrez et al., Skeletal Radiol 2001;30:442-446, found: 78 % adipocytes in those
bright on T1WI, 43 % in those bright on T2WI alone, 48 % in marrow. The other amounts are assumed."""


@dataclass(frozen=True, eq=False)
class Bone:
    """Marrow of a patient, and the tiles of texture that its bones are cut from."""

    marrow: Marrow
    fine: Float
    coarse: Float
    rng: np.random.Generator

    def texture(self, box: Box) -> tuple[Float, Float]:
        """Change of fat fraction, and share of trabecular bone, on a box; both from a random place of the tiles."""
        fields = []
        for _ in range(2):
            fine = piece(self.fine, box_shape(box), self.rng)
            coarse = piece(self.coarse, box_shape(box), self.rng)
            fields.append(np.float32(0.7) * fine + np.float32(0.7) * coarse)
        fat, bone = fields
        trabecular = self.marrow.trabecular + np.float32(self.marrow.trabecular_heterogeneity) * bone
        return np.float32(self.marrow.heterogeneity) * fat, np.clip(trabecular, 0, 0.6)

    def roughness(self, box: Box) -> Float:
        """Irregularity of borders, SD 1."""
        return piece(self.coarse, box_shape(box), self.rng)

    def material(self, tissue: Tissue, lesion: Lesion) -> Material:
        fat = float(np.clip(self.marrow.fat_fraction + lesion.fat, 0.02, 0.93))
        t2 = lesion.t2 * self.marrow.t2_scale * (1 + MARROW_T2_PER_FAT * (fat - 0.5))
        return Material(tissue, fat_fraction=fat, density=lesion.density, t1_scale=lesion.t1, t2_scale=t2)


@dataclass(frozen=True)
class Part:
    """A capsule in a vertebra's frame; a paired one stands on both sides."""

    start: tuple[float, float, float]
    end: tuple[float, float, float]
    radii: tuple[float, float, float]
    paired: bool = True


FAR_MM = 4.0


def union(canvas: Canvas, pose: Pose, box: Box, parts: tuple[Part, ...]) -> Float:
    """Distance to the nearest part on a box, no larger than 4 mm: each is looked at only where it is near."""
    distance = np.full(box_shape(box), np.float32(FAR_MM))
    for part in parts:
        ends = np.array([part.start, part.end])
        low, high = ends.min(axis=0) - part.radii - FAR_MM, ends.max(axis=0) + part.radii + FAR_MM
        if part.paired:
            low[0] = -high[0]
        middle, half = (low + high) / 2, (high - low) / 2
        near = canvas.around(pose.point(*middle), np.abs(pose.rotation) @ half)
        near = overlap(near, box)
        if min(box_shape(near)) < 1:
            continue
        u, v, w = canvas.local(pose, near)
        shape = shapes.capsule((np.abs(u) if part.paired else u, v, w), part.start, part.end, part.radii)
        inside = tuple(slice(n.start - b.start, n.stop - b.start) for n, b in zip(near, box, strict=True))
        np.minimum(distance[inside], shape, out=distance[inside])
    return distance


def paint_bones(canvas: Canvas, anatomy: Anatomy, spine: Spine, bone: Bone) -> None:
    """Posterior elements, discs, sacrum, then bodies over them."""
    for vertebra, pose in spine.bodies:
        _posterior_elements(canvas, anatomy, vertebra, pose, bone)
    _sacrum(canvas, anatomy, spine, bone)
    for placed in spine.discs:
        _disc(canvas, placed, bone)
    for vertebra, pose in spine.bodies:
        _body(canvas, anatomy, vertebra, pose, bone)


def _paint_bone(canvas: Canvas, box: Box, distance: Float, tissue: Tissue, *, bone: Bone, cortex: float) -> None:
    """Marrow with texture inside a cortex."""
    texture, trabecular = bone.texture(box)
    change = 0.06 if tissue is Tissue.POSTERIOR_ELEMENT else 0.04
    canvas.paint(box, distance, bone.material(tissue, Lesion(change)), shell_mm=cortex, texture=texture, void=trabecular)


def _box(canvas: Canvas, pose: Pose, width: float, depth: float, height: float) -> Box:
    reach = np.abs(pose.rotation) @ np.array([width, depth, height]) + 2.0
    return canvas.around(pose.centre, reach)


def _empty(box: Box) -> bool:
    return min(box_shape(box)) <= 1


def _body(canvas: Canvas, anatomy: Anatomy, vertebra: Vertebra, pose: Pose, bone: Bone) -> None:
    box = _box(canvas, pose, vertebra.width / 2 + 2, vertebra.depth / 2 + 2, vertebra.height / 2 + 4)
    if _empty(box):
        return
    local = canvas.local(pose, box)
    distance, above, beneath = shapes.body(local, vertebra)
    distance = distance + np.float32(0.25) * bone.roughness(box)
    texture, trabecular = bone.texture(box)
    marrow = bone.material(Tissue.BODY, Lesion(vertebra.marrow_shift))
    canvas.paint(box, distance, marrow, shell_mm=anatomy.cortex, texture=texture, void=trabecular)
    _pedicle_cores(canvas, anatomy, vertebra, pose, bone)
    inner = distance + np.float32(anatomy.cortex)
    for end, kind, depth in zip((above, beneath), vertebra.modic, vertebra.modic_depth, strict=True):
        if kind:
            rough = bone.roughness(box)
            zone = np.maximum(inner, -(end + np.float32(depth)) + np.float32(0.2 * depth) * rough)
            zone = np.maximum(zone, _part_of_endplate(local[1], vertebra, bone.rng) + rough)
            changed = bone.material(Tissue.BODY, MODIC[kind])
            canvas.paint(box, zone, changed, texture=texture, void=trabecular, opacity=0.85)
    _vein(canvas, box, local, vertebra=vertebra, rng=bone.rng)
    if vertebra.haemangioma:
        place = bone.rng.uniform(-0.25, 0.25, 3) * (vertebra.width, vertebra.depth, vertebra.height)
        ball = shapes.ellipsoid(local, place, (6.0, 6.0, 6.0))
        ball = ball + bone.roughness(box)
        tumour = bone.material(Tissue.BODY, HAEMANGIOMA)
        canvas.paint(box, np.maximum(ball, inner), tumour, texture=texture, void=0.5 * trabecular, opacity=0.9)
    for sign, node, hollow in zip((1, -1), vertebra.schmorl, vertebra.concavity, strict=True):
        if node:
            pit_at = (bone.rng.uniform(-6, 6), bone.rng.uniform(-5, 5), sign * (vertebra.height / 2 - hollow - 1.0))
            radii = (5.0, 4.5, float(bone.rng.uniform(3.0, 5.5)))
            pit = shapes.ellipsoid(local, pit_at, radii)
            canvas.paint(box, np.maximum(pit, distance), nucleus(0.3), shell_mm=0.8)
    canvas.label(box, distance, LABEL_OF_LEVEL[vertebra.level])


def _part_of_endplate(v: Float, vertebra: Vertebra, rng: np.random.Generator) -> Float:
    """Distance to the front or rear part of an endplate, at times all of it: where a change reaches along the disc."""
    side, reach = np.float32(rng.choice((-1.0, 1.0))), np.float32(rng.uniform(0.0, 0.9) * vertebra.depth / 2)
    return np.asarray(side * v - reach, np.float32)


def _vein(canvas: Canvas, box: Box, local: shapes.Local, *, vertebra: Vertebra, rng: np.random.Generator) -> None:
    b, size = vertebra.depth / 2, vertebra.vein
    if size <= 0:
        return
    vein = shapes.ellipsoid(local, (0.0, 0.82 * b, 0.0), (5.0 * size, 0.30 * b * size, 1.9 * size))
    # Venous blood: assumed to have a quarter of arterial blood's T2, for its deoxyhaemoglobin. At 1.5 T that is short.
    blood = Material(Tissue.VESSEL, fat_fraction=float(rng.uniform(0.1, 0.6)), t2_scale=0.25)
    canvas.paint(box, vein, blood, opacity=float(rng.uniform(0.35, 0.8)))


def _pedicle_cores(canvas: Canvas, anatomy: Anatomy, vertebra: Vertebra, pose: Pose, bone: Bone) -> None:
    b, h = vertebra.depth / 2, vertebra.height
    beam = 0.5 * PEDICLE_WIDTH[vertebra.level] * anatomy.size
    pedicle = 0.5 * CANAL_WIDTH[vertebra.level] * anatomy.size + beam
    for side in (-1.0, 1.0):
        start, end = (side * pedicle, b - 7.0, 0.2 * h), (side * (pedicle + 1.0), b + 9.0, 0.16 * h)
        box = canvas.around(pose.point(*(np.add(start, end) / 2)), (12.0, 15.0, 14.0))
        if not _empty(box):
            distance = shapes.capsule(
                canvas.local(pose, box), start, end, (beam - anatomy.cortex, 3.2, 7.0 - 1.3 * anatomy.cortex)
            )
            texture, trabecular = bone.texture(box)
            canvas.paint(box, distance, bone.material(Tissue.POSTERIOR_ELEMENT, Lesion(0.0)), texture=texture, void=trabecular)


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
    beam = 0.5 * PEDICLE_WIDTH[vertebra.level] * s
    pedicle = 0.5 * CANAL_WIDTH[vertebra.level] * s + beam
    back = b + canal
    parts = (
        Part((pedicle, b - 7, 0.2 * h), (pedicle + 1.0, b + 11, 0.16 * h), (beam, 4.0, 7.0)),
        Part((pedicle, b + 11, 0.0), (3.0, back + 4, -0.30 * h), (4.5, 3.2, 8.5)),
        Part((0, back + 6, -0.32 * h), (0, back + reach * 0.9, -0.32 * h + drop * 0.5), (3.9, 5.5, 10.0), paired=False),
        Part((pedicle + 2, b + 11, 0.3 * h), (pedicle + 3, b + 14, 0.58 * h), (4.5, 4.0, 5.0)),
        Part((pedicle - 2, back + 1, -0.4 * h), (pedicle - 1, b + 16, -0.80 * h), (4.5, 4.0, 5.0)),
        Part((pedicle + 4, b + 11, 0.1 * h), (pedicle + 24, b + 15, 0.1 * h), (5.0, 3.5, 4.5)),
    )
    distance = union(canvas, pose, box, parts)
    distance = distance + np.float32(0.5) * bone.roughness(box)
    _paint_bone(canvas, box, distance, Tissue.POSTERIOR_ELEMENT, bone=bone, cortex=anatomy.cortex * 0.9)


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
    fibres = annulus(disc.degeneration)
    canvas.paint(box, shapes.rounded_intersection(side, flat, 1.5), fibres)
    rim = np.maximum(np.maximum(-(side + np.float32(3.0)), side), flat)
    canvas.paint(box, rim, fibres, void=0.55, opacity=0.8)
    hydration = 1.0 - disc.degeneration
    nucleus_height = disc.height / 2 * (0.62 + 0.3 * hydration)
    core = shapes.ellipsoid((u, v, w), (0.0, 1.5, 0.0), (half_width * 0.68, half_depth * 0.66, nucleus_height + 0.8))
    canvas.paint(box, core + np.float32(0.5) * rough, nucleus(hydration), opacity=0.9)
    if hydration > 0.25:
        cleft = shapes.ellipsoid((u, v, w), (0.0, 1.5, 0.0), (half_width * 0.5, half_depth * 0.5, 0.9))
        canvas.paint(box, cleft, fibres, opacity=0.35)


def _sacrum(canvas: Canvas, anatomy: Anatomy, spine: Spine, bone: Bone) -> None:
    depths = [vertebra.depth for vertebra, _ in spine.sacrum] + [8.0]
    _, first_pose = spine.sacrum[0]
    for side in (-1.0, 1.0):
        box = canvas.around(first_pose.point(side * 36.0, 4.0, -6.0), (28.0, 40.0, 48.0))
        if not _empty(box):
            ala = shapes.capsule(canvas.local(first_pose, box), (side * 38, -2, -2), (side * 30, 8, -28), (18.0, 13.0, 13.0))
            _paint_bone(canvas, box, ala, Tissue.SACRUM, bone=bone, cortex=anatomy.cortex)
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
        canvas.paint(box, gap, Material(Tissue.DISC, fat_fraction=0.1), void=0.3)
        distance = shapes.tapered((u, v, w), vertebra, lower) + np.float32(0.25) * bone.roughness(box)
        _paint_bone(canvas, box, distance, Tissue.SACRUM, bone=bone, cortex=anatomy.cortex)
        if vertebra.level == "S1":
            canvas.label(box, distance, LABEL_OF_LEVEL["S1"])
    for vertebra, pose in spine.sacrum[:4]:
        _sacral_crest(canvas, anatomy, vertebra, pose, bone)


def _sacral_crest(canvas: Canvas, anatomy: Anatomy, vertebra: Vertebra, pose: Pose, bone: Bone) -> None:
    back = vertebra.depth / 2 + (11.0 if vertebra.level == "S1" else 8.0)
    box = canvas.around(pose.point(0.0, back + 6, 0.0), (26.0, 24.0, 26.0))
    if _empty(box):
        return
    tall = vertebra.height
    plate = Part((18, back - 5, 0), (0, back + 3, 0), (4.0, 3.0, tall * 0.36))
    crest = Part((0, back + 3, 0), (0, back + 9, -3), (2.8, 4.0, tall * 0.3), paired=False)
    distance = union(canvas, pose, box, (plate, crest)) + np.float32(0.6) * bone.roughness(box)
    _paint_bone(canvas, box, distance, Tissue.POSTERIOR_ELEMENT, bone=bone, cortex=anatomy.cortex)
