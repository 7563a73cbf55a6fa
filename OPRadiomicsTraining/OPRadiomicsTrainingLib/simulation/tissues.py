"""Proton density, T1 and T2 of the tissues in a lumbar study, at 1.5 T and 3 T.

Relaxation times in ms, proton density relative to free water. Fat is a second compartment: every tissue is a mixture
of its own water and of the one fat below, so that chemical shift and fat suppression act on fat alone.

Sources
-------
Bazelaire : de Bazelaire et al., Radiology 2004;230:652-659. 3 T, T1 / T2: muscle 898 / 29, marrow of L4 586 / 49, liver
    809 / 34, kidney cortex 1142 / 76, subcutaneous fat 382 / 68 ms; T1 is about 21 % shorter at 1.5 T.
Gold : Gold et al., AJR 2004;183:343-351. 1.5 T and 3 T: muscle 1130 / 35 and 1420 / 32, subcutaneous fat 288 / 165 and
    371 / 133, synovial fluid 2850 / 1210 and 3620 / 767 ms.
Stanisz : Stanisz et al., Magn Reson Med 2005;54:507-512. 1.5 T and 3 T: blood 1441 / 290 and 1932 / 275, spinal cord
    745 / 74 and 993 / 78, cartilage 1024 / 30 and 1168 / 27 ms.
Rooney : Rooney et al., Magn Reson Med 2007;57:308-318 (T1 of cerebrospinal fluid, about 4.3 s at any field).
Marinelli : Marinelli et al., Spine 2009;34:520-524 (T2 of the nucleus falls with age and degeneration).
Karampinos : Karampinos et al., J Magn Reson Imaging 2018;47:332-353 (marrow water and fat as two compartments).
Pai : Pai et al., Magn Reson Imaging 2008;26:1215-1220 (T2 of fat at 3 T between 41 and 143 ms, longer with longer trains).
Henkelman : Henkelman et al., J Magn Reson Imaging 1992;2:533-540 (echo trains refocus J coupling: fat is bright).
Dixon : Dixon et al., Magn Reson Imaging 1990;8:417-422 (magnetisation transfer incidental to multi-slice imaging).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import Final


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


FAT: Final = _fields(0.95, (288.0, 371.0), (135.0, 120.0))
"""T1: Gold. T2: as echo trains show it, J coupling refocused (Henkelman), within Pai's range, near Gold's 165 / 133."""

_NOTHING: Final = _fields(0.0, (1000.0, 1000.0), (10.0, 10.0))

WATER: Final = MappingProxyType(
    {
        Tissue.AIR: _NOTHING,
        Tissue.GAS: _NOTHING,
        Tissue.CORTEX: _NOTHING,
        # Marrow water alone; with half fat it gives Bazelaire's 586 ms. PD: mineral displaces water (Karampinos).
        Tissue.BODY: _fields(0.78, (820.0, 980.0), (50.0, 46.0), 0.92),
        Tissue.SACRUM: _fields(0.78, (820.0, 980.0), (50.0, 46.0), 0.92),
        Tissue.POSTERIOR_ELEMENT: _fields(0.72, (820.0, 980.0), (50.0, 46.0), 0.92),
        # The annulus; the nucleus is the same tissue with longer times by its hydration (Marinelli, Stanisz' cartilage).
        Tissue.DISC: _fields(0.9, (900.0, 1050.0), (56.0, 51.0), 0.85),
        # T1: Rooney. T2 of fluid, shortened by flow and roots.
        Tissue.CSF: _fields(1.0, (4200.0, 4300.0), (1500.0, 1200.0)),
        Tissue.NEURAL: _fields(0.8, (745.0, 993.0), (74.0, 78.0), 0.82),  # Stanisz
        Tissue.FAT: _fields(0.8, (900.0, 1100.0), (40.0, 38.0)),
        # Between Gold and Bazelaire.
        Tissue.MUSCLE: _fields(0.8, (1000.0, 1250.0), (34.0, 31.0), 0.75),
        # Densely woven collagen: Stanisz' cartilage with less water and shorter T2.
        Tissue.LIGAMENT: _fields(0.5, (900.0, 1100.0), (22.0, 20.0), 0.75),
        Tissue.VESSEL: _fields(0.9, (1441.0, 1932.0), (290.0, 275.0)),  # Stanisz
        Tissue.BOWEL: _fields(0.8, (1000.0, 1200.0), (65.0, 60.0), 0.9),
        Tissue.ORGAN: _fields(0.8, (640.0, 809.0), (40.0, 34.0), 0.85),  # liver, Bazelaire
        Tissue.SKIN: _fields(0.7, (900.0, 1100.0), (30.0, 28.0), 0.8),
        Tissue.FLUID: _fields(0.98, (2850.0, 3620.0), (1210.0, 767.0)),  # Gold
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
