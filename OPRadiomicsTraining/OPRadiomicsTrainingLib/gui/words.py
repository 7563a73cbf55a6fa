"""The project's states and steps in the application's language."""

from __future__ import annotations

from slicer.i18n import tr as _

from ..project.exclusive import parse_stamp
from ..project.flow import State
from ..project.jobs import JobState
from ..project.versions import Step


def stateWord(state: State) -> str:
    """Of a case."""
    return {
        State.NEW: _("new"),
        State.PRESEGMENTED: _("pre-segmented"),
        State.DONE: _("drawn"),
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


def nothingFree(step: Step) -> str:
    """Why a reader gets no case for a step, and what to do."""
    return {
        Step.DRAWN: _("No free case to draw. Add studies, or choose another step."),
        Step.REVIEWED: _("No drawing of another reader waits for a review. Choose another step."),
        Step.ARBITRATED: _("No case waits for arbitration. Choose another step."),
        Step.AGAIN: _("Nothing to read again now. The list under 'Agreement' says what each reading waits for."),
        Step.ALONE: _("Nothing to read alone now. The list under 'Agreement' says what each reading waits for."),
    }[step]


def timeWord(stamp: str) -> str:
    """The time of a claim or drawing, as clocks here show it; unchanged where it is none."""
    try:
        return parse_stamp(stamp).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return stamp


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


def resultWord(name: str, tested: bool) -> str:
    """A table or figure of a fit, by its file's name; the name itself for one that has no word."""
    word = {
        "training_performance": _("AUC of the training patients"),
        "features": _("Selected features and coefficients"),
        "selection": _("Features left after each step"),
        "table2": _("Baseline characteristics"),
        "table3": _("Clinical regression"),
        "table4": _("Performance"),
        "table5": _("DeLong's tests"),
        "calibration": _("Calibration"),
        "classes": _("Three classes"),
        "subgroups": _("Subgroups"),
        "explanation": _("Explanation"),
        "figure2": _("Feature selection"),
        "figure3": _("ROC curves"),
        "figure4": _("Calibration curves"),
        "figure5": _("Decision curves"),
        "figure6": _("Radar plots and explanation"),
        "icc": _("ICC heat map"),
        "dice": _("Dice of the masks"),
        "bland_altman": _("Bland-Altman plots of the volumes"),
    }.get(name, name)
    return _("{what} (test patients)").format(what=word) if tested else word


def chartWords(name: str) -> tuple[str, str, str]:
    """Title, x axis and y axis of a chart."""
    return {
        "roc": (_("ROC curves"), _("1 - specificity"), _("Sensitivity")),
        "calibration": (_("Calibration curves"), _("Predicted probability"), _("Observed share of osteoporosis")),
        "decision": (_("Decision curves"), _("Threshold probability"), _("Net benefit")),
    }[name]


def lineWord(name: str) -> str:
    """A model, or another line of a chart."""
    return {
        "clinical": _("Clinical"),
        "radiomics": _("Radiomics"),
        "combined": _("Combined"),
        "reference": _("Reference"),
        "treat all": _("Treat all"),
        "treat none": _("Treat none"),
    }.get(name, name)


STEPS = (Step.DRAWN, Step.REVIEWED, Step.ARBITRATED, Step.AGAIN, Step.ALONE)
"""As the panel offers them."""
