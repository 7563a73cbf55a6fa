"""Dice and surface distance of the shipped network on real volumes, by default those that it was not trained on.

    python Testing/Benchmarks/segmentation_dice.py --data FOLDER

Each case is <case>_img.nii.gz with VerSe labels of the bodies in <case>_lab.nii.gz; --cases gives prefixes, by default that of
the pair that is never trained on. Labels stay as they were drawn: where a reader's border lies outside the marrow, as in chu
and myosegmentum, the Dice is lower than that of segmentation_cross_validation.py, which moves it. --robustness adds mirrored,
resampled, cropped, noisy and shaded versions of each; the cropped one has lost L5, so it is numbered with a shift of -1, as the
reader who is asked would do. The central half is that of the image's slices; a spine that doesn't stand in the middle of them
brings ends of bodies into it, where readers are ragged. So the middle half of each body's own slices is measured too.
--int8 measures nothing but what 8-bit integers cost: Dice of L1-L3 with floats less that with integers, case by case.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk
from OPRadiomicsLib.errors import OPRadiomicsError, StudyError
from OPRadiomicsLib.geometry import volume_from_sitk
from OPRadiomicsLib.levels import LABEL_OF_LEVEL, STUDY_LEVELS
from OPRadiomicsLib.regions import dice
from OPRadiomicsLib.segmentation import SegmentationModel, load_segmentation_model, segment
from OPRadiomicsLib.segmentation.inference import GRID_MM, SCALES_MM
from OPRadiomicsLib.segmentation.runners import Backend
from OPRadiomicsLib.types import Volume

Labels = npt.NDArray[np.uint8]

HELD_OUT = "zukic"
WRONG_LEVELS = 0.5
"""Dice of L1-L3 below which the levels, not the outlines, are at fault."""
LOWEST, HIGHEST = LABEL_OF_LEVEL["T10"], LABEL_OF_LEVEL["L5"]


@dataclass(frozen=True, eq=False)
class Case:
    """An image and its manual labels on one grid, slices first."""

    name: str
    volume: Volume
    labels: Labels
    shift: int = 0


def read_cases(folder: Path, prefixes: Sequence[str]) -> list[Case]:
    """All cases of these prefixes that have body labels; those without are named on standard error.

    Raises
    ------
    StudyError
        If there is none.
    """
    cases = []
    for path in (path for prefix in prefixes for path in sorted(folder.glob(f"{prefix}*_img.nii.gz"))):
        name = path.name.removesuffix("_img.nii.gz")
        labels = folder / f"{name}_lab.nii.gz"
        if labels.is_file():
            drawn = sitk.GetArrayFromImage(sitk.ReadImage(str(labels))).astype(np.uint8)
            cases.append(Case(name, volume_from_sitk(sitk.ReadImage(str(path))), drawn))
        else:
            print(f"left out: {name}, without {labels.name}", file=sys.stderr)
    if not cases:
        raise StudyError(
            f"No case of {' or '.join(prefixes)} in {folder}",
            "<case>_img.nii.gz with <case>_lab.nii.gz",
            "check --data and --cases",
        )
    return cases


def central_half(count: int) -> slice:
    """The middle half of the slices, rounded up."""
    quarter = count // 4
    return slice(quarter, count - quarter)


def middle_of_body(truth: npt.NDArray[np.bool_]) -> slice:
    """The middle half, rounded up, of the slices from the first to the last one in which a reader drew a body; or none."""
    drawn = np.flatnonzero(truth.any(axis=(1, 2)))
    first, end = (int(drawn[0]), int(drawn[-1]) + 1) if drawn.size else (0, 0)
    half = central_half(end - first)
    return slice(first + half.start, first + half.stop)


def hd95_mm(predicted: npt.NDArray[np.bool_], truth: npt.NDArray[np.bool_], spacing_mm: float) -> float:
    """Mean over slices of the in-plane 95th percentile Hausdorff distance (MONAI's), where both are present."""
    import torch
    from monai.metrics import compute_hausdorff_distance

    present = predicted.any(axis=(1, 2)) & truth.any(axis=(1, 2))
    pair = (torch.from_numpy(mask[present][:, None].astype(np.float32)) for mask in (predicted, truth))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of MONAI, about itself
        distances = compute_hausdorff_distance(*pair, include_background=True, percentile=95, spacing=(spacing_mm, spacing_mm))
    return float(distances.mean())


def measure_case(case: Case, model: SegmentationModel, scales_mm: Sequence[float] = SCALES_MM) -> dict[str, object]:
    """Figures of one case: Dice of L1-L3 over all slices, the central half and each body's middle half, HD95 in the central
    half, whether each level is right."""
    segmentation = segment(case.volume, model, shift=case.shift, scales_mm=scales_mm)
    found = segmentation.mask.labels
    middle = central_half(len(found))
    levels = {level: LABEL_OF_LEVEL[level] for level in STUDY_LEVELS}
    every = {level: dice(found == v, case.labels == v) for level, v in levels.items()}
    central = {level: dice(found[middle] == v, case.labels[middle] == v) for level, v in levels.items()}
    own = {level: middle_of_body(case.labels == v) for level, v in levels.items()}
    bodies = {level: dice(found[own[level]] == v, case.labels[own[level]] == v) for level, v in levels.items()}
    distances = [hd95_mm(found[middle] == v, case.labels[middle] == v, case.volume.spacing_mm[0]) for v in levels.values()]
    overlapping = [v for v in range(LOWEST, HIGHEST + 1) if (case.labels == v).any() and (found == v).any()]
    right = all(_most_frequent(found[case.labels == v]) == v for v in overlapping)
    return {
        "case": case.name,
        "dice_all": round(float(np.mean(list(every.values()))), 4),
        "dice_central": round(float(np.mean(list(central.values()))), 4),
        "dice_body_middle": round(float(np.mean(list(bodies.values()))), 4),
        "hd95_central_mm": round(float(np.mean(distances)), 4),
        "asks_for_confirmation": segmentation.needs_confirmation,
        "levels_right": right and all((found == v).any() for v in levels.values()),
        "by_slice": _by_slice(found, case.labels, list(levels.values())),
        "by_level": {level: tuple(round(of[level], 3) for of in (every, central, bodies)) for level in levels},
        "volume_ratio": round(_volume(found, levels) / _volume(case.labels, levels), 4),
    }


def _volume(labels: Labels, levels: Mapping[str, int]) -> int:
    """Voxels of the levels."""
    return int(np.isin(labels, list(levels.values())).sum())


def _by_slice(found: Labels, truth: Labels, values: list[int]) -> list[float | None]:
    """Mean Dice of the levels in each slice; None where neither shows any."""
    rows = ([dice(a == value, b == value) for value in values] for a, b in zip(found, truth, strict=True))
    return [round(float(np.nanmean(row)), 3) if np.isfinite(row).any() else None for row in rows]


def int8_cost(case: Case, model: SegmentationModel) -> dict[str, object]:
    """Dice of L1-L3 against the reader with floats and with 8-bit integers, and of the two with each other."""
    floats, integers = (_study_levels(case, model, backend) for backend in ("onnxruntime", "int8"))
    truth = [case.labels == LABEL_OF_LEVEL[level] for level in STUDY_LEVELS]
    with_floats, with_integers, mutual = (
        float(np.mean([dice(*pair) for pair in zip(first, second, strict=True)]))
        for first, second in ((floats, truth), (integers, truth), (floats, integers))
    )
    return {
        "case": case.name,
        "floats": round(with_floats, 4),
        "int8": round(with_integers, 4),
        "drop": round(with_floats - with_integers, 4),
        "floats_and_int8": round(mutual, 4),
        "volume_int8_to_floats": round(float(np.sum(integers) / np.sum(floats)), 4),
    }


def _study_levels(case: Case, model: SegmentationModel, backend: Backend) -> list[npt.NDArray[np.bool_]]:
    found = segment(case.volume, model, shift=case.shift, backend=backend).mask.labels
    return [found == LABEL_OF_LEVEL[level] for level in STUDY_LEVELS]


def print_int8_cost(cases: list[Case], model: SegmentationModel) -> None:
    """One line a case, and what they come to; left out are copies of an earlier image and levels that floats name wrongly."""
    rows = []
    seen: set[bytes] = set()
    for case in cases:
        image = hashlib.sha256(np.ascontiguousarray(case.volume.array)).digest()
        row = int8_cost(case, model)
        counts = image not in seen and float(str(row["floats"])) > WRONG_LEVELS
        seen.add(image)
        rows += [row] if counts else []
        print(json.dumps(row if counts else {**row, "left out": "a copy, or other levels"}), flush=True)
    drops, mutual, volume = (
        np.array([row[name] for row in rows], float) for name in ("drop", "floats_and_int8", "volume_int8_to_floats")
    )
    print(
        f"drop of Dice by 8-bit integers: mean {drops.mean():+.4f}, SD {drops.std():.4f}, largest {drops.max():+.4f}, "
        f"n = {len(drops)}; integers and floats agree by {mutual.mean():.4f} (least {mutual.min():.4f}); "
        f"volume {volume.mean():.4f} of the floats'"
    )


def _most_frequent(values: Labels) -> int:
    counts = np.bincount(values[values > 0], minlength=1)
    return int(counts.argmax())


def variants(case: Case) -> Iterator[tuple[str, Case]]:
    """The same case as another scanner might have given it."""
    array, affine = np.asarray(case.volume.array), np.asarray(case.volume.affine)
    rng = np.random.default_rng(0)
    yield "mirrored", Case(case.name, replace(case.volume, array=array[::-1].copy()), case.labels[::-1].copy())
    step = 1.5
    shape = tuple(int(n / step) for n in array.shape[1:])
    rows, columns = (np.round(np.arange(n) * step).astype(int) for n in shape)
    coarser = affine.copy()
    coarser[:3, :2] *= step
    coarse = array[:, rows][:, :, columns].copy()
    yield "1.5 x coarser", Case(case.name, Volume(coarse, coarser), case.labels[:, rows][:, :, columns].copy())
    kept = np.flatnonzero(np.isin(case.labels, range(LABEL_OF_LEVEL["T12"], LABEL_OF_LEVEL["L4"] + 1)).any(axis=(0, 2)))
    window = slice(int(kept[0]), int(kept[-1]) + 1)
    cropped = replace(case.volume, array=array[:, window].copy())
    yield "cropped to T12-L4", Case(case.name, cropped, case.labels[:, window].copy(), shift=-1)
    noisy = np.abs(array + rng.normal(0, _background_noise(array), array.shape)).astype(np.float32)
    yield "noise added", Case(case.name, replace(case.volume, array=noisy), case.labels)
    ramp = np.exp(np.linspace(-0.7, 0.7, array.shape[1], dtype=np.float32))[None, :, None]
    yield "shaded 4 : 1 from head to foot", Case(case.name, replace(case.volume, array=array * ramp), case.labels)


def _background_noise(array: npt.NDArray[np.floating]) -> float:
    """Twice the noise that is there, by the median absolute difference of neighbours."""
    return float(2 * np.median(np.abs(np.diff(array, axis=2))) / 0.954)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of <case>_img.nii.gz and <case>_lab.nii.gz")
    parser.add_argument(
        "--cases",
        default=HELD_OUT,
        help=f"prefixes of the cases, separated by commas (default {HELD_OUT}, never trained on)",
    )
    parser.add_argument("--model", default="lumbar-bodies", help="shipped name or folder of a bundle")
    parser.add_argument("--int8", action="store_true", help="what 8-bit integers cost, case by case, and nothing else")
    parser.add_argument("--single-scale", action="store_true", help="without test-time augmentation")
    parser.add_argument("--robustness", action="store_true", help="also altered versions of each case")
    arguments = parser.parse_args()
    try:
        model = load_segmentation_model(arguments.model)
        cases = read_cases(arguments.data, arguments.cases.split(","))
    except OPRadiomicsError as error:
        print(error, file=sys.stderr)
        return 2
    if arguments.int8:
        print_int8_cost(cases, model)
        return 0
    scales_mm = (GRID_MM,) if arguments.single_scale else SCALES_MM
    rows: dict[str, list[dict[str, object]]] = {}
    for case in cases:
        for name, version in (("as it is", case), *(variants(case) if arguments.robustness else ())):
            rows.setdefault(name, []).append({"version": name, **measure_case(version, model, scales_mm)})
            print(json.dumps(rows[name][-1]), flush=True)
    print(f"\n{table(rows)}")
    return 0


def table(rows: Mapping[str, Sequence[Mapping[str, object]]]) -> str:
    """Markdown: each version of each case, and its mean where there are several cases."""
    figures = ("dice_all", "dice_central", "dice_body_middle", "hd95_central_mm", "volume_ratio")
    flags = ("levels_right", "asks_for_confirmation")
    lines = [_line("case", "version", *figures, *flags), "|---" * (2 + len(figures) + len(flags)) + "|"]
    for name, cases in rows.items():
        values = {key: [float(str(one[key])) for one in cases] for key in figures}
        raised = {key: [bool(one[key]) for one in cases] for key in flags}
        for n, one in enumerate(cases):
            shown = ("yes" if raised[key][n] else "no" for key in flags)
            lines.append(_line(one["case"], name, *(f"{values[key][n]:.3f}" for key in figures), *shown))
        if len(cases) > 1:
            counts = (f"{sum(raised[key])} of {len(cases)}" for key in flags)
            lines.append(_line("mean", name, *(f"{np.nanmean(values[key]):.3f}" for key in figures), *counts))
    return "\n".join(lines)


def _line(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"


if __name__ == "__main__":
    sys.exit(main())
