"""A run's network beside the one in use: a row a held-out case, and its slices with both outlines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from slicer.i18n import tr as _

from ..segmentation.compare import BODIES, COMPARISON_FILE, PICTURES_FOLDER, NetworkComparison, read_comparison
from . import tables
from .pictures import Picture


class ComparisonView:
    """Table, picture, slider; shows whatever the run has left."""

    def __init__(self, ui: Any) -> None:
        self.ui = ui
        self._picture = Picture(ui.comparisonPictureButton)
        self._run: Path | None = None
        self._age = -1.0  # of no run: what belongs to one is hidden at the first look
        self.compared: NetworkComparison | None = None
        ui.comparisonTable.setMinimumHeight(120)
        ui.comparisonTable.connect("itemSelectionChanged()", self._showCase)
        ui.comparisonSlider.connect("valueChanged(int)", lambda value: self._showSlice())
        ui.previousCaseButton.connect("clicked()", lambda: self._step(-1))
        ui.followingCaseButton.connect("clicked()", lambda: self._step(1))
        ui.copyComparisonButton.connect("clicked()", lambda: tables.copy(ui.comparisonTable))

    def show(self, run: Path | None) -> None:
        """The comparison of a run; what is shown already stays, with its case and slice."""
        file = run / COMPARISON_FILE if run is not None else None
        age = file.stat().st_mtime if file is not None and file.is_file() else 0.0
        if (run, age) == (self._run, self._age):
            return
        self._run, self._age = run, age
        self.compared = read_comparison(run) if run is not None and age else None
        self._fill()

    def _fill(self) -> None:
        ui, compared = self.ui, self.compared
        for widget in (ui.comparisonLabel, ui.comparisonTable, ui.comparisonPictureButton, ui.comparisonRow):
            widget.visible = compared is not None
        if compared is None:
            return
        text = _("{count} held-out cases: Dice {new} with the new network, {before} with {name}.")
        new, before = f"{compared.new:.3f}", f"{compared.before:.3f}"
        ui.comparisonLabel.text = text.format(count=len(compared.cases), new=new, before=before, name=compared.before_name)
        header, rows = compared.table()
        tables.fill(ui.comparisonTable, [self._heading(cell) for cell in header], [self._row(row) for row in rows])
        ui.comparisonTable.selectRow(0)
        self._showCase()

    def _heading(self, cell: str) -> str:
        figure, _space, which = cell.partition(" ")
        words = {"new": _("new"), "before": _("before"), "difference": _("difference")}
        names = {"case": _("Case"), BODIES: _("Bodies")}
        return f"{names.get(figure, figure)} {words.get(which, '')}".strip()

    def _row(self, row: tuple[str, ...]) -> tuple[str, ...]:
        return (_("mean") if row[0] == "mean" else row[0], *row[1:])

    def _case(self) -> Any:
        row = self.ui.comparisonTable.currentRow()
        cases = self.compared.cases if self.compared is not None else ()
        return cases[row] if 0 <= row < len(cases) else None

    def _step(self, by: int) -> None:
        count = len(self.compared.cases) if self.compared is not None else 0
        if count:
            self.ui.comparisonTable.selectRow((self.ui.comparisonTable.currentRow() + by) % count)

    def _showCase(self) -> None:
        case, slider = self._case(), self.ui.comparisonSlider
        pictures = case.pictures if case is not None else ()
        slider.blockSignals(True)
        slider.setRange(0, max(len(pictures) - 1, 0))
        slider.setValue(len(pictures) // 2)
        slider.blockSignals(False)
        slider.enabled = len(pictures) > 1
        self._showSlice()

    def _showSlice(self) -> None:
        case, place = self._case(), self.ui.comparisonSlider.value
        found = case is not None and self._run is not None and place < len(case.pictures)
        path = self._run / PICTURES_FOLDER / case.pictures[place] if found and self._run is not None else None
        self._picture.show(path)
