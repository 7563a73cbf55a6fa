"""Pictures of a reader study: ICC of every feature, Dice of every level, Bland-Altman limits of the volumes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Final

import numpy as np
from OPRadiomicsLib.levels import STUDY_LEVELS
from OPRadiomicsLib.reports.strings import ENGLISH
from OPRadiomicsLib.reports.style import ACCENT, INK, LEVEL_COLOURS, MUTED, RULE, calm, new_figure, place_axes, png
from OPRadiomicsLib.types import Role

from ..statistics.intraclass import BlandAltman
from .comparison import Comparison, FeatureAgreement
from .masks import LevelAgreement

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CLASSES: Final = (
    (0.5, "#b2182b", "poor: below 0.50"),
    (0.75, "#f4a582", "moderate: 0.50 to 0.75"),
    (0.9, "#92c5de", "good: 0.75 to 0.90"),
    (np.inf, "#2166ac", "excellent: above 0.90"),
)
"""Koo & Li's words for an ICC (J Chiropr Med 2016;15:155-163), in a palette that colour blindness leaves apart."""

STRINGS: Final = {**ENGLISH, "demo": "SIMULATED", "demo_note": "images and readers come from the simulator."}
MARK_IN: Final = 0.3
"""Height that the mark of a simulated study takes above a picture."""

UNDEFINED: Final = "#9aa3ab"
FAMILIES: Final = {"shape": "shape", "firstorder": "first order"}
IMAGES: Final = {"original": "original image"}


def split_name(feature: str) -> tuple[str, str, str]:
    """Sequence, image and family of a feature: ``T1WI_log-sigma-1-0-mm-3D_glcm_Id`` gives T1WI, log-sigma-1-0-mm-3D, glcm."""
    role = next(role for role in Role if feature.startswith(f"{role}_"))
    image, family = feature.removeprefix(f"{role}_").split("_")[:2]
    return str(role), image, family


def heat_map(agreement: FeatureAgreement, *, simulated: bool = False) -> bytes:
    """PNG: a row for each comparison and sequence, a column for each feature by image and family."""
    roles = [role for role in Role if agreement.of_role(role).any()]
    labels = [
        split_name(name)[1:] for name, own in zip(agreement.ratings.features, agreement.of_role(roles[0]), strict=True) if own
    ]
    rows = [(one, role) for one in agreement.comparisons for role in roles]
    height = 0.27 * len(rows)
    figure = new_figure(14.0, height + 1.85 + MARK_IN * simulated)
    axes = place_axes(figure, left=2.75, bottom=1.15, width=11.0, height=height)
    values = np.array([agreement.judged(one.key)[agreement.of_role(role)] for one, role in rows])
    _draw_classes(axes, values)
    _mark_groups(axes, labels, len(rows))
    _mark_rows(axes, agreement, rows, len(roles))
    judged = "estimate" if agreement.bound == "estimate" else "lower 95 % bound"
    axes.set_title(
        f"ICC(A,1) of {len(labels)} features a sequence ({judged}); "
        f"{agreement.kept.sum()} of {len(agreement.kept)} kept (above {agreement.threshold:g} in bold comparisons)",
        fontsize=10.5, color=INK, loc="left", pad=26,
    )  # fmt: skip
    _class_legend(axes, np.isnan(values).any())
    return png(figure, demo=simulated, strings=STRINGS, across=False)


def _draw_classes(axes: Axes, values: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> None:
    from matplotlib.colors import BoundaryNorm, ListedColormap

    colours = ListedColormap([colour for _, colour, _ in CLASSES]).with_extremes(bad=UNDEFINED)
    edges = [-1e9, *(limit for limit, _, _ in CLASSES[:-1]), 1e9]
    axes.pcolormesh(np.ma.masked_invalid(values), cmap=colours, norm=BoundaryNorm(edges, len(CLASSES)))
    axes.invert_yaxis()
    axes.set_xlim(0, values.shape[1])


def _mark_groups(axes: Axes, labels: Sequence[tuple[str, str]], rows: int) -> None:
    """Families below the map, images above it, with lines between them."""
    start = 0
    for (_, family), members in groupby(labels):
        end = start + len(list(members))
        axes.axvline(start, color="white", lw=0.8)
        axes.text(
            (start + end) / 2,
            rows + 0.15,
            FAMILIES.get(family, family),
            rotation=90,
            ha="center",
            va="top",
            fontsize=7.5,
            color=INK,
        )
        start = end
    start = 0
    for image, members in groupby(labels, key=lambda label: label[0]):
        end = start + len(list(members))
        axes.axvline(start, color=INK, lw=1.4)
        axes.text((start + end) / 2, -0.12, _image_label(image), ha="center", va="bottom", fontsize=8.5, color=MUTED)
        start = end
    axes.set_xticks([])


def _image_label(image: str) -> str:
    sigma = image.removeprefix("log-sigma-").removesuffix("-mm-3D").replace("-", ".")
    return IMAGES.get(image, f"LoG, sigma {float(sigma):g} mm" if image.startswith("log-sigma-") else image)


def _mark_rows(axes: Axes, agreement: FeatureAgreement, rows: Sequence[tuple[Comparison, Role]], roles: int) -> None:
    for number, (one, role) in enumerate(rows):
        axes.text(-3, number + 0.5, str(role), ha="right", va="center", fontsize=8, color=INK)
        if number % roles == 0:
            axes.axhline(number, color="white", lw=3)
            weight = "bold" if one.decides else "normal"
            place = number + roles / 2
            title = one.title.replace(": ", ":\n") + f", n = {agreement.cases(one)}"
            axes.text(-40, place, title, ha="right", va="center", fontsize=8.5, color=INK, fontweight=weight)
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)


