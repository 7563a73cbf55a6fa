"""What a command leaves, and how it is run: the command line prints outcome and progress, the worker and jobs pass them on."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .types import Progress


@dataclass(frozen=True)
class Outcome:
    """What a person is told, line by line, and the files that were written."""

    lines: tuple[str, ...]
    files: tuple[Path, ...] = ()


Serve = Callable[[argparse.Namespace, "Progress"], Outcome]


def served(serve: Serve) -> dict[str, Callable[..., object]]:
    """Defaults for a command's parser: ``run`` for the command line, ``serve`` for the worker and for jobs."""

    def run(options: argparse.Namespace) -> None:
        from .console import printed_progress

        for line in serve(options, printed_progress()).lines:
            print(line)

    return {"run": run, "serve": serve}
