"""Training cases: images with harmonised labels, kept as .npz files that real and simulated studies share."""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from OPRadiomicsLib.errors import OPRadiomicsError, StudyError
from OPRadiomicsLib.files import visible, write_bytes
from OPRadiomicsLib.levels import LABEL_OF_LEVEL
from OPRadiomicsLib.regions import Bools
from OPRadiomicsLib.types import FloatArray, Progress, Volume, no_progress

from . import labels

Bytes = npt.NDArray[np.uint8]

BODY, SACRUM, CANAL, DISC = 1, 2, 3, 4
SACRUM_SEED = 5
"""Voxels surely inside S1 of a case whose sacrum nobody labelled."""
DISTANCE_STEP_MM = 1 / 16
"""Signed distances are stored as int8 in sixteenths of a millimetre, so up to 7.9 mm."""

NEIGHBOUR_MM = 3.3
"""Between the slices that a network sees together, about."""

TRAINING_SETS = ("chu", "myosegmentum", "spider")
"""Prefixes of the files that may be trained on: zukic is kept for testing."""

_UNSURE_ROWS = 4
"""Where the canal ends in view, bodies are cut: moving that border inward would call so many rows of them background."""

_MISSING_SLICES = {"myosegmentum_31": (13,)}
"""Slices whose labels are known to be incomplete."""


@dataclass(frozen=True, eq=False)
class TrainingCase:
    """One image with targets, sagittal slices first, rows cranial to caudal, columns anterior to posterior.

    Parameters
    ----------
    image
        uint8, (k, rows, columns).
    body
        Signed distance to the nearest body's border, positive inside, int8 in `DISTANCE_STEP_MM`.
    tissue
        Class of every other labelled voxel (2 sacrum, 3 canal, 4 disc, 5 surely sacrum though unlabelled), 0 elsewhere.
    weight
        uint8, 255 counts fully in the loss, 0 not at all.
    labelled
        Which of the five classes this case labels; background stands for all that it doesn't.
    spacing_mm
        Of k, rows, columns.
    """

    name: str
    image: Bytes
    body: npt.NDArray[np.int8]
    tissue: Bytes
    weight: Bytes
    labelled: Bools
    spacing_mm: tuple[float, float, float]

    def save(self, folder: Path) -> None:
        """Write ``folder/<name>.npz``, whole or not at all; raises `OutputError` as `write_bytes`."""
        content = io.BytesIO()
        np.savez_compressed(content, allow_pickle=False, **self._arrays())
        write_bytes(folder / f"{self.name}.npz", content.getvalue())

    @property
    def sha256(self) -> str:
        """Of what the case holds, however its file is compressed; the name doesn't count."""
        digest = hashlib.sha256()
        for key, array in self._arrays().items():
            digest.update(f"{key} {array.dtype} {array.shape}\n".encode())
            digest.update(array.tobytes())
        return digest.hexdigest()

    def _arrays(self) -> dict[str, npt.NDArray[Any]]:
        return {
            "image": self.image,
            "body": self.body,
            "tissue": self.tissue,
            "weight": self.weight,
            "labelled": self.labelled,
            "spacing_mm": np.asarray(self.spacing_mm, np.float64),
        }


def set_of(name: str) -> str:
    """The set that a case belongs to: the first word of its name, up to the first ``_``."""
    return name.split("_", maxsplit=1)[0]


def by_image(cases: Iterable[TrainingCase]) -> list[list[TrainingCase]]:
    """The cases by name, those of one image together, whatever their sets: no copy of a held-out one must be learnt."""
    groups: dict[bytes, list[TrainingCase]] = {}
    for case in sorted(cases, key=lambda case: case.name):
        groups.setdefault(hashlib.sha256(case.image.tobytes()).digest(), []).append(case)
    return list(groups.values())


def images_of(data: Path, name: str) -> list[Path]:
    """Images of a set, ``<set>_<case>_img.nii.gz``; raises `StudyError` where there is no such folder."""
    if not data.is_dir():
        raise StudyError(f"No folder {data}", "a folder of training images", "check --data")
    return sorted(data.glob(f"{name}_*_img.nii.gz"))


