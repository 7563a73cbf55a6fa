"""A training's curves as a picture."""

from __future__ import annotations

from pathlib import Path

from OPRadiomicsLib.files import write_bytes


def draw_curves(out: Path) -> None:
    """Draw ``out``/curves.png: loss and validation Dice against the epoch, from the curves.csv that training writes."""
    import csv
    import io

    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    series: dict[str, list[tuple[int, float]]] = {}
    with (out / "curves.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            series.setdefault(row["figure"], []).append((int(row["epoch"]), float(row["value"])))
    figure = Figure(figsize=(9, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    for name, points in series.items():
        axis = left if name == "loss" else right if name.startswith("dice") else None
        if axis is not None:
            axis.plot(*zip(*points, strict=True), marker=".", label=name)
    left.set(xlabel="epoch", ylabel="training loss")
    right.set(xlabel="epoch", ylabel="Dice of held-out cases", ylim=(0, 1))
    if right.lines:
        right.legend()
    else:
        right.text(0.5, 0.5, "none yet", ha="center", transform=right.transAxes)
    for axis in (left, right):
        axis.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=100)
    write_bytes(out / "curves.png", stream.getvalue())
