"""Proton density, T1 and T2 of the tissues in a lumbar study, at 1.5 T and 3 T.

Relaxation times in ms, proton density relative to free water. Fat is a second compartment: every tissue is a mixture
of its own water and of the one fat below, so that chemical shift and fat suppression act on fat alone.

Sources
-------
Bazelaire : de Bazelaire et al., Radiology 2004;230:652-659 (1.5 T and 3 T: marrow of L4, muscle, kidney, liver).
Gold : Gold et al., AJR 2004;183:343-351 (1.5 T and 3 T: muscle, marrow fat, subcutaneous fat, synovial fluid).
Stanisz : Stanisz et al., Magn Reson Med 2005;54:507-512 (1.5 T and 3 T: blood, spinal cord, muscle, cartilage).
Rooney : Rooney et al., Magn Reson Med 2007;57:308-318 (T1 of cerebrospinal fluid, about 4.3 s at any field).
Marinelli : Marinelli et al., Spine 2009;34:520-524, and Welsch et al., Eur Radiol 2011 (T2 of nucleus and annulus by
    degeneration).
Karampinos : Karampinos et al., J Magn Reson Imaging 2018;47:332-353 (marrow water and fat as two compartments).
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
    """Of the water of one tissue (or of fat) at one field: proton density relative to water, T1 and T2 in ms."""

    proton_density: float
    t1_ms: float
    t2_ms: float


Field = float
"""Field strength in tesla: 1.5 or 3.0."""

FAT: Final = MappingProxyType({1.5: Relaxation(0.95, 288.0, 105.0), 3.0: Relaxation(0.95, 371.0, 90.0)})
"""T1: Gold. T2: between Bazelaire's single-echo 58-68 ms and Gold's 133-165 ms of an echo train, where J coupling is
refocused; the trains here are short to moderate."""

NEVER: Final = Relaxation(0.0, 1000.0, 10.0)

WATER: Final = MappingProxyType(
    {
        Tissue.AIR: MappingProxyType({1.5: NEVER, 3.0: NEVER}),
        Tissue.GAS: MappingProxyType({1.5: NEVER, 3.0: NEVER}),
        # Marrow water alone; with 50 % fat it gives Bazelaire's 549 / 586 ms. PD: bone mineral displaces water (Karampinos).
        Tissue.BODY: MappingProxyType({1.5: Relaxation(0.75, 850.0, 45.0), 3.0: Relaxation(0.75, 1000.0, 42.0)}),
        Tissue.SACRUM: MappingProxyType({1.5: Relaxation(0.75, 850.0, 45.0), 3.0: Relaxation(0.75, 1000.0, 42.0)}),
        Tissue.POSTERIOR_ELEMENT: MappingProxyType({1.5: Relaxation(0.7, 850.0, 45.0), 3.0: Relaxation(0.7, 1000.0, 42.0)}),
        # Annulus; the nucleus is the same tissue with longer times by its hydration (Marinelli).
        Tissue.DISC: MappingProxyType({1.5: Relaxation(0.75, 1000.0, 50.0), 3.0: Relaxation(0.75, 1150.0, 45.0)}),
        Tissue.CSF: MappingProxyType({1.5: Relaxation(1.0, 4200.0, 1800.0), 3.0: Relaxation(1.0, 4300.0, 1500.0)}),  # Rooney
        Tissue.NEURAL: MappingProxyType({1.5: Relaxation(0.8, 745.0, 74.0), 3.0: Relaxation(0.8, 993.0, 78.0)}),  # Stanisz
        Tissue.FAT: MappingProxyType({1.5: Relaxation(0.8, 900.0, 40.0), 3.0: Relaxation(0.8, 1100.0, 38.0)}),
        Tissue.MUSCLE: MappingProxyType({1.5: Relaxation(0.8, 1050.0, 35.0), 3.0: Relaxation(0.8, 1400.0, 32.0)}),  # Gold
        # Cartilage-like collagen with short T2 (Stanisz's cartilage, lower PD).
        Tissue.LIGAMENT: MappingProxyType({1.5: Relaxation(0.5, 900.0, 22.0), 3.0: Relaxation(0.5, 1100.0, 20.0)}),
        Tissue.VESSEL: MappingProxyType({1.5: Relaxation(0.9, 1441.0, 290.0), 3.0: Relaxation(0.9, 1932.0, 275.0)}),  # Stanisz
        Tissue.BOWEL: MappingProxyType({1.5: Relaxation(0.8, 1000.0, 60.0), 3.0: Relaxation(0.8, 1200.0, 55.0)}),
        # Liver and kidney of Bazelaire span this.
        Tissue.ORGAN: MappingProxyType({1.5: Relaxation(0.8, 700.0, 50.0), 3.0: Relaxation(0.8, 900.0, 45.0)}),
        Tissue.SKIN: MappingProxyType({1.5: Relaxation(0.7, 900.0, 30.0), 3.0: Relaxation(0.7, 1100.0, 28.0)}),
        # Synovial fluid, urine (Gold).
        Tissue.FLUID: MappingProxyType({1.5: Relaxation(0.98, 2850.0, 1000.0), 3.0: Relaxation(0.98, 3620.0, 767.0)}),
        Tissue.CORTEX: MappingProxyType({1.5: NEVER, 3.0: NEVER}),
    }
)


@dataclass(frozen=True)
class Material:
    """One tissue as it is in one place of one patient.

    ``fat_fraction`` is the share of the signal-bearing protons that is fat, ``void`` the share of the voxel that gives
    no signal at all (flow void, fibrous tissue), the scales multiply the tissue's own water constants.
    """

    tissue: Tissue
    fat_fraction: float = 0.0
    density: float = 1.0
    t1_scale: float = 1.0
    t2_scale: float = 1.0

    def water(self, field_t: Field) -> Relaxation:
        base = WATER[self.tissue][field_t]
        return Relaxation(base.proton_density * self.density, base.t1_ms * self.t1_scale, base.t2_ms * self.t2_scale)
