"""Figure 1: the flow of patients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from OPRadiomicsLib.reports.style import ACCENT, INK, MUTED, new_figure

from .look import finished

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Flow:
    """``listed`` patients, those ``excluded`` by reason, and the sets: name to (patients, with osteoporosis)."""

    listed: int
    excluded: Mapping[str, int]
    sets: Mapping[str, tuple[int, int]]

    @property
    def included(self) -> int:
        return self.listed - sum(self.excluded.values())


def flow_picture(flow: Flow, *, demo: bool) -> bytes:
    """Boxes from all listed patients through the exclusions to the sets."""
    figure = new_figure(9.5, 4.8)
    axes = figure.add_axes((0.02, 0.05, 0.96, 0.88))
    axes.set_xlim(0, 100)
    axes.set_ylim(0, 100)
    axes.axis("off")
    _box(axes, 50, 86, f"Patients with chronic low back pain,\nlumbar MRI and QCT: n = {flow.listed}", 44)
    reasons = "".join(f"\n{reason}: {count}" for reason, count in flow.excluded.items())
    _box(axes, 82, 63, f"Excluded: n = {sum(flow.excluded.values())}{reasons}", 34, quiet=True)
    _box(axes, 50, 42, f"Included: n = {flow.included}", 30)
    _arrow(axes, (50, 77.5), (50, 47.5))
    _arrow(axes, (50, 63), (64.5, 63))
    places = [100 * (number + 0.5) / len(flow.sets) for number in range(len(flow.sets))]
    for x, (name, (n, ill)) in zip(places, flow.sets.items(), strict=True):
        _arrow(axes, (50, 36.5), (x, 22.5))
        _box(axes, x, 13, f"{name}\nn = {n}\nOP {ill}, NOP {n - ill}", 88 / len(flow.sets))
    return finished(figure, demo=demo)


def _box(axes: Axes, x: float, y: float, text: str, width: float, *, quiet: bool = False) -> None:
    lines = text.count("\n") + 1
    height = 6.0 + 4.6 * lines
    from matplotlib.patches import FancyBboxPatch

    axes.add_patch(
        FancyBboxPatch(
            (x - width / 2, y - height / 2),
            width,
            height,
            boxstyle="round,pad=0,rounding_size=1.2",
            facecolor="white" if quiet else "#eef4f5",
            edgecolor=MUTED if quiet else ACCENT,
            linewidth=1.1,
        )
    )
    axes.text(x, y, text, ha="center", va="center", fontsize=9, color=INK, linespacing=1.35)


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.annotate("", xy=end, xytext=start, arrowprops={"arrowstyle": "-|>", "color": MUTED, "linewidth": 1.1})
