"""Clinical variables, checked before any model sees them: missing values, impossible ones, and units guessed wrong."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import Final

from ..errors import ClinicalDataError
from ..types import Clinical

AGE_RANGE_YEARS: Final = (18.0, 110.0)
"""The BMD classes hold for adults; beyond 110 years a slip of the keyboard or an age in months is far likelier."""

BMI_RANGE: Final = (10.0, 80.0)
"""kg/m2. Adults have survived with values near 10 and above 80 only as single case reports."""

EXCLUSIONS: Final = {
    "fracture": "previous lumbar fracture",
    "hardware": "hardware in the lumbar spine",
    "treatment": "treated for osteoporosis before the imaging",
    "malignancy": "malignancy",
    "haematological": "haematological disease",
    "rheumatoid-arthritis": "rheumatoid arthritis",
    "ankylosing-spondylitis": "ankylosing spondylitis",
    "poor-images": "poor image quality",
}
"""Patients whom the study left out (Wang et al. 2026), by the name that an option takes."""

_MALE: Final = {"m", "male", "man", "1", "男"}
_FEMALE: Final = {"f", "female", "woman", "0", "女"}
_YES: Final = {"yes", "y", "1", "true", "是", "有"}
_NO: Final = {"no", "n", "0", "false", "否", "无"}
_NO_REASON: Final = {*_NO, "none", "nil", "nan", "null", "na", "n/a", "#n/a", "-", "--", "/", "included", "纳入", "未排除"}
"""What people write in a column of reasons where there is none."""

Given = str | float | date | None
"""As typed on a command line or read from a table, where a cell may have become a date."""


def validate_clinical(
    age: Given,
    sex: Given,
    *,
    bmi: Given = None,
    diabetes: Given = None,
    smoking: Given = None,
    drinking: Given = None,
) -> Clinical:
    """Clinical variables of one patient, each checked.

    Parameters
    ----------
    age
        Years, 18 to 110.
    sex
        M/F, male/female, 男/女, or the study's coding: male 1, female 0.
    bmi
        kg/m2, 10 to 80; None where not recorded.
    diabetes, smoking, drinking
        yes/no, 1/0, 是/否 or a bool; None where not recorded.

    Raises
    ------
    ClinicalDataError
        If age or sex is missing, or a value is impossible or of a coding that is not known.
    """
    return Clinical(
        age=parse_age(age),
        male=parse_male(sex),
        bmi=parse_bmi(bmi),
        diabetes=parse_yes_no("diabetes", diabetes),
        smoking=parse_yes_no("smoking", smoking),
        drinking=parse_yes_no("drinking", drinking),
    )


def exclusion_warnings(names: Sequence[str]) -> tuple[str, ...]:
    """A sentence for each of the study's exclusions that the patient meets.

    Raises
    ------
    ClinicalDataError
        If a name is not in `EXCLUSIONS`.
    """
    unknown = [name for name in names if name not in EXCLUSIONS]
    if unknown:
        raise ClinicalDataError(f"Exclusion '{unknown[0]}'", ", ".join(EXCLUSIONS), "give one of these names")
    return tuple(f"The study left such patients out: {EXCLUSIONS[name]}." for name in dict.fromkeys(names))


def parse_age(given: Given) -> float:
    """Years; raises `ClinicalDataError` where it is missing, impossible, or looks like months or a year of birth."""
    low, high = AGE_RANGE_YEARS
    expected = f"an age of {low:g} to {high:g} years"
    if _missing(given):
        raise ClinicalDataError("Age is missing", expected, "give it with --age, for many studies in a table's column age")
    age = parse_number("Age", given, expected)
    if high < age <= 12 * high and 12 * low <= age:
        raise ClinicalDataError(f"Age {age:g}", expected, f"if this is in months, give {age / 12:.1f}")
    if age.is_integer() and 1900 <= age <= 2100:
        raise ClinicalDataError(f"Age {age:g}", expected, "if this is a year of birth, give the age at the MRI instead")
    if not low <= age <= high:
        raise ClinicalDataError(f"Age {age:g}", expected, "check the age; the BMD classes and the models hold for adults")
    return age


def parse_male(given: Given) -> bool:
    """True for a man; raises `ClinicalDataError` where sex is missing or of a coding that is not known."""
    expected = "M or F, male or female, 男 or 女, or male 1 and female 0"
    if _missing(given):
        raise ClinicalDataError("Sex is missing", expected, "give it with --sex, for many studies in a table's column sex")
    word = _word(given)
    if isinstance(given, bool) or word not in _MALE | _FEMALE:
        remedy = "in a coding with 1 and 2, give M or F" if word == "2" else "give M or F; no model was fitted on another value"
        raise ClinicalDataError(f"Sex {shown(given)}", expected, remedy)
    return word in _MALE


def parse_bmi(given: Given) -> float | None:
    """kg/m2, None where not recorded; raises `ClinicalDataError` where it is impossible, and guesses the slip."""
    if _missing(given):
        return None
    low, high = BMI_RANGE
    expected = f"a body mass index of {low:g} to {high:g} kg/m2"
    bmi = parse_number("BMI", given, expected)
    if not low <= bmi <= high:
        raise ClinicalDataError(f"BMI {bmi:g}", expected, _bmi_remedy(bmi))
    return bmi


def _bmi_remedy(bmi: float) -> str:
    low, high = BMI_RANGE
    guesses = {
        "with the height in centimetres": bmi * 1e4,
        "from pounds and inches without the factor 703": bmi * 703.07,
        "without its decimal point": bmi / 10,
    }
    for how, corrected in guesses.items():
        if low <= corrected <= high:
            return f"if it was written or computed {how}, give {corrected:.1f}; else divide kg by the square of metres"
    return "divide the weight in kg by the square of the height in metres"


def parse_exclusion(given: Given) -> str | None:
    """The reason for which a table leaves a patient out, None where the cell is empty.

    Raises
    ------
    ClinicalDataError
        If it is a word that denies, which would leave out the patients who take part, or a date, which no report may show.
    """
    if _missing(given):
        return None
    if _word(given) in _NO_REASON or isinstance(given, date):
        raise ClinicalDataError(
            f"exclusion {shown(given)}",
            "the reason why the patient is left out, else an empty cell",
            "empty the cells of those who take part",
        )
    return str(int(given)) if isinstance(given, float) and given.is_integer() else str(given).strip()


def parse_yes_no(name: str, given: Given) -> bool | None:
    """None where not recorded; raises `ClinicalDataError` for another word than yes or no, 1 or 0."""
    if _missing(given):
        return None
    word = _word(given)
    if word not in _YES | _NO:
        raise ClinicalDataError(
            f"{name.capitalize()} {shown(given)}", "yes or no, or 1 and 0", "leave it out where it is not known"
        )
    return word in _YES


def _missing(given: Given) -> bool:
    return given is None or (isinstance(given, str) and not given.strip()) or (isinstance(given, float) and math.isnan(given))


def shown(given: Given) -> str:
    """A value as a message shows it; of a date, which could be a patient's birth, that it is one."""
    return "a date" if isinstance(given, date) else f"'{given}'"


def _word(given: Given) -> str:
    """Lower-case text; 1.0 from a table, number or text, reads as 1."""
    if isinstance(given, date):
        return "date"
    if isinstance(given, str):
        return given.strip().lower().removesuffix(".0")
    return str(given).lower() if isinstance(given, bool) else f"{given:g}"


def parse_number(name: str, given: Given, expected: str) -> float:
    """A finite number; raises `ClinicalDataError` for anything else."""
    if isinstance(given, date):
        remedy = "format the cell as a number and enter it anew; where the decimal mark is a comma, Excel makes a day of 24.5"
        raise ClinicalDataError(f"{name} is a date", expected, remedy)
    try:
        # Python's float takes 7_1 for 71.
        number = math.nan if given is None or isinstance(given, bool) or "_" in str(given) else float(given)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ClinicalDataError(f"{name} '{given}'", expected, "give a number, with a point as decimal mark")
    return number
