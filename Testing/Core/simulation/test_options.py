"""Each parameter of the anatomy does to the noiseless signal what it is named for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from OPRadiomicsLib.levels import LABEL_OF_LEVEL
from OPRadiomicsTrainingLib.simulation.acquisition import excite, phantom, water_and_fat
from OPRadiomicsTrainingLib.simulation.anatomy import Anatomy, Variety, sample_anatomy
from OPRadiomicsTrainingLib.simulation.canvas import Canvas
from OPRadiomicsTrainingLib.simulation.patients import Marrow, Patient
from OPRadiomicsTrainingLib.simulation.rendering import render
from OPRadiomicsTrainingLib.simulation.signal import protocol
from OPRadiomicsTrainingLib.simulation.spine import place
from OPRadiomicsTrainingLib.simulation.study import _middle
from OPRadiomicsTrainingLib.simulation.tissues import Tissue

SMOOTH = Marrow(fat_fraction=0.5, heterogeneity=0.0, t2_scale=1.0, trabecular=0.1, trabecular_heterogeneity=0.0)
"""Marrow without texture: what differs is the parameter, not another draw."""

PLAIN = Variety(six_lumbar=0.0, sacralised=0.0, deformity=0.0, modic=0.0, schmorl=0.0, haemangioma=0.0, altered_marrow=0.0)
IMAGES = ("T1WI", "T2WI", "STIR")
SLICES, PIXELS = 5, 160


class Scene:
    """Noiseless images by name, true bodies and tissues of an anatomy, (slices, rows, columns)."""

    def __init__(self, anatomy: Anatomy, slices: int = SLICES) -> None:
        canvas = Canvas(slices, PIXELS, 280 / PIXELS, 3.3)
        self.anatomy, self.spine = anatomy, render(anatomy, SMOOTH, canvas)
        scene = phantom(canvas)
        sequences = (*protocol("A")[:2], protocol("A", short_tau=True)[2])
        self.images = {}
        for name, sequence in zip(IMAGES, sequences, strict=True):
            signal = excite(canvas, water_and_fat(scene, sequence))
            self.images[name] = signal.real + signal.imag
        self.bodies, self.tissues = _middle(canvas, canvas.body), _middle(canvas, canvas.tissues())

    def l3(self, part: slice, eroded: bool = True) -> np.ndarray:
        """Part of L3's rows (0 at its upper endplate, 100 at its lower), the cortex left out."""
        from scipy.ndimage import binary_erosion

        whole = self.bodies == LABEL_OF_LEVEL["L3"]
        body = binary_erosion(whole, np.ones((1, 5, 3))) if eroded else whole
        rows = np.argwhere(body)[:, 1]
        low, high = (rows.min() + (rows.max() - rows.min()) * p / 100 for p in (part.start, part.stop))
        inside = np.arange(PIXELS)[None, :, None]
        chosen: np.ndarray = body & (inside >= low) & (inside <= high)
        return chosen

    def mean(self, image: str, where: np.ndarray) -> float:
        return float(self.images[image][where].mean())

    def volume(self, tissue: Tissue) -> int:
        return int((self.tissues == tissue).sum())


@pytest.fixture(scope="module")
def plain(a_patient: Patient) -> Anatomy:
    anatomy = sample_anatomy(np.random.default_rng(2), a_patient, variety=PLAIN)
    return replace(anatomy, centre_shift=(0.0, -5.0, 10.0), scoliosis=0.0, tilt=(0.0, 0.0))


@pytest.fixture(scope="module")
def scene_of(plain: Anatomy) -> Callable[..., Scene]:
    """The plain anatomy with something changed: of L3 (``l3``), of the disc under it (``disc``), of all else by name."""

    @cache
    def made(l3: tuple[tuple[str, Any], ...] = (), disc: tuple[tuple[str, Any], ...] = (), slices: int = SLICES, **rest: Any):
        vertebrae = tuple(replace(v, **dict(l3)) if v.level == "L3" else v for v in plain.vertebrae)
        discs = tuple(replace(d, **dict(disc)) if d.level == "L3" else d for d in plain.discs)
        return Scene(replace(plain, vertebrae=vertebrae, discs=discs, **rest), slices)

    return made


def of(**values: Any) -> tuple[tuple[str, Any], ...]:
    return tuple(values.items())


