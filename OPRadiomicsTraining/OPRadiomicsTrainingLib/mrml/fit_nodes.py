"""A fit in the scene: its tables as table nodes, its curves as plot charts over tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import vtk

from ..reports.figures.look import MODEL_COLOURS
from ..reports.shown import Curves, Line

FIT: Final = "OPRadiomics.Fit"
"""Attribute of every node of a fit: the fit's name."""

CURVES: Final = "OPRadiomics.Curves"
"""Attribute of a chart: which curves it shows, as `Curves.name`."""

_GREY: Final = (0.55, 0.55, 0.55)


def add_table(scene: Any, fit: str, name: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Any:
    """A vtkMRMLTableNode of texts.

    Parameters
    ----------
    scene
        vtkMRMLScene that gets the node.
    fit
        Name of the fit, by which `remove_fit` finds the node again.
    header
        Titles of the columns; one that stands twice is numbered, because columns are found by title.
    rows
        As long as the header.
    """
    node = scene.AddNewNodeByClass("vtkMRMLTableNode", name)
    node.SetAttribute(FIT, fit)
    node.SetUseColumnTitleAsColumnHeader(True)
    for place, title in enumerate(_distinct(header)):
        column = vtk.vtkStringArray()
        column.SetName(title)
        for row in rows:
            column.InsertNextValue(row[place])
        node.AddColumn(column)
    return node


def add_chart(scene: Any, fit: str, curves: Curves, titles: tuple[str, str, str], words: Mapping[str, str]) -> Any:
    """A vtkMRMLPlotChartNode with a series a line, and the table that holds their points.

    Parameters
    ----------
    titles
        Of the chart, x and y.
    words
        Names of the lines as they are shown; those that are missing stay as they are.
    """
    title, x_title, y_title = titles
    table = scene.AddNewNodeByClass("vtkMRMLTableNode", f"{title} points")
    table.SetAttribute(FIT, fit)
    chart = scene.AddNewNodeByClass("vtkMRMLPlotChartNode", title)
    chart.SetAttribute(FIT, fit)
    chart.SetAttribute(CURVES, curves.name)
    chart.SetTitle(title)
    chart.SetXAxisTitle(x_title)
    chart.SetYAxisTitle(y_title)
    chart.SetXAxisRangeAuto(False)
    chart.SetXAxisRange(0.0, 1.0)
    chart.SetYAxisRangeAuto(False)
    chart.SetYAxisRange(*_reach(curves))
    longest = max(len(x) for x, _ in curves.lines.values())
    for name, line in curves.lines.items():
        shown = words.get(name, name)
        for values, axis in zip(line, "xy", strict=True):
            table.AddColumn(_column(f"{shown} {axis}", values, longest))
        chart.AddAndObservePlotSeriesNodeID(_add_series(scene, fit, table, name, shown).GetID())
    return chart


def remove_fit(scene: Any, fit: str) -> None:
    """Take a fit's tables, series and charts out of the scene."""
    for name in ("vtkMRMLPlotChartNode", "vtkMRMLPlotSeriesNode", "vtkMRMLTableNode"):
        nodes = [scene.GetNthNodeByClass(place, name) for place in range(scene.GetNumberOfNodesByClass(name))]
        for node in nodes:
            if node.GetAttribute(FIT) == fit:
                scene.RemoveNode(node)


def _reach(curves: Curves) -> tuple[float, float]:
    """Of the y axis: treating all is of ever less benefit at high thresholds, and would press the other lines together."""
    if curves.name != "decision":
        return 0.0, 1.0
    best = max(float(np.max(y)) for _, y in curves.lines.values())
    return -0.25 * best - 0.02, 1.12 * best + 0.02


def _column(title: str, values: Line | Any, length: int) -> Any:
    """Shorter lines end in their last point again and again: the columns of a table are of one length."""
    column = vtk.vtkDoubleArray()
    column.SetName(title)
    for place in range(length):
        column.InsertNextValue(float(values[min(place, len(values) - 1)]))
    return column


def _add_series(scene: Any, fit: str, table: Any, name: str, shown: str) -> Any:
    series = scene.AddNewNodeByClass("vtkMRMLPlotSeriesNode", shown)
    series.SetAttribute(FIT, fit)
    series.SetAndObserveTableNodeID(table.GetID())
    series.SetXColumnName(f"{shown} x")
    series.SetYColumnName(f"{shown} y")
    series.SetPlotType(series.PlotTypeScatter)  # the type whose lines have an x of their own
    series.SetMarkerStyle(series.MarkerStyleNone)
    series.SetLineWidth(2.0 if name in MODEL_COLOURS else 1.0)
    series.SetColor(*_rgb(MODEL_COLOURS[name]) if name in MODEL_COLOURS else _GREY)
    return series


def _rgb(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return red, green, blue


def _distinct(header: Sequence[str]) -> list[str]:
    seen: Counter[str] = Counter()
    titles = []
    for title in header:
        seen[title] += 1
        titles.append(title if seen[title] == 1 else f"{title} ({seen[title]})")
    return titles
