"""The project's states and steps in the application's language."""

from __future__ import annotations

from slicer.i18n import tr as _

from ..project.flow import State
from ..project.jobs import JobState
from ..project.versions import Step


def stateWord(state: State) -> str:
    """Of a case."""
    return {
        State.NEW: _("new"),
        State.PRESEGMENTED: _("pre-segmented"),
        State.DONE: _("done"),
        State.REVIEWED: _("reviewed"),
        State.DISPUTED: _("to arbitrate"),
        State.ARBITRATED: _("arbitrated"),
    }[state]


def stepWord(step: Step) -> str:
    """What a reader does."""
    return {
        Step.DRAWN: _("A: draw"),
        Step.REVIEWED: _("B: review"),
        Step.ARBITRATED: _("C: arbitrate"),
        Step.AGAIN: _("A again, blind (agreement)"),
        Step.ALONE: _("B alone, blind (agreement)"),
    }[step]


def jobWord(state: JobState) -> str:
    """Of a job."""
    return {
        JobState.WAITING: _("waiting"),
        JobState.RUNNING: _("running"),
        JobState.DONE: _("done"),
        JobState.FAILED: _("failed"),
        JobState.CANCELLED: _("cancelled"),
        JobState.LOST: _("ended without a word"),
    }[state]


STEPS = (Step.DRAWN, Step.REVIEWED, Step.ARBITRATED, Step.AGAIN, Step.ALONE)
"""As the panel offers them."""