@pytest.mark.parametrize(
    ("kind", "t1", "t2", "stir"),
    [(1, "darker", "", "brighter"), (2, "brighter", "brighter", "darker"), (3, "darker", "darker", "darker")],
)
def test_modic_change_looks_as_its_type_is_defined(
    scene_of: Callable[..., Scene], kind: int, t1: str, t2: str, stir: str
) -> None:
    """Oedema: dark on T1WI, bright on STIR; fat: bright on T1WI and T2WI; sclerosis: dark on all (Modic 1988)."""
    before, after = scene_of(), scene_of(l3=of(modic=(kind, 0), modic_depth=(10.0, 6.0)))
    for image, expected in zip(IMAGES, (t1, t2, stir), strict=True):
        ratio = after.mean(image, before.l3(slice(5, 25))) / before.mean(image, before.l3(slice(5, 25)))
        assert not expected or (ratio > 1.08 if expected == "brighter" else ratio < 0.92), (image, ratio)
        assert after.mean(image, before.l3(slice(60, 95))) == pytest.approx(
            before.mean(image, before.l3(slice(60, 95))), rel=0.03
        )


def test_a_haemangioma_is_a_bright_spot_on_t1wi_and_t2wi(scene_of: Callable[..., Scene]) -> None:
    before, after = scene_of(l3=of(vein=0.0)), scene_of(l3=of(vein=0.0, haemangioma=True))
    for image in ("T1WI", "T2WI"):
        where = before.l3(slice(0, 100))
        change = after.images[image][where] / before.images[image][where]
        assert 0.01 < np.mean(change > 1.15) < 0.6


def test_a_schmorl_node_lets_the_disc_into_the_body(scene_of: Callable[..., Scene]) -> None:
    before, after = scene_of(), scene_of(l3=of(schmorl=(True, False)))
    upper, lower = before.l3(slice(0, 35), eroded=False), before.l3(slice(70, 100), eroded=False)
    assert (after.tissues[upper] == Tissue.DISC).sum() > (before.tissues[upper] == Tissue.DISC).sum() + 5
    assert np.array_equal(after.tissues[lower], before.tissues[lower])


def test_the_basivertebral_vein_darkens_t1wi_behind_the_middle(scene_of: Callable[..., Scene]) -> None:
    without, large = scene_of(l3=of(vein=0.0)), scene_of(l3=of(vein=1.1))
    assert (large.tissues == Tissue.VESSEL).sum() > (without.tissues == Tissue.VESSEL).sum()
    middle = without.l3(slice(30, 70))
    assert large.mean("T1WI", middle) < without.mean("T1WI", middle)


def test_the_cortex_is_a_dark_shell(scene_of: Callable[..., Scene]) -> None:
    none, thick = scene_of(cortex=0.0), scene_of(cortex=1.2)
    from scipy.ndimage import binary_erosion

    body = none.bodies == LABEL_OF_LEVEL["L3"]
    rim, core = body & ~binary_erosion(body, np.ones((1, 3, 3))), none.l3(slice(30, 70))
    assert thick.mean("T1WI", rim) < 0.75 * none.mean("T1WI", rim)
    assert thick.mean("T1WI", core) == pytest.approx(none.mean("T1WI", core), rel=0.01)


