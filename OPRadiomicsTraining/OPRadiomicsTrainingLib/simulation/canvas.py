"""A fine grid on which shapes are painted with partial volume.

Each voxel holds two materials and the share of the front one, a share of signal void (cortex, gas, flow), and a local
change of the fat fraction (texture). Two materials plus void are exact on every border of two tissues with a cortex
between them; where three tissues meet, the weakest is dropped.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from .spine import Pose
from .tissues import Material, Tissue

Float = npt.NDArray[np.float32]
Box = tuple[slice, slice, slice]

MARGIN_SLABS = 4
"""Sub-slices beyond each end, so that a patient who moved still has tissue there."""


def box_shape(box: Box) -> tuple[int, int, int]:
    """Slabs, rows and columns of a box; none or less where it lies off the canvas."""
    k, j, i = (s.stop - s.start for s in box)
    return k, j, i


def overlap(first: Box, second: Box) -> Box:
    """What two boxes share; of no or negative size where they are apart."""
    k, j, i = (slice(max(a.start, b.start), min(a.stop, b.stop)) for a, b in zip(first, second, strict=True))
    return k, j, i


class Canvas:
    """Grid in the frame of the anatomy; axis 0 runs to the right, axis 1 downward, axis 2 to posterior.

    Parameters
    ----------
    slices, pixels
        Slices and in-plane pixels of the image to come.
    pixel_mm, spacing_mm
        In-plane pixel and slice spacing of that image.
    sub_slices
        Sub-slices per slice spacing.
    """

    def __init__(self, slices: int, pixels: int, pixel_mm: float, spacing_mm: float, sub_slices: int = 3) -> None:
        self.slices, self.pixels, self.pixel_mm = slices, pixels, pixel_mm
        self.spacing_mm, self.sub_slices = spacing_mm, sub_slices
        self.slab_mm = spacing_mm / sub_slices
        slabs = slices * sub_slices + 2 * MARGIN_SLABS
        in_plane = (np.arange(pixels) - (pixels - 1) / 2) * pixel_mm
        self.x = (-(np.arange(slabs) - (slabs - 1) / 2) * self.slab_mm).astype(np.float32)
        self.z = (-in_plane).astype(np.float32)
        self.y = in_plane.astype(np.float32)
        shape = (slabs, pixels, pixels)
        self.front = np.zeros(shape, np.uint8)
        self.back = np.zeros(shape, np.uint8)
        self.share = np.ones(shape, np.float32)
        self.void = np.zeros(shape, np.float32)
        self.fat_change = np.zeros(shape, np.float32)
        self.body = np.zeros(shape, np.uint8)
        self.materials: list[Material] = [Material(Tissue.AIR)]
        self._codes = {self.materials[0]: 0}

    def code(self, material: Material) -> int:
        """Number of a material on this canvas, added if new."""
        if material not in self._codes:
            self._codes[material] = len(self.materials)
            self.materials.append(material)
        return self._codes[material]

    def box(self, low: npt.ArrayLike, high: npt.ArrayLike) -> Box:
        """Index box of the corner points (x, y, z) in mm."""
        lo, hi = np.asarray(low, float), np.asarray(high, float)
        descending = [(-self.x, -hi[0], -lo[0]), (-self.z, -hi[2], -lo[2]), (self.y, lo[1], hi[1])]
        k, j, i = (slice(int(np.searchsorted(axis, a)), int(np.searchsorted(axis, b))) for axis, a, b in descending)
        return k, j, i

    def around(self, centre: npt.ArrayLike, radius: npt.ArrayLike) -> Box:
        """Index box around a point."""
        middle, reach = np.asarray(centre, float), np.asarray(radius, float)
        return self.box(middle - reach, middle + reach)

    def coordinates(self, box: Box) -> tuple[Float, Float, Float]:
        """x, y, z of a box, shaped to broadcast."""
        return self.x[box[0], None, None], self.y[None, None, box[2]], self.z[None, box[1], None]

    def local(self, pose: Pose, box: Box) -> tuple[Float, Float, Float]:
        """Left, posterior, superior coordinates of a box in a pose's own frame."""
        x, y, z = self.coordinates(box)
        dx, dy, dz = (axis - np.float32(c) for axis, c in zip((x, y, z), pose.centre, strict=True))
        r = pose.rotation.astype(np.float32)
        u, v, w = ((r[0, n] * dx + r[2, n] * dz) + r[1, n] * dy for n in range(3))
        return u, v, w

    def paint(
        self,
        box: Box,
        distance: Float,
        material: Material,
        *,
        shell_mm: float = 0.0,
        void: float | Float = 0.0,
        texture: Float | None = None,
        opacity: float = 1.0,
    ) -> None:
        """Lay a shape over what is there.

        Parameters
        ----------
        distance
            Signed distance in mm on the box, negative inside.
        shell_mm
            Thickness of a cortex without signal just inside the border.
        void
            Share of the inside that gives no signal, one for all or by voxel of the box.
        texture
            Change of fat fraction on the box.
        """
        if distance.size == 0:
            return
        code = self.code(material)
        inside = np.clip(np.float32(0.5) - distance / np.float32(self.pixel_mm), 0, opacity, dtype=np.float32)
        front, back, share = self.front[box], self.back[box], self.share[box]
        touched = inside > 0.01
        np.copyto(back, np.where(share >= 0.5, front, back), where=touched)
        np.copyto(front, np.uint8(code), where=touched)
        np.copyto(share, inside, where=touched)
        kept = 1 - inside
        self.void[box] *= kept
        if shell_mm > 0:
            inner = np.clip(
                np.float32(0.5) - (distance + np.float32(shell_mm)) / np.float32(self.pixel_mm), 0, 1, dtype=np.float32
            )
            self.void[box] += inside - inner * (1 - np.asarray(void, np.float32))
        elif not isinstance(void, float) or void > 0:
            self.void[box] += inside * np.asarray(void, np.float32)
        self.fat_change[box] *= kept
        if texture is not None:
            self.fat_change[box] += inside * texture

    def label(self, box: Box, distance: Float, value: int) -> None:
        """Write a body's label wherever the shape covers the voxel's centre."""
        np.copyto(self.body[box], np.uint8(value), where=distance <= 0)

    def tissues(self) -> npt.NDArray[np.uint8]:
        """Code of the tissue that fills most of each voxel of the fine grid."""
        lookup = np.array([m.tissue for m in self.materials], np.uint8)
        tissue: npt.NDArray[np.uint8] = lookup[np.where(self.share >= 0.5, self.front, self.back)]
        return tissue

    def fraction(self, tissue: Tissue) -> Float:
        """Share of each voxel that is one tissue, void included."""
        is_it: npt.NDArray[Any] = np.array([m.tissue == tissue for m in self.materials], np.float32)
        return np.asarray(is_it[self.front] * self.share + is_it[self.back] * (1 - self.share), np.float32)
