"""What a run began with, options and cases, kept in its folder: --resume goes on with that run and no other."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from OPRadiomicsLib.errors import ModelError, OutputError
from OPRadiomicsLib.files import sha256_of, write_text
from OPRadiomicsLib.json_files import read_json

from .cases import load_case
from .learnt import NOTHING_LEARNT, Learnt
from .train import CHECKPOINT_FILE

RECORD_FILE: Final = "run.json"
SIMULATE: Final = "--simulate"
_CASES: Final = "cases_arrays_sha256"
_CASE_FILES: Final = "cases_sha256"
"""Of earlier runs, over the bytes of the files, which another build of zlib writes otherwise."""

Record = Mapping[str, object]
"""Options by name, as JSON keeps them."""


def begin(out: Path, record: Record) -> None:
    """Write the record of a new run.

    Raises
    ------
    OutputError
        If the folder holds checkpoints of an earlier run, or can't be written.
    """
    found = sorted(path.parent.relative_to(out).as_posix() for path in out.rglob(CHECKPOINT_FILE))
    if found:
        where = "" if found == ["."] else f" ({', '.join(found)})"
        raise OutputError(
            f"{out} holds an earlier run{where}",
            "a folder without checkpoints",
            "add --resume to go on with it, or choose another",
        )
    _write(out, record)


def require_same(out: Path, record: Record) -> None:
    """Refuse to go on with a run that began with other options.

    Raises
    ------
    ModelError
        If ``out`` holds no record, a damaged one, or another one.
    """
    began = _read(out)
    if SIMULATE in record:
        began.setdefault(SIMULATE, record[SIMULATE])  # earlier runs did not keep it
    differing = [
        name for name in {**began, **record} if name not in (_CASES, _CASE_FILES) and began.get(name) != record.get(name)
    ]
    if differing:
        now, before = (", ".join(_said(name, one.get(name)) for name in differing) for one in (record, began))
        raise ModelError(f"--resume with {now}", f"{before}, as the run in {out.name}/ began", "give the options as before")


def _said(name: str, value: object) -> str:
    return f"no {name}" if value is None else f"{name} {value}"


def require_same_cases(out: Path, paths: Iterable[Path], learnt: Learnt = NOTHING_LEARNT) -> None:
    """Refuse to go on with other images or labels than the run began with; where it has only begun, keep their digest.

    Parameters
    ----------
    paths
        Files of the prepared cases.
    learnt
        By the network to start from, which decides with them what is held out.

    Raises
    ------
    ModelError
        If the record's digest is another one.
    StudyError
        If a case is damaged.
    """
    files = sorted(paths, key=lambda path: path.name)
    began = _read(out)
    found = _digest([f"{path.name} {load_case(path).sha256}" for path in files], learnt)
    same = began.get(_CASES, found) == found
    if _CASES not in began and _CASE_FILES in began:
        same = began[_CASE_FILES] == _digest([f"{path.name} {sha256_of(path)}" for path in files], learnt)
    if not same:
        raise ModelError(
            "Cases that differ from those that the run began with, or another record of what --start has learnt",
            f"the images, labels, simulated cases and record of the run in {out.name}/",
            "begin anew in another folder: what a network was tested on must not change under it",
        )
    _write(out, {**began, _CASES: found})


def _digest(cases: Iterable[str], learnt: Learnt) -> str:
    lines = [*cases, *(f"{salt} {sorted(images)}" for salt, images in learnt.records)]
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def _write(out: Path, record: Record) -> None:
    write_text(out / RECORD_FILE, json.dumps(record, indent=2) + "\n")


def _read(out: Path) -> dict[str, object]:
    path = out / RECORD_FILE
    if not path.exists():
        raise ModelError(
            f"No run in {out.name}/ to go on with", RECORD_FILE, "start without --resume, in a folder without checkpoints"
        )
    try:
        return read_json(path, dict)
    except ValueError as error:
        raise ModelError(
            f"{RECORD_FILE} in {out.name}/ is damaged ({error})", "JSON as the run wrote it", "begin anew in another folder"
        ) from None