def case_files(*folders: Path | None) -> list[Path]:
    """The prepared cases of folders, by name; a folder that is None holds none."""
    return [path for folder in folders if folder is not None for path in visible(folder, "*.npz")]


def load_case(path: Path) -> TrainingCase:
    """Read what `TrainingCase.save` wrote.

    Raises
    ------
    StudyError
        If the file is damaged.
    """
    try:
        with np.load(path) as file:
            rows = [float(v) for v in file["spacing_mm"]]
            arrays = {key: file[key] for key in ("image", "body", "tissue", "weight", "labelled")}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise StudyError(
            f"Training case {path.name} cannot be read ({type(error).__name__})",
            "a case as it was prepared",
            "delete the file; the next run prepares it again",
        ) from None
    return TrainingCase(name=path.stem, spacing_mm=(rows[0], rows[1], rows[2]), **arrays)


def to_distance_bytes(distance_mm: npt.NDArray[np.float32]) -> npt.NDArray[np.int8]:
    """Signed distances in mm as int8 of `DISTANCE_STEP_MM`, cut off at 7.9 mm."""
    stored: npt.NDArray[np.int8] = np.clip(np.round(distance_mm / DISTANCE_STEP_MM), -127, 127).astype(np.int8)
    return stored


@dataclass(frozen=True, eq=False)
class _Source:
    name: str
    image: npt.NDArray[np.float32]
    bodies: Bytes
    tissue: Bytes
    spacing_mm: tuple[float, float, float]

    @property
    def semantic(self) -> bool:
        return bool((self.tissue == CANAL).any())


def _read(image_path: Path) -> _Source:
    """Image and labels in sagittal order, however the files store their axes."""
    from OPRadiomicsLib.io import read_mask, read_volume
    from OPRadiomicsLib.segmentation.sagittal import require_image, sagittal_order

    name = image_path.name.removesuffix("_img.nii.gz")
    body_file, semantic_file = (image_path.with_name(f"{name}_{kind}.nii.gz") for kind in ("lab", "sem"))
    try:
        image = read_volume(image_path)
        require_image(image)
        order = sagittal_order(image)
        array = order.apply(image.array).astype(np.float32)
        if body_file.exists():
            drawn = order.apply(read_mask(body_file, image, ()).labels)
            sacrum = drawn == LABEL_OF_LEVEL["S1"]
            bodies = np.where(sacrum, 0, drawn).astype(np.uint8)
            _require_neighbours(bodies)
            return _Source(name, array, bodies, (sacrum * SACRUM_SEED).astype(np.uint8), order.spacing_mm)
        if not semantic_file.exists():
            raise StudyError(
                "Neither labels of bodies nor of vertebrae", f"{body_file.name} or {semantic_file.name}", "add one"
            )
        semantic = order.apply(_semantic(semantic_file, image))
        canal = labels.without_specks(semantic == 3)
        if not canal.any():
            raise StudyError(f"{semantic_file.name} without a canal", "label 3, which tells bodies from arches", "label it")
    except OPRadiomicsError as error:
        raise StudyError(f"Case {name}: {error.found}", error.expected, error.remedy) from None
    bodies = labels.bodies_of_vertebrae(semantic == 1, canal).astype(np.uint8)
    tissue = np.where(canal, CANAL, np.where(semantic == 2, DISC, 0)).astype(np.uint8)
    return _Source(name, array, bodies, tissue, order.spacing_mm)


def _semantic(path: Path, image: Volume) -> FloatArray:
    """1 vertebra, 2 disc, 3 canal, on the image's grid."""
    from OPRadiomicsLib.geometry import require_same_grid
    from OPRadiomicsLib.io import read_volume

    semantic = read_volume(path)
    require_same_grid(image, semantic)
    return semantic.array


