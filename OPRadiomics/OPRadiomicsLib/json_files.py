"""JSON objects in files: written in one style, and read into what the caller needs or refused by one kind of error."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from .files import write_text

Content = TypeVar("Content")


def read_json(path: Path, parse: Callable[[dict[str, Any]], Content]) -> Content:
    """What ``parse`` makes of the JSON object in a file, which may be damaged or another program's.

    Parameters
    ----------
    parse
        Takes the object to pieces without looking first: what lacks or is of another kind, as seen by the exceptions of
        Python's own look-ups and conversions, becomes `ValueError`. `dict` gives the object as it is.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it holds no JSON object in UTF-8, or not what ``parse`` needs; its text says what, in one line.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except RecursionError:
        raise ValueError("brackets in brackets without end") from None
    if not isinstance(content, dict):
        raise ValueError(f"a {type(content).__name__} in place of an object")
    try:
        return parse(content)
    except KeyError as error:
        raise ValueError(f"no {error}") from None
    except (TypeError, AttributeError, IndexError) as error:
        raise ValueError(str(error)) from None


def no_constant(name: str) -> float:
    """For `json.loads`, which would take NaN and Infinity for numbers."""
    raise ValueError(f"{name} is not a finite number")


def write_json(data: Mapping[str, Any] | Sequence[Any], path: str | Path) -> Path:
    """Write JSON atomically: UTF-8, keys sorted, two-space indent, trailing newline; NaN and infinity are refused.

    Raises
    ------
    OutputError
        If the file cannot be written.
    ValueError
        If the data hold NaN or infinity, which JSON has no word for.
    """
    text = json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return write_text(Path(path), text + "\n")
