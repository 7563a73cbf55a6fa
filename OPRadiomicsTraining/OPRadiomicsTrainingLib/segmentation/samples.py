"""Which cases are learnt, which are held out, and the samples that each step draws of them.

Every sample has a generator of its own, seeded by (seed, step, place in the batch): no state of random numbers has to be kept,
and a resumed run draws what an uninterrupted one would have drawn.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from OPRadiomicsLib.errors import StudyError

from .augment import Sample, draw_sample
from .cases import TrainingCase, by_image, case_files, load_case, set_of
from .learnt import NOTHING_LEARNT, Learnt
from .settings import TrainingSettings


@dataclass(frozen=True)
class Cases:
    """Training cases by origin, and the real ones held out for validation."""

    real: tuple[TrainingCase, ...]
    simulated: tuple[TrainingCase, ...]
    validation: tuple[TrainingCase, ...]


def gather_cases(
    real: Path | None, simulated: Path | None, settings: TrainingSettings, learnt: Learnt = NOTHING_LEARNT
) -> Cases:
    """Load prepared cases; of each real set about a tenth (``validation_share``) is held out, one image at least of three.

    Which, the images' digests decide: a case that is added later makes none a test case that an earlier network has learnt.

    Parameters
    ----------
    learnt
        By the network that training goes on from: none of these images is held out, so that none is where it knows them all.

    Raises
    ------
    StudyError
        If neither folder holds a case.
    """
    invented = tuple(map(load_case, case_files(simulated)))
    by_set: dict[str, list[list[TrainingCase]]] = {}
    for copies in by_image(map(load_case, case_files(real))):
        by_set.setdefault(set_of(copies[0].name), []).append(copies)
    if not by_set and not invented:
        raise StudyError("No training case", "prepared .npz cases, real or simulated", "give --data or --simulated")
    training: list[TrainingCase] = []
    held_out: list[TrainingCase] = []
    for images in by_set.values():
        places = {_place(copies[0]) for copies in images if not learnt.holds(copies[0])}
        limit = _limit(sorted(places), len(images), settings.validation_share)
        for copies in images:
            place = _place(copies[0])
            (held_out if place in places and place < limit else training).extend(copies)
    return Cases(tuple(training), invented, tuple(held_out))


def _place(case: TrainingCase) -> float:
    """From 0 to 1, by the image alone."""
    return int.from_bytes(hashlib.sha256(case.image.tobytes()).digest()[:6]) / 2**48


def _limit(places: Sequence[float], images: int, share: float) -> float:
    """Below which a place is held out: the share, more where nothing or less where more than half of the images lies below."""
    ranked = [0.0, *places, 1.0]
    fewest, most = (min(number, len(places)) for number in ((1, images // 2) if images > 2 else (0, 0)))
    return min(max(share, math.nextafter(ranked[fewest], 1.0)), ranked[most + 1])


def draw_batch(cases: Cases, settings: TrainingSettings, step: int, places: range) -> list[Sample]:
    """The samples of a step at these places of its batch; the same whoever asks, and when.

    Raises
    ------
    StudyError
        If there is no case to draw from.
    """
    if not cases.real and not cases.simulated:
        raise StudyError(
            "No case to draw samples from", "real or simulated cases", "give --data, or --simulated and --simulate N"
        )
    batch = []
    for place in places:
        rng = np.random.default_rng([settings.seed, step, place])
        share = settings.simulated_share if cases.real else 1.0
        pool = cases.simulated if cases.simulated and rng.random() < share else cases.real
        batch.append(draw_sample(_draw_case(pool, rng), rng))
    return batch


def _draw_case(pool: tuple[TrainingCase, ...], rng: np.random.Generator) -> TrainingCase:
    """Sets first, then cases, so that no set outweighs the others."""
    names = sorted({set_of(case.name) for case in pool})
    chosen = names[int(rng.integers(len(names)))]
    members = [case for case in pool if set_of(case.name) == chosen]
    return members[int(rng.integers(len(members)))]


def draw_batches(cases: Cases, settings: TrainingSettings, steps: range, places: range) -> Iterator[list[Sample]]:
    """Batches of the steps; the next one is drawn while this one is learnt."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(draw_batch, cases, settings, steps.start, places)
        for step in steps:
            batch = coming.result()
            if step + 1 < steps.stop:
                coming = pool.submit(draw_batch, cases, settings, step + 1, places)
            yield batch
