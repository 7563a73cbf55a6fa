"""What a prediction needs, as traffic lights: what is there, what is missing, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from html import escape

from slicer.i18n import tr as _

from ..levels import STUDY_LEVELS
from ..models.clinical import AGE_RANGE_YEARS, BMI_RANGE
from ..types import Role
from .colours import AMBER, GREEN, RED
from .language import inWords


class Light(Enum):
    """Red stops the prediction, amber lets it pass with a warning in the result, green is done."""

    RED = "red"
    AMBER = "amber"
    GREEN = "green"


@dataclass(frozen=True)
class Requirement:
    """One light with its name and its state in words."""

    name: str
    light: Light
    text: str


@dataclass(frozen=True)
class StudyState:
    """What is known of one study at a moment; made from its parameter node, without Qt.

    ``images``: ID of the image chosen for each role. ``contradictions``: why some of them look like another sequence.
    ``age``, ``bmi``: 0 where not entered. ``sex``: the word that the panel shows, "" where not entered.
    ``otherPatient``: where the T1WI's header gives another age or sex. ``carried``: roles that have masks of their own.
    ``misaligned``: levels of the study that seem to lie off there, in words. ``exclusions``: how many of the study's
    reasons for exclusion are ticked. ``result``: "" none, "fresh", "stale".
    """

    packagesMissing: tuple[str, ...] = ()
    images: Mapping[Role, str] = field(default_factory=dict)
    contradictions: tuple[str, ...] = ()
    age: float = 0.0
    sex: str = ""
    bmi: float = 0.0
    otherPatient: str = ""
    levels: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()
    confirmationAsked: bool = False
    confirmed: bool = False
    carried: tuple[Role, ...] = ()
    misaligned: tuple[str, ...] = ()
    exclusions: int = 0
    result: str = ""


def requirements(state: StudyState) -> tuple[Requirement, ...]:
    """All lights, in the order of the panel's steps."""
    return (
        _software(state),
        _images(state),
        _clinical(state),
        _population(state),
        _masks(state),
        _numbering(state),
        _acceptance(state),
        _propagation(state),
    )


def nextStep(state: StudyState) -> str:
    """What to do next, in words: what stops the prediction, else what the result would warn of, else the prediction."""
    found = requirements(state)
    open_ = [one.text for light in (Light.RED, Light.AMBER) for one in found if one.light is light]
    if open_:
        return open_[0]
    return _("The result is up to date.") if state.result == "fresh" else _("Next: click 'Predict OP'.")


def blocking(state: StudyState) -> tuple[Requirement, ...]:
    """The red lights: what stops `Predict OP`."""
    return tuple(one for one in requirements(state) if one.light is Light.RED)


_SIGN = {Light.RED: ("✗", RED), Light.AMBER: ("⚠", AMBER), Light.GREEN: ("✓", GREEN)}
"""A sign beside the colour: not everybody tells red from green."""


def lightsHtml(found: Sequence[Requirement], dark: bool = False) -> str:
    """The lights as a table that wraps its sentences: what to do stands at their ends."""
    rows = (
        f"<tr><td style='color:{colour[dark]}; white-space:nowrap; padding-right:8px'>{sign} {escape(one.name)}</td>"
        f"<td>{escape(one.text)}</td></tr>"
        for one in found
        for sign, colour in [_SIGN[one.light]]
    )
    return f"<table cellspacing='0'>{''.join(rows)}</table>"


def _software(state: StudyState) -> Requirement:
    name = _("Software")
    if state.packagesMissing:
        missing = ", ".join(state.packagesMissing)
        return Requirement(name, Light.RED, _("Missing packages: {missing}. Click 'Install packages'.").format(missing=missing))
    return Requirement(name, Light.GREEN, _("All packages are installed."))


def _images(state: StudyState) -> Requirement:
    name = _("Images")
    missing = [role.value for role in Role if role not in state.images]
    if Role.T1WI not in state.images:
        return Requirement(name, Light.RED, _("Choose the T1WI: the vertebrae are segmented on it."))
    if len(set(state.images.values())) < len(state.images):
        return Requirement(name, Light.RED, _("One image is chosen for two sequences. Choose a different image for each."))
    if state.contradictions:
        text = _("{found}. Check the choice, or the result will say so.")
        return Requirement(name, Light.AMBER, text.format(found=inWords("; ".join(state.contradictions))))
    if missing:
        text = _("Without {missing} only the clinical model can answer.").format(missing=", ".join(missing))
        return Requirement(name, Light.AMBER, text)
    return Requirement(name, Light.GREEN, _("T1WI, T2WI and FS-T2WI are chosen."))


