"""write_report: all of a case's files, made in memory first, so that a fault leaves nothing half-written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..files import write_bytes
from .case import CaseResult
from .fonts import drawable
from .html import report_html
from .mask_pictures import masks_picture, montage_picture, stacks_of
from .prediction_json import prediction_json
from .prediction_pictures import fullest, probabilities_picture, shap_picture, training_picture
from .strings import ENGLISH


def write_report(case: CaseResult, folder: Path, strings: Mapping[str, str] = ENGLISH) -> tuple[Path, ...]:
    """Write report.html (pictures inside), prediction.json and pictures/*.png; returns their paths, the report first.

    Parameters
    ----------
    folder
        Made where it does not exist; files of the same names are replaced.
    strings
        The report's words, one of `LANGUAGES`, in whose language `phrasebook.say` says the case's warnings; prediction.json
        stays in English, and so do the pictures on a computer
        without a font for them.

    Raises
    ------
    OutputError
        If the folder cannot be written.
    """
    pictures = render_pictures(case, strings)
    contents = {
        "report.html": report_html(case, pictures, strings).encode(),
        "prediction.json": prediction_json(case).encode(),
        **{f"pictures/{name}.png": content for name, content in pictures.items()},
    }
    return tuple(write_bytes(folder / name, content) for name, content in contents.items())


def render_pictures(case: CaseResult, strings: Mapping[str, str] = ENGLISH) -> dict[str, bytes]:
    """PNG by name: masks and slices (where there are masks), probabilities, shap, training (where it is recorded)."""
    strings = drawable(strings)
    explained = fullest(case.predictions)
    pictures: dict[str, bytes] = {}
    stacks = stacks_of(case)
    if stacks:
        pictures["masks"] = masks_picture(stacks, demo=case.demo, strings=strings)
        pictures["slices"] = montage_picture(stacks, demo=case.demo, strings=strings)
    pictures["probabilities"] = probabilities_picture(case.predictions, demo=case.demo, strings=strings)
    pictures["shap"] = shap_picture(explained, demo=case.demo, strings=strings)
    training = training_picture(case.signature, explained, strings=strings)
    if training is not None:
        pictures["training"] = training
    return pictures
