"""What is refused before any work: options that contradict each other, and results that cannot go where they were asked."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path

from . import io
from .errors import OutputError, StudyError
from .files import patiently
from .io.roles import read_kind
from .types import KINDS_SEPARATOR, USUAL_KIND, Role

RESULTS = (
    "report.html",
    "prediction.json",
    "features.csv",
    *(f"masks/{role}_{region}.nii.gz" for role in Role for region in ("bodies", "marrow")),
    *(f"pictures/{name}.png" for name in ("masks", "slices", "probabilities", "shap", "training")),
)
"""Every file that `predict` can write into its folder."""

_INPUTS = (
    *("study", "image", "source", "onto", "t1", "t2", "fst2", "mask", "mask_t2", "mask_fst2", "review"),
    *("t1_dicom", "t2_dicom", "fst2_dicom"),
)


def image_files(options: argparse.Namespace) -> dict[Role, Path]:
    """The files given in place of a study folder."""
    paths = {Role.T1WI: options.t1, Role.T2WI: options.t2, Role.FST2WI: options.fst2}
    return {role: path for role, path in paths.items() if path is not None}


def given_kinds(options: argparse.Namespace) -> tuple[str, ...]:
    """Kinds of sequences that files don't tell, as `io.roles.kind_of` writes them.

    Raises
    ------
    StudyError
        For other words, a second kind of a sequence, a sequence without a file, or beside a DICOM folder, which tells them.
    """
    given: dict[str, str] = {}
    for text in options.kind or ():
        kind = read_kind(text)
        role = kind.partition(":")[0]
        if not kind or KINDS_SEPARATOR.strip() in text or role in given or role not in image_files(options):
            raise StudyError(
                f"--kind '{text}'",
                f"{', '.join(Role)}, then a colon and the kind, once for each sequence given as a file (DICOM tells it)",
                f"write such as 'FS-T2WI: fat suppressed by inversion (STIR)' or 'T2WI: {USUAL_KIND}'",
            )
        given[role] = kind
    return tuple(given.values())


def require_consistent(options: argparse.Namespace) -> None:
    """Prove that the study is named once, and that each option has something to act on.

    Raises
    ------
    StudyError
        If both a folder and files or neither are given, a file stands for the folder, series are named among files, or the
        network's options stand beside a mask that replaces the network.
    """
    files = image_files(options)
    if (options.study is None) == (not files):
        raise StudyError(
            "Both a study folder and files were given" if files else "No study was given",
            "a DICOM folder, or --t1, --t2 and --fst2 with one file each",
            f"see opradiomics {options.command} --help",
        )
    if options.study is not None and options.study.is_file():
        raise StudyError(
            f"STUDY is a file: '{options.study.name}'",
            "a DICOM folder",
            "give the folder that holds the DICOM files (unpack an archive first), or single images with --t1, --t2 and --fst2",
        )
    given_kinds(options)
    if files:
        require_no_series_named(options)
    if options.mask is not None:
        network = {
            "--shift": options.shift or None,
            "--model": options.model,
            "--backend": None if options.backend == "auto" else options.backend,
            "--single-scale": options.single_scale or None,
        }
        _require_absent(network, "with --mask, which replaces the network's masks", "leave it or --mask out")
    elif options.review is not None:
        _require_absent({"--review": options.review}, "without the --mask that it speaks of", "give --mask too")


def dicom_places(options: argparse.Namespace) -> dict[Role, Path]:
    """Where `export` is told to find each sequence's DICOM images, in place of a study folder."""
    paths = {Role.T1WI: options.t1_dicom, Role.T2WI: options.t2_dicom, Role.FST2WI: options.fst2_dicom}
    return {role: path for role, path in paths.items() if path is not None}


