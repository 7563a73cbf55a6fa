"""A fit in the scene: tables as they were written, charts whose series point at their columns; shown anew, it stands once."""

from __future__ import annotations

from typing import Any

import numpy as np
from OPRadiomicsTrainingLib.mrml.fit_nodes import add_chart, add_table, remove_fit
from OPRadiomicsTrainingLib.reports.shown import Curves

CURVES = Curves(
    "roc",
    {
        "reference": (np.array([0.0, 1.0]), np.array([0.0, 1.0])),
        "clinical": (np.array([0.0, 0.25, 1.0]), np.array([0.0, 0.75, 1.0])),
    },
)


def _count(scene: Any, name: str) -> int:
    return int(scene.GetNumberOfNodesByClass(name))


def test_columns_of_one_title_are_numbered_and_keep_their_cells(scene: Any) -> None:
    node = add_table(scene, "own", "own: table 3", ("Variable", "P", "P"), [("age", "0.01", "0.02"), ("sex", "0.03", "–")])
    table = node.GetTable()
    assert [table.GetColumnName(n) for n in range(3)] == ["Variable", "P", "P (2)"]
    assert table.GetColumnByName("P (2)").GetValue(1) == "–"
    assert table.GetNumberOfRows() == 2


def test_each_line_of_a_chart_is_a_series_over_its_own_columns(scene: Any) -> None:
    chart = add_chart(scene, "own", CURVES, ("own: ROC", "1 - specificity", "sensitivity"), {"clinical": "Klinisch"})
    names = [chart.GetNthPlotSeriesNode(n).GetName() for n in range(chart.GetNumberOfPlotSeriesNodes())]
    assert names == ["reference", "Klinisch"]
    series = chart.GetNthPlotSeriesNode(1)
    table = series.GetTableNode().GetTable()
    x, y = (table.GetColumnByName(name) for name in (series.GetXColumnName(), series.GetYColumnName()))
    assert [(x.GetValue(n), y.GetValue(n)) for n in range(3)] == [(0, 0), (0.25, 0.75), (1, 1)]
    short = table.GetColumnByName("reference x")
    assert [short.GetValue(n) for n in range(3)] == [0, 1, 1]
    assert (chart.GetXAxisTitle(), chart.GetYAxisTitle()) == ("1 - specificity", "sensitivity")


def test_decision_curves_are_not_pressed_together_by_treating_all(scene: Any) -> None:
    x = np.array([0.0, 0.5, 0.99])
    lines = {"treat all": (x, np.array([0.6, 0.2, -39.0])), "combined": (x, np.array([0.6, 0.4, 0.1]))}
    low, high = add_chart(scene, "own", Curves("decision", lines), ("D", "x", "y"), {}).GetYAxisRange()
    assert -0.2 < low < 0
    assert 0.6 < high < 0.8


def test_a_fit_is_taken_out_with_all_its_nodes_and_no_other(scene: Any) -> None:
    for fit in ("own", "other"):
        add_table(scene, fit, f"{fit}: table", ("a",), [("1",)])
        add_chart(scene, fit, CURVES, ("ROC", "x", "y"), {})
    remove_fit(scene, "own")
    counts = [_count(scene, f"vtkMRML{name}Node") for name in ("Table", "PlotSeries", "PlotChart")]
    assert counts == [2, 2, 1]