def _heights(scene: Scene) -> np.ndarray:
    """Mean height (mm) of L3's front, middle and back fifth in the middle slice, along its own axes."""
    vertebra, pose = next((v, p) for v, p in scene.spine.bodies if v.level == "L3")
    mm = 280 / PIXELS
    rows, columns = np.nonzero(scene.bodies[SLICES // 2] == LABEL_OF_LEVEL["L3"])
    y, z = ((index - (PIXELS - 1) / 2) * mm for index in (columns, -rows + PIXELS - 1))
    along = ((y - pose.centre[1]) * pose.rotation[1, 1] + (z - pose.centre[2]) * pose.rotation[2, 1]) / vertebra.depth
    counts = [np.sum(np.abs(along - middle) < 0.1) for middle in (-0.3, 0.0, 0.3)]
    heights: np.ndarray = np.array(counts) * mm**2 / (0.2 * vertebra.depth)
    return heights


def test_deformities_take_height_where_they_are_named_for(scene_of: Callable[..., Scene]) -> None:
    """A biconcave body loses its middle most, a wedged one its front."""
    normal = _heights(scene_of())
    biconcave, wedged = (_heights(scene_of(l3=change)) for change in (of(concavity=(8.0, 8.0)), of(wedge=-14.0)))
    assert normal[1] - biconcave[1] > 9
    assert normal[1] - biconcave[1] > 1.3 * (normal - biconcave)[[0, 2]].max()
    assert normal[2] - normal[0] < 2
    assert wedged[2] - wedged[0] > 4


def test_a_degenerate_disc_is_dark_on_t2wi_and_a_collapsed_one_flat(scene_of: Callable[..., Scene]) -> None:
    fresh, black = (scene_of(disc=of(degeneration=d, height=10.0)) for d in (0.0, 1.0))
    middle = next(pose.centre for d, pose, _, _ in fresh.spine.discs if d.level == "L3")
    row, column = (round(v / (280 / PIXELS) + (PIXELS - 1) / 2) for v in (-middle[2], middle[1]))
    spot = np.zeros(fresh.bodies.shape, bool)
    spot[SLICES // 2, row - 1 : row + 2, column - 3 : column + 4] = True
    assert black.mean("T2WI", spot) < 0.4 * fresh.mean("T2WI", spot)
    flat = scene_of(disc=of(degeneration=1.0, height=4.0))
    gaps = []
    for scene in (black, flat):
        rows = [np.argwhere(scene.bodies == LABEL_OF_LEVEL[level])[:, 1].mean() for level in ("L3", "L4")]
        gaps.append((rows[1] - rows[0]) * 280 / PIXELS)
    assert gaps[0] - gaps[1] == pytest.approx(6.0, abs=1.5)


def test_scoliosis_moves_bodies_sideways_and_slope_changes_lordosis(plain: Anatomy) -> None:
    straight, bent = (place(replace(plain, scoliosis=s)).bodies for s in (0.0, 8.0))
    assert np.ptp([pose.centre[0] for _, pose in bent]) > np.ptp([pose.centre[0] for _, pose in straight]) + 5
    flat, steep = (place(replace(plain, sacral_slope=s)).bodies for s in (25.0, 50.0))
    assert np.linalg.norm(steep[0][1].rotation - flat[0][1].rotation) > 0.3


def test_transitional_vertebrae_add_a_level_or_lose_a_disc(a_patient: Patient) -> None:
    six = sample_anatomy(np.random.default_rng(2), a_patient, variety=replace(PLAIN, six_lumbar=1.0))
    assert LABEL_OF_LEVEL["L6"] in np.unique(Scene(replace(six, centre_shift=(0.0, -5.0, 20.0))).bodies)
    sacralised = sample_anatomy(np.random.default_rng(2), a_patient, variety=replace(PLAIN, sacralised=1.0))
    assert sacralised.discs[0].level == "L5"
    assert sacralised.discs[0].height < 4 < sacralised.discs[1].height


@pytest.mark.parametrize(
    ("name", "low", "high", "tissue"),
    [
        ("canal_depth", 10.0, 18.0, Tissue.CSF),
        ("conus_z", 80.0, 20.0, Tissue.NEURAL),
        ("sac_end", 10.0, -20.0, Tissue.CSF),
        ("back_fat", 5.0, 30.0, Tissue.FAT),
        ("belly_fat", 8.0, 45.0, Tissue.FAT),
        ("aorta_radius", 7.5, 11.0, Tissue.VESSEL),
    ],
)
def test_soft_tissue_grows_with_its_parameter(
    scene_of: Callable[..., Scene], name: str, low: float, high: float, tissue: Tissue
) -> None:
    few, many = (scene_of(slices=9, trunk_depth=110.0, **{name: value}).volume(tissue) for value in (low, high))
    assert many > 1.02 * few


def test_fat_in_muscle_brightens_it_and_pulsation_darkens_fluid_on_t2wi_alone(scene_of: Callable[..., Scene]) -> None:
    lean, fatty = (scene_of(slices=9, muscle_fat=f) for f in (0.05, 0.4))
    behind = (lean.tissues == Tissue.MUSCLE) & (np.arange(PIXELS) > PIXELS // 2)
    assert fatty.mean("T1WI", behind) > 1.1 * lean.mean("T1WI", behind)
    still, pulsing = (scene_of(flow_loss=f) for f in (0.0, 0.3))
    fluid = still.tissues == Tissue.CSF
    assert pulsing.mean("T2WI", fluid) < 0.8 * still.mean("T2WI", fluid)
    assert pulsing.mean("T1WI", fluid) > 0.95 * still.mean("T1WI", fluid)


def test_a_wide_slab_holds_every_tissue_the_kidneys_too(scene_of: Callable[..., Scene]) -> None:
    """41 slices are 135 mm; cortex is a void within bone, told apart only in a study's tissue map."""
    wide = scene_of(slices=41)
    assert set(np.unique(wide.tissues)) >= set(Tissue) - {Tissue.CORTEX}
    raised = scene_of(slices=41, kidney_offset=plain_offset(wide) + 30.0)
    rows = [np.argwhere(s.tissues == Tissue.KIDNEY)[:, 1].mean() for s in (wide, raised)]
    assert rows[0] - rows[1] > 5


def plain_offset(scene: Scene) -> float:
    return scene.anatomy.kidney_offset
