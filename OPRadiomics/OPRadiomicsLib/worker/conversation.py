"""The parent's half of the worker's protocol: requests out, answers in. No process, no Qt: bytes alone."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

ENDINGS: Final = ("done", "refused", "cancelled", "failed")
"""Exactly one of these answers each request; anything before it is progress."""


@dataclass(frozen=True)
class Answer:
    """One line of the worker; ``id`` is None where it could not tell which request it refuses.

    Of ``progress``: ``message`` and ``fraction``; of ``done``: ``lines`` and ``files``; of ``refused``: ``found``, ``expected``
    and ``remedy``; of ``failed``: ``kind`` and ``where``.
    """

    id: int | None
    event: str
    message: str = ""
    fraction: float = 0.0
    lines: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    found: str = ""
    expected: str = ""
    remedy: str = ""
    kind: str = ""
    where: tuple[str, ...] = ()

    @property
    def ends(self) -> bool:
        """Whether the request is over."""
        return self.event in ENDINGS


class Conversation:
    """Numbers requests and puts the worker's output, which arrives in pieces, together again."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._rest = b""

    def request(self, arguments: Sequence[str]) -> tuple[int, bytes]:
        """A new request's number, and the line to send."""
        number = next(self._numbers)
        return number, _line({"id": number, "arguments": list(arguments)})

    def cancel(self, number: int) -> bytes:
        """The line that stops a request."""
        return _line({"id": number, "cancel": True})

    def answers(self, output: bytes) -> tuple[Answer, ...]:
        """Answers that ``output`` completes; a line that is no answer, as of a library that prints, is passed over."""
        *lines, self._rest = (self._rest + output).split(b"\n")
        found = (_answer(line) for line in lines)
        return tuple(answer for answer in found if answer is not None)

    def forget(self) -> None:
        """Drop half a line: the process that wrote it has ended."""
        self._rest = b""


def _line(content: dict[str, object]) -> bytes:
    return json.dumps(content).encode("ascii") + b"\n"


def _answer(line: bytes) -> Answer | None:
    try:
        content: Any = json.loads(line)
        texts = {name: str(content[name]) for name in ("message", "found", "expected", "remedy", "kind") if content.get(name)}
        lists = {name: tuple(map(str, content[name])) for name in ("lines", "files", "where") if content.get(name)}
        number = None if content["id"] is None else int(content["id"])
        return Answer(number, str(content["event"]), fraction=float(content.get("fraction", 0.0)), **texts, **lists)  # type: ignore[arg-type]
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
