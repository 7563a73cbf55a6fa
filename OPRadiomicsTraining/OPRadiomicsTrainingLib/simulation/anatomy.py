"""Anatomy of one lumbar spine as parameters, and how they vary between patients.

Sizes in mm, angles in degrees. Frame of the anatomy: x to the left, y to posterior, z to superior, origin at the
centre of L3.

Sources: body sizes by level from Panjabi et al., Spine 1992;17:299-306, and Zhou et al., Eur Spine J 2000;9:242-248, heights
nearer Bonczar et al., Surg Radiol Anat 47:22, 2024, than Panjabi's, which are 10 % lower; disc heights from Frobin et al., Clin
Biomech 1997;12 Suppl 1, and Zhang et al., J Orthop Surg Res 2018;13:34; lordosis from Roussouly et al., Spine 2005;30:346-353.
That is of people standing; lying down it is about a quarter less, within the spread that patients are given.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .patients import Patient

LUMBAR_AND_ABOVE = ("L6", "L5", "L4", "L3", "L2", "L1", "T12", "T11", "T10", "T9")
SACRAL = ("S1", "S2", "S3", "S4", "S5")


def _by_level(*values: float) -> dict[str, float]:
    """From L6 up to T9."""
    return dict(zip(LUMBAR_AND_ABOVE, values, strict=True))


HEIGHT = _by_level(25.5, 26.5, 27.0, 27.2, 27.0, 26.2, 25.0, 23.2, 22.0, 21.0)
DEPTH = _by_level(35.0, 35.0, 35.0, 34.6, 33.8, 32.6, 31.4, 30.4, 29.6, 28.8)
WIDTH = _by_level(52.0, 51.0, 48.5, 46.5, 44.5, 43.0, 42.0, 39.0, 36.5, 34.0)
WEDGE = _by_level(6.0, 8.5, 3.0, 0.5, -1.0, -2.5, -3.5, -3.5, -3.0, -3.0)
DISC_HEIGHT = _by_level(9.0, 10.0, 11.0, 10.3, 9.2, 8.0, 6.6, 5.6, 5.2, 5.0)
PEDICLE_WIDTH = _by_level(15.0, 15.0, 12.0, 9.8, 8.6, 8.2, 7.6, 7.4, 6.5, 6.2)
CANAL_WIDTH = _by_level(27.0, 26.5, 24.5, 23.5, 23.0, 22.5, 21.5, 19.0, 18.0, 17.5)
"""Pedicles and the distance between them, side to side (Zindrick et al., Spine 1987;12:160-166; Panjabi); the lowest pedicles
narrower than theirs of 18 mm, as CT shows them (Krag et al., Spine 1988;13:27-32: 15 and 11 mm in L5 and L4)."""

DISC_WEDGE = _by_level(13.0, 13.0, 11.0, 8.5, 6.5, 4.5, 1.5, 0.0, -0.5, -0.5)
"""Of the disc below the named level; wedges count as lordosis where positive."""

SACRAL_HEIGHT = {"S1": 29.0, "S2": 24.0, "S3": 20.0, "S4": 17.0, "S5": 14.0}
SACRAL_DEPTH = {"S1": 31.0, "S2": 20.0, "S3": 14.0, "S4": 11.0, "S5": 9.0}
SACRAL_WIDTH = {"S1": 50.0, "S2": 40.0, "S3": 34.0, "S4": 30.0, "S5": 26.0}
SACRAL_TURN = {"S1": 5.0, "S2": 5.0, "S3": -8.0, "S4": -16.0, "S5": -20.0}


@dataclass(frozen=True)
class Vertebra:
    """One body: sizes in mm; wedge in degrees (lordotic positive); concavity in mm at the endplate's middle.

    ``modic`` is the type of change (0: none) at the upper and the lower endplate, and ``modic_depth`` how many mm it reaches;
    ``vein`` is the basivertebral vein's calibre (1: 10 mm wide and 4 mm high where it leaves; 0: none). ``deformity`` is what
    an old fracture left: "biconcave", "wedge" or "".
    """

    level: str
    height: float
    depth: float
    width: float
    wedge: float
    concavity: tuple[float, float]
    waist: float
    shift: float = 0.0
    modic: tuple[int, int] = (0, 0)
    modic_depth: tuple[float, float] = (6.0, 6.0)
    schmorl: tuple[bool, bool] = (False, False)
    haemangioma: bool = False
    vein: float = 0.85
    marrow_shift: float = 0.0
    deformity: str = ""


@dataclass(frozen=True)
class Disc:
    """The disc below a level: height and bulge in mm, wedge in degrees, degeneration 0 (hydrated) to 1 (black)."""

    level: str
    height: float
    wedge: float
    degeneration: float
    bulge: float


@dataclass(frozen=True)
class Anatomy:
    """Everything that the renderer needs to know about one patient's shape.

    ``vertebrae`` and ``discs`` run from the lowest lumbar body upward; ``sacral_slope`` is the angle of S1's endplate to
    the horizontal; ``centre_shift`` places L3 in the field of view (x, y, z); ``flow_loss`` is the share of the cerebrospinal
    fluid's signal on T2WI that its pulsation dephases; ``kidney_offset`` (mm) lifts the kidneys above the middle of L2;
    ``sacralised`` says that the lowest lumbar body has grown together with the sacrum.
    """

    vertebrae: tuple[Vertebra, ...]
    discs: tuple[Disc, ...]
    sacral_slope: float
    sacral_disc_height: float
    scoliosis: float
    scoliosis_phase: float
    tilt: tuple[float, float]
    size: float
    centre_shift: tuple[float, float, float]
    canal_depth: float
    conus_z: float
    sac_end: float
    back_fat: float
    belly_fat: float
    muscle_fat: float
    cortex: float
    trunk_depth: float
    aorta_radius: float
    flow_loss: float
    kidney_offset: float
    sacralised: bool
    seed: int


@dataclass(frozen=True)
class Variety:
    """How far anatomy strays: probabilities per patient (transitional bodies) or per level (the rest), and spreads.

    ``marrow_mean`` and ``marrow_sd`` shift the fat fraction of whole patients apart from their BMD, toward the red marrow of
    younger people, for networks that must not take marrow's brightness for granted. ``modic`` holds beside a disc of
    degeneration 0.6; its odds grow e^4-fold from a fresh disc to a black one: endplates change where the disc is worn.
    Haemangiomas and Modic's types 1 and 3 are more frequent than in people (where type 2 is by far the commonest), so that
    a network meets them. ``wear_mean`` and ``wear_sd`` are the discs' degeneration at 69 years, by patient.
    """

    six_lumbar: float = 0.04
    sacralised: float = 0.04
    deformity: float = 0.06
    modic: float = 0.06
    schmorl: float = 0.04
    haemangioma: float = 0.04
    scoliosis_sd: float = 2.0
    altered_marrow: float = 0.04
    marrow_mean: float = 0.0
    marrow_sd: float = 0.0
    wear_mean: float = 0.55
    wear_sd: float = 0.2


DEFAULT_VARIETY = Variety()

WIDE_VARIETY = Variety(
    six_lumbar=0.10,
    sacralised=0.08,
    deformity=0.15,
    modic=0.15,
    schmorl=0.08,
    haemangioma=0.08,
    scoliosis_sd=3.0,
    altered_marrow=0.12,
    marrow_mean=-0.04,
    marrow_sd=0.14,
    wear_mean=0.4,
    wear_sd=0.3,
)
"""For training a segmentation: much that is rare, often."""


def sample_anatomy(
    rng: np.random.Generator, patient: Patient, *, dependence: float = 1.0, variety: Variety = DEFAULT_VARIETY
) -> Anatomy:
    """Draw an anatomy; ``dependence`` scales what age, sex and BMI do to it (0: nothing).

    The same number of random draws is used whatever the patient, so that anatomies of one seed differ only by what the
    patient changes.
    """
    older = dependence * (patient.age - 69.0) / 10.0
    size = 1.0 + dependence * (0.045 if patient.male else -0.03) + rng.normal(0.0, 0.035)
    heavier = dependence * (patient.bmi - 24.0) / 4.0
    levels = _levels(rng, variety)
    sacralised = rng.random() < variety.sacralised
    wear = np.clip(rng.normal(variety.wear_mean + 0.12 * older, variety.wear_sd), 0.05, 1.0)
    discs = tuple(_disc(rng, level, size, float(wear)) for level in levels)
    marrow = variety.marrow_mean + float(variety.marrow_sd * rng.standard_normal())
    # Of each disc: what it does to the body over it and to the one under it.
    changes = [(_modic(rng, disc, variety), _modic(rng, disc, variety)) for disc in discs]
    above = [*(under for _, under in changes[1:]), _modic(rng, discs[-1], variety)]
    vertebrae = tuple(
        _vertebra(rng, level, size, variety, marrow=marrow, modic=(upper, lower))
        for level, upper, (lower, _) in zip(levels, above, changes, strict=True)
    )
    if sacralised:
        discs = (Disc(discs[0].level, 3.0, 4.0, 0.7, 0.0), *discs[1:])
    return Anatomy(
        vertebrae=vertebrae,
        discs=discs,
        sacral_slope=float(np.clip(rng.normal(38.0, 7.0), 22.0, 56.0)),
        sacral_disc_height=float(rng.uniform(1.5, 3.5)),
        scoliosis=float(rng.normal(0.0, variety.scoliosis_sd)),
        scoliosis_phase=float(rng.uniform(0.0, 2.0 * np.pi)),
        tilt=(float(rng.normal(0.0, 1.5)), float(rng.normal(0.0, 2.0))),
        size=float(size),
        centre_shift=(float(rng.normal(0.0, 2.0)), float(rng.uniform(-28.0, 10.0)), float(rng.uniform(-2.0, 32.0))),
        canal_depth=float(size * np.clip(rng.normal(13.8, 1.6), 9.5, 18.5)),
        conus_z=float(rng.normal(48.0, 12.0)),
        sac_end=float(rng.normal(0.0, 8.0)),
        back_fat=float(np.clip(rng.normal(13.0 + 5.0 * heavier, 5.0), 4.0, 38.0)),
        belly_fat=float(np.clip(rng.normal(20.0 + 8.0 * heavier, 7.0), 6.0, 50.0)),
        muscle_fat=float(np.clip(rng.normal(0.19 + 0.05 * older, 0.08), 0.04, 0.5)),
        cortex=float(rng.uniform(0.7, 1.2)),
        trunk_depth=float(np.clip(rng.normal(150.0 + 12.0 * heavier, 14.0), 115.0, 210.0)),
        aorta_radius=float(rng.uniform(7.5, 11.0)),
        flow_loss=float(rng.uniform(0.0, 0.3)),
        kidney_offset=float(rng.normal(6.0, 10.0)),
        sacralised=bool(sacralised),
        seed=int(rng.integers(2**31)),
    )


def _levels(rng: np.random.Generator, variety: Variety) -> tuple[str, ...]:
    return LUMBAR_AND_ABOVE if rng.random() < variety.six_lumbar else LUMBAR_AND_ABOVE[1:]


def _disc(rng: np.random.Generator, level: str, size: float, wear: float) -> Disc:
    lower = level in ("L4", "L5", "L6")
    degeneration = float(np.clip(wear + rng.normal(0.12 if lower else -0.05, 0.22), 0.0, 1.0))
    collapse = float(np.clip(degeneration - 0.65, 0.0, 1.0) * rng.uniform(0.3, 1.7))
    return Disc(
        level=level,
        height=DISC_HEIGHT[level] * size * float(np.clip(1.0 - collapse + rng.normal(0.0, 0.08), 0.3, 1.3)),
        wedge=DISC_WEDGE[level] * float(rng.normal(1.0, 0.15)) + float(rng.normal(0.0, 1.5)),
        degeneration=degeneration,
        bulge=float(np.clip(rng.normal(0.5 + 2.0 * degeneration * lower, 0.9), -0.5, 5.0)),
    )


Change = tuple[int, float]
"""Modic type and depth in mm."""


def _modic(rng: np.random.Generator, disc: Disc, variety: Variety) -> Change:
    """Of one endplate beside a disc: type 0 for none, then oedema, fat, and the rarer sclerosis; mostly shallow."""
    odds = np.exp(4.0 * (disc.degeneration - 0.6))
    likely = variety.modic * odds / (1.0 - variety.modic + variety.modic * odds)
    chosen, kind, depth = rng.random() < likely, int(rng.choice((1, 2, 3), p=(0.4, 0.4, 0.2))), rng.exponential(4.0)
    return (kind if chosen else 0), float(min(4.0 + depth, 20.0))


def _vertebra(
    rng: np.random.Generator, level: str, size: float, variety: Variety, *, marrow: float, modic: tuple[Change, Change]
) -> Vertebra:
    draws: npt.NDArray[np.float64] = rng.random(4)
    deformity = ("biconcave" if draws[1] < 0.5 else "wedge") if draws[0] < variety.deformity else ""
    loss = float(rng.uniform(2.0, 9.0))
    kyphosis = float(rng.uniform(2.0, 14.0))
    concavity = np.clip(rng.normal(1.7, 0.6, 2), 0.2, 4.0) + (loss if deformity == "biconcave" else 0.0) * rng.random(2)
    return Vertebra(
        level=level,
        height=HEIGHT[level] * size * float(rng.normal(1.0, 0.03)),
        depth=DEPTH[level] * size * float(rng.normal(1.0, 0.03)),
        width=WIDTH[level] * size * float(rng.normal(1.0, 0.03)),
        wedge=WEDGE[level] + float(rng.normal(0.0, 1.2)) - (kyphosis if deformity == "wedge" else 0.0),
        concavity=(float(concavity[0]), float(concavity[1])),
        waist=float(rng.uniform(0.05, 0.12)),
        shift=float(rng.normal(0.0, 0.5)),
        modic=(modic[0][0], modic[1][0]),
        modic_depth=(modic[0][1], modic[1][1]),
        schmorl=(bool(rng.random() < variety.schmorl), bool(rng.random() < variety.schmorl)),
        haemangioma=bool(draws[2] < variety.haemangioma),
        vein=float(rng.uniform(0.6, 1.1)),
        marrow_shift=marrow + float(rng.normal(0.0, 0.02)) - (0.25 if draws[3] < variety.altered_marrow else 0.0),
        deformity=deformity,
    )
