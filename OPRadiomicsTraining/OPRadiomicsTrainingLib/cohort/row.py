"""One row of a cohort's table, every cell checked: what a cell may hold, which units are refused, what is missing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, Final

from OPRadiomicsLib.errors import ClinicalDataError
from OPRadiomicsLib.io.roles import read_kind
from OPRadiomicsLib.io.tables import cell_text
from OPRadiomicsLib.models.clinical import parse_age, parse_bmi, parse_exclusion, parse_male, parse_number, parse_yes_no, shown
from OPRadiomicsLib.types import KINDS_SEPARATOR
from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError

OSTEOPOROSIS_BMD: Final = 80.0
NORMAL_BMD: Final = 120.0
"""mg/cm3; QCT below the first is osteoporosis, up to the second osteopenia (ACR Practice Parameter for QCT)."""

BMD_RANGE: Final = (5.0, 400.0)
"""mg/cm3, lumbar spongiosa. Below lie T-scores and values in g/cm3."""

TWO_WEEKS_DAYS: Final = 14


_DAY: Final = re.compile(
    r"(\d{4})(?:(\d{2})(\d{2})|([-/.])(\d{1,2})\4(\d{1,2})|年(\d{1,2})月(\d{1,2})日?)(?:[T ]00:00(?::00)?)?"
)
"""Without separators eight digits: 2024111 could be two days, and 202411 is a month."""


def _cell(parse: Callable[[Any], Any]) -> BeforeValidator:
    """A domain error of ``parse`` as pydantic collects them; an empty cell is None."""

    def checked(value: Any) -> Any:
        if value is None or value == "":
            return None
        try:
            return parse(value)
        except ClinicalDataError as error:
            context = {"found": error.found, "expected": error.expected, "remedy": error.remedy}
            raise PydanticCustomError("cell", "{found}; {expected}", context) from None

    return BeforeValidator(checked)


def parse_bmd(given: Any) -> float:
    """QCT BMD in mg/cm3; raises `ClinicalDataError` where it is impossible, and names the unit that it looks like."""
    low, high = BMD_RANGE
    expected = f"QCT BMD of {low:g} to {high:g} mg/cm3"
    bmd = parse_number("BMD", given, expected)
    if low <= bmd <= high:
        return bmd
    raise ClinicalDataError(f"BMD {bmd:g}", expected, _bmd_remedy(bmd))


def parse_kinds(given: Any) -> str:
    """Kinds of a patient's sequences, as `OPRadiomicsLib.io.roles.kind_of`, with ``;`` between; raises `ClinicalDataError`."""
    kinds = [read_kind(one) for one in str(given).split(KINDS_SEPARATOR.strip())]
    if not all(kinds):
        raise ClinicalDataError(
            f"kinds {shown(given)}",
            "a sequence, a colon and its kind, with ; between, such as T2WI: a 3-D acquisition; FS-T2WI: as the study's",
            "leave the cell empty where they are not known",
        )
    return KINDS_SEPARATOR.join(kinds)


def parse_slice_mm(given: Any) -> float:
    """Distance of slices, as `opradiomics cohort` writes it; raises `ClinicalDataError` where it is no positive number."""
    expected = "the distance of slices in mm"
    distance = parse_number("slice_mm", given, expected)
    if distance <= 0:
        raise ClinicalDataError(f"slice_mm '{given}'", expected, "leave the cell empty where it is not known")
    return distance


def _bmd_remedy(bmd: float) -> str:
    low, high = BMD_RANGE
    if low <= 1000 * bmd <= high:
        return f"if this is in g/cm3, give {1000 * bmd:.1f}; an areal BMD (DXA, g/cm2) can't be used"
    if -8.0 <= bmd < low:
        return "if this is a T-score, give the QCT BMD itself, or leave the cell empty and give the label"
    return "check the unit; leave the cell empty where QCT was not done, and give the label"


def parse_label(given: Any) -> bool:
    """Osteoporosis 1, none 0; raises `ClinicalDataError` for anything else."""
    words = {"1": True, "1.0": True, "op": True, "0": False, "0.0": False, "nop": False}
    word = str(given).strip().lower()
    if isinstance(given, bool) or word not in words:
        remedy = (
            "label the two classes of the study, or give bmd" if word in {"2", "osteopenia"} else "label 1 or 0, or give bmd"
        )
        raise ClinicalDataError(f"label {shown(given)}", "osteoporosis 1 (or OP), none 0 (or NOP)", remedy)
    return words[word]


def parse_date(given: Any) -> date:
    """A day; raises `ClinicalDataError`, which shows the form alone, where it is none or could be two days."""
    if isinstance(given, datetime):
        return given.date()
    if isinstance(given, date):
        return given
    match = _DAY.fullmatch(cell_text(given))
    try:
        if match:
            year, month, day = (int(part) for part in match.groups() if part and part.isdigit())
            return date(year, month, day)
    except ValueError:
        pass
    form = re.sub(r"\d", "9", str(given))[:20]
    raise ClinicalDataError(f"a date of the form '{form}'", "YYYY-MM-DD", "write year, month and day in this order")


def _yes_no(name: str) -> Any:
    return Annotated[bool | None, _cell(lambda given: parse_yes_no(name, given))]


_Text = Annotated[str | None, _cell(cell_text)]
_Date = Annotated[date | None, _cell(parse_date)]


class Row(BaseModel):
    """A patient's row; None where a cell is empty. Units as `Cohort` has them; sex as ``male``'s column is named sex.

    Every column of a cohort's table that isn't a feature is a field here.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    case: _Text = None
    patient: _Text = None
    centre: _Text = None
    split: _Text = None
    exclusion: Annotated[str | None, _cell(parse_exclusion)] = None
    age: Annotated[float | None, _cell(parse_age)] = None
    sex: Annotated[bool | None, _cell(parse_male)] = None
    label: Annotated[bool | None, _cell(parse_label)] = None
    bmd: Annotated[float | None, _cell(parse_bmd)] = None
    bmi: Annotated[float | None, _cell(parse_bmi)] = None
    diabetes: _yes_no("diabetes") = None  # type: ignore[valid-type]
    smoking: _yes_no("smoking") = None  # type: ignore[valid-type]
    drinking: _yes_no("drinking") = None  # type: ignore[valid-type]
    mri_date: _Date = None
    qct_date: _Date = None
    treatment_date: _Date = None
    study: _Text = None
    mask: _Text = None
    mask_t2: _Text = None
    mask_fst2: _Text = None
    t1_series: _Text = None
    t2_series: _Text = None
    fst2_series: _Text = None
    features: _Text = None
    profile_hash: _Text = None
    masks: _Text = None
    scanner: _Text = None
    kinds: Annotated[str | None, _cell(parse_kinds)] = None
    slice_mm: Annotated[float | None, _cell(parse_slice_mm)] = None
    region: _Text = None
    engine: _Text = None
    seed: _Text = None

    @property
    def osteoporosis(self) -> bool | None:
        """The label, or what the BMD says; None where neither is recorded."""
        if self.label is not None or self.bmd is None:
            return self.label
        return self.bmd < OSTEOPOROSIS_BMD

    @property
    def within_two_weeks(self) -> bool | None:
        """Whether MRI and QCT both lie within the two weeks before treatment; None where a date isn't recorded."""
        if self.treatment_date is None or self.mri_date is None or self.qct_date is None:
            return None
        return all(0 <= (self.treatment_date - day).days <= TWO_WEEKS_DAYS for day in (self.mri_date, self.qct_date))