def _class_legend(axes: Axes, undefined: bool) -> None:
    from matplotlib.patches import Patch

    shown = [(colour, text) for _, colour, text in CLASSES] + ([(UNDEFINED, "undefined")] if undefined else [])
    handles = [Patch(color=colour, label=text) for colour, text in shown]
    figure = axes.figure
    figure.legend(
        handles=handles, loc="lower center", ncol=len(handles), frameon=False, fontsize=8.5, bbox_to_anchor=(0.55, 0.015)
    )


def dice_picture(rows: Sequence[LevelAgreement], comparisons: Sequence[Comparison], *, simulated: bool = False) -> bytes:
    """PNG: Dice of every case by comparison and level, the median as a bar."""
    shown = [one for one in comparisons if any(row.comparison == one.key for row in rows)]
    figure = new_figure(2.2 + 1.9 * len(shown), 3.9 + MARK_IN * simulated)
    axes = place_axes(figure, left=0.75, bottom=0.75, width=1.3 + 1.9 * len(shown), height=2.75)
    rng = np.random.default_rng(0)
    for place, one in enumerate(shown):
        for offset, level in zip((-0.25, 0.0, 0.25), STUDY_LEVELS, strict=True):
            values = np.array([row.dice for row in rows if (row.comparison, row.level) == (one.key, level)])
            spots = place + offset + rng.uniform(-0.05, 0.05, len(values))
            label = level if place == 0 else None
            axes.plot(spots, values, "o", ms=4, mfc=LEVEL_COLOURS[level], mec=MUTED, mew=0.4, label=label)
            axes.plot([place + offset - 0.1, place + offset + 0.1], 2 * [float(np.median(values))], color=INK, lw=2)
    calm(axes)
    axes.set_xticks(range(len(shown)), [one.title.replace(": ", ":\n") for one in shown], fontsize=8.5)
    axes.set_xlim(-0.5, len(shown) - 0.5)
    axes.grid(axis="y", color=RULE, lw=0.6)
    axes.set_ylabel("Dice", color=INK)
    axes.set_title("Overlap of the vertebral bodies, a point a case, bar: median", fontsize=10, color=INK, loc="left")
    axes.legend(frameon=False, fontsize=8.5, loc="lower left", handletextpad=0.2)
    return png(figure, demo=simulated, strings=STRINGS, across=False)


def bland_altman_picture(
    rows: Sequence[LevelAgreement],
    comparisons: Sequence[Comparison],
    limits: Mapping[tuple[str, str], BlandAltman],
    *,
    simulated: bool = False,
) -> bytes:
    """PNG: a panel for each comparison; difference of a level's volume against its mean, and limits of agreement by level."""
    shown = [one for one in comparisons if any(row.comparison == one.key for row in rows)]
    width, height = 3.6, 3.0
    figure = new_figure(0.6 + width * len(shown), height + 1.35 + MARK_IN * simulated)
    span = 1.15 * max(abs(row.second_ml - row.first_ml) for row in rows) or 1.0
    span = max(span, *(1.08 * abs(bound.value) for one in limits.values() for bound in (one.lower_limit, one.upper_limit)))
    for place, one in enumerate(shown):
        axes = place_axes(figure, left=0.75 + place * width, bottom=0.8, width=width - 0.45, height=height)
        _bland_altman_panel(axes, [row for row in rows if row.comparison == one.key], one, limits)
        axes.set_ylim(-span, span)
        if place == 0:
            axes.set_ylabel("Difference of volumes (ml)", color=INK)
            axes.legend(frameon=False, fontsize=8, loc="upper left", ncol=3, handletextpad=0.1, columnspacing=0.8)
    return png(figure, demo=simulated, strings=STRINGS, across=False)


def _bland_altman_panel(
    axes: Axes, rows: Sequence[LevelAgreement], one: Comparison, limits: Mapping[tuple[str, str], BlandAltman]
) -> None:
    axes.axhline(0, color=RULE, lw=1)
    for level in STUDY_LEVELS:
        chosen = [row for row in rows if row.level == level and (row.first, row.second) == one.readings[:2]]
        means = [(row.first_ml + row.second_ml) / 2 for row in chosen]
        axes.plot(
            means, [row.second_ml - row.first_ml for row in chosen], "o", ms=4.5, mfc=LEVEL_COLOURS[level], mec=MUTED, mew=0.4,
            label=level,
        )  # fmt: skip
        found = limits[one.key, level]
        axes.axhline(found.bias.value, color=LEVEL_COLOURS[level], lw=1.6)
        for limit in (found.lower_limit, found.upper_limit):
            axes.axhline(limit.value, color=LEVEL_COLOURS[level], lw=1.2, ls=(0, (4, 3)))
    calm(axes)
    axes.set_title(one.title, fontsize=9.5, color=ACCENT, loc="left")
    axes.set_xlabel(f"Mean of {one.readings[0]} and {one.readings[1]} (ml)", color=INK, fontsize=9)
