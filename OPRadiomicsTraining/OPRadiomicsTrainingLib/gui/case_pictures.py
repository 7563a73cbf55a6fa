"""Pictures in the work list: only rows in view get one, and one that does not exist yet is made while the panel rests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import qt
from OPRadiomicsLib.errors import OPRadiomicsError

from ..project.flow import main_line, visible
from ..project.thumbnails import make_outlined, outlined_path
from ..project.versions import Version
from ..project.worklist import WorkItem
from . import tables

SIZE = 64
PAUSE_MS = 30
"""Between two pictures that have to be made, so that scrolling stays smooth."""


class CasePictures:
    """A picture a row: with the outline of the last version that this reader may see in this step."""

    def __init__(self, table: Any, panel: Any) -> None:
        self._table = table
        self._panel = panel
        self._items: Sequence[WorkItem] = ()
        self._set: dict[int, str] = {}
        self._failed: set[Path] = set()
        self._timer = qt.QTimer(table)  # so that it ends with the table
        self._timer.setSingleShot(True)
        self._timer.connect("timeout()", self._showVisible)
        table.setIconSize(qt.QSize(SIZE, SIZE))
        table.verticalHeader().setDefaultSectionSize(SIZE + 2)
        table.verticalScrollBar().connect("valueChanged(int)", lambda value: self.comeIntoView())

    def comeIntoView(self) -> None:
        """Other rows are seen now, or the list itself is."""
        self._timer.start(PAUSE_MS)

    def update(self, items: Sequence[WorkItem]) -> None:
        """The rows show these cases now."""
        if [one.name for one in items] != [one.name for one in self._items]:
            for row in self._set:
                item = self._table.item(row, 0)
                if item is not None:
                    item.setIcon(qt.QIcon())
            self._set = {}
        self._items = items
        self._timer.start(0)

    def _showVisible(self) -> None:
        """Set the pictures that exist; make at most one that does not, and come back for the next."""
        if not self._table.visible or self._panel.project is None:
            return
        for row in self._rows():
            item = self._items[row]
            version = self._version(item)
            path = outlined_path(self._panel.project, version) if version is not None else item.case.thumbnail
            if version is not None and path not in self._failed and not path.is_file():
                self._setIcon(row, item.case.thumbnail)
                self._make(item, version, path)
                self._timer.start(PAUSE_MS)
                return
            self._setIcon(row, item.case.thumbnail if path in self._failed else path)

    def _rows(self) -> range:
        first, height = self._table.rowAt(0), self._table.viewport().height
        last = self._table.rowAt(height - 1)
        count = min(len(self._items), self._table.rowCount)
        return range(max(first, 0), (last if last >= 0 else count - 1) + 1)

    def _version(self, item: WorkItem) -> Version | None:
        seen = main_line(visible(item.versions, self._panel.step, self._panel.initials))
        return seen[-1] if seen else None

    def _setIcon(self, row: int, path: Path) -> None:
        if self._set.get(row) != str(path):
            self._set[row] = str(path)
            self._table.item(row, 0).setIcon(qt.QIcon(str(path)))
            tables.widen(self._table, 0)

    def _make(self, item: WorkItem, version: Version, path: Path) -> None:
        try:
            make_outlined(self._panel.project, item.case, version)
        except (OPRadiomicsError, OSError):
            self._failed.add(path)  # the picture without the outline stays