def _clinical(state: StudyState) -> Requirement:
    name = _("Age and sex")
    missing = [word for word, known in ((_("age"), state.age > 0), (_("sex"), state.sex)) if not known]
    if missing:
        return Requirement(name, Light.RED, _("Enter {missing}.").format(missing=_(" and ").join(missing)))
    low, high = AGE_RANGE_YEARS
    if not low <= state.age <= high:
        text = _("Age {age:.0f}: check it. The BMD classes and the models hold from {low:.0f} to {high:.0f} years.")
        return Requirement(name, Light.RED, text.format(age=state.age, low=low, high=high))
    low, high = BMI_RANGE
    if state.bmi > 0 and not low <= state.bmi <= high:
        text = _("BMI {bmi:.1f}: check it. Expected: {low:.0f} to {high:.0f} kg/m², or nothing.")
        return Requirement(name, Light.RED, text.format(bmi=state.bmi, low=low, high=high))
    if state.otherPatient:
        text = _("{found}. Check the entry, or the result will say so.")
        return Requirement(name, Light.AMBER, text.format(found=inWords(state.otherPatient)))
    return Requirement(name, Light.GREEN, _("{age:.0f} years, {sex}.").format(age=state.age, sex=state.sex))


def _population(state: StudyState) -> Requirement:
    name = _("Population")
    if state.exclusions:
        text = _("{count} reason(s) for which the study left patients out: the result will say so.")
        return Requirement(name, Light.AMBER, text.format(count=state.exclusions))
    return Requirement(name, Light.GREEN, _("No reason for exclusion is ticked."))


def _masks(state: StudyState) -> Requirement:
    name = _("Masks")
    missing = [level for level in STUDY_LEVELS if level not in state.levels]
    if not state.levels:
        return Requirement(name, Light.RED, _("Click 'Segment L1-L3', or draw the bodies by hand."))
    if missing:
        text = _("{missing} not drawn. Draw it, or shift the levels if they are misnumbered.")
        return Requirement(name, Light.RED, text.format(missing=", ".join(missing)))
    return Requirement(name, Light.GREEN, _("L1, L2 and L3 are drawn."))


def _numbering(state: StudyState) -> Requirement:
    name = _("Numbering")
    if state.confirmed:
        return Requirement(name, Light.GREEN, _("The levels are confirmed."))
    if not state.levels:
        return Requirement(name, Light.AMBER, _("To be confirmed once the bodies are drawn."))
    if state.confirmationAsked:
        text = _("The software is not sure of the numbering. Check it, shift if needed, then click 'Levels are right'.")
    else:
        text = _("Check that L1 is L1 (the count takes five lumbar vertebrae for granted), then click 'Levels are right'.")
    return Requirement(name, Light.AMBER, text)


def _acceptance(state: StudyState) -> Requirement:
    name = _("Review")
    open_ = [level for level in STUDY_LEVELS if level not in state.accepted]
    if open_:
        text = _("{levels} not accepted yet: the result will say so.").format(levels=", ".join(open_))
        return Requirement(name, Light.AMBER, text)
    return Requirement(name, Light.GREEN, _("L1, L2 and L3 are accepted."))


def _propagation(state: StudyState) -> Requirement:
    name = _("Other sequences")
    others = [role for role in (Role.T2WI, Role.FST2WI) if role in state.images]
    open_ = [role.value for role in others if role not in state.carried]
    if not others:
        return Requirement(name, Light.AMBER, _("No T2WI or FS-T2WI chosen."))
    if open_:
        text = _("Masks not looked at on {roles}: click 'Propagate', or let Predict OP carry them unseen.")
        return Requirement(name, Light.AMBER, text.format(roles=", ".join(open_)))
    if state.misaligned:
        text = _("Masks seem to lie off: {found}. Register the sequence or correct the mask, or the result will say so.")
        return Requirement(name, Light.AMBER, text.format(found=", ".join(state.misaligned)))
    return Requirement(name, Light.GREEN, _("Masks lie on every sequence."))
