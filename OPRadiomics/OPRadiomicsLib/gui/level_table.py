"""The levels in a table: state, size, what the network thought, what the reader changed, and what to look at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import qt
from slicer.i18n import tr as _

from ..levels import STUDY_LEVELS
from ..mrml import acceptance, draft
from ..types import Role
from .colours import AMBER, GREEN, GREY, on
from .language import inWords
from .study import Study, drawnLevels


class LevelTable:
    """Fills a QTableWidget.

    Parameters
    ----------
    widget
        The table.
    onChosen
        Called with a level when its row is clicked.
    """

    def __init__(self, widget: Any, onChosen: Callable[[str], None]) -> None:
        self.widget = widget
        self.levels: tuple[str, ...] = ()
        widget.setHorizontalHeaderLabels([_("Level"), _("State"), _("ml"), _("Network"), _("Changed"), _("Look at")])
        meanings = {
            2: _("Volume of the body"),
            3: _("Mean probability that the network gives to the body's voxels"),
            4: _("Overlap with the network's draft (Dice), and change of volume"),
        }
        for column, meaning in meanings.items():
            widget.horizontalHeaderItem(column).setToolTip(meaning)
        widget.verticalHeader().visible = False
        widget.horizontalHeader().setStretchLastSection(True)
        widget.connect("cellClicked(int,int)", lambda row, column: onChosen(self.levels[row]))

    @property
    def current(self) -> str:
        """The selected level, "" where none is."""
        row = self.widget.currentRow()
        return self.levels[row] if 0 <= row < len(self.levels) else ""

    def select(self, level: str) -> None:
        """Select a level's row; L1 to L3, which stand first, are then seen together."""
        if level in self.levels:
            self.widget.selectRow(self.levels.index(level))
            if level in STUDY_LEVELS:
                self.widget.scrollToTop()

    def show(self, study: Study | None) -> None:
        """Fill in the study's levels; L1 to L3 stand first in bold."""
        kept = self.current
        node = study.bodies(Role.T1WI) if study is not None else None
        drawn = drawnLevels(node)
        self.levels = (*(one for one in drawn if one in STUDY_LEVELS), *(one for one in drawn if one not in STUDY_LEVELS))
        self.widget.setRowCount(len(self.levels))
        if study is None:
            return
        accepted = acceptance.acceptance(node)
        changes = {change.level: change for change in draft.changes(node)} if draft.has_draft(node) else {}
        said = {one["level"]: one for one in study.notes["levels"]}
        for row, level in enumerate(self.levels):
            self._fill(row, level, accepted.get(level), changes.get(level), said.get(level, {}))
        self.widget.resizeColumnsToContents()
        self.select(kept)

    def _fill(self, row: int, level: str, accepted: Any, change: Any, said: dict[str, Any]) -> None:
        studied = level in STUDY_LEVELS
        state, colour = _state(accepted, studied)
        volume = f"{change.volume_ml:.1f}" if change is not None else ""
        network = f"{100 * said['confidence']:.0f} %" if "confidence" in said else ""
        cells = (level, state, volume, network, _changed(change), inWords("; ".join(said.get("flags", ()))))
        for column, text in enumerate(cells):
            item = qt.QTableWidgetItem(text)
            item.setToolTip(text)
            if column == 0 and studied:
                font = item.font()
                font.setBold(True)
                item.setFont(font)
            if column == 1:
                item.setForeground(qt.QBrush(qt.QColor(on(self.widget, colour))))
            self.widget.setItem(row, column, item)


def _state(accepted: Any, studied: bool) -> tuple[str, tuple[str, str]]:
    if accepted is not None:
        time = accepted.time.strftime("%H:%M")
        return f"✓ {accepted.initials} {time}", GREEN
    return (_("to review"), AMBER) if studied else (_("not used"), GREY)


def _changed(change: Any) -> str:
    """What the reader changed of the network's draft."""
    if change is None:
        return ""
    if change.drafted_as is None:
        return _("drawn by the reader")
    if change.dice == 1.0:
        return _("no")
    return _("Dice {dice:.3f}, {percent:+.1f} %").format(dice=change.dice, percent=change.change_percent)
