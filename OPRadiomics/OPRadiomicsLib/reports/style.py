"""How every picture looks: colours that survive colour blindness and print, the DEMO mark, PNG without global state."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from .fonts import use_font

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK: Final = "#1f2933"
MUTED: Final = "#66727f"
RULE: Final = "#d5dbe1"
TOWARDS: Final = "#b5482a"
AWAY: Final = "#2b6ca3"
ACCENT: Final = "#17606b"
DEMO_RED: Final = "#b3261e"
LEVEL_COLOURS: Final[Mapping[str, str]] = {"L1": "#56b4e9", "L2": "#f0e442", "L3": "#e69f00"}
"""Okabe & Ito's palette (2008); the levels outside the study are drawn in grey."""

OTHER_LEVEL: Final = "#b8c0c8"
DPI: Final = 130


def new_figure(width_in: float, height_in: float) -> Figure:
    """Empty white figure, outside pyplot's global state."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width_in, height_in), dpi=DPI, facecolor="white")


def calm(axes: Axes) -> None:
    """Take away what carries no information: top and right frame, dark ticks."""
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(RULE)
    axes.tick_params(colors=INK, labelsize=9, length=0)


def place_axes(figure: Figure, *, left: float, bottom: float, width: float, height: float) -> Axes:
    """Axes at a place given in inches from the lower left corner."""
    across, up = (float(size) for size in figure.get_size_inches())
    return figure.add_axes((left / across, bottom / up, width / across, height / up))


def png(figure: Figure, *, demo: bool, strings: Mapping[str, str], across: bool = True) -> bytes:
    """The figure as PNG, with the research notice and, on demo results, a DEMO mark; no date inside.

    Parameters
    ----------
    across
        Lay DEMO across the whole figure; False where its panels carry their own mark.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure.text(0.995, 0.008, strings["research"], ha="right", va="bottom", fontsize=7, color=MUTED)
    if demo:
        _mark_demo(figure, strings, across=across)
    use_font(figure, strings)
    stream = io.BytesIO()
    FigureCanvasAgg(figure).print_png(stream, metadata={"Software": None}, pil_kwargs={"compress_level": 4})
    return stream.getvalue()


def _mark_demo(figure: Figure, strings: Mapping[str, str], *, across: bool) -> None:
    width, height = (float(size) for size in figure.get_size_inches())
    if across:
        size = 0.55 * min(height, width / 3) * 72
        figure.text(
            0.5, 0.5, strings["demo"], ha="center", va="center", fontsize=size, fontweight="bold", color=DEMO_RED,
            alpha=0.13, zorder=9,
        )  # fmt: skip
    line = f"{strings['demo']} — {strings['demo_note']}"
    size = min(8.0, 72 * width / _ems(line))
    figure.text(
        0.06 / width, 1 - 0.06 / height, line, ha="left", va="top", fontsize=size, fontweight="bold", color="white", zorder=10,
        bbox={"facecolor": DEMO_RED, "edgecolor": "none", "pad": 3},
    )  # fmt: skip


def _ems(line: str) -> float:
    """Width of a bold line over its font size, rounded up: some 0.7 a letter in DejaVu Sans, 1 a Chinese character."""
    return sum(1.02 if unicodedata.east_asian_width(character) in "WF" else 0.72 for character in line)
