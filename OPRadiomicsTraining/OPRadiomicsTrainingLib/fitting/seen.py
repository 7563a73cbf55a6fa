"""Which patients a signature was fitted on, as salted hashes: a later evaluation recognises them among its test patients.

The hashes are salted with a digest of these patients' features and labels, so that no list of hashes made beforehand gives a
pseudonym back, and equal tables give equal records. Who holds a record can still try a guess: pseudonyms stay pseudonyms.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from OPRadiomicsLib.errors import ModelError

from ..cohort.cohort import Cohort
from ..statistics.arrays import Indices

Use = Literal["training", "recalibration"]

KEYS: Final = ("case", "case age sex", "case centre age sex")
"""What is hashed together, from weak to strong. Projects name their patients alike (sub-0001), so that a patient is known also
by what a table exported anew still says: whole years, sex, and the centre where both tables have it."""


@dataclass(frozen=True)
class Seen:
    """Patients that a signature was trained or recalibrated on: the salt, and hashes by key among `KEYS`."""

    use: Use
    salt: str
    hashes: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, cohort: Cohort, rows: Indices, use: Use) -> Seen:
        """These rows of a cohort."""
        digest = hashlib.sha256(cohort.features[rows].astype("<f8").tobytes() + cohort.osteoporosis[rows].tobytes())
        salt = digest.hexdigest()
        return cls(use, salt, {key: frozenset(_hashed(cohort, rows, key, salt)) for key in KEYS if _has(cohort, key)})

    @classmethod
    def of_record(cls, record: Mapping[str, Any]) -> tuple[Seen, ...]:
        """What `as_dict` wrote into fit.json; none from a record of an older version.

        Raises
        ------
        ModelError
            If it is no such record.
        """
        try:
            return tuple(
                cls(
                    one["use"],
                    one["salt"],
                    {key: frozenset(one["hashes"][key]) for key in KEYS if key in one["hashes"] or key != KEYS[-1]},
                )
                for one in record.get("seen", ())
            )
        except (KeyError, TypeError) as error:
            raise ModelError(f"fit.json cannot be read ({error!r} in seen)", "the file as fit wrote it", "fit again") from None

    def as_dict(self) -> dict[str, Any]:
        """For fit.json; sorted, so that the order tells nothing."""
        return {"use": self.use, "salt": self.salt, "hashes": {key: sorted(found) for key, found in self.hashes.items()}}

    def among(self, cohort: Cohort, rows: Indices) -> tuple[str, ...]:
        """Cases among these rows that are these patients, by the strongest key that both tables have."""
        return self._among(cohort, rows, [key for key in self.hashes if _has(cohort, key)][-1])

    def namesakes(self, cohort: Cohort, rows: Indices) -> tuple[str, ...]:
        """Cases that bear the pseudonym of one of these patients, and differ in age, sex or centre."""
        same = set(self.among(cohort, rows))
        return tuple(case for case in self._among(cohort, rows, KEYS[0]) if case not in same)

    def _among(self, cohort: Cohort, rows: Indices, key: str) -> tuple[str, ...]:
        hashed = zip(rows, _hashed(cohort, rows, key, self.salt), strict=True)
        return tuple(cohort.cases[row] for row, one in hashed if one in self.hashes[key])


def _has(cohort: Cohort, key: str) -> bool:
    return bool(cohort.centres) or "centre" not in key


def _hashed(cohort: Cohort, rows: Indices, key: str, salt: str) -> list[str]:
    columns: dict[str, Any] = {
        "case": cohort.cases,
        "centre": cohort.centres,
        "age": np.floor(cohort.ages),
        "sex": cohort.male.astype(int),
    }
    texts = ("\n".join(str(columns[name][row]) for name in key.split()) for row in rows)
    return [hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()[:16] for text in texts]
