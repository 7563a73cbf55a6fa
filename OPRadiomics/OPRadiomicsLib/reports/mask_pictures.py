"""Pictures of the masks on the images: bodies as lines, marrow as a tint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from ..levels import LEVEL_OF_LABEL
from ..regions import edge_of
from ..types import FloatArray, LabelArray, Mask, Role, Volume
from .case import CaseResult
from .slices import SagittalStack, Voxel, crop, middle_slice, near_the_spine, sagittal_stack, spread_slices
from .style import DEMO_RED, INK, LEVEL_COLOURS, MUTED, OTHER_LEVEL, new_figure, place_axes, png

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text

MARGIN_MM: Final = 35.0
SPINE_MARGIN_MM: Final = 50.0
"""In front of the bodies and behind them: the sacrum, from which levels are counted, lies behind L5."""
MONTAGE_SLICES: Final = 6
TINT: Final = 0.28
GAMMA: Final = 0.7
PANEL_PX: Final = (300, 230)
"""Rows and columns of one panel of the montage."""

Strings = Mapping[str, str]
Picture = npt.NDArray[np.float32]


def stacks_of(case: CaseResult) -> dict[Role, SagittalStack]:
    """Each sequence that has a mask, turned for display and cut to L1-L3 with their surroundings."""
    return {
        role: crop(sagittal_stack(case.volumes[role], case.bodies[role], case.marrow.get(role)), MARGIN_MM)
        for role in Role
        if role in case.volumes and role in case.bodies
    }


def masks_picture(stacks: Mapping[Role, SagittalStack], *, demo: bool, strings: Strings) -> bytes:
    """PNG: the slice through the middle of L1-L3 in each sequence, side by side."""
    width_in, height_in = 3.6, 5.2
    figure = new_figure(width_in * len(stacks), height_in + (0.8 if demo else 0.5))
    for place, (role, stack) in enumerate(stacks.items()):
        axes = place_axes(figure, left=place * width_in + 0.04, bottom=0.25, width=width_in - 0.08, height=height_in)
        chosen = middle_slice(stack)
        _draw_slice(axes, stack, chosen)
        axes.set_title(f"{role}   {chosen + 1}/{stack.image.shape[0]}", fontsize=10, color=INK, pad=4)
        if demo:
            _mark(axes, strings, size=24)
    return png(figure, demo=demo, strings=strings, across=False)


def montage_picture(stacks: Mapping[Role, SagittalStack], *, demo: bool, strings: Strings) -> bytes:
    """PNG: one row a sequence, slices spread over L1-L3."""
    rows, columns = PANEL_PX
    width_in = 11.7
    panel_in = width_in / MONTAGE_SLICES
    height_in = panel_in * rows / columns
    figure = new_figure(width_in, height_in * len(stacks) + (0.55 if demo else 0.25))
    for row, (role, stack) in enumerate(reversed(list(stacks.items()))):
        chosen = spread_slices(stack, MONTAGE_SLICES)
        axes = place_axes(figure, left=0, bottom=0.22 + row * height_in, width=panel_in * len(chosen), height=height_in)
        axes.imshow(np.hstack([_panel(stack, index) for index in chosen]), aspect="auto", interpolation="bilinear")
        axes.set_axis_off()
        for place, index in enumerate(chosen):
            _legible(axes.text(place * columns + 6, 8, f"{role} {index + 1}", color="white", fontsize=8, va="top"))
        for place, (level, colour) in enumerate(reversed(list(LEVEL_COLOURS.items()))):
            _legible(axes.text(6, rows - 8 - 22 * place, level, color=colour, fontsize=8, va="bottom"))
        if demo:
            _mark(axes, strings, size=20)
    return png(figure, demo=demo, strings=strings, across=False)


def levels_picture(volume: Volume, bodies: Mask, *, strings: Strings) -> bytes:
    """PNG: slices of one image spread over L1-L3, from its upper to its lower edge, with every level's outline and name."""
    stack = near_the_spine(sagittal_stack(volume, bodies, None), SPINE_MARGIN_MM)
    return _row_picture([("", stack, index) for index in spread_slices(stack, MONTAGE_SLICES)], demo=False, strings=strings)


def sequences_picture(volumes: Mapping[Role, Volume], bodies: Mapping[Role, Mask], *, demo: bool, strings: Strings) -> bytes:
    """PNG: the middle slice of every sequence, from upper to lower edge, with the outline and name of every level.

    ``bodies`` may lie on any grid in the space of their sequence.
    """
    stacks = {role: near_the_spine(sagittal_stack(one, bodies[role], None), SPINE_MARGIN_MM) for role, one in volumes.items()}
    panels = [(f"{role}   ", stack, middle_slice(stack)) for role, stack in stacks.items()]
    return _row_picture(panels, demo=demo, strings=strings)


def _row_picture(panels: Sequence[tuple[str, SagittalStack, int]], *, demo: bool, strings: Strings) -> bytes:
    """PNG: slices side by side, each of one stack under its title and number."""
    height_in = 5.6
    widths_in = [height_in * _columns_over_rows(stack) for _, stack, _ in panels]
    figure = new_figure(sum(widths_in), height_in + (0.8 if demo else 0.5))
    for (title, stack, index), left_in, width_in in zip(panels, np.cumsum([0, *widths_in]), widths_in, strict=False):
        axes = place_axes(figure, left=left_in + 0.02, bottom=0.22, width=width_in - 0.04, height=height_in)
        _draw_slice(axes, stack, index)
        axes.set_title(f"{title}{index + 1}/{stack.image.shape[0]}", fontsize=9, color=INK, pad=3)
    return png(figure, demo=demo, strings=strings, across=False)


