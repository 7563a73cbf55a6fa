"""Pictures of a network at work: one slice while it learns, and both networks' outlines side by side when it has learnt."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
from OPRadiomicsLib.files import write_bytes
from OPRadiomicsLib.types import Mask, Volume

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from OPRadiomicsLib.reports.slices import SagittalStack
    from OPRadiomicsLib.segmentation.network import DeepLabV3Plus

    from .samples import Cases

READER: Final = "#2ecc71"
NETWORK: Final = "#e67e22"
MARGIN_MM: Final = 20.0


def draw_side_by_side(name: str, volume: Volume, truth: Mask, found: tuple[Mask, Mask], folder: Path) -> tuple[str, ...]:
    """PNG of each slice that cuts L1 to L3: left the network before, right the new one, in both the reader's outline.

    Parameters
    ----------
    truth
        The reader's, on the volume's grid.
    found
        By the network before, and by the new one.

    Returns
    -------
    tuple of str
        Names of the files in ``folder``, from the patient's right to left.
    """
    from OPRadiomicsLib.reports.slices import crop, sagittal_stack, spread_slices

    shown = crop(sagittal_stack(volume, truth, None), MARGIN_MM)
    others = [_cropped_like(volume, truth, mask) for mask in found]
    low, high = np.percentile(shown.image, (1.0, 99.0))
    files = []
    for chosen in spread_slices(shown, len(shown.image)):
        files.append(f"{name}_slice{chosen + 1:02d}.png")
        _draw_pair(shown, others, chosen, (float(low), float(high)), folder / files[-1])
    return tuple(files)


def _cropped_like(volume: Volume, truth: Mask, mask: Mask) -> npt.NDArray[np.uint8]:
    """Labels in display order, cut to the box of the truth's L1 to L3."""
    from OPRadiomicsLib.reports.slices import crop, sagittal_stack

    labels: npt.NDArray[np.uint8] = crop(sagittal_stack(volume, truth, mask), MARGIN_MM).marrow
    return labels


def _draw_pair(
    stack: SagittalStack,
    others: list[npt.NDArray[np.uint8]],
    chosen: int,
    limits: tuple[float, float],
    path: Path,
) -> None:
    from matplotlib.figure import Figure
    from OPRadiomicsLib.files import write_bytes

    rows_mm, columns_mm = (n * mm for n, mm in zip(stack.image.shape[1:], stack.pixel_mm, strict=True))
    figure = Figure(figsize=(7.2, 3.6 * rows_mm / columns_mm + 0.45), facecolor="white", layout="constrained")
    for axes, labels, title in zip(figure.subplots(1, 2), others, ("before", "new"), strict=True):
        axes.imshow(
            stack.image[chosen], cmap="gray", vmin=limits[0], vmax=limits[1], aspect=stack.pixel_mm[0] / stack.pixel_mm[1]
        )
        _outline(axes, stack.bodies[chosen], READER)
        _outline(axes, labels[chosen], NETWORK)
        axes.set_axis_off()
        axes.set_title(f"{title}: network orange, reader green", fontsize=8)
    write_bytes(path, _png(figure))


def _outline(axes: Axes, labels: npt.NDArray[np.uint8], colour: str) -> None:
    """A line a level, so that neighbours of one height stay apart."""
    for label in np.unique(labels[labels > 0]):
        axes.contour(labels == label, [0.5], colors=[colour], linewidths=1.1)


def _png(figure: object) -> bytes:
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=100, metadata={"Software": ""})  # type: ignore[attr-defined]
    return stream.getvalue()


def draw_preview(network: DeepLabV3Plus, cases: Cases, out: Path, device: str) -> None:
    """Draw ``out``/preview.png: a middle slice, readers' outline and the network's; of a held-out case where there is one."""
    from matplotlib.figure import Figure

    from .train import predicted_bodies

    case = (*cases.validation, *cases.real, *cases.simulated)[0]
    k = len(case.image) // 2
    found = predicted_bodies(network, case, slice(k, k + 1), device)[0]
    figure = Figure(figsize=(7, 7.3), layout="constrained")
    axis = figure.subplots()
    marrow = case.image[k][case.body[k] > 0]
    brightest = 2.5 * float(np.median(marrow)) if marrow.size else float(case.image[k].max())  # fat and CSF outshine the marrow
    axis.imshow(case.image[k], cmap="gray", vmin=0, vmax=brightest, aspect=case.spacing_mm[1] / case.spacing_mm[2])
    for mask, colour in ((case.body[k] > 0, READER), (found, NETWORK)):
        if mask.any():
            axis.contour(mask, [0.5], colors=[colour], linewidths=1)
    axis.set_axis_off()
    lines = "labels green, network orange" if found.any() else "labels green, the network finds none yet"
    axis.set_title(f"{case.name} ({'held out' if cases.validation else 'learnt'}): {lines}", fontsize=8)
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=100)
    write_bytes(out / "preview.png", stream.getvalue())
