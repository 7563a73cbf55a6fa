"""One isotropic grid per study, and the one step in which images and masks come to lie on it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from ..errors import GeometryError, MaskError
from ..geometry import to_sitk, volume_from_sitk
from ..profile import Resampling
from ..types import Affine, Mask, Volume

if TYPE_CHECKING:
    import SimpleITK as sitk

IDENTITY: Affine = np.eye(4)
IDENTITY.flags.writeable = False


@dataclass(frozen=True, eq=False)
class AnalysisGrid:
    """Where voxels lie: (i, j, k, 1) -> LPS mm, 4 x 4, and the shape (k, j, i)."""

    affine: Affine
    shape: tuple[int, int, int]

    def __post_init__(self) -> None:
        affine = np.array(self.affine, dtype=np.float64)
        affine.flags.writeable = False
        object.__setattr__(self, "affine", affine)
        if len(self.shape) != 3 or min(self.shape) < 1:
            raise GeometryError(f"Grid of shape {self.shape}", "three positive sizes (k, j, i)", "check the region")


def analysis_grid(
    region: Mask,
    resampling: Resampling,
    transforms: Sequence[Affine] = (),
    *,
    anchor_lps: npt.NDArray[np.float64] | None = None,
) -> AnalysisGrid:
    """The isotropic grid that the three sequences of a study share.

    Its axes are those of the mask's image. Its voxels are members of one lattice through the centre of that image's first
    voxel, so that neither the padding nor an edit of the mask moves a voxel: they only change how much of the lattice is
    kept. The part kept holds the region's voxels whole, and ``padding_voxels`` around them.

    Parameters
    ----------
    region
        All levels that are analysed.
    resampling
        Spacing and padding.
    transforms
        Rigid motions that the region undergoes on other sequences (see `resample_mask`); the grid holds it there too.
    anchor_lps
        A point of the lattice, mm, instead of the first voxel: of an image that is padded, the first that was acquired.

    Raises
    ------
    MaskError
        If the region is empty.
    """
    voxels = np.argwhere(region.labels)[:, ::-1]
    if not len(voxels):
        raise MaskError("Empty region", "at least one voxel", "segment or draw the vertebrae first")
    axes = region.affine[:3, :3] / np.asarray(region.spacing_mm)
    first, last = voxels.min(axis=0) - 0.5, voxels.max(axis=0) + 0.5
    corners_ijk = np.array(
        [[i, j, k, 1.0] for i in (first[0], last[0]) for j in (first[1], last[1]) for k in (first[2], last[2])]
    )
    anchor = region.affine[:3, 3] if anchor_lps is None else anchor_lps
    corners_lps = np.concatenate([corners_ijk @ (move @ region.affine).T for move in (IDENTITY, *transforms)])[:, :3]
    in_lattice = (corners_lps - anchor) @ np.linalg.inv(axes).T / resampling.spacing_mm
    # 1e-6: a corner that lies on the lattice must not gain a voxel by rounding.
    low = np.floor(in_lattice.min(axis=0) + 1e-6).astype(int) - resampling.padding_voxels
    high = np.ceil(in_lattice.max(axis=0) - 1e-6).astype(int) + resampling.padding_voxels
    affine = np.eye(4)
    affine[:3, :3] = axes * resampling.spacing_mm
    affine[:3, 3] = anchor + affine[:3, :3] @ low
    i, j, k = (int(n) for n in high - low + 1)
    return AnalysisGrid(affine, (k, j, i))


def resample_volume(
    volume: Volume, grid: AnalysisGrid, interpolator: Literal["bspline3", "linear"], *, threads: int = 1
) -> Volume:
    """Values of an image at the grid's voxel centres, float32.

    "bspline3" is ITK's third-order B-spline through the samples ("bicubic" in the study). What lies outside the image takes
    the value of its nearest voxel: a stack of sagittal slices is narrower than region and padding together, and a jump to
    zero there would be an edge that the Laplacian of Gaussian sees inside the region.

    Raises
    ------
    GeometryError
        If the image's axes are sheared.
    """
    import SimpleITK as sitk

    resampler = _resampler(grid, sitk.sitkBSpline3 if interpolator == "bspline3" else sitk.sitkLinear, threads)
    resampler.UseNearestNeighborExtrapolatorOn()
    image = resampler.Execute(sitk.Cast(to_sitk(volume), sitk.sitkFloat32))
    return volume_from_sitk(image, volume.frame_of_reference_uid, volume.source)


def resample_mask(mask: Mask, grid: AnalysisGrid, transform: Affine | None = None) -> Mask:
    """Labels on another grid, in one step through physical space.

    Each label's signed distance to its own border is interpolated linearly, and the voxels where it isn't negative are the
    label's (shape-based interpolation: Raya & Udupa, IEEE TMI 1990). Between two slices 3.3 mm apart, linear interpolation of
    the indicator itself would copy each slice half-way to the next, in steps, with ties where both weigh the same; the distance
    moves the outline gradually and has no ties.

    Parameters
    ----------
    mask
        On the grid where it was last edited.
    grid
        Where it is wanted.
    transform
        Rigid motion, 4 x 4, LPS mm: what lies at ``p`` in the mask's space comes to lie at ``transform @ p``. None leaves it.

    Returns
    -------
    Mask
        A label whose voxels all lie outside the grid is absent; where two labels meet, the deeper one wins.
    """
    labels = np.zeros(grid.shape, dtype=np.uint8)
    deepest = np.zeros(grid.shape, dtype=np.float32)
    inverse: Affine = np.linalg.inv(IDENTITY if transform is None else transform).astype(np.float64)
    for label in np.unique(mask.labels[mask.labels > 0]):
        depth_mm, affine = _signed_distance(mask.labels == label, mask.affine)
        window = _overlap(grid, affine, depth_mm.shape, inverse)
        if window is None:
            continue
        part, part_grid = window
        depth = _linear_at(depth_mm, affine, part_grid, inverse)
        # A border through a voxel's centre gives -1e-7 or +1e-7 by rounding: it belongs to the label.
        wins = (depth >= -1e-4) & ((labels[part] == 0) | (depth > deepest[part]))
        labels[part][wins] = label
        deepest[part][wins] = depth[wins]
    return Mask(labels, grid.affine, mask.frame_of_reference_uid, mask.origin)


def _resampler(grid: AnalysisGrid, interpolator: int, threads: int) -> sitk.ResampleImageFilter:
    import SimpleITK as sitk

    spacing = np.linalg.norm(grid.affine[:3, :3], axis=0)
    resampler = sitk.ResampleImageFilter()
    resampler.SetNumberOfThreads(threads)
    resampler.SetSize(grid.shape[::-1])
    resampler.SetOutputSpacing(spacing.tolist())
    resampler.SetOutputDirection((grid.affine[:3, :3] / spacing).ravel().tolist())
    resampler.SetOutputOrigin(grid.affine[:3, 3].tolist())
    resampler.SetInterpolator(interpolator)
    return resampler


def _signed_distance(inside: npt.NDArray[np.bool_], affine: Affine) -> tuple[npt.NDArray[np.float32], Affine]:
    """Distance in mm to the border, positive inside, over the label's box with three voxels around; and the box's affine.

    Between a voxel inside and its neighbour outside, the two distances are equal and opposite: the border lies half-way.
    """
    from scipy import ndimage

    margin = 3
    where = np.argwhere(inside)
    low, high = where.min(axis=0), where.max(axis=0) + 1
    box = np.pad(inside[tuple(slice(a, b) for a, b in zip(low, high, strict=True))], margin)
    spacing_kji = np.linalg.norm(affine[:3, :3], axis=0)[::-1]
    depth = ndimage.distance_transform_edt(box, spacing_kji) - ndimage.distance_transform_edt(~box, spacing_kji)
    moved = affine.copy()
    moved[:3, 3] += affine[:3, :3] @ (low - margin)[::-1]
    return depth.astype(np.float32), moved


def _overlap(
    grid: AnalysisGrid, affine: Affine, shape: tuple[int, ...], inverse: Affine
) -> tuple[tuple[slice, ...], AnalysisGrid] | None:
    """The part of the grid that a label's box can reach, as slices and as a grid."""
    top = np.asarray(shape[::-1]) - 1
    corners = np.array([[i, j, k, 1.0] for i in (0, top[0]) for j in (0, top[1]) for k in (0, top[2])])
    in_grid = (corners @ (np.linalg.inv(grid.affine) @ np.linalg.inv(inverse) @ affine).T)[:, :3]
    low = np.maximum(np.floor(in_grid.min(axis=0)).astype(int), 0)
    high = np.minimum(np.ceil(in_grid.max(axis=0)).astype(int) + 1, grid.shape[::-1])
    if (low >= high).any():
        return None
    part_affine = grid.affine.copy()
    part_affine[:3, 3] += grid.affine[:3, :3] @ low
    slices = tuple(slice(int(a), int(b)) for a, b in zip(low[::-1], high[::-1], strict=True))
    k, j, i = (int(n) for n in (high - low)[::-1])
    return slices, AnalysisGrid(part_affine, (k, j, i))


def _linear_at(values: npt.NDArray[np.float32], affine: Affine, grid: AnalysisGrid, inverse: Affine) -> npt.NDArray[np.float32]:
    from scipy import ndimage

    to_values = np.linalg.inv(affine) @ inverse @ grid.affine
    matrix, offset = to_values[:3, :3][::-1, ::-1], to_values[:3, 3][::-1]
    far = -float(math.hypot(*values.shape))
    sampled: npt.NDArray[np.float32] = ndimage.affine_transform(
        values, matrix, offset, output_shape=grid.shape, order=1, mode="constant", cval=far
    )
    return sampled
