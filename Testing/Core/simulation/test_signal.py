from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from OPRadiomicsLib.errors import StudyError
from OPRadiomicsLib.types import Role
from OPRadiomicsTrainingLib.simulation.signal import fat_signal, protocol, spin_echo_signal, stir, vary
from OPRadiomicsTrainingLib.simulation.tissues import FAT, WATER, Relaxation, Tissue, nucleus

T1WI = protocol("A")[0]


def test_long_repetition_and_no_echo_time_leave_the_proton_density() -> None:
    tissue = Relaxation(0.7, 900.0, 50.0)
    weighted_by_density = replace(T1WI, tr_ms=1e6, te_ms=0.0, echo_train=1)
    assert spin_echo_signal(tissue, weighted_by_density) == pytest.approx(0.7, rel=1e-9)


def test_signal_decays_by_e_over_one_t2_and_recovers_by_1_minus_1_over_e_over_one_t1() -> None:
    tissue = Relaxation(1.0, 900.0, 50.0)
    single = replace(T1WI, tr_ms=900.0, te_ms=50.0, echo_train=1)
    assert spin_echo_signal(tissue, single) == pytest.approx((1 - np.exp(-1)) * np.exp(-1), rel=1e-9)


@pytest.mark.parametrize("centre", ["A", "B"])
def test_inversion_nulls_fat_and_spectral_suppression_leaves_its_residual(centre: str) -> None:
    _, t2, suppressed = protocol(centre)
    assert fat_signal(stir(suppressed)) < 0.02 * fat_signal(t2)
    assert fat_signal(suppressed) == pytest.approx(
        suppressed.fat_residual * fat_signal(replace(suppressed, fat_residual=1.0)), rel=1e-9
    )


@pytest.mark.parametrize("tissue", [t for t in Tissue if WATER[t][3.0].proton_density > 0])
def test_t1_is_longer_at_3_tesla_but_for_fluid_and_t2_never_longer_than_t1(tissue: Tissue) -> None:
    low, high = WATER[tissue][1.5], WATER[tissue][3.0]
    assert high.t1_ms > low.t1_ms or (tissue is Tissue.CSF and high.t1_ms == low.t1_ms)  # Rooney
    for constants in (low, high):
        assert 0 < constants.t2_ms < constants.t1_ms
        assert 0 < constants.proton_density <= 1


def test_fat_lies_about_a_pixel_off_at_either_centre() -> None:
    """440 Hz at 3 T and 220 Hz at 1.5 T, over the bandwidth of a pixel."""
    for centre in ("A", "B"):
        assert protocol(centre)[0].fat_shift_pixels == pytest.approx(1.11, abs=0.02)


def test_protocols_are_the_study_s() -> None:
    assert [(s.role, s.tr_ms, s.te_ms) for s in protocol("A")] == [
        (Role.T1WI, 726.0, 10.0),
        (Role.T2WI, 3614.0, 123.0),
        (Role.FST2WI, 2682.0, 71.0),
    ]
    assert [s.fov_mm for s in protocol("B")] == [300.0] * 3
    with pytest.raises(StudyError, match="A or B"):
        protocol("C")


def test_another_scanner_s_protocol_differs_in_times_alone() -> None:
    other = vary(T1WI, np.random.default_rng(0), 0.2)
    assert other != T1WI
    assert replace(other, tr_ms=T1WI.tr_ms, te_ms=T1WI.te_ms) == T1WI
    assert 0.6 < other.tr_ms / T1WI.tr_ms < 1.6


def test_marrow_of_half_fat_inverts_and_recovers_as_l4_was_measured_to() -> None:
    """A single exponential's fit: within an SD of 549 +- 52 ms at 1.5 T, 586 +- 73 ms at 3 T (de Bazelaire)."""
    from scipy.optimize import curve_fit

    times = np.array([50.0, 150.0, 300.0, 600.0, 1000.0, 1600.0, 2500.0, 4000.0])

    def recovery(t: np.ndarray, t1: float) -> np.ndarray:
        return 1 - 2 * np.exp(-t / t1)

    for field, measured, spread in ((1.5, 549.0, 52.0), (3.0, 586.0, 73.0)):
        mixture = 0.5 * recovery(times, WATER[Tissue.BODY][field].t1_ms) + 0.5 * recovery(times, FAT[field].t1_ms)
        (fitted,), _ = curve_fit(recovery, times, mixture, p0=(500.0,))
        assert fitted == pytest.approx(measured, abs=spread)


@pytest.mark.parametrize(("hydration", "t1_ms"), [(0.0, 554), (0.5, 723), (1.0, 1165)])
def test_a_drying_disc_loses_t1_as_measured(hydration: float, t1_ms: float) -> None:
    """Desiccated, intermediate and normal discs of Drake-Perez 2018, within 2 %."""
    assert nucleus(hydration).water(1.5).t1_ms == pytest.approx(t1_ms, rel=0.02)


@pytest.mark.parametrize(("grade", "t2_ms"), [(0, 210), (1, 129), (2, 84), (3, 51)])
def test_a_disc_of_each_pfirrmann_grade_has_its_measured_t2(grade: int, t2_ms: float) -> None:
    """Grade I is fully hydrated, grade IV desiccated; within 3 %."""
    assert nucleus(1 - grade / 3).water(1.5).t2_ms == pytest.approx(t2_ms, rel=0.03)
