"""prediction.json read back: what a program that passes results on needs of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..errors import StudyError

NOT_PUBLISHED = "not published"
Probability = Annotated[float, Field(ge=0, le=1)]
Published = Literal["not published"]

Initials = Annotated[str, Field(max_length=12, pattern=r"^[^\s<>\\^=]*$")]
"""Of a reader: short, so that no name fits in, and without what separates the parts of a DICOM person name."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class ModelResult(_Record):
    """One model's answer; "not published" where a bare formula has no interval, threshold or class."""

    demo: bool
    kind: str
    probability: Probability
    interval_95: tuple[Probability, Probability] | Published | None = None
    threshold: Probability | Published | None = None
    osteoporosis: bool | Published | None = None
    logit: float
    radscores: Mapping[str, float] = Field(default_factory=dict)
    classes: Mapping[Literal["normal", "osteopenia", "osteoporosis"], Probability] = Field(default_factory=dict)
    provenance: Mapping[str, str] = Field(default_factory=dict)


class LevelResult(_Record):
    """One level; ``accepted_by`` is empty where no reader accepted it."""

    level: str
    accepted_by: Initials = ""


class ProfileName(_Record):
    """Which settings."""

    name: str
    hash: str


class PredictionFile(_Record):
    """What prediction.json says, as far as it is passed on."""

    schema_version: Literal[1]
    use: str
    demo: bool
    demo_notice: str = ""
    outcome: str
    models: Mapping[str, ModelResult]
    published_clinical: ModelResult | None = None
    warnings: tuple[str, ...] = ()
    levels: tuple[LevelResult, ...] = ()
    segmentation: str = ""
    profile: ProfileName

    @property
    def accepted_by(self) -> Mapping[str, str]:
        """Level to the initials of the reader who accepted it."""
        return {one.level: one.accepted_by for one in self.levels if one.accepted_by}


def read_prediction(path: Path) -> PredictionFile:
    """Read prediction.json.

    Raises
    ------
    StudyError
        If it is absent or is not what `predict` writes.
    """
    try:
        return PredictionFile.model_validate_json(path.read_bytes())
    except OSError as error:
        raise StudyError(
            f"'{path.name}' cannot be read ({error.strerror})",
            "the folder that `predict` wrote",
            "check the path, or predict first",
        ) from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise StudyError(
            f"'{path.name}': {place}: {first['msg']}", "the file that `predict` wrote", "predict again with this version"
        ) from None
