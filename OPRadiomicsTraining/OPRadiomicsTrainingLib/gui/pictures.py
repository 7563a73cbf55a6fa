"""Pictures in the panel: no wider than it is, and opened at their full size by a click."""

from __future__ import annotations

from typing import Any

import qt

MARGIN = 56
"""Pixels of the panel's width that frames and the scroll bar take."""

NARROWEST = 240


class Picture:
    """A picture on a button.

    Parameters
    ----------
    button
        A QToolButton; it is hidden where there is no picture.
    width
        In pixels, where the panel has room for it.
    """

    def __init__(self, button: Any, width: int = 560) -> None:
        self._button = button
        self._width = width
        self._path = ""
        button.connect("clicked()", self.open)

    def show(self, path: Any) -> None:
        """A picture from a file, or none."""
        self._path = str(path or "")
        picture = qt.QPixmap(self._path)
        self._button.visible = not picture.isNull()
        if not picture.isNull():
            room = max(_panel_width(self._button) - MARGIN, NARROWEST)
            picture = picture.scaledToWidth(min(self._width, picture.width(), room), qt.Qt.SmoothTransformation)
            self._button.setIconSize(picture.size())
            self._button.setIcon(qt.QIcon(picture))

    def open(self) -> None:
        """At its full size, in the program that shows pictures on this computer."""
        if self._path:
            qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(self._path))


def _panel_width(widget: Any) -> int:
    """Of the scroll area that holds the panel, which never grows with what is in it; of the window where there is none."""
    above = widget.parentWidget()
    while above is not None and not hasattr(above, "viewport"):
        above = above.parentWidget()
    return int((above.viewport() if above is not None else widget.window()).width)
