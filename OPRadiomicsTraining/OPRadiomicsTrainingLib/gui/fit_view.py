"""A finished fit in the panel: summary, tables that can be copied, figures; and as nodes of the scene."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import slicer
from OPRadiomicsLib.json_files import read_json
from slicer.i18n import tr as _

from ..mrml.fit_nodes import CURVES, add_chart, add_table, remove_fit
from ..reports.shown import ShownTable, curves_of, figures_of, tables_of
from . import tables
from .pictures import Picture
from .words import chartWords, lineWord, resultWord

FIRST_TABLES = ("training_performance", "features")
FIRST_FIGURE = "figure3"


class FitView:
    """Shows what lies in a fit's folder."""

    def __init__(self, ui: Any) -> None:
        self.ui = ui
        self._picture = Picture(ui.fitPictureButton)
        self._run: Path | None = None
        self._age = -1.0  # of no run: what belongs to one is hidden at the first look
        self._tables: dict[str, ShownTable] = {}
        ui.fitResultTable.setMinimumHeight(170)
        ui.fitTableComboBox.connect("currentIndexChanged(int)", lambda index: self._showTable())
        ui.fitFigureComboBox.connect("currentIndexChanged(int)", lambda index: self._showFigure())
        ui.copyFitTableButton.connect("clicked()", lambda: tables.copy(ui.fitResultTable))

    def show(self, run: Path | None) -> None:
        """A fit's folder, or nothing."""
        record = run / "fit.json" if run is not None else None
        age = record.stat().st_mtime if record is not None and record.is_file() else 0.0
        if (run, age) == (self._run, self._age):
            return
        self._run, self._age = run, age
        ready = run is not None and bool(age)
        for name in (
            "fitSummaryLabel",
            "fitTableLabel",
            "fitTableRow",
            "fitResultTable",
            "fitFigureLabel",
            "fitFigureComboBox",
        ):
            getattr(self.ui, name).visible = ready
        self._fill(run if ready else None)

    def _fill(self, run: Path | None) -> None:
        found = tables_of(run) if run is not None else ()
        found = tuple(sorted(found, key=lambda one: one.tested or one.name not in FIRST_TABLES))
        self._tables = {f"{one.name} {one.tested}": one for one in found}
        listed = [(resultWord(one.name, one.tested), key) for key, one in self._tables.items()]
        tables.choices(self.ui.fitTableComboBox, listed)
        figures = figures_of(run) if run is not None else ()
        figures = tuple(sorted(figures, key=lambda one: one[1] or one[0].stem != FIRST_FIGURE))
        tables.choices(self.ui.fitFigureComboBox, [(resultWord(path.stem, tested), str(path)) for path, tested in figures])
        self.ui.fitSummaryLabel.text = f"{_mark(run)}{_summary(run)}" if run is not None else ""
        self._showTable()
        self._showFigure()

    def _showTable(self) -> None:
        found = self._tables.get(str(self.ui.fitTableComboBox.currentData))
        table = self.ui.fitResultTable
        table.setColumnCount(0)
        tables.fill(table, found.header if found is not None else (), found.rows if found is not None else ())

    def _showFigure(self) -> None:
        self._picture.show(self.ui.fitFigureComboBox.currentData)

    def intoScene(self) -> int:
        """Tables and charts as nodes, in place of those that this fit had; the ROC curves are shown. How many nodes."""
        run, scene = self._run, slicer.mrmlScene
        if run is None:
            return 0
        curves = curves_of(run)
        remove_fit(scene, run.name)
        name = f"{_mark(run)}{run.name}"
        for one in self._tables.values():
            add_table(scene, run.name, f"{name}: {resultWord(one.name, one.tested)}", one.header, one.rows)
        words = {line: lineWord(line) for one in curves for line in one.lines}
        charts = []
        for chart in curves:
            title, x, y = chartWords(chart.name)
            charts.append(add_chart(scene, run.name, chart, (f"{name}: {title}", x, y), words))
        if charts:
            _showChart(charts[0])
        return len(self._tables) + len(charts)


def _mark(run: Path) -> str:
    """What stands before the numbers of a fit on simulated patients."""
    try:
        demo = read_json(run / "signature.json", lambda signature: signature["demo"])
    except (OSError, ValueError):
        demo = False
    return _("DEMO: ") if demo else ""


def _summary(run: Path) -> str:
    """AUC of each model with its interval, and how many features were chosen."""

    def summary(record: dict[str, Any]) -> str:
        areas = [
            f"{lineWord(name)} {one['auc']:.3f} ({one['lower']:.3f}-{one['upper']:.3f})" for name, one in record["auc"].items()
        ]
        patients, ill = record["patients"]["training"], record["patients"]["osteoporosis"]
        text = _("{patients} training patients, {ill} with osteoporosis. AUC (95 % CI), {how}: {areas}.")
        how = _("apparent") if record["predictions"] == "apparent" else _("out of fold")
        return text.format(patients=patients, ill=ill, how=how, areas=", ".join(areas))

    try:
        return read_json(run / "fit.json", summary)
    except (OSError, ValueError):
        return ""


def plotViewNode() -> Any:
    """Of the plot view that shows the curves, or None where there is none."""
    manager = slicer.app.layoutManager()
    return manager.plotWidget(0).mrmlPlotViewNode() if manager is not None and manager.plotViewCount else None


def placeLegend(caller: Any = None, event: Any = None) -> None:
    """Where the curves of the chart that is shown leave room: decision curves fall, the others rise."""
    node = plotViewNode()
    name = node.GetPlotChartNode().GetAttribute(CURVES) if node is not None and node.GetPlotChartNode() is not None else None
    if name is None:
        return
    chart = slicer.app.layoutManager().plotWidget(0).plotView().chart()
    legend = chart.GetLegend()
    legend.SetHorizontalAlignment(legend.RIGHT)
    legend.SetVerticalAlignment(legend.TOP if name == "decision" else legend.BOTTOM)
    chart.GetScene().SetDirty(True)


def _showChart(chart: Any) -> None:
    """In a layout that has a plot view."""
    manager = slicer.app.layoutManager()
    if manager is None:
        return
    manager.setLayout(slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpPlotView)
    node = plotViewNode()
    if node is not None:
        node.SetPlotChartNodeID(chart.GetID())
        placeLegend()
