"""Many cases, one after another or on a Dask cluster: resumable, failures recorded, one table at the end."""

from .case import Case, CohortSettings, Failure, failure_of, settings_of
from .listing import CaseList, list_cases
from .run import CohortResult, run_cohort
from .tables import SAME_IMAGES

__all__ = [
    "SAME_IMAGES",
    "Case",
    "CaseList",
    "CohortResult",
    "CohortSettings",
    "Failure",
    "failure_of",
    "list_cases",
    "run_cohort",
    "settings_of",
]
