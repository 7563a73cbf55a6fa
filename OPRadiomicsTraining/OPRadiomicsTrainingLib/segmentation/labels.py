"""One convention for the border of a body, whatever reader and scanner a label comes from.

The sets draw the border anywhere between the marrow and the outer side of the cortex. The study's masks lie inside the
cortical bone, so each set is shifted to where the mean profile across its endplates leaves the marrow: `border_offset_mm`.
Labels are kept as signed distances, from which sub-voxel soft targets follow at any resolution.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from OPRadiomicsLib.errors import StudyError
from OPRadiomicsLib.regions import Bools, Box, bounding_box

Floats = npt.NDArray[np.float32]

DROP = 0.25
"""Share of the drop from marrow to the darkest cortex at which the border lies: the marrow side, where the drop begins."""

_SPECK_VOXELS = 50

_RANGE_MM = 5.0
_STEP_MM = 0.25


def signed_distance_mm(mask: Bools, spacing_mm: tuple[float, ...]) -> Floats:
    """Distance to the border in mm, positive inside; ``spacing_mm`` in the order of the axes. -99 for an empty mask."""
    if not mask.any():
        return np.full(mask.shape, -99.0, np.float32)
    padded = np.pad(mask, 1, "edge")
    distance = np.where(padded, _depth_mm(padded, spacing_mm), -_depth_mm(~padded, spacing_mm))
    trimmed: Floats = distance[tuple(slice(1, -1) for _ in mask.shape)].astype(np.float32)
    return trimmed


def _depth_mm(mask: Bools, spacing_mm: tuple[float, ...]) -> npt.NDArray[np.float64]:
    """Distance of each voxel's centre to the mask's border, half a voxel before the nearest centre outside."""
    from scipy import ndimage

    distance, nearest = ndimage.distance_transform_edt(mask, spacing_mm, return_indices=True)
    spacing = np.reshape(spacing_mm, (-1, *[1] * mask.ndim))
    towards = (nearest - np.indices(mask.shape)) * spacing / np.maximum(distance, 1e-9)
    depth: npt.NDArray[np.float64] = distance - 0.5 * np.linalg.norm(towards * spacing, axis=0)
    return depth


def endplate_profile(image: Floats, body: Bools, spacing_mm: tuple[float, float]) -> Floats | None:
    """Mean intensity across the two endplates of one slice, in units of the marrow's median, from -5 to 5 mm outward.

    Parameters
    ----------
    image, body
        One sagittal slice (rows cranial to caudal, columns anterior to posterior) and one body in it.
    spacing_mm
        Of rows and columns.
    """
    from scipy import ndimage

    distance = signed_distance_mm(body, spacing_mm)
    rows, columns = np.gradient(ndimage.gaussian_filter(distance, 1.0), *spacing_mm)
    cranio_caudal = np.abs(rows) > 0.85 * (np.hypot(rows, columns) + 1e-6)
    marrow = image[distance > 4]
    if marrow.size < 50 or np.median(marrow) <= 0:
        return None
    outward = np.arange(-_RANGE_MM, _RANGE_MM + _STEP_MM / 2, _STEP_MM)
    shells = [cranio_caudal & (np.abs(distance + r) < 0.6 * spacing_mm[0]) for r in outward]
    means = [image[shell].mean() if shell.any() else np.nan for shell in shells]
    profile: Floats = np.asarray(means, np.float32) / np.float32(np.median(marrow))
    return profile


def endplate_profiles(
    image: Floats, bodies: npt.NDArray[np.uint8], spacing_mm: tuple[float, float], *, beside: int
) -> list[Floats]:
    """`endplate_profile` of every body in the middle slice and in ``beside`` slices on both sides of it.

    Parameters
    ----------
    image, bodies
        (k, rows, columns); labels, 0 for none.
    spacing_mm
        Of rows and columns.
    """
    middle = len(image) // 2
    profiles = (
        endplate_profile(image[k], bodies[k] == label, spacing_mm)
        for k in range(max(0, middle - beside), min(len(image), middle + beside + 1))
        for label in np.unique(bodies[k][bodies[k] > 0])
    )
    return [profile for profile in profiles if profile is not None]


def border_offset_mm(profiles: list[Floats]) -> float:
    """How far a set's border is to be moved outward (negative: inward) so that it lies where the marrow ends.

    The median profile is followed outward from the marrow's plateau (-5 to -3 mm) to the cortex, its minimum within 3 mm of
    the drawn border; the offset is where a quarter of that drop has happened.

    Raises
    ------
    StudyError
        If there is no profile.
    """
    if not profiles:
        raise StudyError(
            "No labelled body to find the border by", "bodies whose marrow shows in the middle slices", "check the labels"
        )
    median = np.nanmedian(np.stack(profiles), axis=0)
    outward = np.arange(-_RANGE_MM, _RANGE_MM + _STEP_MM / 2, _STEP_MM)
    plateau = float(np.nanmedian(median[outward <= -3]))
    near = np.flatnonzero(np.abs(outward) <= 3)
    darkest = int(near[np.nanargmin(median[near])])
    limit = plateau - DROP * (plateau - float(median[darkest]))
    above = np.flatnonzero(median[: darkest + 1] >= limit)
    last = int(above[-1])
    if last == darkest:
        return float(outward[last])
    step = (median[last] - limit) / (median[last] - median[last + 1])
    return float(outward[last] + step * _STEP_MM)


def body_distance_mm(bodies: npt.NDArray[np.uint8], spacing_mm: tuple[float, float, float], offset_mm: float) -> Floats:
    """Signed distance in plane to the nearest body's border, moved outward by ``offset_mm``.

    Readers draw slice by slice what they see in it, and it is in plane that `border_offset_mm` measures where they draw.
    So the border is moved in each slice on its own, and a body ends sideways where its reader ended it.

    Parameters
    ----------
    bodies
        Labels, (k, rows, columns), 0 for none.
    spacing_mm
        Of k, rows, columns.
    """
    result = np.full(bodies.shape, -99.0, np.float32)
    for _, box, distance in _moved(bodies, spacing_mm, offset_mm):
        result[box] = np.maximum(result[box], distance)
    return result


def with_border_moved(
    bodies: npt.NDArray[np.uint8], spacing_mm: tuple[float, float, float], offset_mm: float
) -> npt.NDArray[np.uint8]:
    """Labels whose border lies ``offset_mm`` further out in plane (negative: further in), so that conventions can be compared.

    Parameters
    ----------
    bodies
        Labels, (k, rows, columns), 0 for none.
    spacing_mm
        Of k, rows, columns.
    """
    moved = np.zeros_like(bodies)
    depth = np.zeros(bodies.shape, np.float32)
    for label, box, distance in _moved(bodies, spacing_mm, offset_mm):
        deeper = distance > depth[box]
        moved[box][deeper] = label
        depth[box][deeper] = distance[deeper]
    return moved


def _moved(
    bodies: npt.NDArray[np.uint8], spacing_mm: tuple[float, float, float], offset_mm: float
) -> Iterator[tuple[int, Box, Floats]]:
    """Each label with the box around it and the signed distance in plane to its moved border there."""
    margin = 10
    for label in np.unique(bodies[bodies > 0]):
        box = bounding_box(bodies == label, (0, margin, margin))
        planes = [signed_distance_mm(plane, spacing_mm[1:]) for plane in bodies[box] == label]
        yield int(label), box, np.stack(planes) + np.float32(offset_mm)


def filling_the_slice(distance_mm: Floats) -> Floats:
    """Signed distances (k, rows, columns), lowered to the least over the middle half of each slice's thickness.

    For labels that are exact, of a simulated body: where one leaves a slice within its thickness, marrow and what lies beside
    it mix, and a reader, who sees the mixture, draws less or nothing.
    """
    near = np.maximum(distance_mm, -8.0)
    padded = np.concatenate([near[:1], near, near[-1:]])
    lowered: Floats = np.minimum.reduce([near, *(0.75 * near + 0.25 * beside for beside in (padded[:-2], padded[2:]))])
    return lowered.astype(np.float32)


def bodies_of_vertebrae(vertebrae: Bools, canal: Bools) -> Bools:
    """The part of whole vertebrae that lies in front of the canal, slice by slice.

    The canal's anterior border is the cut; where a slice has no canal in a row, the nearest slice that has one gives it, and
    where none has, the rows above and below do. Rows beyond the canal hold no body (`rows_of_canal`). Left-over pedicles are
    removed by an opening.

    Parameters
    ----------
    vertebrae, canal
        (k, rows, columns); columns run from anterior to posterior.
    """
    from scipy import ndimage

    bodies = np.zeros_like(vertebrae)
    rows = rows_of_canal(canal)
    if rows.stop == rows.start:
        return bodies
    fronts = _fronts(canal[:, rows])
    before = np.zeros_like(vertebrae)
    before[:, rows] = vertebrae[:, rows] & (np.arange(vertebrae.shape[2]) < fronts[:, :, None])
    for k, plane in enumerate(before):
        bodies[k] = ndimage.binary_opening(plane, iterations=3)
    return bodies


def without_specks(canal: Bools) -> Bools:
    """The parts of a canal, (k, rows, columns), of `_SPECK_VOXELS` and more: SPIDER has smaller ones on discs and endplates."""
    from scipy import ndimage

    parts, count = ndimage.label(canal)
    large = np.bincount(parts.ravel(), minlength=count + 1) >= _SPECK_VOXELS
    large[0] = False
    kept: Bools = large[parts]
    return kept


def rows_of_canal(canal: Bools) -> slice:
    """From the first to the last row of (k, rows, columns) that holds canal: beyond them nobody knows where a body ends."""
    rows = np.flatnonzero(canal.any(axis=(0, 2)))
    return slice(int(rows[0]), int(rows[-1]) + 1) if rows.size else slice(0, 0)


def _fronts(canal: Bools) -> npt.NDArray[np.float64]:
    """Column of the canal's anterior border, (k, rows): the nearest slice's, and between rows interpolated."""
    from scipy import ndimage

    present: Bools = np.asarray(canal.any(axis=2))
    smooth = np.zeros(present.shape)
    for k in np.flatnonzero(present.any(axis=1)):
        rows = np.flatnonzero(present[k])
        smooth[k, rows] = ndimage.median_filter(canal[k, rows].argmax(axis=1).astype(float), 9)
    places = np.indices(present.shape)
    slices, across = places[0], places[1]
    for row in range(present.shape[1]):
        holders = np.flatnonzero(present[:, row])
        if holders.size:
            slices[:, row] = holders[np.abs(holders[None] - np.arange(len(canal))[:, None]).argmin(axis=1)]
    fronts: npt.NDArray[np.float64] = smooth[slices, across]
    gaps = ~present.any(axis=0)
    known = np.flatnonzero(~gaps)
    for front in fronts:
        front[gaps] = np.interp(np.flatnonzero(gaps), known, front[known])
    return fronts
