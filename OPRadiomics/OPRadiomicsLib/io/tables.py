"""Tables that people keep (CSV, Excel, Parquet) read as rows of plain values, and the CSV text of tables that we write."""

from __future__ import annotations

import codecs
import csv
import io
import math
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile, ZipFile

from ..errors import MissingDependencyError, StudyError

Cell = Any
"""str from CSV; from Excel and Parquet also int, float, bool, date and datetime; "" where the cell is empty."""

TABLE_SUFFIXES: Final = (".csv", ".tsv", ".txt", ".xlsx", ".parquet")


@dataclass(frozen=True, eq=False)
class Table:
    """A table as it was found.

    Parameters
    ----------
    name
        The file's name.
    columns
        Headings, stripped of spaces; one may stand twice.
    rows
        Cells of each row, as many as there are columns; empty rows are left out.
    numbers
        Of each row in the file, as a spreadsheet counts them: the heading is row 1.
    notes
        What the reader had to decide, in words.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numbers: tuple[int, ...]
    notes: tuple[str, ...] = ()

    def column(self, name: str) -> tuple[Cell, ...]:
        """Cells of the first column of that name; raises `ValueError` where there is none."""
        place = self.columns.index(name)
        return tuple(row[place] for row in self.rows)

    def records(self) -> Iterator[dict[str, Cell]]:
        """Each row by heading."""
        return (dict(zip(self.columns, row, strict=True)) for row in self.rows)


def read_table(path: str | Path) -> Table:
    """Read a table by its file name's ending: .csv, .tsv or .txt, .xlsx (the first sheet), .parquet.

    Parameters
    ----------
    path
        CSV is UTF-8, UTF-16 with its mark (Excel's "Unicode text"), or GB 18030 (which a note then says), with comma, semicolon
        or tab, whichever the heading holds most of; a first line such as ``sep=;`` names it instead and is no row.

    Raises
    ------
    StudyError
        If there is no such file, it cannot be read as a table, or a row has more cells than the heading.
    MissingDependencyError
        If Excel or Parquet is given and openpyxl or pyarrow is not installed.
    """
    file = Path(path)
    readers = {".xlsx": _read_excel, ".parquet": _read_parquet}
    if not os.path.lexists(file):
        raise StudyError(f"Table '{file.name[:80]}' does not exist", "a table's file", "check the path")
    if file.suffix.lower() not in TABLE_SUFFIXES:
        raise StudyError(
            f"Table '{file.name[:80]}'",
            f"a file that ends in {', '.join(TABLE_SUFFIXES)}",
            "save it as CSV UTF-8, as an Excel workbook (.xlsx) or as Parquet",
        )
    try:
        lines, notes = readers.get(file.suffix.lower(), _read_text)(file)
    except OSError as error:
        raise StudyError(
            f"Table {file.name[:80]} cannot be read ({error.strerror or 'damaged'})",
            "a table that you may read",
            "check the path",
        ) from None
    return _table(file.name, lines, notes)


def cell_text(cell: Cell) -> str:
    """A name in a cell; where the cells are floats, as in a column that also holds fractions or gaps, 3.0 is 3."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()


def csv_text(header: Sequence[str], rows: Iterable[Iterable[Cell]] = ()) -> str:
    """A table as CSV with Unix line ends; numbers in full precision, None as an empty cell."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(header)
    table.writerows(rows)
    return text.getvalue()


def csv_of_records(columns: Sequence[str], records: Iterable[Mapping[str, Cell]]) -> str:
    """As `csv_text`, of rows by heading: only these columns, and an empty cell where a row lacks one."""
    return csv_text(columns, ([record.get(name, "") for name in columns] for record in records))


def path_from(path: Path, folder: Path) -> str:
    """A path as a table in ``folder`` holds it: relative, with slashes; absolute where it lies on another drive of Windows."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:
        return str(path.resolve())


def _table(name: str, lines: list[list[Cell]], notes: tuple[str, ...]) -> Table:
    heading = [str(_plain(cell)) for cell in lines[0]] if lines else []
    while heading and not heading[-1]:
        heading.pop()
    if not heading:
        raise StudyError(f"Table {name} without a heading", "names of columns in the first row", "add the heading")
    rows, numbers = [], []
    for number, line in enumerate(lines[1:], start=2):
        cells = [_plain(cell) for cell in line]
        if not any(cell != "" for cell in cells):
            continue
        if any(cell != "" for cell in cells[len(heading) :]):
            raise StudyError(
                f"Row {number} of table {name} has {len(cells)} cells",
                f"{len(heading)}, as the heading has",
                "give each column a heading; put cells that hold a comma between double quotes",
            )
        rows.append(tuple([*cells, *[""] * (len(heading) - len(cells))][: len(heading)]))
        numbers.append(number)
    return Table(name, tuple(heading), tuple(rows), tuple(numbers), notes)


def _plain(cell: Cell) -> Cell:
    """Empty cells of every format as "", text without surrounding spaces."""
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    return cell.strip() if isinstance(cell, str) else cell


def _read_text(file: Path) -> tuple[list[list[Cell]], tuple[str, ...]]:
    text, notes = _decoded(file)
    heading, _, rest = text.partition("\n")
    separator = max(",;\t", key=heading.count)
    if told := re.fullmatch(r'"?sep=([,;\t])"?[,;\t]*\r?', heading, re.IGNORECASE):  # to Excel, which doesn't show the line
        text, separator = rest, told[1]
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)), notes
    except csv.Error as error:
        raise StudyError(f"Table {file.name} cannot be read ({error})", "a CSV file", "save it as CSV UTF-8") from None


