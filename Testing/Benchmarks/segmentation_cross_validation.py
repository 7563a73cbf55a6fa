"""Dice and surface distance of each real case by the network whose fold has held it out, and by that of simulations alone.

    opradiomics train segmentation --data FOLDER --simulated SIM --simulate 90 \\
        --backbone MOBILENET --folds 5 --simulated-epochs 30 --epochs 45 --out OUT
    python Testing/Benchmarks/segmentation_cross_validation.py --run OUT --data FOLDER

The sets draw the border of a body 1.0 to 1.5 mm apart, so a case is measured against its reader's labels moved to the border of
the training, and where a set labels levels also with the network's border moved the other way against the labels as they were
drawn ("drawn"). The move is one figure a set, of its images and labels (`labels.border_offset_mm`). Masks of voxels don't come
back from it quite as they were: "best" tells what the training's own labels reach when they are moved back.
The central half is that of the image's slices, "body_middle" that of the slices which a reader drew a body in.
L1, L2 and L3 by name where a set labels levels, else all bodies together, in the rows where they are known. Wrong levels count
with what they reach. HD95 is in plane, over the central half of the slices, of the bodies that the reader's overlap there
(spider leaves out bodies at the ends of its views).

--own 6 --simulated SIM also measures what a department gets that retrains on its own cases: each fold's network goes on for 6
epochs on the fold's other cases of one set (and on the simulated ones), and is measured on that set's cases of the fold.
--taught also measures each case by the next fold's network, which has learnt it: what the network that has held it out lacks
against that one is a lack of generalisation, what both lack lies in the labels or in what such a network can draw.
--single-scale shows every network the image at 1 mm alone.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from OPRadiomicsLib.io import read_mask, read_volume
from OPRadiomicsLib.levels import LABEL_OF_LEVEL, STUDY_LEVELS
from OPRadiomicsLib.regions import dice
from OPRadiomicsLib.segmentation import SegmentationModel, load_segmentation_model, segment
from OPRadiomicsLib.segmentation.bundle import CHECKSUMS
from OPRadiomicsLib.segmentation.inference import GRID_MM, SCALES_MM
from OPRadiomicsLib.segmentation.sagittal import sagittal_order
from OPRadiomicsTrainingLib.segmentation.cases import TrainingCase, case_files, load_case, set_of, set_offset_mm
from OPRadiomicsTrainingLib.segmentation.compare import bundle_network
from OPRadiomicsTrainingLib.segmentation.export import export_bundle
from OPRadiomicsTrainingLib.segmentation.folds import HELD_OUT_FILE, SIMULATED_FOLDER
from OPRadiomicsTrainingLib.segmentation.labels import with_border_moved
from OPRadiomicsTrainingLib.segmentation.samples import Cases
from OPRadiomicsTrainingLib.segmentation.settings import TrainingSettings
from OPRadiomicsTrainingLib.segmentation.train import train
from scipy import ndimage
from segmentation_dice import WRONG_LEVELS, central_half, hd95_mm, middle_of_body

Labels = npt.NDArray[np.uint8]
OWN_RATE = 5e-4
"""Learning rate of --own, a quarter of the usual."""
OWN_SIMULATED_SHARE = 0.2
"""Of its samples: they alone label the sacrum, from which levels are counted."""
DICE = ("dice", "dice_central", "dice_body_middle")
FIGURES = tuple(f"{prefix}{name}" for prefix in ("", "drawn_", "best_") for name in (*DICE, "hd95_central_mm"))


def measure(
    name: str, data: Path, cases: Path, model: SegmentationModel, *, offset_mm: float, scales_mm: Sequence[float]
) -> dict[str, object]:
    """Figures of one case at the border of the training and at its reader's; None where there is nothing to measure.

    Parameters
    ----------
    offset_mm
        By which training moves the border of the case's set.
    """
    case = load_case(cases / f"{name}.npz")
    volume = read_volume(data / f"{name}_img.nii.gz")
    order = sagittal_order(volume)
    found = order.apply(segment(volume, model, scales_mm=scales_mm).mask.labels)
    path = data / f"{name}_lab.nii.gz"
    if not path.exists():
        known = case.weight > 0
        return {
            "case": name,
            **figures(found * known, ((case.body > 0) & known).astype(np.uint8), case.spacing_mm, by_level=False),
        }
    drawn = order.apply(read_mask(path, volume, ()).labels)
    truth = at_training_border(drawn, case)
    at_readers = {}
    for prefix, masks in (("drawn", found), ("best", truth)):
        outward = with_border_moved(masks, case.spacing_mm, -offset_mm)
        at_readers |= {f"{prefix}_{key}": v for key, v in figures(outward, drawn, case.spacing_mm, by_level=True).items()}
    return {"case": name, **figures(found, truth, case.spacing_mm, by_level=True), **at_readers}


def figures(found: Labels, truth: Labels, spacing_mm: tuple[float, float, float], *, by_level: bool) -> dict[str, object]:
    """Dice over all slices, the central half and the bodies' own middle half, HD95 in the central half, and whether the levels
    are right."""
    levels = [LABEL_OF_LEVEL[level] for level in STUDY_LEVELS]
    if by_level:
        pairs = [(found == value, truth == value) for value in levels if (truth == value).any()]
    else:
        pairs = [(found > 0, truth > 0)]
    labelled = found * np.isin(found, found[truth > 0])
    middle, bodies = central_half(len(found)), [middle_of_body(b) for _, b in pairs]
    compared = [(a & (labelled > 0), b) for a, b in pairs]
    return {
        "dice": _mean(dice(*pair) for pair in pairs),
        "dice_central": _mean(dice(a[middle], b[middle]) for a, b in pairs),
        "dice_body_middle": _mean(dice(a[own], b[own]) for (a, b), own in zip(pairs, bodies, strict=True)),
        "hd95_central_mm": _mean(hd95_mm(a[middle], b[middle], spacing_mm[1]) for a, b in compared if (a & b)[middle].any()),
        "levels_right": all(dice(*pair) > WRONG_LEVELS for pair in pairs),
    }


def at_training_border(drawn: Labels, case: TrainingCase) -> Labels:
    """A reader's levels inside the border that training moves labels to; each voxel takes the nearest drawn level.

    Parameters
    ----------
    drawn
        VerSe codes on the case's grid, slices first.
    """
    nearest = ndimage.distance_transform_edt(drawn == 0, case.spacing_mm, return_distances=False, return_indices=True)
    moved: Labels = np.where(case.body > 0, drawn[tuple(nearest)], 0).astype(np.uint8)
    return moved


def _mean(values: Iterator[float]) -> float | None:
    known = list(values)
    return round(float(np.mean(known)), 4) if known else None


def summary(rows: list[dict[str, object]]) -> dict[str, object]:
    """Means and standard deviations over the cases, how many have every level where it belongs, and the Dice of these."""
    values = {name: np.array([row.get(name) for row in rows], float) for name in FIGURES}
    means = {name: f"{np.nanmean(v):.3f} (SD {np.nanstd(v):.3f})" for name, v in values.items() if np.isfinite(v).any()}
    right = [bool(row["levels_right"]) for row in rows]
    of_these = {f"{name}_where_right": round(float(values[name][right].mean()), 3) for name in DICE if any(right)}
    return {"n": len(rows), **means, "levels_right": sum(right), **of_these}


def _report(title: str, rows: list[dict[str, object]]) -> None:
    sets = sorted({set_of(str(row["case"])) for row in rows})
    for name in [*sets, ""]:
        chosen = [row for row in rows if name in ("", set_of(str(row["case"])))]
        print(json.dumps({"network": title, "set": name or "all", **summary(chosen)}), flush=True)


def gone_on(folder: Path, name: str, cases: Path, simulated: Path, epochs: int) -> SegmentationModel:
    """A fold's network after ``epochs`` more on the set's cases that it may see; kept in ``folder``/own_<set>."""
    out = folder / f"own_{name}"
    if (out / "bundle" / CHECKSUMS).exists():
        return load_segmentation_model(out / "bundle")
    held_out = (folder / HELD_OUT_FILE).read_text(encoding="utf-8").splitlines()
    own = tuple(load_case(path) for path in sorted(cases.glob(f"{name}_*.npz")) if path.stem not in held_out)
    invented = tuple(load_case(path) for path in sorted(simulated.glob("*.npz")))
    settings = TrainingSettings(epochs=epochs, learning_rate=OWN_RATE, simulated_share=OWN_SIMULATED_SHARE)
    trainer = train(Cases(own, invented, ()), out, settings, network=bundle_network(folder / "bundle"))
    export_bundle(trainer.averaged(), out / "bundle", name=out.name, version="0.1.0", provenance={"trained_on": [name]})
    return load_segmentation_model(out / "bundle")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True, help="folder of `train segmentation --folds`")
    parser.add_argument("--data", type=Path, required=True, help="folder of <case>_img.nii.gz and _lab or _sem files")
    parser.add_argument("--single-scale", action="store_true", help="without test-time augmentation")
    parser.add_argument("--taught", action="store_true", help="also by a network that has learnt the case")
    parser.add_argument("--own", type=int, metavar="EPOCHS", help="also go on with each set's own cases, for so many epochs")
    parser.add_argument("--simulated", type=Path, help="with --own: folder of simulated cases")
    arguments = parser.parse_args()
    if arguments.own and arguments.simulated is None:
        parser.error("--own needs --simulated")
    folders = sorted(arguments.run.glob("fold_*"))
    if not folders:
        parser.error(f"{arguments.run} holds no fold_1, ...: name the --out of `train segmentation --folds`")
    cases = arguments.run / "cases"
    scales_mm = (GRID_MM,) if arguments.single_scale else SCALES_MM
    sets = sorted({set_of(path.stem) for path in case_files(cases)})
    offsets_mm = {name: set_offset_mm(arguments.data, name) for name in sets}
    rows, simulated, retrained, taught = [], [], [], []
    bundle = arguments.run / SIMULATED_FOLDER / "bundle"
    alone = load_segmentation_model(bundle) if bundle.is_dir() else None  # a run that went on from another one has none
    models = [load_segmentation_model(folder / "bundle") for folder in folders]
    for folder, model, following in zip(folders, models, [*models[1:], *models[:1]], strict=True):
        own = {name: gone_on(folder, name, cases, arguments.simulated, arguments.own) for name in sets} if arguments.own else {}
        for case in (folder / HELD_OUT_FILE).read_text(encoding="utf-8").splitlines():
            name = set_of(case)
            networks = [
                (rows, model),
                (simulated, alone),
                (retrained, own.get(name)),
                (taught, following if arguments.taught else None),
            ]
            for results, network in networks:
                if network is None:
                    continue
                results.append(measure(case, arguments.data, cases, network, offset_mm=offsets_mm[name], scales_mm=scales_mm))
            print(json.dumps(rows[-1]), flush=True)
    _report("of the fold", rows)
    if simulated:
        _report("simulations alone", simulated)
    if retrained:
        _report("of the fold, gone on with the set's own cases", retrained)
    if taught:
        _report("of the next fold, which has learnt the case", taught)


if __name__ == "__main__":
    main()