def _columns_over_rows(stack: SagittalStack) -> float:
    """Width over height in mm, of a narrow cut-out at least a quarter."""
    rows_mm, columns_mm = (n * size for n, size in zip(stack.image.shape[1:], stack.pixel_mm, strict=True))
    return max(0.25, float(columns_mm / rows_mm))


def _mark(axes: Axes, strings: Strings, size: float) -> None:
    """DEMO in the lower right corner, where it hides no vertebra."""
    axes.text(
        0.985, 0.015, strings["demo"], transform=axes.transAxes, ha="right", va="bottom", fontsize=size, fontweight="bold",
        color="white", bbox={"facecolor": DEMO_RED, "edgecolor": "none", "pad": 2, "alpha": 0.85},
    )  # fmt: skip


def _draw_slice(axes: Axes, stack: SagittalStack, chosen: int) -> None:
    tinted = _tinted(_grey(stack, chosen), stack.marrow[chosen])
    axes.imshow(tinted, aspect=stack.pixel_mm[0] / stack.pixel_mm[1], interpolation="bilinear")
    axes.set_facecolor("black")
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_color(MUTED)
    for label in np.unique(stack.bodies[chosen]):
        if label:
            _draw_level(axes, stack, chosen, int(label))


def _draw_level(axes: Axes, stack: SagittalStack, chosen: int, label: int) -> None:
    level, colour = LEVEL_OF_LABEL[label], _colour(label)
    body = stack.bodies[chosen] == label
    axes.contour(body, levels=[0.5], colors=[colour], linewidths=1.3 if level in LEVEL_COLOURS else 0.7)
    rows, columns = np.nonzero(body)
    middle, front = float(rows.mean()), float(columns.min()) - 3.0 / stack.pixel_mm[1]
    if 0.03 < middle / body.shape[0] < 0.97:
        _legible(axes.text(front, middle, level, color=colour, fontsize=9, ha="right", va="center"))


def _legible(words: Text) -> None:
    """A dark rim, so that words stand out from bright tissue too."""
    from matplotlib.patheffects import withStroke

    words.set_path_effects([withStroke(linewidth=1.8, foreground="black", alpha=0.7)])


def _panel(stack: SagittalStack, chosen: int) -> Picture:
    """One slice with lines and tint as RGB of `PANEL_PX`, black where the slice's own shape leaves room.

    Composed here and not by matplotlib's contours, which take most of a second for eighteen panels.
    """
    rows_mm, columns_mm = (n * size for n, size in zip(stack.bodies.shape[1:], stack.pixel_mm, strict=True))
    scale = min(PANEL_PX[0] / rows_mm, PANEL_PX[1] / columns_mm)
    size = (round(rows_mm * scale), round(columns_mm * scale))
    bodies = _resized(stack.bodies[chosen], size)
    picture = _tinted(_resized(_grey(stack, chosen), size), _resized(stack.marrow[chosen], size))
    edge = edge_of(bodies)
    for label in np.unique(bodies[edge]):
        picture[edge & (bodies == label)] = _rgb(_colour(int(label)))
    top, left = ((whole - part) // 2 for whole, part in zip(PANEL_PX, size, strict=True))
    framed = np.zeros((*PANEL_PX, 3), dtype=np.float32)
    framed[top : top + size[0], left : left + size[1]] = picture
    return framed


def _resized(array: npt.NDArray[Voxel], size: tuple[int, int]) -> npt.NDArray[Voxel]:
    """Nearest neighbour, which is all that a thumbnail needs."""
    rows, columns = (((np.arange(n) + 0.5) * full / n).astype(np.intp) for n, full in zip(size, array.shape, strict=True))
    resized: npt.NDArray[Voxel] = array[np.ix_(rows, columns)]
    return resized


def _grey(stack: SagittalStack, chosen: int) -> FloatArray:
    """The slice on a scale from 0 to 1, between two quantiles of the cropped stack.

    Fluid and fat outshine the marrow that the picture is about, so its share of the scale is widened (`GAMMA`).
    """
    low, high = np.percentile(stack.image, (1.0, 98.0))
    linear = np.clip((stack.image[chosen] - low) / max(high - low, 1e-6), 0.0, 1.0)
    scaled: FloatArray = (linear**GAMMA).astype(np.float32)
    return scaled


def _tinted(grey: FloatArray, marrow: LabelArray) -> Picture:
    """RGB with each level's colour laid thinly over its marrow."""
    picture: Picture = np.repeat(grey[..., None], 3, axis=2).astype(np.float32)
    for label in np.unique(marrow):
        if label:
            inside = marrow == label
            picture[inside] = (1.0 - TINT) * picture[inside] + TINT * _rgb(_colour(int(label)))
    return picture


def _colour(label: int) -> str:
    return LEVEL_COLOURS.get(LEVEL_OF_LABEL[label], OTHER_LEVEL)


def _rgb(colour: str) -> Picture:
    return np.array([int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)], dtype=np.float32)
