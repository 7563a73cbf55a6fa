"""Plain texts into a QTableWidget, fast, keeping what is selected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import qt
import slicer

NARROW = 30
"""Pixels of a column before it is widened to what it holds."""

WIDEST = 0.75
"""Share of the table that one column may take: a long name is told by its tooltip, and the others are seen beside it."""

WIDTH = 400
"""Pixels of a table as long as it has not been shown."""

LONG = 30
"""Characters from which a cell has its text as a tooltip too."""

SEEN_ROWS = 60
"""Rows that decide how wide a column is: measuring a thousand would take longer than showing them."""


def fill(table: Any, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Show rows; the row whose first cell was selected stays selected."""
    chosen = firstCell(table)
    table.setUpdatesEnabled(False)
    table.blockSignals(True)
    table.horizontalHeader().setDefaultSectionSize(NARROW)
    table.setColumnCount(len(headings))
    table.setHorizontalHeaderLabels(list(headings))
    table.setRowCount(len(rows))
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            item = table.item(number, column)
            if item is None:
                item = qt.QTableWidgetItem()
                table.setItem(number, column, item)
            if item.text() != text:
                item.setText(text)
                item.setToolTip(text if len(text) > LONG else "")
        if chosen and row[0] == chosen:
            table.selectRow(number)
    # Rows have one line: of a wrapped feature's name nothing would be left but what stands before its last hyphen.
    table.setWordWrap(False)
    table.verticalHeader().setVisible(False)
    table.horizontalHeader().setStretchLastSection(True)
    for column in range(len(headings)):
        widen(table, column)
    table.blockSignals(False)
    table.setUpdatesEnabled(True)


def widen(table: Any, column: int) -> None:
    """Let a column grow to what it holds now; it never shrinks, so that a width chosen by hand stays."""
    header = table.horizontalHeader()
    header.setResizeContentsPrecision(SEEN_ROWS)
    needed = max(table.sizeHintForColumn(column), header.sectionSizeHint(column)) + 8
    if table.columnCount > 1:
        needed = min(needed, int(WIDEST * max(table.width, WIDTH)))
    table.setColumnWidth(column, max(table.columnWidth(column), needed))


def firstCell(table: Any) -> str:
    """Text of the selected row's first cell, "" where none is selected."""
    row = table.currentRow()
    item = table.item(row, 0) if row >= 0 else None
    return str(item.text()) if item is not None else ""


def copy(table: Any) -> None:
    """The whole table into the clipboard: cells between tabs, as spreadsheets take them."""
    titles = [table.horizontalHeaderItem(column) for column in range(table.columnCount)]
    headings = [title.text() if title is not None else "" for title in titles]
    rows = [[_cell(table, row, column) for column in range(table.columnCount)] for row in range(table.rowCount)]
    slicer.app.clipboard().setText("\n".join("\t".join(cells) for cells in [headings, *rows]) + "\n")


def _cell(table: Any, row: int, column: int) -> str:
    item = table.item(row, column)
    return str(item.text()) if item is not None else ""


def choices(box: Any, texts: Sequence[tuple[str, str]]) -> None:
    """Fill a combo box with (text, data), keeping what is chosen; signals stay quiet unless the choice changes."""
    known = [(box.itemText(n), box.itemData(n)) for n in range(box.count)]
    if known == list(texts):
        return
    chosen = box.currentData
    box.blockSignals(True)
    box.clear()
    for text, data in texts:
        box.addItem(text, data)
    place = box.findData(chosen) if chosen is not None else -1
    box.setCurrentIndex(max(place, 0))
    box.blockSignals(False)
