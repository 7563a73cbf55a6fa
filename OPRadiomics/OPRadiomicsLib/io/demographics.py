"""Age and sex from the DICOM header, for a prediction that was given neither."""

from __future__ import annotations

import re
from datetime import date

from ..types import SeriesRef
from .headers import raw_text

YEARS_PER_UNIT = {"Y": 1.0, "M": 1 / 12, "W": 7 / 365.25, "D": 1 / 365.25}
"""DICOM value representation AS (PS3.5 6.2): three digits and D, W, M or Y."""
DISAGREEMENT_YEARS = 1.5
PERSONS_YEARS = (1.0, 110.0)
"""Outside, an age stands for none: 000Y, or a birth in 1900, as after de-identification."""


def read_demographics(series: SeriesRef) -> tuple[float | None, bool | None]:
    """Age in years at the examination and whether the patient is male, as the series' first file has them.

    PatientAge is taken where recorded, else the completed years from PatientBirthDate to StudyDate. What is not recorded,
    malformed or contradictory (PatientAge and birth date more than 1.5 years apart, as after careless de-identification), and a
    sex other than M and F, is None: the user must then say. Nothing else of the patient is read.
    """
    from pydicom import dcmread

    keywords = ["PatientAge", "PatientBirthDate", "StudyDate", "PatientSex"]
    dataset = dcmread(series.files[0], stop_before_pixels=True, force=True, specific_tags=list(keywords))
    age, birth, study, sex = (raw_text(dataset, keyword) for keyword in keywords)
    recorded, computed = _years(age), _years_between(birth, study)
    if recorded is not None and computed is not None and abs(recorded - computed) > DISAGREEMENT_YEARS:
        recorded = computed = None
    return (computed if recorded is None else recorded), {"M": True, "F": False}.get(sex)


def contradicted(age: float | None, male: bool | None, said_age: float | None, said_male: bool | None) -> str:
    """That the header of a T1WI, ``said_...``, gives another age or sex than were entered; "" where it does not.

    Nothing is compared where one is None, or the header's age is no person's.
    """
    doubts = []
    known = said_age is not None and PERSONS_YEARS[0] <= said_age <= PERSONS_YEARS[1]
    if age is not None and said_age is not None and known and abs(said_age - age) > DISAGREEMENT_YEARS:
        doubts.append(f"age {age:.0f} was entered, the T1WI's header says {said_age:.0f}")
    if None not in (male, said_male) and male != said_male:
        doubts.append(f"sex {'M' if male else 'F'} was entered, the T1WI's header says {'M' if said_male else 'F'}")
    return "; ".join(doubts)


def _years(age: str) -> float | None:
    match = re.fullmatch(r"(\d{3})([DWMY])", age)
    return int(match[1]) * YEARS_PER_UNIT[match[2]] if match else None


def _years_between(birth: str, study: str) -> float | None:
    born, seen = _date(birth), _date(study)
    if born is None or seen is None or seen < born:
        return None
    return float(seen.year - born.year - ((seen.month, seen.day) < (born.month, born.day)))


def _date(text: str) -> date | None:
    match = re.fullmatch(r"(\d{4})\.?(\d{2})\.?(\d{2})", text)
    if not match:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None
