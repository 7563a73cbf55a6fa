"""Colours of what is right, to be looked at, wrong or not in use, each readable on a light and on a dark background."""

from __future__ import annotations

from typing import Any

GREEN = ("#1e8449", "#58d68d")
AMBER = ("#b9770e", "#f5b041")
RED = ("#c0392b", "#ec7063")
GREY = ("#616a6b", "#aab7b8")


def isDark(widget: Any) -> bool:
    """Whether a widget's background is dark, as in Slicer's dark style."""
    import qt

    return bool(widget.palette.color(qt.QPalette.Base).lightness() < 128)


def on(widget: Any, colour: tuple[str, str]) -> str:
    """Of a pair, the colour for the widget's background."""
    return colour[isDark(widget)]


def styled(widget: Any, colour: tuple[str, str], more: str = "") -> str:
    """A label's style sheet in this colour."""
    return f"QLabel {{ color: {on(widget, colour)}; {more}}}"
