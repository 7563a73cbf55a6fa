"""The part of a panel that scrolls; what runs, with Cancel, and what was said last stand above it and stay in view."""

from __future__ import annotations

from typing import Any

import qt


class SectionsArea:
    """Keeps a scroll area wide enough for its sections, so that it scrolls up and down alone.

    Parameters
    ----------
    area
        The QScrollArea that holds the sections.
    """

    def __init__(self, area: Any) -> None:
        self.area = area
        self._timer = qt.QTimer()  # what opens has its new size only when the event is over
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.connect("timeout()", self.fit)
        area.horizontalScrollBar().connect("rangeChanged(int,int)", lambda low, high: self._timer.start())

    def fit(self) -> None:
        """As wide as the sections that are open need, and the scroll bar."""
        self.area.setMinimumWidth(self.area.widget().minimumSizeHint.width() + self.area.verticalScrollBar().sizeHint.width())

    def scrollTo(self, widget: Any) -> None:
        """Bring a widget's top to the top: what is tall is read from its beginning."""
        qt.QCoreApplication.sendPostedEvents(None, qt.QEvent.LayoutRequest)  # what was shown just now takes its place first
        self.area.verticalScrollBar().setValue(widget.mapTo(self.area.widget(), qt.QPoint(0, 0)).y())

    def close(self) -> None:
        """The module is reloaded or Slicer ends."""
        self._timer.stop()
