"""Speed as a ratio: baseline and ours in turn, in one process, so that a machine's drift hits both alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Ratio:
    """How many times faster ours is than the baseline: median, smallest and largest of ``n`` pairs; seconds are medians."""

    ratio: float
    n: int
    min: float
    max: float
    baseline_s: float
    ours_s: float

    def as_dict(self) -> dict[str, float | int]:
        return asdict(self)


def paired(baseline: Callable[[], object], ours: Callable[[], object], runs: int) -> Ratio:
    """Time ``runs`` pairs, baseline first in even pairs and ours first in odd ones; warm both up before if it matters."""
    pairs = [_pair(baseline, ours, ours_first=bool(run % 2)) for run in range(runs)]
    ratios = [slow / fast for slow, fast in pairs]
    return Ratio(
        ratio=statistics.median(ratios),
        n=runs,
        min=min(ratios),
        max=max(ratios),
        baseline_s=statistics.median(slow for slow, _ in pairs),
        ours_s=statistics.median(fast for _, fast in pairs),
    )


def _pair(baseline: Callable[[], object], ours: Callable[[], object], *, ours_first: bool) -> tuple[float, float]:
    if ours_first:
        fast = seconds(ours)
        return seconds(baseline), fast
    return seconds(baseline), seconds(ours)


def seconds(work: Callable[[], object]) -> float:
    """Wall-clock seconds of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
