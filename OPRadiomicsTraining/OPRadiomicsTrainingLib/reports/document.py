"""A report: tables, pictures and facts, written as report.html, tables/*.csv and figures/*.png."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path

from OPRadiomicsLib.files import write_bytes
from OPRadiomicsLib.io.tables import csv_text
from OPRadiomicsLib.reports.strings import ENGLISH
from OPRadiomicsLib.reports.templates import template

from .checklists import ChecklistResult


@dataclass(frozen=True)
class Table:
    """A table as it would stand in a paper: everything is text. ``name`` is its file's, as "table4"."""

    name: str
    caption: str
    caption_zh: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True, eq=False)
class Picture:
    """A figure as PNG; ``name`` is its file's, as "figure3"."""

    name: str
    caption: str
    caption_zh: str
    png: bytes


@dataclass(frozen=True, eq=False)
class Document:
    """What a report holds, in order.

    ``facts`` are lines of provenance, ``notes`` what a reader must know before believing any number.
    """

    title: str
    demo: bool
    summary: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    pictures: tuple[Picture, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    checklists: tuple[ChecklistResult, ...] = ()


def write_document(document: Document, folder: Path) -> tuple[Path, ...]:
    """Write report.html (pictures inside), tables/NAME.csv and figures/NAME.png; returns their paths, the report first.

    Raises
    ------
    OutputError
        If the folder cannot be written.
    """
    contents = {"report.html": document_html(document).encode()}
    for table in document.tables:
        contents[f"tables/{table.name}.csv"] = csv_text(table.header, table.rows).encode()
    for picture in document.pictures:
        contents[f"figures/{picture.name}.png"] = picture.png
    return tuple(write_bytes(folder / name, content) for name, content in contents.items())


def document_html(document: Document) -> str:
    """The report as one file; every text is escaped."""
    embedded = {picture.name: base64.b64encode(picture.png).decode("ascii") for picture in document.pictures}
    return template("study.html.j2").render(d=document, embedded=embedded, t=ENGLISH)
