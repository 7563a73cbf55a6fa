"""Signal equations and the protocols of the two centres (study.md, section 2)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import numpy as np
from OPRadiomicsLib.errors import StudyError
from OPRadiomicsLib.types import Role

from .tissues import FAT, Field, Relaxation

FAT_SHIFT_PPM = 3.4
"""Methylene fat against water (Dixon, Radiology 1984;153:189-194; 3.4-3.5 ppm)."""

LARMOR_MHZ_PER_T = 42.577

SLICE_THICKNESS_MM = 3.0
SLICE_SPACING_MM = 3.3


@dataclass(frozen=True)
class Grid:
    """Where a scan samples: field of view in mm, acquired matrix (frequency, phase), slice thickness and spacing in mm."""

    fov_mm: float
    matrix: tuple[int, int]
    thickness_mm: float = SLICE_THICKNESS_MM
    spacing_mm: float = SLICE_SPACING_MM


@dataclass(frozen=True)
class Sequence:
    """One protocol: times in ms, field of view in mm, acquired matrix (frequency, phase), bandwidth in Hz per pixel.

    ``fat_residual`` is the share of fat's signal that remains after suppression (1 without). ``inversion_ms`` is None
    where no inversion pulse is given.
    """

    role: Role
    field_t: Field
    tr_ms: float
    te_ms: float
    fov_mm: float
    matrix: tuple[int, int]
    echo_train: int
    bandwidth_hz: float
    fat_residual: float = 1.0
    inversion_ms: float | None = None
    thickness_mm: float = SLICE_THICKNESS_MM
    spacing_mm: float = SLICE_SPACING_MM

    @property
    def fat_suppressed(self) -> bool:
        return self.fat_residual < 1.0 or self.inversion_ms is not None

    @property
    def fat_shift_pixels(self) -> float:
        """Displacement of fat along the frequency direction, in acquired pixels."""
        return FAT_SHIFT_PPM * LARMOR_MHZ_PER_T * self.field_t / self.bandwidth_hz


def spin_echo_signal(tissue: Relaxation, sequence: Sequence) -> float:
    """Transverse magnetisation at the echo, in units of free water's equilibrium magnetisation.

    S = PD (1 - exp(-(TR - ESP_last) / T1)) exp(-TE / T2): the train's refocusing pulses hold the longitudinal
    magnetisation at zero until its last echo (10 ms an echo are assumed, at most half of TR), so that recovery starts late.
    With an inversion pulse S = PD |1 - 2 exp(-TI / T1) + exp(-(TR - ESP_last) / T1)| exp(-TE / T2) (Bernstein et al.,
    Handbook of MRI Pulse Sequences, 2004, sections 14.2, 14.3 and 16.4). Echo trains of several slices also lose what
    magnetisation transfer takes.
    """
    train_ms = 0.0 if sequence.echo_train <= 1 else min(10.0 * sequence.echo_train, 0.5 * sequence.tr_ms)
    recovery_ms = sequence.tr_ms - train_ms
    decay = np.exp(-sequence.te_ms / tissue.t2_ms)
    if sequence.inversion_ms is None:
        longitudinal = 1.0 - np.exp(-recovery_ms / tissue.t1_ms)
    else:
        longitudinal = abs(1.0 - 2.0 * np.exp(-sequence.inversion_ms / tissue.t1_ms) + np.exp(-recovery_ms / tissue.t1_ms))
    transfer = tissue.transfer if sequence.echo_train > 1 else 1.0
    return float(tissue.proton_density * transfer * longitudinal * decay)


def fat_signal(sequence: Sequence) -> float:
    """Signal of pure fat after the sequence's suppression."""
    return spin_echo_signal(FAT[sequence.field_t], sequence) * sequence.fat_residual


def on_grid(sequence: Sequence, grid: Grid) -> Sequence:
    """The same contrast, sampled otherwise."""
    return replace(sequence, fov_mm=grid.fov_mm, matrix=grid.matrix, thickness_mm=grid.thickness_mm, spacing_mm=grid.spacing_mm)


def vary(sequence: Sequence, rng: np.random.Generator, spread: float) -> Sequence:
    """Another scanner's protocol of the same kind: TR, and TE, times a log-normal factor of SD ``spread``."""
    repetition, echo = np.exp(spread * np.clip(rng.standard_normal(2), -2.0, 2.0))
    return replace(sequence, tr_ms=round(sequence.tr_ms * float(repetition), 1), te_ms=round(sequence.te_ms * float(echo), 1))


PROTOCOLS: Final = MappingProxyType(
    {
        "A": (
            Sequence(Role.T1WI, 3.0, 726.0, 10.0, 280.0, (320, 224), 3, 390.0),
            Sequence(Role.T2WI, 3.0, 3614.0, 123.0, 280.0, (320, 224), 18, 390.0),
            Sequence(Role.FST2WI, 3.0, 2682.0, 71.0, 280.0, (320, 224), 14, 390.0, fat_residual=0.10),
        ),
        "B": (
            Sequence(Role.T1WI, 1.5, 583.0, 16.0, 300.0, (320, 224), 3, 195.0),
            Sequence(Role.T2WI, 1.5, 4563.0, 123.0, 300.0, (352, 224), 18, 195.0),
            Sequence(Role.FST2WI, 1.5, 5184.0, 43.0, 300.0, (228, 192), 10, 195.0, fat_residual=0.12),
        ),
    }
)
"""TR, TE, field of view and matrix are the study's Table 1. The T1WI of centre B is printed there with a TE of 160 ms, which
no T1-weighted image has: 16 ms is taken. Echo trains, bandwidths and residual fat are not published; usual values are taken. Of
fat's protons 8.6 %, olefinic and glycerol, resonate near water and are not suppressed (Hamilton et al., NMR Biomed
2011;24:784-790)."""


def stir(sequence: Sequence) -> Sequence:
    """Short-tau inversion recovery on the same grid: fat nulled (TI = T1 of fat x ln 2).

    TR 4000 ms and TE 45 ms are assumed: protocols in use lie about them, TE between 30 and 80 ms.
    """
    inversion_ms = FAT[sequence.field_t].t1_ms * float(np.log(2.0))
    return replace(sequence, tr_ms=4000.0, te_ms=45.0, fat_residual=1.0, inversion_ms=inversion_ms)


def protocol(centre: str, *, short_tau: bool = False) -> tuple[Sequence, Sequence, Sequence]:
    """T1WI, T2WI and FS-T2WI of centre "A" (3 T) or "B" (1.5 T).

    With ``short_tau`` fat is nulled by inversion in the third.

    Raises
    ------
    StudyError
        If the centre is unknown.
    """
    if centre not in PROTOCOLS:
        raise StudyError(f"Centre {centre!r}", "A or B", "name one of the study's two centres")
    t1, t2, suppressed = PROTOCOLS[centre]
    return t1, t2, stir(suppressed) if short_tau else suppressed
