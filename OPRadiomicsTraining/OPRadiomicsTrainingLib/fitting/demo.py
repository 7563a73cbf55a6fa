"""The demo signature: `fit_signature` on simulated patients, marked as such."""

from __future__ import annotations

from OPRadiomicsLib.models.signature import Signature
from OPRadiomicsLib.profile import Profile

from ..cohort.cohort import Cohort
from .fit import fit_signature
from .settings import FitSettings, SelectionSettings


def fit_demo_signature(cohort: Cohort, profile: Profile, seed: int, settings: SelectionSettings | None = None) -> Signature:
    """Signature of simulated patients from age, sex and Radscores, nothing searched; raises as `fit_signature`."""
    selection = settings if settings is not None else SelectionSettings()
    asked = FitSettings(selection, tune=0, seed=seed, clinical=("age", "sex"), name="demo-signature", demo=True)
    return fit_signature(cohort, profile, asked).signature
