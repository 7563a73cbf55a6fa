"""Pictures of the predictions: probabilities side by side, SHAP values, and the patient among the training patients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..models.explanation import sequence_shares, shares
from ..models.prediction import probability
from ..models.signature import ClassQuantiles, Signature, Training
from ..types import Prediction
from .strings import percent, percents_apart, predictor_label, predictor_value
from .style import ACCENT, AWAY, INK, MUTED, RULE, TOWARDS, calm, new_figure, place_axes, png

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Strings = Mapping[str, str]


def fullest(predictions: Sequence[Prediction]) -> Prediction:
    """The prediction that the report explains: combined where it exists, else radiomics, else clinical."""
    return predictions[-1]


def probabilities_picture(predictions: Sequence[Prediction], *, demo: bool, strings: Strings) -> bytes:
    """PNG: one row a model with probability, 95 % interval and threshold, on one axis from 0 to 100 %."""
    height_in = 0.62 * len(predictions)
    figure = new_figure(9.0, height_in + 1.15)
    axes = place_axes(figure, left=1.2, bottom=0.68, width=5.6, height=height_in)
    calm(axes)
    for row, prediction in enumerate(predictions):
        _probability_row(axes, row, prediction, strings)
    axes.set_xlim(0, 1)
    axes.set_ylim(len(predictions) - 0.5, -0.5)
    axes.set_yticks(range(len(predictions)), [strings[prediction.model] for prediction in predictions], fontsize=11)
    axes.set_xticks(np.linspace(0, 1, 6), [f"{tick} %" for tick in range(0, 101, 20)])
    axes.grid(axis="x", color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel(strings["outcome"], fontsize=9, color=MUTED)
    return png(figure, demo=demo, strings=strings)


def _probability_row(axes: Axes, row: int, prediction: Prediction, strings: Strings) -> None:
    colour = TOWARDS if prediction.osteoporosis else ACCENT
    axes.plot([0, 1], [row, row], color=RULE, linewidth=0.8, zorder=1)
    threshold = prediction.threshold
    said, cut = (
        (percent(prediction.probability), "") if threshold is None else percents_apart(prediction.probability, threshold)
    )
    if prediction.interval is not None:
        axes.plot(prediction.interval, [row, row], color=colour, linewidth=5, alpha=0.35, solid_capstyle="round", zorder=2)
        said += f"  ({percent(prediction.interval[0])} – {percent(prediction.interval[1])})"
    axes.plot([prediction.probability], [row], "o", color=colour, markersize=10, zorder=4)
    if threshold is not None:
        axes.plot([threshold] * 2, [row - 0.3, row + 0.3], color=INK, linewidth=1.6, zorder=3)
        axes.text(
            threshold,
            row - 0.33,
            f"{strings['threshold']} {cut}",
            fontsize=7,
            color=MUTED,
            ha="center",
            va="bottom",
        )
    axes.text(1.03, row, said, transform=axes.get_yaxis_transform(), fontsize=11, color=INK, va="center")


def shap_picture(prediction: Prediction, *, demo: bool, strings: Strings) -> bytes:
    """PNG: SHAP value of each predictor with the patient's value, and each sequence's share of the sum of |SHAP|."""
    ordered = sorted(prediction.contributions, key=lambda term: -abs(term.shap))
    height_in = 0.42 * max(len(ordered), 3)
    figure = new_figure(10.5, height_in + 1.3)
    left = place_axes(figure, left=2.5, bottom=0.66, width=4.4, height=height_in)
    calm(left)
    rows = range(len(ordered))
    values = np.array([term.shap for term in ordered])
    left.barh(rows, values, color=[TOWARDS if value > 0 else AWAY for value in values], height=0.62)
    left.axvline(0, color=INK, linewidth=0.8)
    names = [f"{predictor_label(t.name, strings)}: {predictor_value(t.name, t.value, strings)}" for t in ordered]
    left.set_yticks(rows, names, fontsize=10)
    left.invert_yaxis()
    reach = 1.35 * max(float(np.abs(values).max()), 1e-9)
    left.set_xlim(-reach, reach)
    for row, value in zip(rows, values, strict=True):
        left.text(
            value + np.copysign(0.02 * reach, value),
            row,
            f"{value:+.2f}",
            va="center",
            ha="left" if value > 0 else "right",
            fontsize=9,
        )
    left.set_xlabel(strings["shap_axis"], fontsize=9, color=MUTED)
    sums = f"{strings['base']} {prediction.base_logit:+.2f}   {strings['logit']} {prediction.logit:+.2f}"
    left.set_title(f"{strings[prediction.model]}   {sums}", fontsize=10, color=INK, loc="left")
    _draw_shares(place_axes(figure, left=8.3, bottom=0.66, width=1.7, height=height_in), prediction, strings)
    return png(figure, demo=demo, strings=strings)


def _draw_shares(axes: Axes, prediction: Prediction, strings: Strings) -> None:
    calm(axes)
    has_radscores = bool(prediction.radscores)
    grouped = sequence_shares(prediction.contributions) if has_radscores else shares(prediction.contributions)
    rows = range(len(grouped))
    axes.barh(rows, list(grouped.values()), color=ACCENT, alpha=0.75, height=0.62)
    axes.set_yticks(rows, [strings.get(name, name) for name in grouped], fontsize=9)
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    for row, share in zip(rows, grouped.values(), strict=True):
        axes.text(share + 0.03, row, percent(share), va="center", fontsize=9)
    axes.set_title(strings["share"], fontsize=10, color=INK, loc="left")


def training_picture(signature: Signature, prediction: Prediction, *, strings: Strings) -> bytes | None:
    """PNG: where this patient lies among the training patients; None where the signature records no distribution."""
    model = getattr(signature.models, prediction.model)
    if signature.training is None or model.out_of_fold is None:
        return None
    ranked = {term.name: term.value for term in prediction.contributions if signature.training.ranks(term.name)}
    height_in = 0.4 * max(len(ranked), 3)
    figure = new_figure(10.5, height_in + 1.3)
    left = place_axes(figure, left=1.7, bottom=0.66, width=3.5, height=height_in)
    _draw_classes(left, model.out_of_fold, prediction, strings)
    right = place_axes(figure, left=7.2, bottom=0.66, width=3.0, height=height_in)
    _draw_percentiles(right, signature.training, ranked, strings)
    return png(figure, demo=signature.demo, strings=strings)


def _draw_classes(axes: Axes, quantiles: ClassQuantiles, prediction: Prediction, strings: Strings) -> None:
    calm(axes)
    for row, (logits, colour) in enumerate(((quantiles.without_osteoporosis, AWAY), (quantiles.with_osteoporosis, TOWARDS))):
        ends = [probability(float(np.interp(level, quantiles.levels, logits))) for level in (0.0, 0.25, 0.5, 0.75, 1.0)]
        axes.plot([ends[0], ends[4]], [row, row], color=colour, linewidth=1.2)
        axes.plot([ends[1], ends[3]], [row, row], color=colour, linewidth=11, alpha=0.45, solid_capstyle="butt")
        axes.plot([ends[2]] * 2, [row - 0.2, row + 0.2], color=colour, linewidth=2.2)
    axes.axvline(prediction.probability, color=INK, linewidth=1.4)
    axes.text(prediction.probability, -0.62, strings["this_patient"], fontsize=8, ha="center", va="bottom", color=INK)
    axes.set_ylim(1.55, -0.55)
    axes.set_xlim(0, 1)
    axes.set_xticks(np.linspace(0, 1, 6), [f"{tick} %" for tick in range(0, 101, 20)])
    axes.set_yticks([0, 1], [strings["training_without"], strings["training_with"]], fontsize=9)


def _draw_percentiles(axes: Axes, training: Training, values: Mapping[str, float], strings: Strings) -> None:
    calm(axes)
    axes.axvspan(25, 75, color=ACCENT, alpha=0.12, linewidth=0)
    for row, (name, value) in enumerate(values.items()):
        percentile = training.percentile(name, value)
        outside = not training.holds(name, value)
        axes.plot([0, 100], [row, row], color=RULE, linewidth=1)
        axes.plot([percentile], [row], "D" if outside else "o", color=TOWARDS if outside else INK, markersize=8, clip_on=False)
    names = [f"{predictor_label(name, strings)}: {predictor_value(name, value, strings)}" for name, value in values.items()]
    axes.set_yticks(range(len(values)), names, fontsize=9)
    axes.set_ylim(len(values) - 0.5, -0.5)
    axes.set_xlim(0, 100)
    axes.set_xlabel(strings["percentile"], fontsize=9, color=MUTED)
