"""Vertebral levels: label values, order and SNOMED CT codes.

Label values follow the VerSe numbering (Sekuboyina et al., Med Image Anal 2021): T1 = 8 ... L1 = 20 ... L5 = 24, L6 = 25,
S1 = 26. Codes are SNOMED CT "vertebra structure" concepts.
"""

from __future__ import annotations

from typing import Final

LEVEL_OF_LABEL: Final[dict[int, str]] = {
    15: "T8",
    16: "T9",
    17: "T10",
    18: "T11",
    19: "T12",
    20: "L1",
    21: "L2",
    22: "L3",
    23: "L4",
    24: "L5",
    25: "L6",
    26: "S1",
}
LABEL_OF_LEVEL: Final[dict[str, int]] = {level: label for label, level in LEVEL_OF_LABEL.items()}

STUDY_LEVELS: Final[tuple[str, ...]] = ("L1", "L2", "L3")
"""The levels of the study's region of interest."""

UNION: Final = "L1-L3"
"""Name of that region, all its levels together."""

SNOMED_CODE: Final[dict[str, str]] = {
    "T8": "11068009",
    "T9": "82687006",
    "T10": "7610001",
    "T11": "12989004",
    "T12": "23215003",
    "L1": "66794005",
    "L2": "14293000",
    "L3": "36470004",
    "L4": "11994002",
    "L5": "49668003",
    "S1": "65985001",
}
