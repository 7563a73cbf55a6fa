"""What the figures share: colours of the models, panels and their titles, a PNG with the DEMO mark."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from OPRadiomicsLib.reports.strings import ENGLISH
from OPRadiomicsLib.reports.style import INK, MUTED, RULE, calm, png

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MODEL_COLOURS: Final[Mapping[str, str]] = {"clinical": "#0072b2", "radiomics": "#d55e00", "combined": "#009e73"}
"""Okabe & Ito's palette (2008), told apart in every common colour blindness."""

MODEL_LINES: Final[Mapping[str, str]] = {"clinical": "--", "radiomics": "-.", "combined": "-"}


def finished(figure: Figure, *, demo: bool) -> bytes:
    """PNG with the research notice, marked DEMO where the patients are simulated."""
    return png(figure, demo=demo, strings=ENGLISH)


def row_of_panels(figure: Figure, count: int) -> list[Axes]:
    """Panels side by side with room for titles and the DEMO line."""
    left = max(0.075, 0.7 / figure.get_figwidth())  # 0.7 inch holds the longest tick label and the axis's name
    grid = figure.add_gridspec(1, count, left=left, right=0.98, top=0.84, bottom=0.15, wspace=0.3)
    panels = [figure.add_subplot(grid[0, place]) for place in range(count)]
    for panel in panels:
        calm(panel)
    return panels


def letter_of(number: int) -> str:
    """Of a panel, from 0: A to Z, then AA, AB, ..."""
    before, last = divmod(number, 26)
    return (letter_of(before - 1) if before else "") + chr(ord("A") + last)


def titled(axes: Axes, letter: str, title: str) -> None:
    """A panel's letter and title."""
    axes.set_title(f"{letter}  {title}", fontsize=10, color=INK, loc="left")


def labelled(axes: Axes, x: str, y: str) -> None:
    """Names of both axes."""
    axes.set_xlabel(x, fontsize=9, color=MUTED)
    axes.set_ylabel(y, fontsize=9, color=MUTED)


def legend_below(axes: Axes, place: str = "lower right", title: str | None = None) -> None:
    """A legend without a frame's weight."""
    axes.legend(fontsize=7.5, loc=place, frameon=True, framealpha=0.9, edgecolor=RULE, title=title, title_fontsize=7.5)
