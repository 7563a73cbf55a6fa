"""What a person at a terminal sees: progress on standard error, results on standard output."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from .phrasebook import say
from .types import Prediction, Progress

if TYPE_CHECKING:
    from .reports.case import CaseResult


class Clock:
    """Seconds of each stage."""

    def __init__(self) -> None:
        self.laps_s: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, stage: str) -> None:
        """Close one stage."""
        now = time.perf_counter()
        self.laps_s[stage] = now - self._last
        self._last = now


def printed_progress() -> Progress:
    """One line that rewrites itself on a terminal; elsewhere each message once."""
    terminal = sys.stderr.isatty()
    said: set[str] = set()

    def progress(message: str, fraction: float) -> None:
        if terminal:
            print(f"\r[{fraction:4.0%}] {message:<60}", end="\n" if fraction >= 1.0 else "", file=sys.stderr, flush=True)
        elif message not in said:
            print(f"[{fraction:4.0%}] {message}", file=sys.stderr, flush=True)
            said.add(message)

    return progress


def result_lines(result: CaseResult, out: Path, language: str = "en") -> tuple[str, ...]:
    """The probabilities, the warnings, in ``language`` where standard output can hold them, and where the report lies."""
    from .models.signature import RESEARCH_USE_ONLY

    demo = f"DEMO: signature '{result.signature.name}' was fitted on simulated patients; it says nothing about real ones"
    published = () if result.published is None else (_line("published clinical formula", result.published),)
    return (
        *((demo,) if result.demo else ()),
        *(_line(prediction.model, prediction) for prediction in result.predictions),
        *published,
        *_in_language(warning_lines(result.all_warnings), language),
        f"{RESEARCH_USE_ONLY}.",
        f"Report: {out / 'report.html'}",
    )


def warning_lines(warnings: Iterable[str]) -> tuple[str, ...]:
    """Each warning once, in order."""
    return tuple(f"warning: {warning}" for warning in dict.fromkeys(warnings))


def _in_language(lines: tuple[str, ...], language: str) -> tuple[str, ...]:
    said = tuple(say(line, language) for line in lines)
    try:
        "".join(said).encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return lines
    return said


def _line(name: str, prediction: Prediction) -> str:
    limits = None if prediction.interval is None else " to ".join(map(_three, prediction.interval))
    interval = "interval not published" if limits is None else f"95 % CI {limits}"
    verdict = {None: "class not published", True: "osteoporosis", False: "no osteoporosis"}[prediction.osteoporosis]
    threshold = "" if prediction.threshold is None else f" (threshold {prediction.threshold:.3f})"
    return f"{name:<27} P(osteoporosis) {_three(prediction.probability)}   {interval}   {verdict}{threshold}"


def _three(probability: float) -> str:
    """Three decimals; what is not certain never as 0.000 or 1.000."""
    said = f"{probability:.3f}"
    if probability > 0 and float(said) == 0:
        return "<0.001"
    return ">0.999" if probability < 1 and float(said) == 1 else said
