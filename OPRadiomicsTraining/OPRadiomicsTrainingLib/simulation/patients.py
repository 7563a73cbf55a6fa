"""Simulated patients: the study's clinical variables, a true BMD and the marrow that goes with it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from OPRadiomicsLib.errors import StudyError
from OPRadiomicsLib.types import Clinical

from ..cohort.row import OSTEOPOROSIS_BMD

INTERCEPT, SEX_COEFFICIENT, AGE_COEFFICIENT = -6.178, -0.885, 0.097
"""The published clinical formula, logit P(OP) (study.md, section 5)."""

BMD_PER_LOGIT = 16.0
"""mg/cm3; with the spread of age and the logistic noise it gives an SD near 32, as QCT cohorts of this age have
(Engelke et al., J Clin Densitom 2008;11:123-162)."""

LOWEST_BMD = 5.0
"""Logistic noise has long tails; the floor lies in the osteoporotic class, so that the formula stays exact."""

CENTRES = {"A": (69.0, 7.2, 0.405), "B": (71.4, 5.6, 0.351)}
"""Mean and SD of age, share of men: with the formula they give Table 2's medians by class."""

SMOKING = {True: 0.38, False: 0.05}
DRINKING = {True: 0.32, False: 0.05}
"""By male sex: with the share of men in each class they give Table 2's counts."""

DIABETES = {True: 69 / 422, False: 70 / 346}
MEDIAN_BMI = {True: 23.9, False: 24.5}
"""By osteoporosis (Table 2)."""


@dataclass(frozen=True)
class Patient:
    """One simulated patient. ``bmd`` in mg/cm3, ages in years, ``bmi`` in kg/m2."""

    age: int
    male: bool
    bmi: float
    smoking: bool
    drinking: bool
    diabetes: bool
    bmd: float
    centre: str = "A"

    @property
    def osteoporosis(self) -> bool:
        return self.bmd < OSTEOPOROSIS_BMD

    @property
    def clinical(self) -> Clinical:
        return Clinical(float(self.age), self.male, self.bmi, self.diabetes, self.smoking, self.drinking)


@dataclass(frozen=True)
class Marrow:
    """What the images show of a patient's bone.

    Mean fat fraction and the SD of its texture, T2 scale of the water, and the share of the volume that is trabecular
    bone (no signal) with the SD of its texture.
    """

    fat_fraction: float
    heterogeneity: float
    t2_scale: float
    trabecular: float
    trabecular_heterogeneity: float


def linear_predictor(age: float, male: bool) -> float:
    """Published logit of osteoporosis."""
    return INTERCEPT + SEX_COEFFICIENT * male + AGE_COEFFICIENT * age


def sample_patient(rng: np.random.Generator, centre: str = "A") -> Patient:
    """Draw a patient of one centre.

    BMD = 80 - 16 (logit of the published formula + standard logistic noise), hence P(BMD < 80) equals the formula.

    Raises
    ------
    StudyError
        If the centre is unknown.
    """
    if centre not in CENTRES:
        raise StudyError(f"Centre {centre!r}", "A or B", "name one of the study's two centres")
    mean_age, sd_age, share_male = CENTRES[centre]
    age = int(np.clip(np.rint(rng.normal(mean_age, sd_age)), 40, 95))
    male = bool(rng.random() < share_male)
    bmd = max(OSTEOPOROSIS_BMD - BMD_PER_LOGIT * (linear_predictor(age, male) + rng.logistic()), LOWEST_BMD)
    osteoporosis = bmd < OSTEOPOROSIS_BMD
    return Patient(
        age=age,
        male=male,
        bmi=round(float(MEDIAN_BMI[osteoporosis] * np.exp(rng.normal(0.0, 0.122))), 1),
        smoking=bool(rng.random() < SMOKING[male]),
        drinking=bool(rng.random() < DRINKING[male]),
        diabetes=bool(rng.random() < DIABETES[osteoporosis]),
        bmd=float(bmd),
        centre=centre,
    )


def sample_marrow(rng: np.random.Generator, patient: Patient, signal_strength: float = 1.0) -> Marrow:
    """Marrow of a patient; at strength 0 it does not depend on the patient at all.

    The fat fraction has a mean of 0.53 at a BMD of 80 mg/cm3 and an SD of 0.09 over patients, as in older people (Schwartz et
    al., J Clin Endocrinol Metab 2013;98:2294-2300: 0.535 +- 0.081 in men, 0.550 +- 0.084 in women). It rises by 0.17 per 100
    mg/cm3 lost, near Cheng et al., Bone 2020;134:115312 (2.7 to 3.3 mg/cm3 a per cent of fat, so r -0.64 to -0.77, at all
    ages from 21 to 82); here r is about -0.6. At 79 years alone Schwartz found less than half of that effect, so what models
    reach on these patients says nothing about real ones. Bone volume fraction of the spongiosa is near 0.1, falls with
    BMD, and trabeculae are lost unevenly (Hildebrand et al., J Bone Miner Res 1999;14:1167-1174).
    """
    deficit = signal_strength * (OSTEOPOROSIS_BMD - patient.bmd) / 100.0
    draws = rng.standard_normal(5)
    return Marrow(
        fat_fraction=float(np.clip(0.53 + 0.17 * deficit + 0.07 * draws[0], 0.2, 0.85)),
        heterogeneity=float(0.026 * np.exp(0.4 * deficit + 0.25 * draws[1])),
        t2_scale=float(np.clip(1.0 + 0.10 * deficit + 0.07 * draws[2], 0.7, 1.4)),
        trabecular=float(np.clip(0.10 - 0.06 * deficit + 0.015 * draws[3], 0.03, 0.25)),
        trabecular_heterogeneity=float(0.065 * np.exp(0.35 * deficit + 0.35 * draws[4])),
    )
