"""Captions in English and Chinese, from Resources/Captions/study.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from OPRadiomicsLib.resources import resources_folder

from .document import Picture, Table


def captioned_table(name: str, header: tuple[str, ...], rows: tuple[tuple[str, ...], ...], note: str = "") -> Table:
    """A table with its captions."""
    caption = captions()[name]
    return Table(name, caption["en"], caption["zh"], header, rows, note)


def captioned_picture(name: str, png: bytes) -> Picture:
    """A figure with its captions."""
    caption = captions()[name]
    return Picture(name, caption["en"], caption["zh"], png)


@cache
def captions() -> Mapping[str, Mapping[str, str]]:
    """Captions by name of table or figure, each with "en" and "zh"."""
    import yaml

    text = (resources_folder() / "Captions" / "study.yaml").read_text(encoding="utf-8")
    found: dict[str, dict[str, str]] = yaml.safe_load(text)
    return found
