"""A trained network beside the one that is in use: Dice on each held-out case, and both outlines beside the reader's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from OPRadiomicsLib.files import write_text
from OPRadiomicsLib.io.tables import csv_text
from OPRadiomicsLib.json_files import read_json
from OPRadiomicsLib.regions import dice
from OPRadiomicsLib.types import Mask, Progress, Volume, no_progress

from .cases import TrainingCase

if TYPE_CHECKING:
    from OPRadiomicsLib.segmentation.network import DeepLabV3Plus

COMPARISON_FILE: Final = "comparison.json"
PICTURES_FOLDER: Final = "comparison"
BODIES: Final = "bodies"
"""Figure of all labelled bodies together, at a probability of 0.5, as the curves show it; the others are levels."""


@dataclass(frozen=True)
class ComparedCase:
    """Dice of one held-out case by figure: `BODIES`, and each level that its reader drew.

    A level's Dice is that of the finished mask with what the reader drew: a network that misnumbers the levels gets 0. The
    bodies' is with the labels as training moves their border, where they are labelled. ``pictures`` are files in
    `PICTURES_FOLDER`, one a slice.
    """

    name: str
    new: Mapping[str, float]
    before: Mapping[str, float]
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True)
class NetworkComparison:
    """Two networks on the cases that the new one has not learnt from."""

    before_name: str
    cases: tuple[ComparedCase, ...]

    @property
    def new(self) -> float:
        """Mean Dice of the bodies."""
        return float(np.mean([one.new[BODIES] for one in self.cases]))

    @property
    def before(self) -> float:
        """The same of the network before."""
        return float(np.mean([one.before[BODIES] for one in self.cases]))

    def table(self) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        """Header and rows: each case and the mean; for each figure the new network, the one before, and the difference."""
        names = sorted({name for one in self.cases for name in one.new}, key=lambda name: (name != BODIES, name))
        header = ("case", *(f"{name} {which}" for name in names for which in ("new", "before", "difference")))
        rows = [(one.name, *(cell for name in names for cell in _cells([one], name))) for one in self.cases]
        return header, (*rows, ("mean", *(cell for name in names for cell in _cells(self.cases, name))))


def _cells(cases: Sequence[ComparedCase], figure: str) -> tuple[str, str, str]:
    known = [one for one in cases if figure in one.new]
    if not known:
        return "", "", ""
    new, before = (float(np.mean([getattr(one, which)[figure] for one in known])) for which in ("new", "before"))
    return f"{new:.3f}", f"{before:.3f}", f"{new - before:+.3f}"


def bundle_network(name_or_folder: str | Path) -> DeepLabV3Plus:
    """The network of a bundle, to train on; raises `ModelError` as `load_segmentation_model` and `torch_network`."""
    from OPRadiomicsLib.segmentation.bundle import load_segmentation_model
    from OPRadiomicsLib.segmentation.runners import torch_network

    return torch_network(load_segmentation_model(name_or_folder))


def known_as(bundle: str | Path) -> str:
    """The name of a bundle's folder; of a run's, which all bear one, the network's."""
    from OPRadiomicsLib.segmentation.bundle import load_segmentation_model

    folder = Path(bundle).name
    return load_segmentation_model(bundle).name if folder == "bundle" else folder


def compare_networks(
    new: str | Path,
    before: str | Path,
    cases: Sequence[TrainingCase],
    *,
    data: Path | None = None,
    out: Path | None = None,
    progress: Progress = no_progress,
) -> NetworkComparison:
    """Both bundles on the same cases, which the run that made ``new`` has held out.

    Parameters
    ----------
    data
        Folder of <case>_img.nii.gz and _lab.nii.gz; levels are compared where the labels name L1 to L3.
    out
        The run: side-by-side pictures go to its `PICTURES_FOLDER`.
    """
    scored = _bodies(new, cases), _bodies(before, cases)
    compared = []
    for number, case in enumerate(cases):
        progress(f"Comparing on {case.name}", number / len(cases))
        levels = _Levels(case, data, new, before) if data is not None and _has_levels(case, data) else None
        compared.append(
            ComparedCase(
                case.name,
                {BODIES: scored[0][number], **(levels.dice_of(levels.new) if levels else {})},
                {BODIES: scored[1][number], **(levels.dice_of(levels.before) if levels else {})},
                levels.draw(out / PICTURES_FOLDER) if levels and out is not None else (),
            )
        )
    return NetworkComparison(known_as(before), tuple(compared))


def write_comparison(compared: NetworkComparison, folder: Path) -> Path:
    """comparison.json, and comparison.csv for other programs."""
    from OPRadiomicsLib.json_files import write_json

    write_text(folder / "comparison.csv", csv_text(*compared.table()))
    return write_json({**asdict(compared), "new": compared.new, "before": compared.before}, folder / COMPARISON_FILE)


def read_comparison(folder: Path) -> NetworkComparison | None:
    """What `write_comparison` left in a run; None where there is nothing readable."""

    def compared(content: dict[str, Any]) -> NetworkComparison | None:
        cases = tuple(
            ComparedCase(one["name"], dict(one["new"]), dict(one["before"]), tuple(one["pictures"])) for one in content["cases"]
        )
        return NetworkComparison(str(content["before_name"]), cases) if cases else None

    try:
        return read_json(folder / COMPARISON_FILE, compared)
    except (OSError, ValueError):
        return None


def _bodies(bundle: str | Path, cases: Sequence[TrainingCase]) -> list[float]:
    from .train import validation_dice

    network = bundle_network(bundle).eval()
    return [next(iter(validation_dice(network, (case,)).values())) for case in cases]


def _has_levels(case: TrainingCase, data: Path) -> bool:
    """Whether the case's labels name L1, L2 and L3, whatever else they name."""
    from OPRadiomicsLib.io.itk import readable_by_itk
    from OPRadiomicsLib.io.masks import verse_labels
    from OPRadiomicsLib.levels import LABEL_OF_LEVEL, STUDY_LEVELS

    path = data / f"{case.name}_lab.nii.gz"
    if not path.is_file():
        return False
    import SimpleITK as sitk

    with readable_by_itk(path) as name:
        found = np.unique(verse_labels(sitk.GetArrayFromImage(sitk.ReadImage(name))))
    return {LABEL_OF_LEVEL[level] for level in STUDY_LEVELS} <= set(found.tolist())


class _Levels:
    """One case whose reader drew L1 to L3, and both networks' finished masks of it."""

    def __init__(self, case: TrainingCase, data: Path, new: str | Path, before: str | Path) -> None:
        from OPRadiomicsLib.io import read_mask, read_volume

        self.case = case
        self.volume = read_volume(data / f"{case.name}_img.nii.gz")
        self.truth = read_mask(data / f"{case.name}_lab.nii.gz", self.volume)
        self.new, self.before = (_segmented(self.volume, one) for one in (new, before))

    def dice_of(self, found: Mask) -> dict[str, float]:
        from OPRadiomicsLib.levels import STUDY_LEVELS

        return {level: dice(found.of(level), self.truth.of(level)) for level in STUDY_LEVELS}

    def draw(self, folder: Path) -> tuple[str, ...]:
        from .compare_pictures import draw_side_by_side

        return draw_side_by_side(self.case.name, self.volume, self.truth, (self.before, self.new), folder)


def _segmented(volume: Volume, bundle: str | Path) -> Mask:
    """The network's finished mask; empty where it finds no body."""
    from OPRadiomicsLib.segmentation.bundle import load_segmentation_model
    from OPRadiomicsLib.segmentation.inference import segment

    return segment(volume, load_segmentation_model(bundle)).mask