def _decoded(file: Path) -> tuple[str, tuple[str, ...]]:
    """The text, and a note where its encoding was guessed."""
    content = file.read_bytes()
    try:
        if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):  # neither begins UTF-8 or GB 18030
            return content.decode("utf-16"), ()
        return content.decode("utf-8-sig"), ()
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")  # what Excel writes as "CSV" on Chinese systems
        except UnicodeDecodeError:
            raise StudyError(
                f"Table {file.name} is neither UTF-8 nor GB 18030 text", "a CSV file in UTF-8", "save it as CSV UTF-8"
            ) from None
    return text, (f"{file.name} was read as GB 18030, because it is no UTF-8.",)


def _read_excel(file: Path) -> tuple[list[list[Cell]], tuple[str, ...]]:
    try:
        from openpyxl import load_workbook
        from openpyxl.utils.exceptions import InvalidFileException
    except ImportError:
        raise _missing("openpyxl", file) from None
    try:
        with file.open("rb") as stream:
            book = load_workbook(stream, read_only=True, data_only=True)
            sheet = book.worksheets[0]
            lines = [list(row) for row in sheet.iter_rows(values_only=True)]
    except (BadZipFile, InvalidFileException, KeyError, ValueError, IndexError) as error:
        raise StudyError(
            f"Table {file.name} is no Excel workbook ({type(error).__name__})",
            "an .xlsx file with a sheet",
            "save it again from Excel, or as CSV UTF-8",
        ) from None
    _require_rows_in_view(file, sheet, lines)
    others = [one.title for one in book.worksheets[1:]]
    notes = (f"{file.name}: only the first sheet was read; {len(others)} more were not.",) if others else ()
    return lines, notes


def _require_rows_in_view(file: Path, sheet: Any, lines: list[list[Cell]]) -> None:
    """Refuse rows that a filter hides: who hid them meant to leave them out, or forgot them."""
    with ZipFile(file) as book, book.open(sheet._worksheet_path) as stream:  # read-only sheets tell no dimensions of rows
        hidden = _hidden_rows(stream.read())
    held = [number for number in hidden if number <= len(lines) and any(_plain(cell) != "" for cell in lines[number - 1])]
    if held:
        shown = ", ".join(map(str, held[:10])) + (", ..." if len(held) > 10 else "")
        raise StudyError(
            f"Table {file.name} hides {len(held)} rows that hold values (row {shown})",
            "rows in view: a hidden row would count as any other",
            "clear the filter and show all rows; leave patients out by the column exclusion",
        )


def _hidden_rows(sheet: bytes) -> Iterator[int]:
    """Numbers of the rows of a sheet's XML that are hidden. A program may give the elements a prefix, and leave out numbers."""
    number = 0
    for row in re.findall(rb"<(?:\w+:)?row\b[^>]*>", sheet):
        told = dict(re.findall(rb"""\s(\w+)\s*=\s*["']([^"']*)["']""", row))
        number = int(told.get(b"r", number + 1))
        if told.get(b"hidden") in (b"1", b"true"):
            yield number


def _read_parquet(file: Path) -> tuple[list[list[Cell]], tuple[str, ...]]:
    try:
        from pyarrow import ArrowException, parquet
    except ImportError:
        raise _missing("pyarrow", file) from None
    try:
        table = parquet.read_table(file)
    except ArrowException as error:
        raise StudyError(
            f"Table {file.name} is no Parquet file ({type(error).__name__})", "a .parquet file", "write it again"
        ) from None
    columns: Iterable[list[Cell]] = (column.to_pylist() for column in table.columns)
    return [list(table.column_names), *(list(row) for row in zip(*columns, strict=True))], ()


def _missing(package: str, file: Path) -> MissingDependencyError:
    return MissingDependencyError(
        f"Table {file.name} needs the package {package}, which is not installed",
        f"{package}, or a CSV file",
        f"pip install {package}, or save the table as CSV UTF-8",
    )