def _require_neighbours(bodies: Bytes) -> None:
    """Two bodies tell where the row goes on unlabelled."""
    count = np.unique(bodies[bodies > 0]).size
    if count < 2:
        raise StudyError(
            f"{count} labelled body", "two neighbours or more, such as L1 to L3", "label the others, or leave the case out"
        )


def prepare_real_cases(
    data: Path, out: Path, *, sets: Sequence[str] = TRAINING_SETS, progress: Progress = no_progress
) -> dict[str, float]:
    """Harmonise the real sets' labels and write one .npz a case; gives each set's border offset in mm.

    Parameters
    ----------
    data
        Folder with <set>_<case>_img.nii.gz and the same with _lab (bodies; S1, where drawn, counts as sacrum) or _sem
        (1 vertebra, 2 disc, 3 canal) for _img.
    out
        Folder for the .npz files, made if absent; those that it holds are replaced.

    Raises
    ------
    StudyError
        If the folder is absent or holds none of the sets, or a case cannot be used: its name and why.
    """
    paths = {name: images_of(data, name) for name in sets}
    if not any(paths.values()):
        raise StudyError(
            f"No training image in {data.name}/",
            f"files {', '.join(f'{s}_*_img.nii.gz' for s in sets)}",
            "give the first word of your files' names with --set, or another --data",
        )
    for path in case_files(out):
        path.unlink()  # of images that may have changed or gone
    offsets = {}
    done, total = 0, sum(map(len, paths.values()))
    for name, files in paths.items():
        if not files:
            continue
        progress(f"Measuring where the readers of {name} draw the border", done / total)
        offsets[name] = set_offset_mm(data, name)
        for source in map(_read, files):
            _case_of(source, offsets[name]).save(out)
            done += 1
            progress(f"Prepared {source.name}, border moved by {offsets[name]:+.2f} mm", done / total)
    return offsets


def set_offset_mm(data: Path, name: str) -> float:
    """How far `prepare_real_cases` moves the border that a set's readers drew; one image at a time is in memory."""
    sources = map(_read, images_of(data, name))
    profiles = (labels.endplate_profiles(one.image, one.bodies, one.spacing_mm[1:], beside=2) for one in sources)
    return labels.border_offset_mm([profile for case in profiles for profile in case])


def _case_of(source: _Source, offset_mm: float) -> TrainingCase:
    distance = labels.body_distance_mm(source.bodies, source.spacing_mm, offset_mm)
    labelled = np.array([True, True, False, source.semantic, source.semantic])
    sacrum_is_guessed = _reaches_l5(source.bodies) and not source.tissue.any()
    weight = _weight(source)
    limits = np.percentile(source.image, (0.5, 99.8))
    image = np.clip((source.image - limits[0]) / max(1e-6, limits[1] - limits[0]), 0, 1) * 255
    return TrainingCase(
        source.name,
        image.astype(np.uint8),
        to_distance_bytes(distance),
        sacrum_seed(source.bodies, source.spacing_mm) if sacrum_is_guessed else source.tissue,
        weight,
        labelled,
        source.spacing_mm,
    )


def _weight(source: _Source) -> Bytes:
    weight = np.full(source.image.shape, 255, np.uint8)
    if source.semantic:
        top = np.flatnonzero(source.bodies.any(axis=(0, 2)))
        known = labels.rows_of_canal(source.tissue == CANAL)
        cut_above = known.start + _UNSURE_ROWS if known.start else 0
        weight[:, : max(cut_above, int(top[0]) - 2) if top.size else 0] = 0
        if known.stop < source.bodies.shape[1]:
            weight[:, max(0, known.stop - _UNSURE_ROWS) :] = 0
        return weight
    for label in np.unique(source.bodies[source.bodies > 0]):
        _doubt_lateral_slices(weight, source.bodies == label)
    _ignore_above(weight, source.bodies, source.spacing_mm)
    if not _reaches_l5(source.bodies):
        _ignore_below(weight, source.bodies, source.spacing_mm)
    for k in _MISSING_SLICES.get(source.name, ()):
        weight[k] = 0
    return weight


