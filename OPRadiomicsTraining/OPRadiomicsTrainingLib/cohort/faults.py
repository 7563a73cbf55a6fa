"""What is wrong with a cohort's table: every fault by row, column, what was found and what was expected, all at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from OPRadiomicsLib.errors import StudyError

SHOWN: Final = 25
"""Faults that a message spells out; `CohortTableError.faults` has them all."""


@dataclass(frozen=True)
class Fault:
    """One fault. ``row`` as a spreadsheet counts (the heading is row 1), 0 where a whole column or the table is meant.

    ``found`` holds no date: of those only the form is shown.
    """

    row: int
    column: str
    found: str
    expected: str
    remedy: str = ""

    def __str__(self) -> str:
        place = f"row {self.row}, {self.column}" if self.row else self.column
        remedy = f" ({self.remedy})" if self.remedy else ""
        return f"{place}: {self.found}; expected {self.expected}{remedy}"


class CohortTableError(StudyError):
    """A cohort's table with faults; ``faults`` lists every one of them, in the order of the rows."""

    def __init__(self, name: str, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        self.table = name
        super().__init__(_message(name, self.faults), "a table without faults", "correct these cells")

    def __reduce__(self) -> tuple[type[CohortTableError], tuple[str, tuple[Fault, ...]]]:
        return type(self), (self.table, self.faults)


def _message(name: str, faults: Sequence[Fault]) -> str:
    lines = [f"{len(faults)} fault{'s' if len(faults) > 1 else ''} in cohort table {name}:"]
    lines += [f"  {fault}" for fault in faults[:SHOWN]]
    if len(faults) > SHOWN:
        rest = Counter(fault.column for fault in faults[SHOWN:])
        lines.append(f"  and {len(faults) - SHOWN} more: {', '.join(f'{count} in {column}' for column, count in rest.items())}")
    return "\n".join(lines)
