"""What a reader's review says of a mask: who accepted each level, and what the network thought of it before.

A panel writes it beside the masks that it hands over, so that both reach the prediction and its report::

    {"levels": [{"level": "L1", "volume_ml": 31.2, "confidence": 0.97, "flags": [], "accepted_by": "AB"}], "warnings": []}

`opradiomics segment` writes the same with nobody's acceptance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..errors import StudyError
from ..levels import LABEL_OF_LEVEL, STUDY_LEVELS
from ..types import LevelQuality, Mask, Segmentation

UNREVIEWED: Final = "The masks are the network's own: no reader has reviewed them."

Initials = Annotated[str, Field(max_length=12, pattern=r"^[^\s<>]*$")]
"""Of the reader; short, so that no name fits in."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class LevelReview(_Record):
    """One level; ``accepted_by`` is empty where no reader has accepted it as it now is."""

    level: str
    volume_ml: float | None = None
    confidence: Annotated[float, Field(ge=0, le=1)] | None = None
    flags: tuple[str, ...] = ()
    accepted_by: Initials = ""


class Review(_Record):
    """A whole mask's review. ``origin``: how the mask came about before the reader saw it."""

    origin: str = ""
    levels: tuple[LevelReview, ...]
    warnings: tuple[str, ...] = ()
    needs_confirmation: bool = False
    levels_confirmed: bool = False

    @property
    def quality(self) -> tuple[LevelQuality, ...]:
        """The levels that a report lists: those whose volume and confidence are known."""
        return tuple(
            LevelQuality(one.level, one.volume_ml, one.confidence, one.flags, one.accepted_by)
            for one in self.levels
            if one.volume_ml is not None and one.confidence is not None
        )

    @property
    def readers(self) -> tuple[str, ...]:
        """Initials of all who accepted a level of the study, each once."""
        return tuple(dict.fromkeys(one.accepted_by for one in self.levels if one.accepted_by and one.level in STUDY_LEVELS))

    @property
    def open_points(self) -> tuple[str, ...]:
        """What the reader has left undone, in sentences for the report."""
        accepted = {one.level for one in self.levels if one.accepted_by}
        missing = [level for level in STUDY_LEVELS if level not in accepted]
        points = []
        if len(missing) == len(STUDY_LEVELS):
            points.append("No reader has accepted the masks.")
        elif missing:
            points.append(f"No reader has accepted {' and '.join(missing)}.")
        if self.needs_confirmation and not self.levels_confirmed:
            points.append("The numbering of the levels asked for confirmation, and no reader has given it.")
        return tuple(points)


@dataclass(frozen=True, eq=False)
class Reviewed:
    """The bodies that count, and what is known of them.

    Parameters
    ----------
    origin
        How they came about, for the report; `bundle.network_of` finds the network in it that drew them.
    """

    mask: Mask
    origin: str
    quality: tuple[LevelQuality, ...] = ()
    warnings: tuple[str, ...] = ()

    @classmethod
    def draft(cls, draft: Segmentation) -> Reviewed:
        """The network's own, taken as they are: the policy where no reader looks."""
        return cls(draft.mask, draft.mask.origin, draft.quality, (*draft.warnings, UNREVIEWED))

    @classmethod
    def given(cls, mask: Mask) -> Reviewed:
        """Those of a file of which nothing is told."""
        return cls(replace(mask, origin="file"), "none: the mask was given")

    @classmethod
    def by_reader(cls, mask: Mask, review: Review) -> Reviewed:
        """Those of a file with its review."""
        readers = f"reviewed by {', '.join(review.readers)}" if review.readers else "not reviewed"
        origin = ", ".join(part for part in (review.origin, readers) if part)
        return cls(replace(mask, origin=origin), origin, review.quality, (*review.warnings, *review.open_points))


def read_review(path: Path) -> Review:
    """Read a review file.

    Raises
    ------
    StudyError
        If it cannot be read, is no such JSON, or names a level that there is not.
    """
    try:
        review = Review.model_validate_json(path.read_bytes())
    except OSError as error:
        raise StudyError(f"Review '{path.name}' cannot be read ({error.strerror})", "a JSON file", "check the path") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise StudyError(
            f"Review '{path.name}': {place}: {first['msg']}",
            'JSON with "levels", a list',
            "write it with the panel or `segment`",
        ) from None
    unknown = [one.level for one in review.levels if one.level not in LABEL_OF_LEVEL]
    if unknown:
        raise StudyError(f"Review '{path.name}' of a level '{unknown[0]}'", "levels T8 to S1", "correct the file")
    return review