def _doubt_lateral_slices(weight: Bytes, body: Bools) -> None:
    """Readers end a body sideways at will: its slices of under half its largest area, and the next ones, count a third."""
    area = body.sum(axis=(1, 2))
    present = np.flatnonzero(area)
    small = [int(k) for k in present if area[k] < 0.5 * area.max()]
    beside = [k for k in (int(present[0]) - 1, int(present[-1]) + 1) if 0 <= k < len(area)]
    footprint = body.any(axis=0)
    for k in small + beside:
        weight[k][footprint] = np.minimum(weight[k][footprint], 85)


def _reaches_l5(bodies: Bytes) -> bool:
    """Whether the lowest free vertebra is labelled; readers of the study's levels label L1 to L3 alone."""
    return bool((bodies == LABEL_OF_LEVEL["L5"]).any())


def _ignore_above(weight: Bytes, bodies: Bytes, spacing_mm: tuple[float, float, float]) -> None:
    """Bodies above the top label are in view but not labelled: leave out what lies beyond its upper endplate."""
    present = np.unique(bodies[bodies > 0])
    _ignore_beyond(weight, bodies, spacing_mm, present[0], present[1])


def _ignore_below(weight: Bytes, bodies: Bytes, spacing_mm: tuple[float, float, float]) -> None:
    """The same for what lies beyond the lowest label's lower endplate."""
    present = np.unique(bodies[bodies > 0])
    _ignore_beyond(weight, bodies, spacing_mm, present[-1], present[-2])


def _ignore_beyond(weight: Bytes, bodies: Bytes, spacing_mm: tuple[float, float, float], last: int, next_to_last: int) -> None:
    """In mm: across the line from body to body, 1 mm beyond the end of the last one."""
    end, before = (np.argwhere((bodies == label).any(axis=0)) * spacing_mm[1:] for label in (last, next_to_last))
    outward = end.mean(axis=0) - before.mean(axis=0)
    outward /= np.linalg.norm(outward)
    limit = np.percentile(end @ outward, 99) + 1.0
    grid = np.moveaxis(np.indices(bodies.shape[1:]), 0, -1) * spacing_mm[1:]
    weight[:, grid @ outward > limit] = 0


def sacrum_seed(bodies: Bytes, spacing_mm: tuple[float, float, float]) -> Bytes:
    """A disc of 5 mm radius inside S1, found from the three lowest bodies: the curve of their centres goes on by one step.

    The step bends on as L4-L5 does, and by 7 degrees more. Seen in pictures to lie in S1 in each case of chu and myosegmentum.

    Parameters
    ----------
    bodies
        VerSe codes, (k, rows, columns), the lowest being L5; fewer than three bodies tell nothing.
    """
    low = sorted(int(label) for label in np.unique(bodies[bodies > 0]))[-3:]
    if len(low) < 3:
        return np.zeros(bodies.shape, np.uint8)
    l3, l4, l5 = (np.argwhere(bodies == label).mean(axis=0)[1:] * spacing_mm[1:] for label in low)
    first, second = l4 - l3, l5 - l4
    bend = np.arctan2(second[1], second[0]) - np.arctan2(first[1], first[0])
    angle = np.arctan2(second[1], second[0]) + 0.8 * np.clip(bend, 0, 0.35) + 0.12
    step_mm = 0.49 * (np.hypot(*first) + np.hypot(*second))
    centre = l5 + step_mm * np.array([np.cos(angle), np.sin(angle)])
    grid = np.moveaxis(np.indices(bodies.shape[1:]), 0, -1) * spacing_mm[1:]
    disc = np.hypot(*np.moveaxis(grid - centre, -1, 0)) < 5.0
    area = (bodies == low[-1]).sum(axis=(1, 2))
    seed = np.zeros(bodies.shape, np.uint8)
    seed[area > 0.85 * area.max()] = disc * SACRUM_SEED
    return seed
