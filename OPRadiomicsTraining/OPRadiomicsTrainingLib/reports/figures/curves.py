"""Figures 3 to 5: ROC curves, calibration, decision curves; one panel a set of patients."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import numpy as np
from OPRadiomicsLib.errors import OPRadiomicsError
from OPRadiomicsLib.models.signature import ModelName
from OPRadiomicsLib.reports.style import INK, MUTED, RULE, new_figure

from ...evaluation.results import Evaluation, ModelResult, SetResult
from ...statistics.calibration import calibration_bins, calibration_curve
from .look import MODEL_COLOURS, MODEL_LINES, finished, labelled, legend_below, letter_of, row_of_panels, titled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CURVE_PATIENTS: Final = 20
"""Of each class, for a calibration curve of four knots; fewer draw noise."""


def roc_picture(evaluation: Evaluation) -> bytes:
    """ROC curve of each model, with its AUC and its working point at the training threshold."""
    return _panels(evaluation, _roc)


def calibration_picture(evaluation: Evaluation) -> bytes:
    """Observed share of osteoporosis against predicted probability, as a curve and in groups, and where patients lie."""
    return _panels(evaluation, _calibration)


def decision_picture(evaluation: Evaluation) -> bytes:
    """Net benefit by threshold probability, against treating all and none."""
    return _panels(evaluation, _decision)


def _panels(evaluation: Evaluation, draw: Callable[[Axes, SetResult], None]) -> bytes:
    count = len(evaluation.sets)
    figure = new_figure(max(4.4 * count, 6.0), 4.7)
    for number, (axes, one) in enumerate(zip(row_of_panels(figure, count), evaluation.sets, strict=True)):
        draw(axes, one)
        titled(axes, letter_of(number), f"{one.name}, n = {len(one.ill)}")
    return finished(figure, demo=evaluation.signature.demo)


def _roc(axes: Axes, one: SetResult) -> None:
    axes.plot([0, 1], [0, 1], color=RULE, linewidth=1)
    for name, model in one.models.items():
        area = f"{name} {model.auc.auc:.3f} ({model.auc.lower:.3f}–{model.auc.upper:.3f})"
        x, y = model.roc.false_positive_rate, model.roc.true_positive_rate
        axes.plot(x, y, color=MODEL_COLOURS[name], linestyle=MODEL_LINES[name], linewidth=1.6, label=area)
        at = model.classification
        axes.plot(1 - at.specificity.value, at.sensitivity.value, "o", color=MODEL_COLOURS[name], markersize=5)
    axes.set_xlim(-0.01, 1.01)
    axes.set_ylim(-0.01, 1.01)
    axes.set_aspect("equal")
    labelled(axes, "1 − specificity", "sensitivity")
    legend_below(axes)


def _calibration(axes: Axes, one: SetResult) -> None:
    axes.plot([0, 1], [0, 1], color=RULE, linewidth=1)
    drawn = [_calibrated(axes, name, model, one) for name, model in one.models.items()]
    axes.set_xlim(0, 1)
    axes.set_ylim(-0.12, 1.02)
    axes.axhline(0.0, color=RULE, linewidth=0.8)
    labelled(axes, "predicted probability", "observed share of osteoporosis")
    legend_below(axes, "upper left", None if all(drawn) else "dots alone: too few patients for a curve")


def _calibrated(axes: Axes, name: ModelName, model: ModelResult, one: SetResult) -> bool:
    """Groups, curve and histogram of one model; whether there were enough patients for the curve."""
    bins = calibration_bins(model.probabilities, one.ill)
    x, y = np.array([group.predicted for group in bins]), np.array([group.observed.value for group in bins])
    reach = [y - [group.observed.lower for group in bins], [group.observed.upper for group in bins] - y]
    slope = model.calibration.slope.value
    said = "no slope" if np.isnan(slope) else f"slope {slope:.2f}"
    drawn = _smooth_calibration(axes, name, model, one)
    label = f"{name}: {said}, Brier {model.calibration.brier:.3f}"
    colour = MODEL_COLOURS[name]
    axes.errorbar(
        x, y, yerr=reach, color=colour,
        linestyle="none", marker="o", markersize=4, elinewidth=0.7, alpha=0.9, label="" if drawn else label,
    )  # fmt: skip
    if drawn:
        axes.plot([], [], color=colour, linestyle=MODEL_LINES[name], marker="o", markersize=4, linewidth=1.3, label=label)
    density, edges = np.histogram(model.probabilities, bins=25, range=(0, 1))
    height = 0.1 * density / max(density.max(), 1)
    axes.step((edges[:-1] + edges[1:]) / 2, height - 0.115, where="mid", color=colour, linewidth=0.7)
    return drawn


def _smooth_calibration(axes: Axes, name: ModelName, model: ModelResult, one: SetResult) -> bool:
    """The flexible curve over the middle 98 % of the patients; whether there were enough for one."""
    if min(one.ill.sum(), (~one.ill).sum()) < CURVE_PATIENTS:
        return False
    logits = np.log(model.probabilities / (1 - model.probabilities))
    lowest, highest = np.quantile(logits, (0.01, 0.99)).tolist()
    try:
        curve = calibration_curve(logits, one.ill, np.linspace(lowest, highest, 101))
    except OPRadiomicsError:
        return False
    colour = MODEL_COLOURS[name]
    axes.plot(curve.predicted, curve.observed, color=colour, linestyle=MODEL_LINES[name], linewidth=1.3)
    axes.fill_between(curve.predicted, curve.lower, curve.upper, color=colour, alpha=0.1, linewidth=0)
    return True


def _decision(axes: Axes, one: SetResult) -> None:
    best = 0.0
    for name, model in one.models.items():
        curve = model.decision
        axes.plot(
            curve.thresholds, curve.model, color=MODEL_COLOURS[name], linestyle=MODEL_LINES[name], linewidth=1.6, label=name
        )
        best = max(best, float(curve.model.max()))
    axes.plot(curve.thresholds, curve.treat_all, color=MUTED, linewidth=1.1, label="treat all")
    axes.plot(curve.thresholds, curve.treat_none, color=INK, linewidth=1.1, label="treat none")
    axes.set_xlim(0, 1)
    axes.set_ylim(-0.25 * best - 0.02, 1.12 * best + 0.02)
    labelled(axes, "threshold probability", "net benefit")
    legend_below(axes, "upper right")
