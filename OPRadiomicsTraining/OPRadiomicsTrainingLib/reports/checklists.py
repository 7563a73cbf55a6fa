"""CLEAR, METRICS and TRIPOD+AI: what the software knows is filled in, the rest is the author's to complete.

The items stand in Resources/Checklists in own short wordings, each guideline cited; a fact answers an item, or nobody does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from OPRadiomicsLib.resources import resources_folder

TO_COMPLETE: Final = "author to complete"
NAMES: Final = ("clear", "tripod-ai", "metrics")


@dataclass(frozen=True)
class Answer:
    """One item; ``text`` is `TO_COMPLETE` where the software cannot know."""

    number: str
    asked: str
    text: str

    @property
    def open(self) -> bool:
        return self.text == TO_COMPLETE


@dataclass(frozen=True)
class ChecklistResult:
    """A guideline with every item answered or left to the author."""

    name: str
    title: str
    citation: str
    answers: tuple[Answer, ...]

    @property
    def filled(self) -> int:
        return sum(not answer.open for answer in self.answers)


def answer_checklists(facts: Mapping[str, str]) -> tuple[ChecklistResult, ...]:
    """The three guidelines against what is known, in the order of `NAMES`."""
    return tuple(_answered(_read(name), facts) for name in NAMES)


def _read(name: str) -> dict[str, Any]:
    import yaml

    content: dict[str, Any] = yaml.safe_load((resources_folder() / "Checklists" / f"{name}.yaml").read_text(encoding="utf-8"))
    return content


def _answered(content: Mapping[str, Any], facts: Mapping[str, str]) -> ChecklistResult:
    answers = tuple(Answer(number, asked, facts.get(fact or "", TO_COMPLETE)) for number, asked, fact in content["items"])
    return ChecklistResult(content["name"], content["title"], content["citation"], answers)
