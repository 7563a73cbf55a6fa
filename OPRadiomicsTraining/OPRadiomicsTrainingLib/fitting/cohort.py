"""The cohort as the fitting modules import it; it lives in `OPRadiomicsTrainingLib.cohort.cohort`."""

from ..cohort.cohort import KEY_COLUMNS, MASKS_COLUMN, PROFILE_COLUMN, Cohort, read_cohort

__all__ = ["KEY_COLUMNS", "MASKS_COLUMN", "PROFILE_COLUMN", "Cohort", "read_cohort"]
