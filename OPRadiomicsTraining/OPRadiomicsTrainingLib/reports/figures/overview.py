"""Figure 6: metrics as a radar plot, SHAP values of the combined model, shares and correlations of its predictors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from OPRadiomicsLib.reports.style import ACCENT, INK, MUTED, RULE, calm, new_figure

from ...evaluation.explanation import Explanation
from ...evaluation.results import Evaluation, SetResult
from ..formats import predictor_name
from .look import MODEL_COLOURS, MODEL_LINES, finished, labelled, letter_of, titled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HEIGHT_IN = 9.2
"""With one row of radar plots; each further one adds `ROW_IN`."""

ROW_IN = 4.2
ROW = 3

METRICS = ("AUC", "Sensitivity", "Specificity", "Accuracy", "Precision", "F1")


def overview_picture(evaluation: Evaluation) -> bytes:
    """Radar plots of the test sets above, three a row; SHAP values, shares and correlations of the last test set below."""
    tests = [one for one in evaluation.sets if one.explanation is not None]
    more_in = ROW_IN * max(-(-len(tests) // ROW) - 1, 0)
    figure = new_figure(12.0, HEIGHT_IN + more_in)
    for number, one in enumerate(tests):
        _radar(figure, number, min(len(tests), ROW), one)
    if tests and tests[-1].explanation is not None:
        _explained(figure, tests[-1], tests[-1].explanation, len(tests))
    return finished(figure, demo=evaluation.signature.demo)


def _axes(figure: Figure, left: float, bottom_in: float, size: tuple[float, float], projection: str | None = None) -> Axes:
    """Left, and the width in ``size``, as shares of the figure's; bottom and height in inches."""
    (width, height_in), whole_in = size, figure.get_figheight()
    return figure.add_axes((left, bottom_in / whole_in, width, height_in / whole_in), projection=projection)


def _radar(figure: Figure, number: int, columns: int, one: SetResult) -> None:
    row, column = divmod(number, ROW)
    bottom_in = figure.get_figheight() - HEIGHT_IN + 5.06 - ROW_IN * row
    axes = _axes(figure, 0.06 + column / columns * 0.95, bottom_in, (0.68 / columns, 3.04), projection="polar")
    angles = np.linspace(0, 2 * np.pi, len(METRICS), endpoint=False)
    for name, model in one.models.items():
        at = model.classification
        metrics = (at.sensitivity, at.specificity, at.accuracy, at.precision, at.f1)
        values = [model.auc.auc, *(metric.value for metric in metrics)]
        closed = [*values, values[0]]
        axes.plot(
            [*angles, angles[0]], closed, color=MODEL_COLOURS[name], linestyle=MODEL_LINES[name], linewidth=1.6, label=name
        )
        axes.fill([*angles, angles[0]], closed, color=MODEL_COLOURS[name], alpha=0.06)
    axes.set_xticks(angles, METRICS, fontsize=8.5, color=INK)
    axes.set_ylim(0, 1)
    axes.set_yticks((0.25, 0.5, 0.75, 1.0), ("", "0.5", "", "1"), fontsize=7, color=MUTED)
    axes.grid(color=RULE)
    axes.spines["polar"].set_color(RULE)
    axes.set_title(f"{letter_of(number)}  {one.name}", fontsize=10, color=INK, loc="left", pad=18)
    axes.legend(fontsize=7.5, loc="lower left", bbox_to_anchor=(0.92, -0.1), frameon=False)


def _explained(figure: Figure, one: SetResult, found: Explanation, first: int) -> None:
    left, middle, right = (_axes(figure, at, 0.64, (width, 3.31)) for at, width in ((0.13, 0.3), (0.55, 0.15), (0.79, 0.19)))
    for axes in (left, middle, right):
        calm(axes)
    order = [found.predictors.index(name) for name in found.shares]
    _swarm(left, found, order)
    titled(left, letter_of(first), f"{one.name}: SHAP of the {found.model} model")
    _bars(middle, list(found.sequence_shares), [100 * share for share in found.sequence_shares.values()])
    labelled(middle, "share of mean |SHAP| / %", "")
    titled(middle, letter_of(first + 1), "by origin")
    names = [name for name in found.shares if name in found.correlations]
    _bars(right, [predictor_name(name) for name in names], [found.correlations[name].r.value for name in names])
    right.axvline(0, color=INK, linewidth=0.8)
    labelled(right, "point-biserial r with OP", "")
    titled(right, letter_of(first + 2), "alone")


def _swarm(axes: Axes, found: Explanation, order: list[int]) -> None:
    """One dot a patient, spread where many lie; coloured by the predictor's rank from low to high."""
    from matplotlib.colors import LinearSegmentedColormap

    colours = LinearSegmentedColormap.from_list("low to high", ("#2b6ca3", "#c9ccd1", "#b5482a"))
    for row, place in enumerate(order):
        shap, values = found.shap[:, place], found.values[:, place]
        rank = np.argsort(np.argsort(values, kind="stable"), kind="stable") / max(len(values) - 1, 1)
        if len(np.unique(values)) == 2:
            rank = (values - values.min()) / np.ptp(values)
        axes.scatter(shap, row + _spread(shap), c=rank, cmap=colours, s=8, linewidth=0, alpha=0.8)
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.set_yticks(range(len(order)), [predictor_name(found.predictors[place]) for place in order], fontsize=9)
    axes.set_ylim(len(order) - 0.4, -0.6)
    labelled(axes, "SHAP value / logit   (blue: low value, red: high)", "")


def _spread(shap: np.ndarray) -> np.ndarray:
    """Offsets within 0.35 of a row, wider where more patients share a bin; the same on every run."""
    bins = np.clip(((shap - shap.min()) / max(np.ptp(shap), 1e-12) * 40).astype(int), 0, 39)
    offsets = np.zeros(len(shap))
    counts = np.bincount(bins, minlength=40)
    for one in range(40):
        members = np.flatnonzero(bins == one)
        width = 0.35 * len(members) / counts.max()
        offsets[members] = np.linspace(-width, width, len(members)) if len(members) > 1 else 0.0
    return offsets


def _bars(axes: Axes, names: list[str], values: list[float]) -> None:
    axes.barh(range(len(names)), values, color=ACCENT, alpha=0.75, height=0.6)
    axes.set_yticks(range(len(names)), names, fontsize=9)
    axes.invert_yaxis()
    reach = max(1e-9, *(abs(value) for value in values))
    low = min(0.0, *values) - (0.3 * reach if min(values) < 0.0 else 0.0)
    axes.set_xlim(low, max(reach * 1.3 if max(values) > 0 else 0.0, 1e-9))
    for row, value in enumerate(values):
        said = f"{value:.0f}" if reach > 1.5 else f"{value:+.2f}"
        axes.text(value, row, f" {said} ", va="center", ha="left" if value >= 0 else "right", fontsize=8, color=INK)
