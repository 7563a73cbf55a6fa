"""The language of the panel, and what the core says in it."""

from __future__ import annotations

from slicer.i18n import tr as _

from ..errors import OPRadiomicsError
from ..phrasebook import say


def language() -> str:
    """ISO 639 code of the language that the panel is translated to."""
    return _("en")


def inWords(sentence: str) -> str:
    """What the core says, in the panel's language."""
    return say(sentence, language())


def refusal(error: OPRadiomicsError) -> str:
    """An error with what was expected and what to do, in the panel's language."""
    return f"{whatIsWrong(error.found, error.expected)} {whatToDo(error.remedy)}".strip()


def whatIsWrong(found: str, expected: str) -> str:
    """What was found, and what was expected if that is known."""
    what = _("{sentence}.").format(sentence=inWords(found.rstrip(".")))
    return f"{what} {_('Expected: {expected}.').format(expected=inWords(expected.rstrip('.')))}" if expected else what


def whatToDo(remedy: str) -> str:
    """The remedy, "" where there is none."""
    return _("What to do: {remedy}.").format(remedy=inWords(remedy.rstrip("."))) if remedy else ""
