"""Simulated studies as training cases: the only source of T1-weighted and fat-suppressed contrast, and of the sacrum."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from OPRadiomicsLib.errors import StudyError
from OPRadiomicsLib.files import write_text
from OPRadiomicsLib.levels import LABEL_OF_LEVEL
from OPRadiomicsLib.types import Progress, no_progress

from . import labels
from .cases import CANAL, DISC, SACRUM, TrainingCase, to_distance_bytes

if TYPE_CHECKING:
    from OPRadiomicsTrainingLib.simulation.study import Options, SimulatedStudy

Floats = npt.NDArray[np.float32]

_S1 = LABEL_OF_LEVEL["S1"]

SEED_FILE = "seed.txt"
"""In a folder of simulated cases: the seed, and the rules that made them."""

RULES = 1
"""Raise it whenever a seed gives other images or labels than before: cases of other rules are no part of a training set."""

CUT_SHARE = 1 / 6
"""Of the studies whose view is cut to T12-L4, the sacrum out of sight."""


def prepare_simulated_cases(count: int, out: Path, *, seed: int, progress: Progress = no_progress) -> None:
    """Simulate ``count`` studies and write four cases of each: the three sequences, and one of random tissue contrast.

    Anatomy, protocol and grid stray far (`training_options`); one study in six is cut to T12-L4. The border rule is the one
    that the real sets get, and a body ends sideways where it no longer fills the middle of a slice. Cases that are there
    already are kept, so that a broken run goes on.

    Raises
    ------
    StudyError
        If the folder's cases are of another seed, or other rules made them.
    OutputError
        If it cannot be made or written.
    """
    from OPRadiomicsTrainingLib.simulation.patients import sample_patient
    from OPRadiomicsTrainingLib.simulation.study import simulate_study

    require_same_simulation(out, seed)
    write_text(out / SEED_FILE, f"{seed}\nrules {RULES}\n")
    for number in range(count):
        if (out / f"sim_{number:04d}_painted.npz").exists():
            continue
        rng = np.random.default_rng([seed, number])
        centre = "A" if rng.random() < 0.7 else "B"
        patient, options = sample_patient(rng, centre), training_options(rng)
        study = simulate_study(patient, seed=int(rng.integers(2**31)), centre=centre, options=options)
        rows = _rows_of_t12_to_l4(study, rng) if rng.random() < CUT_SHARE else slice(None)
        for case in simulated_cases(study, f"sim_{number:04d}", rng):
            _cut(case, rows).save(out)
        progress(f"Simulated {number + 1} of {count}", (number + 1) / count)


def require_same_simulation(out: Path, seed: int) -> None:
    """Prove that a folder, if it is there, holds simulated cases of this seed and of today's rules, or none.

    A record that names no rules is of the first ones.

    Raises
    ------
    StudyError
        If it is no folder, or holds cases of another seed or other rules, or some that no record tells of.
    """
    if out.exists() and not out.is_dir():
        raise StudyError(f"{out.name} is no folder", "one for simulated cases", "choose another --simulated")
    path = out / SEED_FILE
    if not path.is_file():
        if any(out.glob("sim_*.npz")):
            found = f"Simulated cases in {out.name}/ without {SEED_FILE}, of a version that kept no record"
            raise StudyError(found, f"those of seed {seed} and today's rules", "name another folder: they are made anew")
        return
    kept, _, rules = path.read_text(encoding="utf-8", errors="replace").strip().partition("\n")
    if kept != str(seed):
        raise StudyError(
            f"Simulated cases of seed {kept[:20]} in {out.name}/",
            f"those of seed {seed}",
            "name another folder or that seed",
        )
    if (rules or "rules 1") != f"rules {RULES}":
        raise StudyError(
            f"Simulated cases in {out.name}/ that another version of this software made ({rules[:20] or 'rules 1'})",
            f"those of this version (rules {RULES})",
            "name another folder: they are made anew",
        )


def training_options(rng: np.random.Generator) -> Options:
    """Much that is rare, often: anatomy of WIDE_VARIETY, short tau half of the time, other times, matrices and slices."""
    from OPRadiomicsTrainingLib.simulation.anatomy import WIDE_VARIETY
    from OPRadiomicsTrainingLib.simulation.signal import Grid
    from OPRadiomicsTrainingLib.simulation.study import Options

    thickness_mm = float(rng.choice((3.0, 3.5, 4.0, 5.0), p=(0.4, 0.2, 0.3, 0.1)))
    spacing_mm = round(thickness_mm * float(rng.uniform(1.0, 1.2)), 2)
    frequency = int(rng.choice((256, 320, 384)))
    grid = Grid(
        fov_mm=round(float(rng.uniform(240.0, 330.0))),
        matrix=(frequency, round(frequency * float(rng.uniform(0.6, 0.95)))),
        thickness_mm=thickness_mm,
        spacing_mm=spacing_mm,
    )
    return Options(
        slices=round(float(rng.uniform(48.0, 62.0)) / spacing_mm),
        pixels=int(rng.choice((256, 288, 320))),
        short_tau=bool(rng.random() < 0.5),
        protocol_spread=0.2,
        variety=WIDE_VARIETY,
        grid=grid,
    )


def _rows_of_t12_to_l4(study: SimulatedStudy, rng: np.random.Generator) -> slice:
    """A view that ends within or just beyond T12 and L4, as short coils and tight prescriptions leave it."""
    rows = [np.flatnonzero(study.bodies.of(level).any(axis=(0, 2))) for level in ("T12", "L4")]
    beyond = rng.uniform(-8.0, 12.0, 2) / study.bodies.spacing_mm[1]
    first = int(rows[0][0] - beyond[0]) if rows[0].size else 0
    return slice(max(first, 0), int(rows[1][-1] + beyond[1]))


def _cut(case: TrainingCase, rows: slice) -> TrainingCase:
    return replace(
        case,
        image=case.image[:, rows],
        body=case.body[:, rows],
        tissue=case.tissue[:, rows],
        weight=case.weight[:, rows],
    )


def simulated_cases(study: SimulatedStudy, name: str, rng: np.random.Generator) -> list[TrainingCase]:
    """The three sequences of a study and a painted one, with one set of targets."""
    bodies = np.where(study.bodies.labels == _S1, 0, study.bodies.labels).astype(np.uint8)
    column_mm, row_mm, slice_mm = study.bodies.spacing_mm
    spacing_mm = (slice_mm, row_mm, column_mm)
    images = {role.value: np.asarray(volume.array, np.float32) for role, volume in study.volumes.items()}
    offset_mm = labels.border_offset_mm(labels.endplate_profiles(images["T1WI"], bodies, spacing_mm[1:], beside=1))
    distance = to_distance_bytes(labels.filling_the_slice(labels.body_distance_mm(bodies, spacing_mm, offset_mm)))
    tissue = _classes(study)
    images["painted"] = paint(study.tissues, rng)
    return [
        TrainingCase(
            f"{name}_{kind}",
            _as_bytes(image),
            distance,
            tissue,
            np.full(image.shape, 255, np.uint8),
            np.ones(5, bool),
            spacing_mm,
        )
        for kind, image in images.items()
    ]


def _classes(study: SimulatedStudy) -> npt.NDArray[np.uint8]:
    from OPRadiomicsTrainingLib.simulation.tissues import Tissue

    tissue = np.zeros(study.tissues.shape, np.uint8)
    tissue[(study.tissues == Tissue.SACRUM) | (study.bodies.labels == _S1)] = SACRUM
    tissue[np.isin(study.tissues, (Tissue.CSF, Tissue.NEURAL))] = CANAL
    tissue[study.tissues == Tissue.DISC] = DISC
    return tissue


def paint(tissues: npt.NDArray[np.uint8], rng: np.random.Generator) -> Floats:
    """An image of random tissue intensities (Billot et al., Med Image Anal 2023): air, gas and cortex stay dark."""
    from scipy import ndimage

    from OPRadiomicsTrainingLib.simulation.tissues import Tissue

    level = rng.uniform(0.1, 1.0, 256).astype(np.float32)
    spread = rng.uniform(0.02, 0.15, 256).astype(np.float32)
    for dark in (Tissue.AIR, Tissue.GAS, Tissue.CORTEX):
        level[dark], spread[dark] = rng.uniform(0, 0.08), 0.02
    grain = ndimage.gaussian_filter(rng.normal(0, 1, tissues.shape), (0, 1.0, 1.0)).astype(np.float32)
    grain /= grain.std()
    image = level[tissues] + spread[tissues] * grain
    painted: Floats = np.clip(ndimage.gaussian_filter(image, (0, 0.7, 0.7)), 0, None).astype(np.float32)
    return painted


def _as_bytes(image: Floats) -> npt.NDArray[np.uint8]:
    low, high = np.percentile(image, (0.5, 99.8))
    return np.asarray(np.clip((image - low) / max(1e-6, float(high - low)), 0, 1) * 255, np.uint8)
