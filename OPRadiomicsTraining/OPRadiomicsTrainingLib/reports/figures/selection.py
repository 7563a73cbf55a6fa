"""Figure 2: LASSO of each sequence (cross-validated error, path) and the coefficients of the Radscores."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from OPRadiomicsLib.reports.style import AWAY, INK, MUTED, RULE, TOWARDS, calm, new_figure
from OPRadiomicsLib.types import Role

from ...fitting.fit import FitResult
from ...fitting.penalty_path import PenaltyPath
from .look import finished, labelled, titled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHOWN = 12
"""Coefficients drawn for each sequence, the largest."""


def selection_picture(result: FitResult) -> bytes:
    """One row a sequence: error by penalty, coefficients by penalty, the Radscore's coefficients."""
    figure = new_figure(12.0, 9.6)
    grid = figure.add_gridspec(3, 2, left=0.06, right=0.56, top=0.93, bottom=0.07, wspace=0.25, hspace=0.5)
    wide = figure.add_gridspec(3, 1, left=0.75, right=0.985, top=0.93, bottom=0.07, hspace=0.5)
    rule = result.stages.tuned.rule
    for row, role in enumerate(Role):
        panels = [figure.add_subplot(place) for place in (grid[row, 0], grid[row, 1], wide[row])]
        for panel in panels:
            calm(panel)
        path = result.stages.paths[role].path
        if path is None:
            for panel in panels:
                panel.set_axis_off()
            panels[0].text(0.0, 0.5, f"{role}: no feature passed the t test", transform=panels[0].transAxes, fontsize=9)
            continue
        chosen = path.index(rule)
        _error(panels[0], path, chosen)
        titled(panels[0], "ABC"[row] + "1", f"{role}: cross-validated error")
        _path(panels[1], path, chosen)
        titled(panels[1], "ABC"[row] + "2", f"{role}: coefficient paths")
        _coefficients(panels[2], result, role)
        titled(panels[2], "ABC"[row] + "3", f"{role}: Radscore")
    return finished(figure, demo=result.signature.demo)


def _error(axes: Axes, path: PenaltyPath, chosen: int) -> None:
    x = np.log10(path.penalties)
    axes.fill_between(x, path.error - path.standard_error, path.error + path.standard_error, color=RULE, linewidth=0)
    axes.plot(x, path.error, color=TOWARDS, linewidth=1.4)
    for place, rule, style in zip(path.places, ("min", "1se"), ("--", ":"), strict=True):
        axes.axvline(x[place], color=MUTED, linewidth=0.9, linestyle=style, label=f"lambda.{rule}")
    axes.plot(x[chosen], path.error[chosen], "o", color=INK, markersize=5, label="chosen")
    axes.invert_xaxis()
    axes.legend(fontsize=7, frameon=False)
    labelled(axes, "log10 penalty", "error")


def _path(axes: Axes, path: PenaltyPath, chosen: int) -> None:
    x = np.log10(path.penalties)
    axes.plot(x, path.coefficients, linewidth=0.8)
    axes.axvline(x[chosen], color=INK, linewidth=0.9, linestyle="--")
    axes.axhline(0.0, color=RULE, linewidth=0.8)
    axes.invert_xaxis()
    labelled(axes, "log10 penalty", "coefficient per SD")


def _coefficients(axes: Axes, result: FitResult, role: Role) -> None:
    if role not in result.stages.scores:
        axes.text(0.5, 0.5, "no feature left: not in the models", ha="center", transform=axes.transAxes, fontsize=9)
        return
    score, names = result.stages.scores[role], result.cohort.names(role)
    order = np.argsort(-np.abs(score.coefficients))[:SHOWN]
    values = score.coefficients[order]
    labels = [short_name(names[score.columns[place]], role) for place in order]
    axes.barh(range(len(order)), values, color=[TOWARDS if value > 0 else AWAY for value in values], height=0.65)
    axes.set_yticks(range(len(order)), labels, fontsize=6.5)
    axes.set_ylim(max(len(order), 6) - 0.5, -0.5)
    axes.axvline(0.0, color=INK, linewidth=0.8)
    axes.locator_params(axis="x", nbins=4)
    left_out = len(score.coefficients) - len(order)
    labelled(axes, "coefficient per SD" + (f" ({left_out} smaller ones not drawn)" if left_out else ""), "")


def short_name(name: str, role: Role) -> str:
    """A feature's name without what the panel says already."""
    short = name.removeprefix(f"{role}_")
    for long, brief in (("original_", "orig "), ("log-sigma-", "LoG "), ("-0-mm-3D_", " "), ("_", " ")):
        short = short.replace(long, brief)
    return short if len(short) <= 34 else short[:33] + "…"
