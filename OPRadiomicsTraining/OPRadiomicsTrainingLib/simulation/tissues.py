"""Proton density, T1 and T2 of the tissues in a lumbar study, at 1.5 T and 3 T.

Relaxation times in ms, proton density relative to free water. Fat is a second compartment: every tissue is a mixture
of its own water and of the one fat below, so that chemical shift and fat suppression act on fat alone.

Sources
-------
Stanisz : Stanisz et al., Magn Reson Med 2005;54:507-512, in vitro. 1.5 T and 3 T: blood 1441 / 290 and 1932 / 275, spinal
    cord (of rats) 745 / 74 and 993 / 78, muscle (of mice) 1008 / 44 and 1412 / 50 ms. Smith et al., Magn Reson Med
    2008;60:213-219, find 876 / 73 (white matter) and 973 / 76 ms (grey) in the human cord at 3 T.
Gold : Gold et al., AJR 2004;183:343-351. 1.5 T and 3 T: muscle 1130 / 35 and 1420 / 32, subcutaneous fat 288 / 165 and
    371 / 133, synovial fluid 2850 / 1210 and 3620 / 767 ms.
Bazelaire : de Bazelaire et al., Radiology 2004;230:652-659. 1.5 T and 3 T: liver 586 / 46 and 809 / 34, kidney cortex
    966 / 87 and 1142 / 76, paravertebral muscle 856 / 27 and 898 / 29, marrow of L4 549 / 49 and 586 / 49, T2 of
    fat 58 and 68 ms. Over its tissues T1 is 21 % longer at 3 T and T2 8 % shorter: so is scaled what others measured at
    1.5 T alone.
Drake : Drake-Perez et al., AJNR 2018;39:788-795, of the spine. T1 / T2 / proton density: cerebrospinal fluid 4273 / 1578
    / 1.08, cord 780 / 102 / 0.59, vertebral body 515 / 101 / 0.91, disc 1165 / 102 / 0.79 (normal), 723 / 67 / 0.61
    (between), 554 / 56 / 0.48 (desiccated).
Grades : T2 of 479 lumbar discs by Pfirrmann grade I / II / III / IV, a poster of the European Congress of Radiology
    (portal.myesr.org, public poster 58d54bf2): nucleus 210 / 129 / 84 / 51, annulus in front 55 / 50 / 45 / 37 and behind
    62 / 54 / 48 / 40 ms. Marinelli et al., AJNR 2010;31:1278-1282, agree: 132 ms in grade II of people of 20-29, 53 ms
    in grade IV.
Urban : Urban and McMullin, Spine 1988;13:179-187. Water of the nucleus from about 0.8 of its weight, hydrated, to 0.7,
    degenerate. Drake's lower densities of worn discs miss the protons of short T2: discs would be half as bright on T1WI.
Rooney : Rooney et al., Magn Reson Med 2007;57:308-318 (T1 of cerebrospinal fluid, about 4.3 s at any field).
Ruschke : Ruschke et al., NMR Biomed 2021;34:e4439. T2 of marrow's water falls with the fat fraction: r -0.58 (women), -0.55
    (men) in 260 people; median 21 ms at 3 T.
Mulkern : Mulkern et al., J Magn Reson Imaging 1994;4:585-589. Lumbar marrow by trains of spin echoes: water 71, lipid 113 ms.
Karampinos : Karampinos et al., J Magn Reson Imaging 2018;47:332-353 (marrow water and fat as two compartments).
Pai : Pai et al., Magn Reson Imaging 2008;26:1215-1220 (T2 of fat at 3 T between 41 and 143 ms, longer with longer trains).
Henkelman : Henkelman et al., J Magn Reson Imaging 1992;2:533-540 (echo trains refocus J coupling: fat is bright).
Dixon : Dixon et al., Magn Reson Imaging 1990;8:417-422 (magnetisation transfer incidental to multi-slice imaging).
Woodard : Woodard and White, Br J Radiol 1986;59:1209-1218. Water by mass x density, which is the proton density: muscle
    0.78, liver 0.79, kidney 0.80, blood 0.84, skin 0.71; adipose tissue's hydrogen 0.97 of water's.

What none of these gives is marked as assumed, with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import Final

import numpy as np


class Tissue(IntEnum):
    """Codes of the tissue map that a simulated study carries."""

    AIR = 0
    BODY = 1
    DISC = 2
    CSF = 3
    NEURAL = 4
    SACRUM = 5
    POSTERIOR_ELEMENT = 6
    FAT = 7
    MUSCLE = 8
    LIGAMENT = 9
    VESSEL = 10
    BOWEL = 11
    ORGAN = 12
    GAS = 13
    SKIN = 14
    FLUID = 15
    CORTEX = 16
    KIDNEY = 17


@dataclass(frozen=True)
class Relaxation:
    """Of the water of one tissue (or of fat) at one field.

    Proton density relative to water, T1 and T2 in ms, and the share of the signal that multi-slice echo trains leave:
    their pulses saturate the macromolecules of other slices, which exchange magnetisation with the water (Dixon).
    """

    proton_density: float
    t1_ms: float
    t2_ms: float
    transfer: float = 1.0


Field = float
"""Field strength in tesla: 1.5 or 3.0."""


def _fields(
    proton_density: float, t1_ms: tuple[float, float], t2_ms: tuple[float, float], transfer: float = 1.0
) -> MappingProxyType[Field, Relaxation]:
    """Constants at 1.5 T and 3 T."""
    pairs = zip((1.5, 3.0), t1_ms, t2_ms, strict=True)
    return MappingProxyType({field: Relaxation(proton_density, t1, t2, transfer) for field, t1, t2 in pairs})


FAT: Final = _fields(0.97, (288.0, 371.0), (135.0, 120.0))
"""PD: Woodard. T1: Gold. T2: as echo trains show it, J coupling refocused (Henkelman), within Pai's range, between Mulkern's
113 and Gold's 165 / 133; Bazelaire's is half of that."""

_NOTHING: Final = _fields(0.0, (1000.0, 1000.0), (10.0, 10.0))

_MARROW_T1: Final = (930.0, 1000.0)
"""A mixture with half of Gold's fat then inverts and recovers within an SD of Bazelaire's 549 +- 52 and 586 +- 73 ms; to meet
both means water would have to relax faster at 3 T."""

_MARROW_T2: Final = (50.0, 46.0)
"""Assumed at Bazelaire's 49 ms, 8 % shorter at 3 T, though that is of water and fat together: water alone was found at half of
it by single echoes (Ruschke) and above it by trains of them (Mulkern), such as these sequences have."""

MARROW_T2_PER_FAT: Final = -0.9
"""Relative change of the water's T2 per unit of fat fraction, from 0.5: Ruschke's r with spreads of 24 % and 0.15."""

# The last number, the share that magnetisation transfer leaves, is assumed: 0.75 for muscle and collagen, rich in
# macromolecules, to 1 for fluids; Dixon saw muscle lose a quarter.
WATER: Final = MappingProxyType(
    {
        Tissue.AIR: _NOTHING,
        Tissue.GAS: _NOTHING,
        Tissue.CORTEX: _NOTHING,
        # PD assumed: with half fat and a tenth of bone a body has 0.84 of water's protons (Drake: 0.91).
        Tissue.BODY: _fields(0.9, _MARROW_T1, _MARROW_T2, 0.92),
        Tissue.SACRUM: _fields(0.9, _MARROW_T1, _MARROW_T2, 0.92),
        # Assumed to hold a little more bone than the bodies do.
        Tissue.POSTERIOR_ELEMENT: _fields(0.83, _MARROW_T1, _MARROW_T2, 0.92),
        # A desiccated disc: PD Urban, T1 Drake, T2 Grades; hydration lengthens them (`nucleus`).
        Tissue.DISC: _fields(0.70, (554.0, 670.0), (52.0, 48.0), 0.85),
        # T1: Rooney. T2: Drake; 8 % shorter at 3 T.
        Tissue.CSF: _fields(1.0, (4300.0, 4300.0), (1578.0, 1450.0)),
        # T1, T2: Stanisz. PD assumed between Drake's 0.59 and white matter's 0.7.
        Tissue.NEURAL: _fields(0.65, (745.0, 993.0), (74.0, 78.0), 0.82),
        # Assumed: the little water of fat is that of its connective tissue and vessels, so as muscle.
        Tissue.FAT: _fields(0.78, (998.0, 1243.0), (35.3, 31.7)),
        # PD: Woodard. T1: mean of Stanisz, Gold and Bazelaire. T2: Gold.
        Tissue.MUSCLE: _fields(0.78, (998.0, 1243.0), (35.3, 31.7), 0.75),
        # Assumed: as muscle, its collagen with less free water and shorter T2, so that ligaments are dark on every image.
        Tissue.LIGAMENT: _fields(0.5, (998.0, 1243.0), (22.0, 20.0), 0.75),
        # PD: Woodard. T1, T2: Stanisz.
        Tissue.VESSEL: _fields(0.84, (1441.0, 1932.0), (290.0, 275.0)),
        # Assumed between muscle and kidney: mucosa over muscle.
        Tissue.BOWEL: _fields(0.79, (980.0, 1190.0), (61.0, 54.0), 0.9),
        Tissue.ORGAN: _fields(0.79, (586.0, 809.0), (46.0, 34.0), 0.85),  # liver: Woodard, Bazelaire
        # PD: Woodard. T1, T2 assumed as muscle's: dermis is collagen with bound water.
        Tissue.SKIN: _fields(0.71, (998.0, 1243.0), (30.0, 28.0), 0.8),
        Tissue.FLUID: _fields(0.98, (2850.0, 3620.0), (1210.0, 767.0)),  # Gold; PD that of a dilute solution
        Tissue.KIDNEY: _fields(0.80, (966.0, 1142.0), (87.0, 76.0), 0.9),  # cortex: Woodard, Bazelaire
    }
)


@dataclass(frozen=True)
class Material:
    """One tissue as it is in one place of one patient.

    ``fat_fraction`` is the share of the signal-bearing protons that is fat; ``density`` scales both compartments, the
    other scales multiply the tissue's own water constants.
    """

    tissue: Tissue
    fat_fraction: float = 0.0
    density: float = 1.0
    t1_scale: float = 1.0
    t2_scale: float = 1.0

    def water(self, field_t: Field) -> Relaxation:
        base = WATER[self.tissue][field_t]
        return Relaxation(
            base.proton_density * self.density, base.t1_ms * self.t1_scale, base.t2_ms * self.t2_scale, base.transfer
        )


def nucleus(hydration: float) -> Material:
    """The middle of a disc, desiccated (0) to hydrated (1): PD Urban, T1 through Drake's three states, T2 the four Grades."""
    longer_t1 = 1 + 0.12 * hydration + 0.98 * hydration**2
    return Material(Tissue.DISC, density=1 + 0.13 * hydration, t1_scale=longer_t1, t2_scale=float(np.exp(1.4 * hydration)))


def annulus(degeneration: float) -> Material:
    """The rim of a disc: PD and T1 assumed as of a desiccated one, fibrous; T2 from 58 ms to 38 ms with wear (Grades)."""
    return Material(Tissue.DISC, t2_scale=1.12 - 0.38 * degeneration)