def require_dicom_places(options: argparse.Namespace, masked: Iterable[Role]) -> None:
    """Prove that `export` is told in one way where the DICOM images are, and for every sequence of which the result has a mask.

    Raises
    ------
    StudyError
        If it is told in both ways or in none, or images and masks are of different sequences.
    """
    places = dicom_places(options)
    if (options.study is None) == (not places):
        raise StudyError(
            "Both --study and --...-dicom were given" if places else "No DICOM images were given",
            "the examination's DICOM images: results go into that patient's record and lie on those images' grid",
            "give --study FOLDER, or --t1-dicom, --t2-dicom and --fst2-dicom; a result of NIfTI or NRRD cannot become DICOM "
            "without them",
        )
    if not places:
        return
    require_no_series_named(options)
    unmasked = [role for role in places if role not in masked]
    missing = [role for role in masked if role not in places]
    if unmasked or (missing and not options.allow_missing):
        raise StudyError(
            f"DICOM images of {', '.join(unmasked)}, of which the result has no mask"
            if unmasked
            else f"No DICOM images of {', '.join(missing)}, of which the result has a mask",
            "the images of each sequence that the result has a mask of",
            "leave them out" if unmasked else "give them too, or go without with --allow-missing",
        )


def require_no_series_named(options: argparse.Namespace) -> None:
    """Raise `StudyError` where an option chooses among the series of a folder; for images given as files."""
    names = ("t1_series", "t2_series", "fst2_series", "study_uid")
    given = {f"--{name.replace('_', '-')}": getattr(options, name, None) for name in names}
    _require_absent(given, "with images that leave no series to choose", "leave it out, or give a DICOM study folder")


def _require_absent(options: Mapping[str, object], why: str, remedy: str) -> None:
    given = [name for name, value in options.items() if value is not None]
    if given:
        raise StudyError(f"{' and '.join(given)} given {why}", "options that act on what is given", remedy)


def require_place(target: Path, options: argparse.Namespace) -> None:
    """Prove before the work that a file can be written to ``target``.

    Raises
    ------
    OutputError
        If it is a folder or one of the inputs, or its folder refuses files.
    """
    if target.is_dir():
        raise OutputError(f"'{target}' is a folder", "the name of a file to write", "add a file name")
    _require_no_input((target,), options)
    io.require_writable(target.parent)


def require_result_folder(folder: Path, options: argparse.Namespace, names: Iterable[str] = RESULTS) -> None:
    """Prove before the work that the files of a command can go into ``folder``; raises as `require_place`."""
    io.require_writable(folder)
    _require_no_input((folder / name for name in names), options)


def _require_no_input(targets: Iterable[Path], options: argparse.Namespace) -> None:
    given = [path for path in (getattr(options, name, None) for name in _INPUTS) if path is not None and path.exists()]
    require_unread(targets, given)


def require_unread(targets: Iterable[Path], inputs: Iterable[Path]) -> None:
    """Raise `OutputError` where a file to write is one that is read."""
    inputs = list(inputs)
    for target in targets:
        if target.exists() and any(target.samefile(path) for path in inputs):
            raise OutputError(
                f"'{target}' is read by this command and would be overwritten by it",
                "results apart from what they are made of",
                "choose another output, or copy the file elsewhere first",
            )


def require_worker_count(options: argparse.Namespace) -> None:
    """Raise `StudyError` where --workers is negative, or stands beside a scheduler, which has its own workers."""
    if options.workers is not None and options.workers < 0:
        raise StudyError(f"--workers {options.workers}", "0 or more", "give 0 for one case after another")
    if options.workers and options.scheduler is not None:
        _require_absent({"--workers": options.workers}, "beside --scheduler, which has workers of its own", "leave one out")


def require_apart(out: Path, source: Path) -> None:
    """Raise `OutputError` where results would lie in the folder of studies: the next run would take them for a study."""
    if source.is_dir() and (source.resolve() == out.resolve() or source.resolve() in out.resolve().parents):
        raise OutputError(
            f"'{out}' lies in the folder of studies", "results apart from what they are made of", "choose another output folder"
        )


def remove_earlier_results(folder: Path, written: Iterable[Path], names: Iterable[str] = RESULTS) -> None:
    """Remove what an earlier run of the command left in ``folder`` and this one did not write; other files stay.

    Raises
    ------
    OutputError
        If one cannot be removed: it would lie beside this run's results as if it belonged to them.
    """
    for path in {folder / name for name in names} - set(written):
        try:
            patiently(partial(path.unlink, missing_ok=True))
        except OSError as error:
            raise OutputError(
                f"'{path}' of an earlier run cannot be removed ({error.strerror})",
                "only this run's results in the folder",
                "remove it by hand, or choose another output folder",
            ) from None
